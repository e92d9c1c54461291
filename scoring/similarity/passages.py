"""Two texts side by side: the share of each in the other, and the runs of syllables that are the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Generic, TypeAlias

import numpy as np

from scoring.exact import id_order
from scoring.similarity.fingerprints import SYLLABLES, is_among, make_shingles
from scoring.similarity.outcome import Id, Passage, Similarity
from scoring.similarity.syllables import Hashes, Ints, Offsets

Run: TypeAlias = tuple[int, int, int]  # place in a, place in b, length; syllables

# How many places of the other text a shingle is tried at; only texts that repeat themselves have more.
_TRIED = 16
_SHORT = 32


@dataclass(frozen=True, slots=True, eq=False)
class Text(Generic[Id]):
    """One text as it is kept.

    Attributes
    ----------
    id : its id
    values : (N,) uint64, one a syllable, 0 where it belongs to a form
    starts, ends : (N,) uint32, characters of the original text
    """

    id: Id
    values: Hashes
    starts: Offsets
    ends: Offsets

    def shingles(self) -> Hashes:
        """(N,) uint64, the shingle that begins at each syllable, 0 for none."""
        return make_shingles(self.values, np.array([0, self.values.size]))


def compare(one: Text[Id], other: Text[Id], *, shares: tuple[float, float], exact: bool) -> Similarity[Id]:
    """The two as a `Similarity`, the lower id first; `shares` are of `one` in `other` and the reverse."""
    a, b, (share_a, share_b) = one, other, shares
    if id_order(other.id) < id_order(one.id):
        a, b, share_a, share_b = other, one, share_b, share_a
    runs = align(a.values, b.values) if exact else find_runs(a, b)
    passages = tuple(
        Passage(int(a.starts[i]), int(a.ends[i + size - 1]), int(b.starts[j]), int(b.ends[j + size - 1]))
        for i, j, size in runs
    )
    return Similarity(a.id, b.id, max(share_a, share_b), passages, share_a, share_b, exact)


def count_shared(a: Hashes, b: Hashes) -> int:
    """How many values two sorted arrays of distinct values have in common."""
    small, large = (a, b) if a.size <= b.size else (b, a)
    return int(np.count_nonzero(is_among(small, large)))


def align(a: Hashes, b: Hashes) -> Iterator[Run]:
    """The runs of two texts whose counting syllables are the same throughout; forms may interrupt either."""
    in_a, in_b = np.flatnonzero(a), np.flatnonzero(b)
    breaks = np.flatnonzero((np.diff(in_a) != 1) | (np.diff(in_b) != 1)) + 1
    edges = [0, *breaks.tolist(), in_a.size]
    for begin, end in pairwise(edges):
        if end > begin:
            yield int(in_a[begin]), int(in_b[begin]), end - begin


def find_runs(a: Text[Id], b: Text[Id]) -> Iterator[Run]:
    """Runs through `a` from left to right; each the longest at its place, then the one that goes straight on.

    A short run gives way to a longer one that begins within it.
    """
    both = _Both(a, b)
    free, offset = 0, 0
    for row, place in enumerate(both.places):
        if place < free:
            continue
        j, length = both.longest(row, offset)
        free = place + length
        if length <= _SHORT:
            free = both.longer_within(row, free, length, offset)
        if free - place >= SYLLABLES:
            yield place, j, free - place
            offset = j - place


class _Both:
    """Two texts, and for each place of `a` whose shingle is in `b`, where in `b` that is."""

    __slots__ = ("_a", "_b", "_high", "_low", "_order", "places")

    def __init__(self, a: Text[Id], b: Text[Id]) -> None:
        self._a, self._b = a.values.tolist(), b.values.tolist()
        in_a, in_b = a.shingles(), b.shingles()
        self._order = np.argsort(in_b, kind="stable")
        ordered = in_b[self._order]
        places = np.flatnonzero(is_among(in_a, ordered) & (in_a != 0))
        self.places: list[int] = places.tolist()
        self._low: list[int] = np.searchsorted(ordered, in_a[places], side="left").tolist()
        self._high: list[int] = np.searchsorted(ordered, in_a[places], side="right").tolist()

    def longest(self, row: int, offset: int) -> tuple[int, int]:
        """Where in `b` the longest run from a place goes on, nearest to `offset` places further, and its length."""
        place = self.places[row]
        if self._high[row] - self._low[row] == 1:
            only = int(self._order[self._low[row]])
            return only, self._length(place, only)
        near = _near(self._order, self._low[row], self._high[row], place + offset)
        length, _, minus = max((self._length(place, j), -abs(j - place - offset), -j) for j in near)
        return -minus, length

    def longer_within(self, row: int, end: int, length: int, offset: int) -> int:
        """Where a run that began before `end` and is longer than `length` begins, or `end`."""
        for later in range(row + 1, len(self.places)):
            place = self.places[later]
            if place >= end:
                break
            # The only place of a shingle that lies within the run is where the run has it.
            elsewhere = place + SYLLABLES > end or self._high[later] - self._low[later] > 1
            if elsewhere and self.longest(later, offset)[1] > length:
                return place
        return end

    def _length(self, i: int, j: int) -> int:
        """How far the texts run on together from a shingle they share."""
        a, b = self._a, self._b
        length = SYLLABLES
        longest = min(len(a) - i, len(b) - j)
        while length < longest and a[i + length] == b[j + length] != 0:
            length += 1
        return length


def _near(order: Ints, begin: int, end: int, expected: int) -> list[int]:
    """At most `_TRIED` of the places, half of them around the one expected; they rise within a shingle."""
    if end - begin <= _TRIED:
        return list(order[begin:end].tolist())
    half = _TRIED // 2
    middle = begin + int(np.searchsorted(order[begin:end], expected))
    low = min(max(begin + half, middle - half // 2), end - half)
    return [*order[begin : begin + half].tolist(), *order[low : low + half].tolist()]
