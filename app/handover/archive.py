"""Writing the archive: every byte is hashed as it goes in and held against what the row says; memory is bounded."""

import hashlib
import logging
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from app.core.errors import Conflict
from app.core.i18n import N_
from app.core.papers import render_xlsx
from app.core.storage import ObjectMissingError, Store
from app.handover.bundle import INDEX, MANIFEST, Bundle, Piece, index_of, manifest_of
from scoring import canonical_json

# What is compressed already gains nothing and costs minutes for a film.
_WORTH_DEFLATING = frozenset({"doc", "xls", "ppt", "txt", "json"})
_ZIP64_FROM = 0x7FFF0000
_READABLE = 0o100644 << 16
_UNIX = 3

_log = logging.getLogger(__name__)


class DamagedFileError(Conflict):
    """The stored bytes are not those that were received: no archive may vouch for them."""


@dataclass(frozen=True, slots=True)
class Written:
    """What an archive turned out to be."""

    manifest_sha256: str
    members: int
    size: int


@dataclass(frozen=True, slots=True)
class _Member:
    path: str
    sha256: str
    size: int

    def as_json(self) -> dict[str, object]:
        return {"path": self.path, "sha256": self.sha256, "size": self.size}


def write_archive(stream: BinaryIO, bundle: Bundle, store: Store) -> Written:
    """Write the whole archive to `stream`. The same bundle gives the same bytes.

    Raises DamagedFileError, naming the file, if stored bytes are missing or differ from their row.
    """
    when = bundle.local_time
    with zipfile.ZipFile(stream, "w") as archive:
        members = [_write_piece(archive, piece, store, when=when) for item in bundle.items for piece in item.pieces]
        index = render_xlsx(index_of(bundle))
        members.append(_write(archive, INDEX, [index], size=len(index), when=when))
        manifest = canonical_json(manifest_of(bundle, [m.as_json() for m in members]))
        members.append(_write(archive, MANIFEST, [manifest], size=len(manifest), when=when))
    return Written(hashlib.sha256(manifest).hexdigest(), len(members), stream.tell())


def _write_piece(archive: zipfile.ZipFile, piece: Piece, store: Store, *, when: datetime) -> _Member:
    try:
        with store.open(piece.storage_key) as chunks:
            member = _write(archive, piece.path, _no_longer_than(chunks, piece), size=piece.size, when=when)
    except ObjectMissingError as error:
        raise _damaged(piece) from error
    if (member.sha256, member.size) != (piece.sha256, piece.size):
        raise _damaged(piece)
    return member


def _no_longer_than(chunks: Iterable[bytes], piece: Piece) -> Iterator[bytes]:
    """Stop at once when there is more than the row says: the member's header has promised a size."""
    left = piece.size
    for chunk in chunks:
        left -= len(chunk)
        if left < 0:
            raise _damaged(piece)
        yield chunk


def _damaged(piece: Piece) -> DamagedFileError:
    _log.error("stored bytes differ from their row: %s", piece.storage_key)
    message = N_(
        "Tệp «%(name)s» (%(path)s) trong kho lưu trữ không còn đúng như khi nhận nên chưa lập được hồ sơ. "
        "Vui lòng báo quản trị hệ thống.",
        name=piece.name,
        path=piece.path,
    )
    return DamagedFileError(message)


def _write(archive: zipfile.ZipFile, path: str, chunks: Iterable[bytes], *, size: int, when: datetime) -> _Member:
    info = zipfile.ZipInfo(path, when.timetuple()[:6])
    deflate = path.rpartition(".")[2] in _WORTH_DEFLATING
    info.compress_type = zipfile.ZIP_DEFLATED if deflate else zipfile.ZIP_STORED
    info.external_attr, info.create_system = _READABLE, _UNIX
    digest, written = hashlib.sha256(), 0
    with archive.open(info, "w", force_zip64=size >= _ZIP64_FROM) as member:
        for chunk in chunks:
            digest.update(chunk)
            member.write(chunk)
            written += len(chunk)
    return _Member(path, digest.hexdigest(), written)
