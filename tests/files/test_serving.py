"""Giving files back: ranges, names, and what a browser may do with them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from anyio.from_thread import BlockingPortal
from fastapi import FastAPI, Request
from starlette.responses import Response

from app.core.settings import Settings
from app.core.storage import LocalStore, new_key, new_temp
from app.core.web import Templates, install
from app.files.models import File
from app.files.serving import content_disposition, file_response
from app.files.types import TYPES
from tests.support.client import Client

BYTES = bytes(range(256)) * 4000
FILES = "/files/{extension}"


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path)


@pytest.fixture
def key(store: LocalStore) -> str:
    made = new_key()
    with new_temp(store.temp_dir) as (stream, path):
        stream.write(BYTES)
        stream.flush()
        store.put_file(made, path)
    return made


@pytest.fixture
def client(store: LocalStore, key: str, tmp_path: Path, event_loop_portal: BlockingPortal) -> Iterator[Client]:
    app = FastAPI()
    settings = Settings(data_dir=tmp_path, demo=True)
    templates = tmp_path / "templates"
    templates.mkdir()
    (templates / "error.html").write_text("{{ message }}")
    install(app, settings=settings, templates=Templates(templates=templates, dist=tmp_path))

    @app.api_route("/files/{extension}", methods=["GET", "HEAD"])
    def download(request: Request, extension: str) -> Response:
        file = File(
            id=1,
            name=f"Bài thi số 1.{extension}",
            media_type=TYPES[extension].media_type,
            extension=extension,
            size=len(BYTES),
            sha256="ab" * 32,
            storage_key=key,
        )
        return file_response(request, store, file, inline="inline" in request.query_params)

    with Client(app, event_loop_portal) as opened:
        yield opened


def get(client: Client, **headers: str) -> httpx.Response:
    return client.get("/files/mp4", headers={name.replace("_", "-"): value for name, value in headers.items()})


def test_whole_file(client: Client) -> None:
    response = get(client)
    assert response.status_code == 200
    assert response.content == BYTES
    assert response.headers["content-length"] == str(len(BYTES))
    assert response.headers["accept-ranges"] == "bytes"
    assert response.headers["etag"] == f'"{"ab" * 32}"'
    assert response.headers["content-type"] == "video/mp4"
    assert response.headers["cache-control"] == "private, no-cache"
    assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("wanted", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-", 0, len(BYTES)),
        ("bytes=100-299", 100, 300),
        ("bytes=1000000-", 1_000_000, len(BYTES)),
        ("bytes=5-99999999", 5, len(BYTES)),
        ("bytes=-10", len(BYTES) - 10, len(BYTES)),
        ("bytes=-99999999", 0, len(BYTES)),
    ],
)
def test_range(client: Client, wanted: str, start: int, end: int) -> None:
    response = get(client, range=wanted)
    assert response.status_code == 206
    assert response.content == BYTES[start:end]
    assert response.headers["content-range"] == f"bytes {start}-{end - 1}/{len(BYTES)}"
    assert response.headers["content-length"] == str(end - start)


@pytest.mark.parametrize("wanted", ["bytes=1024000-", "bytes=-0", "bytes=9-3", "bytes=2000000-3000000"])
def test_range_outside_is_416(client: Client, wanted: str) -> None:
    response = get(client, range=wanted)
    assert response.status_code == 416
    assert response.headers["content-range"] == f"bytes */{len(BYTES)}"
    assert response.content == b""


@pytest.mark.parametrize("wanted", ["bytes=0-1,5-9", "bytes=-", "lines=1-2", "bytes=a-b", "", "bytes=0-1" + "9" * 30])
def test_range_that_is_not_one_plain_range_gives_all(client: Client, wanted: str) -> None:
    response = get(client, range=wanted)
    assert (response.status_code, len(response.content)) == (200, len(BYTES))


def test_if_range_gives_all_when_the_file_changed(client: Client) -> None:
    etag = get(client).headers["etag"]
    assert get(client, range="bytes=0-9", if_range=etag).status_code == 206
    for other in ('"other"', f"W/{etag}", "Mon, 20 May 2024 02:00:00 GMT"):
        assert get(client, range="bytes=0-9", if_range=other).status_code == 200


def test_known_file_is_304(client: Client) -> None:
    etag = get(client).headers["etag"]
    for sent in (etag, f"W/{etag}", f'"x", {etag}', "*"):
        response = get(client, if_none_match=sent)
        assert (response.status_code, response.content) == (304, b"")
        assert response.headers["etag"] == etag
    assert get(client, if_none_match='"x"').status_code == 200


def test_head_gives_headers_and_opens_nothing(client: Client, store: LocalStore, key: str) -> None:
    store.delete(key)
    response = client.head("/files/mp4")
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["content-length"] == str(len(BYTES))
    assert client.head("/files/mp4", headers={"range": "bytes=0-9"}).headers["content-length"] == "10"


def test_lost_bytes_are_told_before_the_answer_starts(client: Client, store: LocalStore, key: str) -> None:
    store.delete(key)
    response = get(client)
    assert response.status_code == 404
    assert "kho lưu trữ" in response.text


@pytest.mark.parametrize("extension", sorted(TYPES))
def test_only_what_runs_nothing_is_shown_in_the_page(client: Client, extension: str) -> None:
    headers = client.get(f"/files/{extension}?inline").headers
    shown = extension in {"pdf", "mp4", "png", "jpg", "jpeg"}
    assert headers["content-disposition"].startswith("inline" if shown else "attachment")
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'self'" in headers["content-security-policy"]
    assert "script-src" not in headers["content-security-policy"]
    assert ("sandbox" in headers["content-security-policy"]) == (extension != "pdf")


@pytest.mark.parametrize("extension", sorted(TYPES))
def test_download_is_always_an_attachment_in_a_sandbox(client: Client, extension: str) -> None:
    headers = client.get(f"/files/{extension}").headers
    assert headers["content-disposition"].startswith("attachment")
    assert headers["content-security-policy"].startswith("sandbox;")


def test_name_in_vietnamese_travels_encoded() -> None:
    assert content_disposition('Bài "1".docx', inline=False) == (
        "attachment; filename=\"B_i _1_.docx\"; filename*=UTF-8''B%C3%A0i%20%221%22.docx"
    )


def test_source_is_closed_when_the_reader_goes(
    client: Client, store: LocalStore, event_loop_portal: BlockingPortal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A phone that leaves the page in the middle of a film must not keep a file open."""
    opened: list[Callable[[], bool]] = []
    really = LocalStore.open

    def noted(self: LocalStore, *args: object) -> object:
        stream = really(self, *args)  # type: ignore[arg-type]
        opened.append(lambda: stream._source.closed)  # type: ignore[attr-defined]
        return stream

    monkeypatch.setattr(LocalStore, "open", noted)

    async def ask() -> None:
        scope = {
            "type": "http", "method": "GET", "path": "/files/mp4", "raw_path": b"", "query_string": b"",
            "headers": [], "http_version": "1.1", "scheme": "http", "server": ("x", 1), "client": ("x", 1),
            "root_path": "", "asgi": {"version": "3.0", "spec_version": "2.4"}, "state": {},
        }  # fmt: skip

        async def receive() -> dict[str, str]:
            return {"type": "http.disconnect"}

        async def send(message: dict[str, object]) -> None:
            if message["type"] == "http.response.body":
                raise OSError("gone")

        await client.app(scope, receive, send)

    with pytest.raises(Exception, match=r".*"):
        event_loop_portal.call(ask)
    assert [closed() for closed in opened] == [True]
