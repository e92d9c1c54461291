"""What a juror may read where the rules say blind: no author's name, telephone or unit, as far as we know them.

Names that the entry declares are hidden in its texts. A file whose text can be read on the page is not handed out: the
original carries the names. It is no proof against a juror who recognises an idea; recusal is for that.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Protocol

from app.entries.models import Entry, EntryFile, FileRole

HIDDEN = "▇▇▇"
_FEWEST_DIGITS = 8  # of a telephone number
_DIGIT_GAP = r"[\s.\-]?"
_LINE_OF_NAMES = re.compile(r"^\s*(tác giả|nhóm tác giả|đơn vị|liên hệ|họ và tên|người đại diện)\b.*", re.IGNORECASE)
_PEOPLES_COMMITTEE = re.compile(r"^(UBND|Ủy ban nhân dân|Uỷ ban nhân dân)\s+", re.IGNORECASE)


class Person(Protocol):
    """Who is named on an entry."""

    @property
    def full_name(self) -> str:
        """The name."""

    @property
    def phone(self) -> str | None:
        """The telephone, E.164."""


class Signed(Protocol):
    """What tells who sent an entry: an Entry with its authors, or a line of a juror's list."""

    @property
    def title(self) -> str:
        """The entry's title."""

    @property
    def unit_name(self) -> str:
        """The unit that sent it."""

    @property
    def organisation(self) -> str:
        """The collective that it speaks for, if any."""

    @property
    def authors(self) -> Sequence[Person]:
        """Who wrote it."""


def blind_text(paragraphs: Iterable[str], *, entry: Signed) -> list[str]:
    """Hide the entry's declared names, telephones and unit; drop lines that only say who wrote it."""
    pattern = _pattern(entry)
    shown = []
    for paragraph in paragraphs:
        if _LINE_OF_NAMES.match(paragraph) and pattern.search(paragraph):
            continue
        shown.append(pattern.sub(HIDDEN, paragraph))
    return shown


def blind_title(entry: Signed) -> str:
    """The title with the same hidden: «… tại phường Hạ Đình» says which unit sent it."""
    return _pattern(entry).sub(HIDDEN, entry.title) if _may_tell(entry.title, entry) else entry.title


def _may_tell(text: str, entry: Signed) -> bool:
    """Whether looking closer can find anything: a juror's list has hundreds of titles, and most name nobody."""
    lowered = text.lower()
    return sum(map(str.isdigit, text)) >= _FEWEST_DIGITS or any(
        all(word in lowered for word in name.lower().split()) for name in _names(entry)
    )


def blind_file_name(file: EntryFile, *, entry: Entry) -> str:
    """What a file is called on the juror's own disk: its sender's name for it may hold theirs."""
    return f"bai-{entry.number or 0:03d}-{file.role}-{file.id}.{file.file.extension}"


def _names(entry: Signed) -> list[str]:
    # «phường Hạ Đình» says as much as «UBND phường Hạ Đình».
    unit = _PEOPLES_COMMITTEE.sub("", entry.unit_name)
    names = [*(a.full_name for a in entry.authors), entry.unit_name, unit, entry.organisation]
    return [name for name in names if name]


def _pattern(entry: Signed) -> re.Pattern[str]:
    phones = [a.phone.removeprefix("+84") for a in entry.authors if a.phone]
    parts = [_loosely(name) for name in sorted(_names(entry), key=len, reverse=True)]
    parts += [r"(?:\+?84|0)" + _DIGIT_GAP + _DIGIT_GAP.join(phone) for phone in phones]
    return re.compile("|".join(parts) or r"(?!)", re.IGNORECASE)


def _loosely(name: str) -> str:
    """The name with any white space between its words."""
    return r"\s+".join(re.escape(word) for word in name.split())


def visible_files(entry: Entry, *, blind: bool, text_is_shown: bool) -> list[EntryFile]:
    """The files that a juror may open. Their own names are never shown: the sender chose them."""
    live = [f for f in entry.files if f.removed_at is None]
    if not (blind and text_is_shown):
        return live
    read_on_page = FileRole.TEXT if any(f.role == FileRole.TEXT for f in live) else FileRole.MAIN
    return [f for f in live if f.role != read_on_page]
