"""Receiving one file: decided on the headers, streamed with bounded memory, recorded in a transaction of its own.

FastAPI's `UploadFile` reads the whole body before an endpoint can refuse it. Here the order is: permit, body, content,
store, record. No database transaction is open while a body streams: on SQLite it would hold the only write lock.
"""

import hashlib
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NoReturn, TypeVar

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from sqlalchemy.orm import sessionmaker
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import ClientDisconnect

from app.core.database import begin_write
from app.core.errors import Invalid, TooLarge
from app.core.i18n import N_, Message
from app.core.storage import Store, full_disk_refused, new_key, new_temp
from app.files.content import check_content
from app.files.names import clean_name
from app.files.queries import is_stored
from app.files.types import EVERYTHING, format_size

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

BUFFER = 1024 * 1024
_PIECE = 64 * 1024
_FIELDS_AT_MOST = 100
_FIELD_BYTES = 64 * 1024
_BEYOND_FILE = 256 * 1024  # headers, boundaries and the small fields

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

_UNREADABLE = N_("Không đọc được biểu mẫu đã gửi. Vui lòng tải lại trang và thử lại.")
_NO_FILE = N_("Vui lòng chọn một tệp.")
_ONE_FILE = N_("Mỗi lần chỉ gửi một tệp.")
_BROKEN_OFF = N_("Việc tải lên bị ngắt giữa chừng; chưa có gì được ghi. Vui lòng tải lại.")


@dataclass(frozen=True, slots=True)
class Terms:
    """What a permit allows: how many bytes, and which extensions of app.files.types."""

    max_bytes: int
    allowed: frozenset[str] = EVERYTHING


@dataclass(frozen=True, slots=True)
class Received:
    """A file that arrived whole, was checked and is stored. It stays only if `record` commits."""

    name: str
    extension: str
    media_type: str
    size: int
    sha256: str
    storage_key: str
    fields: FormData
    """The text fields of the same form; `SomeForm.parse(received.fields)` takes them."""


async def receive(
    request: Request,
    *,
    permit: Callable[[Session], Terms],
    record: Callable[[Session, Received], _T],
) -> _T:
    """Take one file of a multipart form and give what `record` returns, committed.

    `permit` decides on the headers, in a short transaction before a byte of the body is read. `record` runs in a
    write transaction after the bytes are safe; it asks the policy again, for time has passed, and calls
    `files.service.keep`. Both run in a thread. The route is `async def` and takes no SessionDep: that would keep a
    transaction open. Whatever fails, no bytes stay behind.
    """
    sessions: sessionmaker[Session] = request.app.state.sessions
    store: Store = request.app.state.store
    terms = await run_in_threadpool(_ask, sessions, permit)
    boundary = _boundary(request)
    _refuse_declared_size(request, terms)
    with full_disk_refused(), new_temp(store.temp_dir) as (stream, path):
        form = _UploadForm(stream, max_bytes=terms.max_bytes)
        await _read_body(request.stream(), form, boundary)
        async with request.app.state.turns.apart:
            return await run_in_threadpool(_finish, sessions, store, form, path, terms, record)


def _ask(sessions: sessionmaker[Session], permit: Callable[[Session], Terms]) -> Terms:
    with sessions() as session:
        return permit(session)


def _boundary(request: Request) -> bytes:
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise Invalid(_UNREADABLE)
    return boundary


def _refuse_declared_size(request: Request, terms: Terms) -> None:
    declared = request.headers.get("content-length", "")
    if declared.isascii() and declared.isdecimal() and int(declared) > terms.max_bytes + _BEYOND_FILE:
        _refuse_size(terms.max_bytes)


def _refuse_size(limit: int) -> NoReturn:
    message = N_("Tệp vượt quá giới hạn %(limit)s. Vui lòng giảm dung lượng rồi tải lại.", limit=format_size(limit))
    raise TooLarge(message, fields={"file": message})


def _refuse_form(message: Message) -> NoReturn:
    raise Invalid(message, fields={"file": message})


class _UploadForm:
    """Callbacks of the parser: small fields into memory, the file's bytes through one buffer to the disk."""

    def __init__(self, stream: BinaryIO, *, max_bytes: int) -> None:
        self.stream = stream
        self.max_bytes = max_bytes
        self.name: str | None = None
        self.size = 0
        self.digest = hashlib.sha256()
        self.fields: list[tuple[str, str | UploadFile]] = []
        self.complete = False
        self.pending = bytearray()
        self._headers: dict[str, bytes] = {}
        self._header_name = b""
        self._header_value = b""
        self._field: str | None = None
        self._value = bytearray()
        self._field_bytes = 0
        self._parts = 0

    @property
    def callbacks(self) -> "MultipartCallbacks":
        """What MultipartParser calls."""
        return {
            "on_part_begin": self.on_part_begin,
            "on_part_data": self.on_part_data,
            "on_part_end": self.on_part_end,
            "on_header_field": self.on_header_field,
            "on_header_value": self.on_header_value,
            "on_header_end": self.on_header_end,
            "on_headers_finished": self.on_headers_finished,
            "on_end": self.on_end,
        }

    def on_part_begin(self) -> None:
        """Count the parts."""
        self._parts += 1
        if self._parts > _FIELDS_AT_MOST:
            raise Invalid(_UNREADABLE)
        self._headers = {}

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        """Collect a header's name; the parser bounds it."""
        self._header_name += data[start:end]

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        """Collect a header's value; the parser bounds it."""
        self._header_value += data[start:end]

    def on_header_end(self) -> None:
        """Keep the header."""
        self._headers[self._header_name.decode("latin-1").lower()] = self._header_value
        self._header_name = self._header_value = b""

    def on_headers_finished(self) -> None:
        """Decide whether this part is the file or a small field."""
        _, options = parse_options_header(self._headers.get("content-disposition", b""))
        if b"name" not in options:
            raise Invalid(_UNREADABLE)
        self._field = None
        if b"filename" not in options:
            self._field = _decode(options[b"name"])
            self._value = bytearray()
        elif self.name is not None:
            _refuse_form(_ONE_FILE)
        elif options[b"filename"]:
            self.name = clean_name(_decode(options[b"filename"]))
        else:
            # What a browser sends for a file input without a choice.
            _refuse_form(_NO_FILE)

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        """Take the bytes within their limit."""
        if self._field is None:
            self.size += end - start
            if self.size > self.max_bytes:
                _refuse_size(self.max_bytes)
            self.pending += data[start:end]
            return
        self._field_bytes += end - start
        if self._field_bytes > _FIELD_BYTES:
            raise Invalid(N_("Nội dung kèm theo tệp quá dài."))
        self._value += data[start:end]

    def on_part_end(self) -> None:
        """Keep a field's value."""
        if self._field is not None:
            self.fields.append((self._field, _decode(bytes(self._value))))

    def on_end(self) -> None:
        """Note that the closing boundary came: without it the body was cut."""
        self.complete = True

    def flush(self) -> None:
        """Write the buffer out and hash it."""
        self.digest.update(self.pending)
        self.stream.write(self.pending)
        self.pending.clear()

    def finish(self) -> str:
        """Check that one file came whole; give its name."""
        if not self.complete:
            raise Invalid(_UNREADABLE)
        if self.name is None:
            _refuse_form(_NO_FILE)
        self.flush()
        self.stream.flush()
        return self.name


def _decode(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("cp1258", "replace")


async def _read_body(body: AsyncIterator[bytes], form: _UploadForm, boundary: bytes) -> None:
    try:
        parser = MultipartParser(boundary, form.callbacks)
        total = 0
        async for chunk in body:
            total += len(chunk)
            if total > form.max_bytes + _BEYOND_FILE:
                _refuse_size(form.max_bytes)
            for piece in _pieces(chunk):
                parser.write(piece)
                if len(form.pending) >= BUFFER - _PIECE:
                    await run_in_threadpool(form.flush)
        parser.finalize()
    except FormParserError as error:
        raise Invalid(_UNREADABLE) from error
    except ClientDisconnect as error:
        raise Invalid(_BROKEN_OFF) from error


def _pieces(chunk: bytes) -> Iterator[bytes]:
    for at in range(0, len(chunk), _PIECE):
        yield chunk[at : at + _PIECE]


def _finish(
    sessions: sessionmaker[Session],
    store: Store,
    form: _UploadForm,
    path: Path,
    terms: Terms,
    record: Callable[[Session, Received], _T],
) -> _T:
    name = form.finish()
    try:
        kind = check_content(path, name=name, allowed=terms.allowed)
    except Invalid as refusal:
        refusal.fields.setdefault("file", refusal.message)
        raise
    received = Received(
        name=name,
        extension=kind.extension,
        media_type=kind.media_type,
        size=form.size,
        sha256=form.digest.hexdigest(),
        storage_key=new_key(),
        fields=FormData(form.fields),
    )
    with _removed_unless_recorded(sessions, store, received.storage_key):
        store.put_file(received.storage_key, path)
        with sessions() as session:
            begin_write(session)
            result = record(session, received)
            session.commit()
    return result


@contextmanager
def _removed_unless_recorded(sessions: sessionmaker[Session], store: Store, key: str) -> Iterator[None]:
    """Remove the stored object if no committed row names it: a commit may succeed and its answer still be lost."""
    try:
        yield
    except BaseException:
        _remove_unrecorded(sessions, store, key)
        raise


def _remove_unrecorded(sessions: sessionmaker[Session], store: Store, key: str) -> None:
    try:
        with sessions() as session:
            if is_stored(session, key=key):
                return
        store.delete(key)
    except Exception:  # noqa: BLE001 - logged with its trace
        # The refusal on its way matters more; an object without a row harms nobody.
        _log.exception("could not remove an unrecorded object")
