"""Vietnamese text: cleaned at the door, folded for search, keyed for order; telephone numbers and dates."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache

from app.core.i18n import N_

# One ASCII character a letter, so that a key sorts alike in Python, SQLite and PostgreSQL "C".
_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_LETTER_KEYS = dict(zip(_ALPHABET, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg", strict=True))
# The order of the tones: none, then huyền, hỏi, ngã, sắc, nặng.
_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
_OTHER_MARK = "6"
_SHAPES = "\u0302\u0306\u031b"  # circumflex, breve, horn: part of a letter, not of a tone
# Below every digit and letter, so that what ends first comes first, and a word ends before a longer word.
_LEVEL_END = "."
_WORD_END = "/"
# Eth and the African D look exactly like Đ and are what some keyboards and old files hold.
_LOOKALIKES = str.maketrans({"Ð": "Đ", "ð": "đ", "Ɖ": "Đ", "ɖ": "đ"})
_APOSTROPHES = "'\u2019\u2018\u02bc\u0060\u00b4"  # H'Hen, Y’Ka: one word, however the sign was typed
_DIGITS_AT_MOST = 99

_MOBILE = re.compile(r"0[35789][0-9]{8}")
_LANDLINE = re.compile(r"02[0-9]{9}")
_TWO_DIGIT_AREAS = ("024", "028")
_PHONE_MARKS = re.compile(r"[ .\-()/]")


class InvalidPhoneError(ValueError):
    """Not a Vietnamese telephone number; `str()` tells the person what to type, in their language."""


def clean(text: str) -> str:
    """One line: NFC, without control or invisible characters, inner spaces collapsed, trimmed."""
    visible = "".join(" " if c.isspace() else c for c in text if is_kept(c))
    return " ".join(unicodedata.normalize("NFC", visible).split())


def clean_block(text: str) -> str:
    """Several lines: every line cleaned, line breaks kept, never more than one empty line in a row."""
    lines = "\n".join(clean(line) for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip("\n")


def fold(text: str) -> str:
    """What search compares: no case, accents or punctuation, đ as d, single spaces; "Hoà" is "hòa"."""
    together = "".join(c for c in text.translate(_LOOKALIKES) if c not in _APOSTROPHES and is_kept(c))
    apart = unicodedata.normalize("NFKD", together.casefold())
    plain = (c if c.isalnum() else " " for c in apart if not unicodedata.combining(c))
    return " ".join("".join(plain).replace("đ", "d").split())


def fold_in_place(text: str) -> tuple[str, list[int]]:
    """`fold`, but with spaces as they are, and for each of its characters the place in `text` that it comes from.

    Between fold and fold_in_place only runs of spaces differ, so a place found by folded words leads back to the text.
    """
    folded: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        for plain in _fold_char(char):
            folded.append(plain)
            places.append(place)
    return "".join(folded), places


@lru_cache(maxsize=4096)
def _fold_char(char: str) -> str:
    """One character as `fold` has it: empty for what it drops, a space for what parts words."""
    shown = char.translate(_LOOKALIKES)
    if shown in _APOSTROPHES or not is_kept(shown):
        return ""
    apart = unicodedata.normalize("NFKD", shown.casefold())
    return "".join(c if c.isalnum() else " " for c in apart if not unicodedata.combining(c)).replace("đ", "d")


def name_key(full_name: str) -> str:
    """The stored key by which people sort: given name, middle, family; each by letters, then tones.

    ASCII only; equal for spellings that differ in case, tone placement or punctuation alone.
    """
    words = _words(full_name)
    given, middle, family = words[-1:], words[1:-1], words[:-1][:1]
    return "".join(_part_key(part) for part in (given, middle, family))


def sort_key(text: str) -> str:
    """The stored key by which titles sort: words in order, letters before tones, numbers by value."""
    return _part_key(_words(text))


def normalize_phone(text: str) -> str:
    """The number in E.164 ("+84988123456"), from any usual Vietnamese spelling.

    Raises InvalidPhoneError for anything that is not a Vietnamese mobile or landline number.
    """
    national = _national_number(_PHONE_MARKS.sub("", clean(text)))
    if not (_MOBILE.fullmatch(national) or _LANDLINE.fullmatch(national)):
        raise InvalidPhoneError(N_("Số điện thoại chưa đúng: di động 10 số (03, 05, 07, 08, 09), cố định 11 số (02)."))
    return "+84" + national[1:]


def format_phone(phone: str) -> str:
    """A stored number as it is read aloud: "0988 123 456", "024 3822 1234"; anything else unchanged."""
    national = _national_number(phone)
    if _MOBILE.fullmatch(national):
        cuts = (4, 7)
    elif _LANDLINE.fullmatch(national):
        cuts = (3, 7) if national.startswith(_TWO_DIGIT_AREAS) else (4, 8)
    else:
        return phone
    return " ".join((national[: cuts[0]], national[cuts[0] : cuts[1]], national[cuts[1] :]))


def format_date(day: date) -> str:
    """dd/mm/yyyy."""
    return f"{day.day:02d}/{day.month:02d}/{day.year}"


def format_long_date(day: date) -> str:
    """As in "ngày 05 tháng 6 năm 2024": days below 10 and months 1, 2 take a zero (Nghị định 30/2020)."""
    month = f"{day.month:02d}" if day.month <= 2 else str(day.month)  # so that nobody turns 1 into 11, or 2 into 12
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def format_date_line(place: str, day: date | None) -> str:
    """Place and date of a paper; without a day it leaves room to write the day and month by hand."""
    room = "\u00a0" * 6
    return f"{place}, {format_long_date(day) if day else f'ngày{room}tháng{room}năm{room}'}"


def is_kept(char: str) -> bool:
    """Not what cannot be seen, stored or put into XML: controls, formats, surrogates, noncharacters."""
    if char.isspace():
        return True
    point = ord(char)
    return (
        unicodedata.category(char) not in ("Cc", "Cf", "Cs")
        and point & 0xFFFE != 0xFFFE
        and not 0xFDD0 <= point <= 0xFDEF
    )


def _words(text: str) -> list[str]:
    plain = clean(text).translate(_LOOKALIKES).casefold()
    together = "".join(c for c in plain if c not in _APOSTROPHES)
    apart = "".join(c if c.isalnum() or unicodedata.combining(c) else " " for c in together)
    return apart.split()


def _part_key(words: Iterable[str]) -> str:
    letters, tones = [], []
    for word in words:
        pairs = list(_weights(word))
        letters.append("".join(letter for letter, _ in pairs) + _WORD_END)
        # One tone a syllable, wherever it was typed: "hòa" and "hoà" are the same name.
        tones.append(("".join(tone for _, tone in pairs) or "0") + _WORD_END)
    return "".join(letters) + _LEVEL_END + "".join(tones) + _LEVEL_END


def _weights(word: str) -> Iterator[tuple[str, str]]:
    """Each letter or number of a word, with the tones on it."""
    for chunk in re.findall(r"\d+|\D[\u0300-\u036f]*", unicodedata.normalize("NFD", word)):
        if chunk[0].isdecimal():
            yield _number_weight(chunk), ""
        else:
            yield _letter_weight(chunk)


def _number_weight(digits: str) -> str:
    """Its length comes first, so that 2 stands before 10."""
    significant = "".join(str(unicodedata.decimal(d)) for d in digits).lstrip("0")[:_DIGITS_AT_MOST]
    return f"{len(significant):02d}{significant}"


def _letter_weight(cluster: str) -> tuple[str, str]:
    base, marks = cluster[0], cluster[1:]
    shape = "".join(m for m in marks if m in _SHAPES)
    tone = "".join(_TONES[m] for m in marks if m in _TONES)
    letter = unicodedata.normalize("NFC", base + shape)
    foreign = any(m not in _TONES and m not in _SHAPES for m in marks) or letter not in _LETTER_KEYS
    if letter not in _LETTER_KEYS:
        letter = base
    weight = _LETTER_KEYS.get(letter) or f"z{ord(letter):06x}"  # other scripts after the Vietnamese alphabet
    return weight, tone + (_OTHER_MARK if foreign and marks else "")


def _national_number(number: str) -> str:
    """The number as dialled inside the country, whatever prefix it came with."""
    rest = re.sub(r"^(\+84|0084|84(?=[0-9]{9,10}$))0?", "0", number)
    return rest if re.fullmatch(r"[0-9]+", rest) else ""
