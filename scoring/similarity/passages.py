"""Two texts side by side: the share of each in the other, and the runs of syllables that are the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Generic, TypeAlias

import numpy as np

from scoring.exact import id_order
from scoring.similarity.fingerprints import SYLLABLES, distinct, is_among, make_shingles
from scoring.similarity.outcome import Id, Passage, Similarity
from scoring.similarity.syllables import Hashes, Ints, Offsets

Run: TypeAlias = tuple[int, int, int]  # place in a, place in b, length; syllables

# How many places of the other text a shingle is tried at; only texts that repeat themselves have more.
_TRIED = 16


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
    """Runs through `a` from left to right; each the longest at its place, then the one that goes straight on."""
    places, order, low, high = _match(a.shingles(), b.shingles())
    values_a, values_b = a.values.tolist(), b.values.tolist()
    free, offset = 0, 0
    for place, begin, end in zip(places.tolist(), low.tolist(), high.tolist(), strict=True):
        if place < free:
            continue
        ahead = _near(order, begin, end, place + offset)
        found = [(_length(values_a, values_b, place, j), -abs(j - place - offset), -j) for j in ahead]
        length, _, minus = max(found)
        yield place, -minus, length
        free, offset = place + length, -minus - place


def _match(a: Hashes, b: Hashes) -> tuple[Ints, Ints, Ints, Ints]:
    """The places of `a` whose shingle is in `b`; the places of `b` by shingle; the range of those for each."""
    order = np.argsort(b, kind="stable")
    ordered = b[order]
    places = np.flatnonzero(is_among(a, ordered) & (a != 0))
    low, high = (np.searchsorted(ordered, a[places], side=side) for side in ("left", "right"))
    return places, order, low, high


def _near(order: Ints, begin: int, end: int, expected: int) -> list[int]:
    """At most `_TRIED` of the places, those around the one expected; they rise within a shingle."""
    if end - begin > _TRIED:
        middle = begin + int(np.searchsorted(order[begin:end], expected))
        begin = min(max(begin, middle - _TRIED // 2), end - _TRIED)
        end = begin + _TRIED
    near: list[int] = order[begin:end].tolist()
    return near


def _length(a: Sequence[int], b: Sequence[int], i: int, j: int) -> int:
    """How far two texts run on together from a shingle they share."""
    length = SYLLABLES
    longest = min(len(a) - i, len(b) - j)
    while length < longest and a[i + length] == b[j + length] != 0:
        length += 1
    return length


def shingle_set(text: Text[Id]) -> Hashes:
    """The sorted distinct shingles of a text that count."""
    return distinct(text.shingles())
