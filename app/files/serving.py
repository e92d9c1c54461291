"""Giving a stored file to a reader: in ranges, under a sandbox, shown in the page only where that is safe."""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from fastapi import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from app.core.errors import NotFound
from app.core.i18n import N_
from app.core.storage import ByteStream, ObjectMissingError, Store
from app.files.models import File
from app.files.types import INLINE_MEDIA_TYPES

_RANGE = re.compile(r"bytes=(?!-$)(\d{0,18})-(\d{0,18})")
_NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
_SANDBOX = f"sandbox; {_NOTHING}"
# Chromium shows all four under the bare sandbox too; the rest is room for other browsers. Not every one starts its
# PDF viewer in a sandboxed document; the viewer is the browser's own and keeps what a PDF holds away from our pages.
_POLICIES: Mapping[str, str] = {
    "application/pdf": f"{_NOTHING}; object-src 'self'; style-src 'unsafe-inline'",
    "video/mp4": f"{_SANDBOX}; media-src 'self'",
    "image/png": f"{_SANDBOX}; img-src 'self'; style-src 'unsafe-inline'",
    "image/jpeg": f"{_SANDBOX}; img-src 'self'; style-src 'unsafe-inline'",
}

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Span:
    """The bytes from `start` up to, not including, `end`."""

    start: int
    end: int


class _Stream(StreamingResponse):
    """A streamed answer that closes its source however the sending ends."""

    def __init__(self, source: ByteStream, *, status: int, headers: dict[str, str], media_type: str) -> None:
        super().__init__(source, status_code=status, headers=headers, media_type=media_type)
        self._source = source

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send, then let go."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._source.close()


def file_response(request: Request, store: Store, file: File, *, inline: bool, name: str | None = None) -> Response:
    """Answer GET or HEAD with the bytes of `file`. The caller has decided that this reader may have them.

    `file` needs no session any more. `inline` is a wish: only types that run nothing are shown in the page. `name`
    stands in for the sender's own, which may say who they are.
    """
    headers = _headers(file, inline=inline, name=name or file.name)
    etag = headers["ETag"]
    if _matches(request.headers.get("if-none-match"), etag):
        return Response(status_code=304, headers=headers)
    wanted = request.headers.get("range") if request.headers.get("if-range", etag) == etag else None
    span = _span(wanted, file.size)
    if span is None:
        del headers["Content-Disposition"]
        return Response(status_code=416, headers=headers | {"Content-Range": f"bytes */{file.size}"})
    status = 200
    if wanted is not None and _RANGE.fullmatch(wanted):
        status = 206
        headers["Content-Range"] = f"bytes {span.start}-{span.end - 1}/{file.size}"
    headers["Content-Length"] = str(span.end - span.start)
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers, media_type=file.media_type)
    return _Stream(_open(store, file, span), status=status, headers=headers, media_type=file.media_type)


def _headers(file: File, *, inline: bool, name: str) -> dict[str, str]:
    shown = inline and file.media_type in INLINE_MEDIA_TYPES
    return {
        "Accept-Ranges": "bytes",
        "ETag": f'"{file.sha256}"',
        "Content-Disposition": content_disposition(name, inline=shown),
        "Content-Security-Policy": _POLICIES[file.media_type] if shown else _SANDBOX,
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        # The reader's own browser may keep it, and asks each time whether they still may see it.
        "Cache-Control": "private, no-cache",
    }


def content_disposition(name: str, *, inline: bool) -> str:
    """The header with an ASCII name for old programs and the real one after RFC 5987."""
    plain = re.sub(r"[^A-Za-z0-9 ._()-]", "_", name)
    kind = "inline" if inline else "attachment"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _matches(header: str | None, etag: str) -> bool:
    if header is None:
        return False
    return any(one.strip().removeprefix("W/") in {etag, "*"} for one in header.split(","))


def _span(wanted: str | None, size: int) -> Span | None:
    """The one range that is asked for, or all; None if it lies outside. Several ranges are answered with all."""
    found = _RANGE.fullmatch(wanted) if wanted else None
    if found is None:
        return Span(0, size)
    first, last = found.groups()
    if not first:
        return Span(max(size - int(last), 0), size) if int(last) else None
    start, end = int(first), min(int(last) + 1, size) if last else size
    return Span(start, end) if start < end else None


def _open(store: Store, file: File, span: Span) -> ByteStream:
    try:
        return store.open(file.storage_key, span.start, span.end)
    except ObjectMissingError as error:
        _log.exception("the bytes of file %s are missing from the store", file.id)
        raise NotFound(
            N_("Không tìm thấy nội dung của tệp trong kho lưu trữ. Vui lòng báo quản trị hệ thống.")
        ) from error
