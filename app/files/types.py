"""The kinds of file that a plan may allow: extension, media type, what people call it, what may be inside."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.core.i18n import N_, Message


@dataclass(frozen=True, slots=True)
class FileType:
    """A kind of file. `contents` are the kinds that app.files.content may find behind this extension."""

    extension: str
    media_type: str
    label: Message
    contents: frozenset[str]


_OOXML = "application/vnd.openxmlformats-officedocument"
_WORD = N_("văn bản Word")
_EXCEL = N_("bảng tính Excel")
_SLIDES = N_("bài trình chiếu PowerPoint")
_PDF = N_("PDF")
_TEXT = N_("văn bản thuần")
_IMAGE = N_("ảnh JPEG hoặc PNG")
_VIDEO = N_("video MP4 hoặc MOV")
_ZIP = N_("tệp nén ZIP")


def _type(extension: str, media_type: str, label: Message, *contents: str) -> FileType:
    return FileType(extension, media_type, label, frozenset(contents or {extension}))


# MP4 and QuickTime are one family of containers: phones and editors put either brand behind either extension.
_ALL = (
    _type("docx", f"{_OOXML}.wordprocessingml.document", _WORD),
    _type("doc", "application/msword", _WORD),
    _type("pdf", "application/pdf", _PDF),
    _type("txt", "text/plain; charset=utf-8", _TEXT),
    _type("pptx", f"{_OOXML}.presentationml.presentation", _SLIDES),
    _type("ppt", "application/vnd.ms-powerpoint", _SLIDES),
    _type("xlsx", f"{_OOXML}.spreadsheetml.sheet", _EXCEL),
    _type("xls", "application/vnd.ms-excel", _EXCEL),
    _type("jpg", "image/jpeg", _IMAGE),
    _type("jpeg", "image/jpeg", _IMAGE, "jpg"),
    _type("png", "image/png", _IMAGE),
    _type("mp4", "video/mp4", _VIDEO, "mp4", "mov"),
    _type("mov", "video/quicktime", _VIDEO, "mp4", "mov"),
    _type("zip", "application/zip", _ZIP),
)
TYPES = {kind.extension: kind for kind in _ALL}

TEXTS = frozenset({"docx", "doc", "pdf", "txt"})
EVERYTHING = frozenset(TYPES)

INLINE_MEDIA_TYPES = frozenset({"application/pdf", "video/mp4", "image/png", "image/jpeg"})
"""What a browser shows without running anything of the sender's; all else is a download."""


def describe(extensions: Iterable[str]) -> str:
    """What is allowed, for a person: «văn bản Word (.docx, .doc), PDF (.pdf)»."""
    wanted = set(extensions)
    groups: dict[str, list[str]] = {}
    for kind in _ALL:
        if kind.extension in wanted:
            groups.setdefault(str(kind.label), []).append(f".{kind.extension}")
    return ", ".join(f"{label} ({', '.join(names)})" for label, names in groups.items())


def accept_attribute(extensions: Iterable[str]) -> str:
    """The `accept` attribute of a file input: the browser's chooser shows these first."""
    wanted = set(extensions)
    return ",".join(f".{kind.extension}" for kind in _ALL if kind.extension in wanted)


def format_size(size: int) -> str:
    """Bytes as people read them: «12,5 MB», «300 KB», «1 GB»."""
    for unit, factor in (("GB", 1 << 30), ("MB", 1 << 20), ("KB", 1 << 10)):
        if size >= factor:
            return f"{size / factor:.1f}".removesuffix(".0").replace(".", ",") + f" {unit}"
    return f"{size} byte"
