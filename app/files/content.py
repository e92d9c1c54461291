"""What a file really is, told by its bytes and held against its extension and the list of the plan."""

import codecs
import zipfile
from pathlib import Path

import puremagic

from app.core.errors import Invalid
from app.core.i18n import N_, Message
from app.files import archives
from app.files.names import extension_of
from app.files.types import TYPES, FileType, describe

_HEAD = 4096
_READ = 256 * 1024

_TEXT_BYTES = bytes(range(0x20, 0x7F)) + b"\t\n\r\f" + bytes(range(0x80, 0x100))
_VIDEO_BRANDS = (b"iso", b"mp4", b"avc", b"M4V", b"dash", b"MSNV", b"3gp", b"3g2", b"mmp4", b"f4v")
_SIGNATURES = ((b"\xff\xd8\xff", "jpg"), (b"\x89PNG\r\n\x1a\n", "png"))
_LOOKS: tuple[tuple[bytes, Message], ...] = (
    (b"MZ", N_("chương trình chạy trên Windows (.exe)")),
    (b"\x7fELF", N_("chương trình chạy trên Linux")),
    (b"Rar!", N_("tệp nén RAR")),
    (b"7z\xbc\xaf", N_("tệp nén 7-Zip")),
    (b"\x1f\x8b", N_("tệp nén GZIP")),
    (b"GIF8", N_("ảnh GIF")),
    (b"\x1aE\xdf\xa3", N_("video WebM hoặc MKV")),
    (b"ID3", N_("âm thanh MP3")),
)
_TEXT_LOOKS: tuple[tuple[bytes, Message], ...] = (
    (b"#!", N_("tập lệnh (script)")),
    (b"{\\rtf", N_("văn bản RTF")),
    (b"<!doctype html", N_("trang web (HTML)")),
    (b"<html", N_("trang web (HTML)")),
    (b"<svg", N_("ảnh SVG")),
    (b"<?xml", N_("tài liệu XML")),
)
_UNKNOWN = N_("dữ liệu không nhận ra được")


def check_content(path: Path, *, name: str, allowed: frozenset[str]) -> FileType:
    """Give the type of the file at `path`, or refuse it saying what it is and what is allowed."""
    if path.stat().st_size == 0:
        raise Invalid(N_("Tệp «%(name)s» rỗng (0 byte). Vui lòng chọn lại tệp có nội dung.", name=name))
    extension = extension_of(name)
    kind = TYPES.get(extension)
    if kind is None or extension not in allowed:
        message = N_(
            "Tệp «%(name)s» thuộc loại không được nhận. Chỉ nhận: %(allowed)s.",
            name=name,
            allowed=describe(allowed),
        )
        raise Invalid(message)
    found = find_kind(path, whole=extension == "txt")
    if found not in kind.contents:
        message = N_(
            "Tệp «%(name)s» mang đuôi .%(extension)s nhưng nội dung thật là %(found)s. Chỉ nhận: %(allowed)s.",
            name=name,
            extension=extension,
            found=_look(path, found),
            allowed=describe(allowed),
        )
        raise Invalid(message)
    return kind


def find_kind(path: Path, *, whole: bool = False) -> str | None:
    """Tell the kind by content; None for what this table does not hold. `whole` reads a text to its end."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            return kind
    if head.startswith(b"PK\x03\x04"):
        return _zip_kind(path)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return archives.find_ole_kind(path)
    if head[4:8] == b"ftyp":
        return _video_kind(head)
    if b"%PDF-" in head[:1024]:
        return "pdf"
    return "txt" if _is_text(path, whole=whole) else None


def _zip_kind(path: Path) -> str:
    with archives.open_zip(path) as archive:
        kind = archives.find_office_kind(archive)
        if kind != "zip":
            archives.refuse_active_content(archive)
        _check_readable(archive)
        return kind


def _check_readable(archive: zipfile.ZipFile) -> None:
    # The first member is decompressed a little: a truncated or invented archive shows itself.
    first = next((member for member in archive.infolist() if not member.is_dir()), None)
    if first is None:
        raise Invalid(archives.BROKEN)
    if archives.is_plain(first):
        with archive.open(first) as stream:
            stream.read(_HEAD)


def _video_kind(head: bytes) -> str | None:
    brand = head[8:12]
    if brand == b"qt  ":
        return "mov"
    return "mp4" if brand.startswith(_VIDEO_BRANDS) else None


def _is_text(path: Path, *, whole: bool) -> bool:
    """Text of any usual Vietnamese encoding: Unicode, or 8-bit without control characters."""
    with path.open("rb") as stream:
        head = stream.read(_READ if whole else _HEAD)
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return True
        while head:
            if head.translate(None, _TEXT_BYTES):
                return False
            head = stream.read(_READ) if whole else b""
    return True


def _look(path: Path, found: str | None) -> Message | str:
    """Name what a file is, for the sentence of a refusal."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    if found == "txt":
        start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
        return next((label for sign, label in _TEXT_LOOKS if start.startswith(sign)), TYPES["txt"].label)
    if found is not None:
        return N_("%(label)s (.%(extension)s)", label=TYPES[found].label, extension=found)
    known = next((label for sign, label in _LOOKS if head.startswith(sign)), None)
    return known or _guess(head)


def _guess(head: bytes) -> Message | str:
    try:
        best = puremagic.magic_string(head)[0]
    except (puremagic.PureError, ValueError, IndexError):
        return _UNKNOWN
    return f"{best.name} ({best.extension})" if best.extension else str(best.name) or _UNKNOWN
