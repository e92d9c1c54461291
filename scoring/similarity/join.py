"""Which texts to compare at all: those that share rare fingerprints, and those within one mass of copies.

A posting is a sorted number: 40 bits of a fingerprint, then the number of the content it stands in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.similarity.fingerprints import NUMBER_BITS, NUMBER_MASK
from scoring.similarity.syllables import Hashes, Ints

# A fingerprint of more texts than this is common: it starts no comparison by itself. In a small contest, fewer.
_COMMON_AT_MOST, _COMMON_AT_LEAST, _COMMON_PART = 50, 10, 5
# A common fingerprint of more than this part of all texts is a form's: it does not even hint at a mass of copies.
_FORM_PART = 2
# Such a part of the fingerprints of the shorter text must be common to a mass of copies, without and with forms: a
# twentieth is what two copies share of which three tenths were rewritten, each in its own way.
MASS_PART, MASS_PART_WITH_FORMS = 20, 8
_HALF, _LOW = np.uint64(32), np.uint64(0xFFFFFFFF)
_RANGE = 1 << 22  # postings looked through at once
_BLOCK = 1 << 21  # pairs counted at once


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Pairs of contents, the lower number left, with the fingerprints they share.

    Attributes
    ----------
    left, right, counts : (N,) ints
    """

    left: Ints
    right: Ints
    counts: Ints

    def only(self, kept: NDArray[np.bool_]) -> Pairs:
        """The pairs marked."""
        return Pairs(self.left[kept], self.right[kept], self.counts[kept])


@dataclass(frozen=True, slots=True, eq=False)
class Joined:
    """What a pass over all postings finds.

    Attributes
    ----------
    rare : Pairs
        That share enough rare fingerprints.
    mass : Pairs
        Each text with the first one of the mass it may belong to, by common fingerprints.
    common, forms : (N,) uint64
        Sorted fingerprints that many texts have, and those that more than half of all texts have: of unknown forms.
    """

    rare: Pairs
    mass: Pairs
    common: Hashes
    forms: Hashes


def common_above(texts: int) -> int:
    """A fingerprint of more texts than this is common."""
    return min(_COMMON_AT_MOST, max(_COMMON_AT_LEAST, texts // _COMMON_PART))


def form_above(texts: int) -> int:
    """A fingerprint of more texts than this is a form's."""
    return max(common_above(texts), texts // _FORM_PART)


def rare_needed(fewer: Ints) -> Ints:
    """Rare fingerprints two texts must share, by the fingerprints of the one that has fewer.

    Three, or four in a hundred of a long text; of a short one as many as it is sure to leave in a text that holds
    all of it.
    """
    needed: Ints = np.maximum((4 * fewer + 99) // 100, np.clip(fewer // 4, 1, 3))
    return needed


def join(postings: Hashes, *, sizes: Ints) -> Joined:
    """Which contents to compare, of all.

    Parameters
    ----------
    postings : (N,) uint64
        Sorted, distinct.
    sizes : (contents,) ints
        Fingerprints of each.

    References
    ----------
    Own definition. A cut by document frequency alone hides mass copying, so that what is common still leads from
    each text to the first one that has it: a star, linear in the postings.
    """
    gathered = _Gathered(common_above(sizes.size), form_above(sizes.size))
    for part in _ranges(postings):
        gathered.add(part >> NUMBER_BITS, (part & NUMBER_MASK).astype(np.int64))
    return Joined(
        rare=_count_pairs(_joined(gathered.numbers, np.uint32), _joined(gathered.degrees, np.int64), sizes),
        mass=_count_stars(_joined(gathered.stars, np.uint64), _joined(gathered.form_stars, np.uint64), sizes),
        common=_joined(gathered.commons, np.uint64),
        forms=_joined(gathered.forms, np.uint64),
    )


@dataclass(slots=True)
class _Gathered:
    """What is kept of each range of postings: far less than the postings."""

    common: int
    form: int
    numbers: list[NDArray[np.uint32]] = field(default_factory=list)
    degrees: list[Ints] = field(default_factory=list)
    stars: list[Hashes] = field(default_factory=list)
    form_stars: list[Hashes] = field(default_factory=list)
    commons: list[Hashes] = field(default_factory=list)
    forms: list[Hashes] = field(default_factory=list)

    def add(self, fingerprints: Hashes, numbers: Ints) -> None:
        begins = np.flatnonzero(np.append(True, fingerprints[1:] != fingerprints[:-1])[: fingerprints.size])
        degrees = np.diff(np.append(begins, fingerprints.size))
        rare = (degrees > 1) & (degrees <= self.common)
        form = degrees > self.form
        self.numbers.append(numbers[np.repeat(rare, degrees)].astype(np.uint32))
        self.degrees.append(degrees[rare])
        self.stars.append(_star(numbers, begins, degrees, (degrees > self.common) & ~form))
        self.form_stars.append(_star(numbers, begins, degrees, form))
        self.commons.append(fingerprints[begins[degrees > self.common]])
        self.forms.append(fingerprints[begins[form]])


def _star(numbers: Ints, begins: Ints, degrees: Ints, chosen: NDArray[np.bool_]) -> Hashes:
    """The first content of each chosen fingerprint with each of the others that have it."""
    all_of = numbers[np.repeat(chosen, degrees)]
    first = np.repeat(numbers[begins[chosen]], degrees[chosen])
    others = first != all_of
    return _pack(first[others], all_of[others])


def _ranges(postings: Hashes) -> Iterator[Hashes]:
    """The postings in ranges that keep each fingerprint whole."""
    begin = 0
    while begin < postings.size:
        last = postings[min(begin + _RANGE, postings.size) - 1] | NUMBER_MASK
        end = int(np.searchsorted(postings, last, side="right"))
        yield postings[begin:end]
        begin = end


def _count_pairs(numbers: NDArray[np.uint32], degrees: Ints, sizes: Ints) -> Pairs:
    """The pairs with enough fingerprints in common, counted for a block of left contents at a time."""
    places = np.arange(numbers.size)
    partners = np.repeat(np.cumsum(degrees), degrees) - places - 1
    order = np.sort(_pack(numbers[partners > 0], np.flatnonzero(partners > 0)))
    lefts, places = _unpack(order)
    partners = partners[places]
    found = []
    for begin, end in _blocks(lefts, np.cumsum(partners)):
        here, count = places[begin:end], partners[begin:end]
        steps = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
        rights = numbers[np.repeat(here + 1, count) + steps]
        pairs = _tally(_pack(np.repeat(lefts[begin:end], count), rights))
        found.append(pairs.only(pairs.counts >= rare_needed(_fewer(pairs, sizes))))
    return _all_pairs(found)


def _blocks(lefts: Ints, totals: Ints) -> Iterator[tuple[int, int]]:
    """Cuts between contents, so that no block has many more than `_BLOCK` pairs."""
    cuts = np.append(np.flatnonzero(lefts[1:] != lefts[:-1]) + 1, lefts.size)
    begin, done = 0, 0
    while begin < lefts.size:
        sure = int(np.searchsorted(totals[cuts - 1], done + _BLOCK, side="right")) - 1
        end = max(int(cuts[max(sure, 0)]), int(cuts[np.searchsorted(cuts, begin, side="right")]))
        yield begin, end
        begin, done = end, int(totals[end - 1])


def _count_stars(stars: Hashes, form_stars: Hashes, sizes: Ints) -> Pairs:
    """The pairs of the stars that may be copies."""
    found = []
    for packed, part in ((stars, MASS_PART), (np.concatenate((stars, form_stars)), MASS_PART_WITH_FORMS)):
        pairs = _tally(packed)
        enough = pairs.counts * part >= _fewer(pairs, sizes)
        found.append(_pack(pairs.left[enough], pairs.right[enough]))
    return _tally(np.concatenate(found))


def _fewer(pairs: Pairs, sizes: Ints) -> Ints:
    return np.minimum(sizes[pairs.left], sizes[pairs.right])


def _tally(packed: Hashes) -> Pairs:
    """Each pair once, with how often it came."""
    ordered = np.sort(packed)
    begins = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])[: ordered.size])
    left, right = _unpack(ordered[begins])
    return Pairs(left, right, np.diff(np.append(begins, ordered.size)))


def _all_pairs(found: Sequence[Pairs]) -> Pairs:
    left, right, counts = ([getattr(pairs, name) for pairs in found] for name in ("left", "right", "counts"))
    return Pairs(_joined(left, np.int64), _joined(right, np.int64), _joined(counts, np.int64))


def _pack(left: NDArray[Any], right: NDArray[Any]) -> Hashes:
    return (left.astype(np.uint64) << _HALF) | right.astype(np.uint64)


def _unpack(packed: Hashes) -> tuple[Ints, Ints]:
    return (packed >> _HALF).astype(np.int64), (packed & _LOW).astype(np.int64)


def _joined(parts: Sequence[NDArray[Any]], kind: type[np.generic]) -> NDArray[Any]:
    return np.concatenate([np.zeros(0, dtype=kind), *parts])
