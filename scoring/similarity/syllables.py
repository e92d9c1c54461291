"""Texts as numbers: one 64-bit value a syllable, blind to case, accents and form, and where each one stands.

Whole batches are read at once, as arrays of characters: a syllable never becomes a Python object.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
Offsets = NDArray[np.uint32]
Ints = NDArray[np.int64]

# What stands in the folding table beside letters and digits, all of which are above these.
_SEPARATES, _DROPPED, _EXPANDS, _UNSEEN = range(4)
_CHARACTERS = 0x110000
_BATCH = 1 << 18  # characters read at once: the arrays stay in the processor's cache
# Đ has no decomposition; Ð and Ɖ look like it. Cyrillic twins of Latin letters are an old trick against comparison.
_TWINS = str.maketrans("đðɖасеорухіјѕһԁ", "dddaceopyxijshd")
# Odd, so that powers can be undone modulo 2**64.
_BASE = 0x9E3779B97F4A7C15
_MIX = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))


@dataclass(frozen=True, slots=True)
class Syllables:
    """The syllables of some texts, one after another.

    Attributes
    ----------
    values : (N,) uint64, odd; equal for syllables that differ in case, accents or Unicode form alone.
    starts, ends : (N,) uint32, characters from the beginning of the syllable's own text.
    bounds : (texts + 1,) ints; the syllables of text t are ``bounds[t]:bounds[t + 1]``.
    """

    values: Hashes
    starts: Offsets
    ends: Offsets
    bounds: Ints


def read_syllables(texts: Iterable[str]) -> Iterator[Syllables]:
    """The syllables of `texts`, in batches; every text lies in one batch, in the order given.

    References
    ----------
    Compatibility caseless matching, D146 of the Unicode Standard, chapter 3; then marks and invisible characters
    are dropped, đ is d, and what is neither letter nor digit separates.
    """
    batch: list[str] = []
    length = 0
    for text in texts:
        batch.append(text)
        length += len(text) + 1
        if length >= _BATCH:
            yield _read(batch)
            batch, length = [], 0
    if batch:
        yield _read(batch)


def fold_character(character: str) -> str:
    """The plain letters and digits a character stands for: a space if it separates, nothing if it is a mark.

    Examples
    --------
    >>> [fold_character(character) for character in "Ộđ\u0301-½"]
    ['o', 'd', '', ' ', '1 2']
    """
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFD", character).casefold())
    plain = unicodedata.normalize("NFKD", apart.casefold()).translate(_TWINS)
    return "".join(_sign(one) for one in plain)


def _sign(character: str) -> str:
    category = unicodedata.category(character)
    if category[0] == "M" or category == "Cf":
        return ""
    return character if character.isalnum() else " "


def _read(texts: Sequence[str]) -> Syllables:
    # The line feeds keep the last syllable of a text from running into the first of the next.
    joined = "\n".join([*texts, ""])
    folded, places = _fold(np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype="<u4"))
    first, after = _find_runs(folded)
    values = _hash_runs(folded, first, after)
    starts, ends = (first, after) if places is None else _original(places, first, after)
    lengths = np.fromiter((len(text) + 1 for text in texts), dtype=np.int64, count=len(texts))
    begins = np.concatenate(([0], np.cumsum(lengths)))
    bounds = np.searchsorted(starts, begins)
    shift = np.repeat(begins[:-1], np.diff(bounds))
    return Syllables(values, (starts - shift).astype(np.uint32), (ends - shift).astype(np.uint32), bounds)


def _fold(codes: NDArray[np.uint32]) -> tuple[NDArray[np.uint32], Ints | None]:
    """Letters, digits and separators without the marks; and where they stood, if that has changed."""
    table = _folding_table()
    folded = table[codes]
    unseen = folded == _UNSEEN
    if unseen.any():
        for code in np.unique(codes[unseen]).tolist():
            table[code] = _fold_code(code)
        folded = table[codes]
    places: Ints | None = None
    if (folded == _EXPANDS).any():
        folded, places = _expand(codes, folded)
    marks = folded == _DROPPED
    if marks.any():
        kept = np.flatnonzero(~marks)
        folded, places = folded[kept], kept if places is None else places[kept]
    return folded, places


def _fold_code(code: int) -> int:
    plain = fold_character(chr(code))
    if len(plain) > 1:
        return _EXPANDS
    if not plain:
        return _DROPPED
    return _SEPARATES if plain == " " else ord(plain)


@cache
def _folding_table() -> NDArray[np.uint32]:
    """One number a character, found out when the character is first met; the same in every run."""
    return np.full(_CHARACTERS, _UNSEEN, dtype=np.uint32)


def _expand(codes: NDArray[np.uint32], folded: NDArray[np.uint32]) -> tuple[NDArray[np.uint32], Ints]:
    """Put "ss" for "ß" and "fi" for "ﬁ"."""
    at = np.flatnonzero(folded == _EXPANDS)
    plain = [fold_character(chr(code)) for code in codes[at].tolist()]
    widths = np.ones(codes.size, dtype=np.int64)
    widths[at] = [len(one) for one in plain]
    places = np.repeat(np.arange(codes.size), widths)
    wide = folded[places]
    wide[wide == _EXPANDS] = [0 if one == " " else ord(one) for one in "".join(plain)]
    return wide, places


def _find_runs(folded: NDArray[np.uint32]) -> tuple[Ints, Ints]:
    """Where each run of letters and digits begins, and the place after it; the last character separates."""
    inside = np.zeros(folded.size + 1, dtype=np.bool_)
    np.not_equal(folded, _SEPARATES, out=inside[1:])
    edges = np.flatnonzero(inside[1:] != inside[:-1])
    return edges[0::2], edges[1::2]


def _hash_runs(folded: NDArray[np.uint32], first: Ints, after: Ints) -> Hashes:
    """A polynomial in the letters, by differences of one running sum, then mixed."""
    weights, undo = _powers(max(_BATCH, 1 << int(folded.size).bit_length()))
    sums = np.zeros(folded.size + 1, dtype=np.uint64)
    np.cumsum(folded * weights[: folded.size], out=sums[1:])
    values = (sums[after] - sums[first]) * undo[first]
    for shift, factor in zip((30, 27), _MIX, strict=True):
        values ^= values >> np.uint64(shift)
        values *= factor
    values ^= values >> np.uint64(31)
    values |= np.uint64(1)  # 0 is free to mean "no syllable"
    return values


def _powers(size: int) -> tuple[Hashes, Hashes]:
    return _kept_powers(size) if size <= 2 * _BATCH else _make_powers(size)


@lru_cache(maxsize=2)
def _kept_powers(size: int) -> tuple[Hashes, Hashes]:
    return _make_powers(size)


def _make_powers(size: int) -> tuple[Hashes, Hashes]:
    """The powers of the base from the first on, and their inverses modulo 2**64."""
    back = pow(_BASE, -1, 1 << 64)
    return (
        np.cumprod(np.full(size, _BASE, dtype=np.uint64), dtype=np.uint64),
        np.cumprod(np.full(size, back, dtype=np.uint64), dtype=np.uint64),
    )


def _original(places: Ints, first: Ints, after: Ints) -> tuple[Ints, Ints]:
    """Spans before marks were dropped; the marks that follow the last letter belong to the syllable."""
    return places[first], np.maximum(places[after - 1] + 1, places[after])
