"""Receiving a file: what is refused, when, and that nothing stays behind."""

import errno
import hashlib
import os
import threading
import tracemalloc
import unicodedata
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import anyio.to_thread
import httpx
import pytest
from anyio.from_thread import BlockingPortal
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.orm import sessionmaker
from sqlmodel import Session, col, func, select

from app.core import storage
from app.core.errors import Conflict, Forbidden, NotFound, SignInRequired
from app.core.i18n import N_
from app.core.storage import Store
from app.files import intake
from app.files.intake import Terms
from app.files.models import File
from tests.files.conftest import MAX_BYTES, Door, install
from tests.support import samples
from tests.support.client import Client
from tests.support.factories import make_programme, make_user
from tests.support.samples import MULTIPART, multipart

JSON = {"accept": "application/json"}
GOOD = ("file", "a.docx", samples.docx())


def upload(
    client: Client, name: str | None = "y-tuong.docx", data: bytes | None = None, *more: tuple[str, str | None, bytes]
) -> httpx.Response:
    body = multipart(
        ("title", None, "Ý tưởng".encode()), ("file", name, samples.docx() if data is None else data), *more
    )
    return client.post("/upload", content=body, headers={"content-type": MULTIPART} | JSON)


def leftovers(store: Store) -> list[str]:
    root = store.temp_dir.parent
    return [path.name for folder in ("tmp", "files") for path in (root / folder).rglob("*") if path.is_file()]


def refused(response: httpx.Response, status: int, *words: str) -> None:
    assert response.status_code == status, response.text
    said = response.json()
    for word in words:
        assert word in said["message"]
        assert word in said["errors"]["file"]


# ---- what is kept -----------------------------------------------------------------------------------------


def test_receive_keeps_the_bytes_their_hash_and_a_row(
    client: Client, door: Door, store: Store, session: Session
) -> None:
    data = samples.docx()
    response = upload(client)
    assert response.status_code == 200, response.text
    row = session.exec(select(File)).one()
    assert (row.name, row.extension, row.size) == ("y-tuong.docx", "docx", len(data))
    assert row.media_type.endswith("wordprocessingml.document")
    assert row.sha256 == hashlib.sha256(data).hexdigest()
    with store.open(row.storage_key) as chunks:
        assert b"".join(chunks) == data
    assert leftovers(store) == [row.storage_key]
    assert response.json()["fields"] == {"title": "Ý tưởng"}
    assert door.asked == ["permit", "record"]


def test_receive_takes_what_a_plain_form_of_httpx_sends(client: Client, door: Door) -> None:
    response = client.post("/upload", files={"file": ("phim.mp4", samples.mp4())}, data={"role": "main"}, headers=JSON)
    assert response.status_code == 200, response.text
    assert response.json()["media_type"] == "video/mp4"
    assert response.json()["fields"] == {"role": "main"}


def test_receive_takes_fields_after_the_file(client: Client, door: Door) -> None:
    assert upload(client, "a.docx", None, ("role", None, b"text")).json()["fields"]["role"] == "text"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (unicodedata.normalize("NFD", "Ý tưởng cải cách.docx"), "Ý tưởng cải cách.docx"),
        ("C:\\fakepath\\bai thi.docx", "bai thi.docx"),
        ("../../etc/bai\x07.docx", "bai.docx"),
        ("bài\u202excod.docx", "bàixcod.docx"),
        ("a" * 300 + ".docx", "a" * 145 + ".docx"),
    ],
)
def test_receive_cleans_the_name(client: Client, door: Door, sent: str, kept: str) -> None:
    assert upload(client, sent).json()["name"] == kept


# ---- permit before body -----------------------------------------------------------------------------------


class Unread:
    """A body that must not be read."""

    def __init__(self) -> None:
        self.calls = 0

    async def __call__(self) -> dict[str, Any]:
        self.calls += 1
        raise AssertionError("the body was read")


async def ask(app: FastAPI, receive: Callable[..., Any], **headers: str) -> int:
    answers: list[int] = []
    raw = {"content-type": MULTIPART, "host": "127.0.0.1:8000", "accept": "application/json"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    scope = {
        "type": "http", "method": "POST", "path": "/upload", "raw_path": b"/upload", "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in raw.items()],
        "http_version": "1.1", "scheme": "http", "server": ("127.0.0.1", 8000), "client": ("127.0.0.1", 1),
        "root_path": "", "asgi": {"version": "3.0"}, "state": {},
    }  # fmt: skip

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            answers.append(message["status"])

    await app(scope, receive, send)
    return answers[0]


@pytest.mark.parametrize("refusal", [SignInRequired(), NotFound(), Forbidden(N_("Không phải bài của đơn vị bạn."))])
def test_unauthorised_upload_reads_no_byte_of_the_body(
    app: FastAPI,
    door: Door,
    session: Session,
    store: Store,
    event_loop_portal: BlockingPortal,
    refusal: SignInRequired | NotFound | Forbidden,
) -> None:
    session.commit()
    door.refusal = refusal
    body = Unread()
    assert event_loop_portal.call(ask, app, body) == refusal.status
    assert body.calls == 0
    assert door.asked == ["permit"]
    assert leftovers(store) == []


def test_declared_size_over_the_limit_is_refused_before_the_body(
    app: FastAPI, door: Door, session: Session, event_loop_portal: BlockingPortal
) -> None:
    session.commit()
    body = Unread()
    status = event_loop_portal.call(lambda: ask(app, body, content_length=str(MAX_BYTES * 2)))
    assert (status, body.calls) == (413, 0)


def test_no_transaction_is_open_while_the_body_streams(
    app: FastAPI, door: Door, session: Session, event_loop_portal: BlockingPortal, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.commit()
    opened: list[str] = []
    at_body: list[list[str]] = []
    sessions = app.state.sessions

    class Watched:
        def __enter__(self) -> Session:
            self.inner = sessions()
            opened.append("open")
            return self.inner.__enter__()

        def __exit__(self, *error: object) -> None:
            opened.pop()
            self.inner.__exit__(*error)

    app.state.sessions = Watched
    parts = [multipart(("file", "a.docx", samples.docx()))]

    async def receive() -> dict[str, Any]:
        at_body.append(list(opened))
        return {"type": "http.request", "body": parts.pop(0), "more_body": False}

    assert event_loop_portal.call(ask, app, receive) == 200
    assert at_body == [[]]


# ---- size -------------------------------------------------------------------------------------------------


def test_file_over_the_limit_is_refused_naming_the_limit(client: Client, door: Door, store: Store) -> None:
    refused(upload(client, "a.docx", bytes(MAX_BYTES + 1)), 413, "2 MB")
    assert leftovers(store) == []
    assert door.asked == ["permit"]


def test_file_of_exactly_the_limit_is_kept(client: Client, door: Door) -> None:
    text_of_limit = b"a" * MAX_BYTES
    assert upload(client, "a.txt", text_of_limit).status_code == 200


def test_body_without_a_declared_size_is_stopped_at_the_limit(
    app: FastAPI, door: Door, session: Session, store: Store, event_loop_portal: BlockingPortal
) -> None:
    """Chunked transfer names no length: the stream itself is counted, and reading stops soon after the limit."""
    session.commit()
    whole = multipart(("file", "a.docx", b""))
    head = whole[: whole.rindex(b"\r\n--")]
    sent = [0]

    async def receive() -> dict[str, Any]:
        sent[0] += 1
        return {"type": "http.request", "body": head if sent[0] == 1 else bytes(65536), "more_body": True}

    assert event_loop_portal.call(ask, app, receive) == 413
    assert sent[0] * 65536 < MAX_BYTES + 4 * 65536
    assert leftovers(store) == []


def test_endless_epilogue_is_stopped(
    app: FastAPI, door: Door, session: Session, event_loop_portal: BlockingPortal
) -> None:
    session.commit()
    first = [multipart(("file", "a.docx", samples.docx()))]
    sent = [0]

    async def receive() -> dict[str, Any]:
        sent[0] += 65536
        return {"type": "http.request", "body": first.pop() if first else bytes(65536), "more_body": True}

    assert event_loop_portal.call(ask, app, receive) == 413
    assert sent[0] < MAX_BYTES + (1 << 20)


def test_memory_stays_bounded_while_64_mb_arrive(
    app: FastAPI,
    door: Door,
    session: Session,
    store: Store,
    event_loop_portal: BlockingPortal,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session.commit()
    door.terms = Terms(max_bytes=100 << 20)
    film = samples.mp4()
    piece = os.urandom(65536)
    whole = multipart(("file", "phim.mp4", film))
    end = whole.rindex(b"\r\n--")
    parts = iter([whole[:end], *[piece] * 1024, whole[end:]])
    buffers: list[int] = []
    flush = intake._UploadForm.flush

    def measured(form: intake._UploadForm) -> None:
        buffers.append(len(form.pending))
        flush(form)

    monkeypatch.setattr(intake._UploadForm, "flush", measured)

    async def receive() -> dict[str, Any]:
        body = next(parts, None)
        return {"type": "http.request", "body": body or b"", "more_body": body is not None}

    tracemalloc.start()
    try:
        assert event_loop_portal.call(ask, app, receive) == 200
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert max(buffers) <= intake.BUFFER
    assert peak < 8 << 20, f"{peak} bytes at once"
    assert door.received is not None
    assert door.received.size == len(film) + (64 << 20)
    expected = hashlib.sha256(film + piece * 1024).hexdigest()
    assert door.received.sha256 == expected


def test_one_huge_chunk_is_cut_into_pieces(
    app: FastAPI, door: Door, session: Session, event_loop_portal: BlockingPortal, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.commit()
    door.terms = Terms(max_bytes=100 << 20)
    buffers: list[int] = []
    flush = intake._UploadForm.flush
    monkeypatch.setattr(intake._UploadForm, "flush", lambda form: (buffers.append(len(form.pending)), flush(form))[1])
    body = [multipart(("file", "a.txt", b"a" * (16 << 20)))]

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body.pop(), "more_body": False}

    assert event_loop_portal.call(ask, app, receive) == 200
    assert max(buffers) <= intake.BUFFER


# ---- refusals of the form ---------------------------------------------------------------------------------


def test_no_file_chosen_is_refused_beside_the_field(client: Client, door: Door, store: Store) -> None:
    refused(upload(client, "", b""), 422, "chọn một tệp")
    body = multipart(("title", None, b"x"))
    refused(client.post("/upload", content=body, headers={"content-type": MULTIPART} | JSON), 422, "chọn một tệp")
    assert leftovers(store) == []


def test_two_files_are_refused(client: Client, door: Door, store: Store) -> None:
    refused(upload(client, "a.docx", None, ("second", "b.docx", b"x")), 422, "một tệp")
    assert leftovers(store) == []


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"a=1", "application/x-www-form-urlencoded"),
        (b"", "multipart/form-data"),
        (b"nonsense", MULTIPART),
        (multipart(("file", "a.docx", samples.docx()))[:-30], MULTIPART),
        (multipart(GOOD, *[("field", None, b"x")] * 101), MULTIPART),
        (multipart(GOOD, ("field", None, b"x" * 70_000)), MULTIPART),
        (b"--" + samples.BOUNDARY.encode() + b"\r\nX: y\r\n\r\n", MULTIPART),
        (b"--" + samples.BOUNDARY.encode() + b"\r\nX: " + b"y" * 100_000, MULTIPART),
    ],
    ids=["urlencoded", "no boundary", "nonsense", "cut", "many fields", "long field", "no name", "long header"],
)
def test_broken_forms_are_refused(client: Client, door: Door, store: Store, body: bytes, kind: str) -> None:
    response = client.post("/upload", content=body, headers={"content-type": kind} | JSON)
    assert response.status_code == 422, response.text
    assert leftovers(store) == []
    assert door.asked == ["permit"]


def test_empty_file_is_refused(client: Client, door: Door, store: Store) -> None:
    refused(upload(client, "a.docx", b""), 422, "0 byte", "a.docx")
    assert leftovers(store) == []


def test_program_named_docx_is_refused_by_its_real_nature(client: Client, door: Door, store: Store) -> None:
    door.terms = Terms(max_bytes=MAX_BYTES, allowed=frozenset({"docx", "pdf"}))
    refused(
        upload(client, "bai-thi.docx", samples.exe()),
        422,
        "bai-thi.docx",
        "chương trình chạy trên Windows",
        "văn bản Word (.docx), PDF (.pdf)",
    )
    assert leftovers(store) == []


def test_kind_beside_the_list_is_refused(client: Client, door: Door) -> None:
    door.terms = Terms(max_bytes=MAX_BYTES, allowed=frozenset({"mp4"}))
    refused(upload(client), 422, "thuộc loại không được nhận", "video MP4 hoặc MOV (.mp4)")


def test_refusal_is_a_page_without_javascript(client: Client, door: Door) -> None:
    response = client.post("/upload", content=multipart(("file", "a.docx", b"")), headers={"content-type": MULTIPART})
    assert response.status_code == 422
    assert "0 byte" in response.text
    assert "text/html" in response.headers["content-type"]


# ---- nothing stays behind ---------------------------------------------------------------------------------


def test_refusal_after_the_body_removes_the_object(client: Client, door: Door, store: Store, session: Session) -> None:
    door.late_refusal = Conflict(N_("Bài đã nộp trong lúc tải tệp."))
    assert upload(client).status_code == 409
    assert door.asked == ["permit", "record"]
    assert leftovers(store) == []
    assert session.exec(select(func.count(col(File.id)))).one() == 0


def test_crash_after_the_row_removes_row_and_object(client: Client, door: Door, store: Store, session: Session) -> None:
    def crash(_: Session) -> None:
        raise RuntimeError("bug")

    door.after_keep = crash
    with pytest.raises(RuntimeError, match="bug"):
        upload(client)
    assert leftovers(store) == []
    assert session.exec(select(func.count(col(File.id)))).one() == 0


def test_object_stays_when_only_the_answer_of_the_commit_was_lost(
    live_app: FastAPI, live_sessions: sessionmaker[Session], live_client: Client, now: datetime
) -> None:
    """The row is there for readers: its bytes must be too."""
    with live_sessions() as session:
        door = Door(programme_id=make_programme(session).id, user_id=make_user(session).id)
        session.commit()

    def commit_then_fail(session: Session) -> None:
        session.commit()
        raise ConnectionError("the answer got lost")

    door.after_keep = commit_then_fail
    install(live_app, door, now)
    with pytest.raises(ConnectionError):
        upload(live_client)
    with live_sessions() as session:
        row = session.exec(select(File)).one()
    assert live_app.state.store.exists(row.storage_key)


def test_writers_are_not_held_up_while_a_body_streams(
    live_app: FastAPI, live_sessions: sessionmaker[Session], event_loop_portal: BlockingPortal, now: datetime
) -> None:
    """On SQLite one open write transaction would make everybody wait for the slowest uploader."""
    with live_sessions() as session:
        door = Door(programme_id=make_programme(session).id, user_id=make_user(session).id)
        session.commit()
    install(live_app, door, now)
    body = multipart(("file", "a.docx", samples.docx()))
    middle, resumed, wrote = threading.Event(), threading.Event(), []
    parts = [body[:2000], body[2000:]]

    async def receive() -> dict[str, Any]:
        if len(parts) == 1:
            middle.set()
            await until(resumed)
        part = parts.pop(0)
        return {"type": "http.request", "body": part, "more_body": bool(parts)}

    def write() -> None:
        middle.wait(10)
        with live_sessions() as other:
            make_user(other)
            other.commit()
        wrote.append(True)
        resumed.set()

    writer = threading.Thread(target=write)
    writer.start()
    assert event_loop_portal.call(ask, live_app, receive) == 200
    writer.join()
    assert wrote == [True]


async def until(event: threading.Event) -> None:
    await anyio.to_thread.run_sync(event.wait, 20)


def test_disconnect_in_the_middle_leaves_nothing(
    app: FastAPI, door: Door, session: Session, store: Store, event_loop_portal: BlockingPortal
) -> None:
    session.commit()
    body = multipart(("file", "a.docx", samples.docx()))
    messages = [{"type": "http.request", "body": body[:20_000], "more_body": True}, {"type": "http.disconnect"}]
    seen: list[list[str]] = []

    async def receive() -> dict[str, Any]:
        seen.append(leftovers(store))
        return messages.pop(0)

    assert event_loop_portal.call(ask, app, receive) == 422
    assert len(seen[1]) == 1, "the temporary file was there"
    assert leftovers(store) == []
    assert door.asked == ["permit"]


@pytest.mark.parametrize("where", ["stream", "store"])
def test_full_disk_is_a_clear_refusal_and_leaves_nothing(
    client: Client, door: Door, store: Store, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    if where == "stream":
        monkeypatch.setattr(intake._UploadForm, "flush", full)
    else:
        monkeypatch.setattr(storage, "_fsync", full)
    response = upload(client)
    assert response.status_code == 507
    assert "hết dung lượng" in response.json()["message"]
    assert leftovers(store) == []


def test_row_that_breaks_a_rule_of_the_database_removes_the_object(client: Client, door: Door, store: Store) -> None:
    door.after_keep = lambda session: session.execute(text("SELECT no_such_column FROM files"))  # type: ignore[assignment,return-value]
    with pytest.raises(Exception, match="no_such_column"):
        upload(client)
    assert leftovers(store) == []


def test_receive_into_s3(app: FastAPI, door: Door, client: Client, tmp_path: Path, s3_server: Any) -> None:
    from tests.core.test_storage import s3_settings

    app.state.store = store = storage.make_store(s3_settings(tmp_path / "s3", s3_server))
    response = upload(client)
    assert response.status_code == 200
    key = response.json()["storage_key"]
    assert store.size(key) == len(samples.docx())
    door.late_refusal = Conflict(N_("Đã đóng."))
    assert upload(client).status_code == 409
    assert door.received is not None
    assert not store.exists(door.received.storage_key)
    assert list(store.temp_dir.iterdir()) == []
