"""What a juror may read where the rules say blind: no author's name, telephone or unit, as far as we know them.

Names that the entry declares are hidden in its texts, however they are spelt there. A document is read on the page and
never handed out: the original carries the names. It is no proof against a juror who recognises an idea; recusal is.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Protocol

from app.core.text import fold, fold_in_place, sort_key
from app.entries.models import Entry, EntryFile, FileRole
from app.files.types import TEXTS

HIDDEN = "▇▇▇"
_FEWEST_DIGITS = 8  # of a telephone number
_FEWEST_SYLLABLES = 2  # of a name that is found without its accents
_DIGIT_GAP = r"[\s.\-]?"
_WHOLE = r"(?<![^\W\d_])%s(?![^\W\d_])"  # no letter beside it: «Hoa_2024» names her, «Hoan» does not
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
    signature = _Signature(entry)
    shown = []
    for paragraph in paragraphs:
        blind = signature.hide(paragraph)
        if blind == paragraph or not _LINE_OF_NAMES.match(paragraph):
            shown.append(blind)
    return shown


def blind_title(entry: Signed) -> str:
    """The title with the same hidden: «… tại phường Hạ Đình» says which unit sent it."""
    return _Signature(entry).hide(entry.title) if _may_tell(entry.title, entry) else entry.title


def _may_tell(text: str, entry: Signed) -> bool:
    """Whether looking closer can find anything: a juror's list has hundreds of titles, and most name nobody."""
    plain = _folded(text)
    return sum(map(str.isdigit, text)) >= _FEWEST_DIGITS or any(
        all(word in plain for word in _folded(name).split()) for name in _names(entry)
    )


def blind_file_name(file: EntryFile, *, entry: Entry) -> str:
    """What a file is called on the juror's own disk: its sender's name for it may hold theirs."""
    return f"bai-{entry.number or 0:03d}-{file.role}-{file.id}.{file.file.extension}"


def _names(entry: Signed) -> list[str]:
    # «phường Hạ Đình» says as much as «UBND phường Hạ Đình».
    unit = _PEOPLES_COMMITTEE.sub("", entry.unit_name)
    names = [*(a.full_name for a in entry.authors), entry.unit_name, unit, entry.organisation]
    return [name for name in names if _folded(name) not in _NO_NAMES]


_NO_NAMES = {"", "khong", "khong co"}  # what people write into a box that they may leave empty
_folded = lru_cache(maxsize=8192)(fold)


class _Signature:
    """Everything that tells who sent an entry, ready to be found in texts.

    A name of two syllables or more is found without its accents, for people place tones as they like («Hoà», «HÒA») or
    leave them out. Of two syllables alone that would hit ordinary words («Lê Ánh», «lẻ ánh»): there other accents count
    only where capitals say that it is a name. A single syllable is found as it is written.
    """

    def __init__(self, entry: Signed) -> None:
        names = sorted(_names(entry), key=len, reverse=True)
        self.names: dict[str, set[str]] = {}  # the folded name, and how it may be spelt in small letters
        for name in names:
            if " " in _folded(name):
                self.names.setdefault(_folded(name), set()).add(sort_key(name))
        phones = [a.phone.removeprefix("+84") for a in entry.authors if a.phone]
        exact = [_WHOLE % re.escape(name) for name in names if _folded(name) not in self.names]
        exact += [r"(?:\+?84|0)" + _DIGIT_GAP + _DIGIT_GAP.join(phone) for phone in phones]
        loose = sorted(self.names, key=len, reverse=True)
        self.exact = re.compile("|".join(exact) or r"(?!)", re.IGNORECASE)
        self.loose = re.compile(rf"\b(?:{'|'.join(map(_spaced, loose))})\b" if loose else r"(?!)")

    def hide(self, text: str) -> str:
        """The text with ▇▇▇ in the place of each name and number."""
        shown, done = [], 0
        for start, end in sorted(self._find(text)):
            if start >= done:
                shown += [text[done:start], HIDDEN]
            done = max(done, end)
        return "".join(shown) + text[done:]

    def _find(self, text: str) -> Iterator[tuple[int, int]]:
        yield from (match.span() for match in self.exact.finditer(text))
        plain, places = fold_in_place(text)
        for match in self.loose.finditer(plain):
            start, end = places[match.start()], places[match.end() - 1] + 1
            while end < len(text) and unicodedata.combining(text[end]):
                end += 1
            spellings = self.names[" ".join(match.group().split())]
            if len(match.group().split()) > _FEWEST_SYLLABLES or self._is_name(text[start:end], spellings):
                yield start, end

    @staticmethod
    def _is_name(found: str, spellings: set[str]) -> bool:
        return sort_key(found) in spellings or not any(word[0].islower() for word in found.split())


def _spaced(name: str) -> str:
    """The folded name with any space between its words."""
    return r" +".join(re.escape(word) for word in name.split())


def visible_files(entry: Entry, *, blind: bool) -> list[EntryFile]:
    """The files that a juror may open. Their own names are never shown: the sender chose them.

    A document of the entry is read on the page, and where it cannot be read it is still full of names.
    """
    live = [f for f in entry.files if f.removed_at is None]
    return [f for f in live if not (blind and f.role != FileRole.ATTACHMENT and f.file.extension in TEXTS)]
