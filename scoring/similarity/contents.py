"""Distinct contents: what is equal but for boilerplate is compared once, and by which rule two contents are alike."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeAlias

import numpy as np

from scoring.similarity.fingerprints import (
    NUMBER_BITS,
    NUMBER_MASK,
    WINDOW,
    choose_fingerprints,
    is_among,
    make_postings,
    make_shingles,
    spread,
)
from scoring.similarity.outcome import FLAG, Id
from scoring.similarity.passages import Text, count_shared, shingle_set
from scoring.similarity.syllables import Hashes, Ints

Shares: TypeAlias = tuple[float, float]

# Two texts copy from each other if so many shingles, and such a part of the shorter text, stand in line; or if so
# great a part of it is in the other, in whatever order.
_IN_LINE, _MUCH = 10, 0.4
# One mass of copies: three tenths of what no form explains, or six of everything.
_MASS, _MASS_WITH_FORMS = 0.3, 0.6
# Neighbours: so many shingles on, at most so far, and shifted by so little.
_NEIGHBOURS, _NEAR, _DRIFT = 4, 20, 3
_KEPT = 2048
_GROUP = 1 << 16


@dataclass(slots=True, eq=False)
class Content(Generic[Id]):
    """The texts that have the same syllables, boilerplate aside.

    Attributes
    ----------
    number : its place among the contents of an index
    texts : the first one stands for all; none if all were removed
    size : distinct fingerprints
    """

    number: int
    texts: list[Text[Id]]
    size: int = 0


def digest(values: Hashes) -> bytes:
    """SHA-256 of the syllables that count."""
    counting = values if values.all() else values[values != 0]
    return hashlib.sha256(counting.tobytes()).digest()


def write_postings(contents: Sequence[Content[Id]]) -> Hashes:
    """The sorted postings of some contents; sets their sizes."""
    parts = [_write_group(group) for group in _groups(contents)]
    postings = np.concatenate([np.zeros(0, dtype=np.uint64), *parts])
    if len(parts) > 1:
        postings.sort()
    return postings


def _groups(contents: Sequence[Content[Id]]) -> Iterator[list[Content[Id]]]:
    """Small texts together: numpy is slow on short arrays."""
    group: list[Content[Id]] = []
    length = 0
    for content in contents:
        group.append(content)
        length += content.texts[0].values.size
        if length >= _GROUP:
            yield group
            group, length = [], 0
    if group:
        yield group


def _write_group(contents: Sequence[Content[Id]]) -> Hashes:
    values = [content.texts[0].values for content in contents]
    bounds = np.cumsum([0, *(one.size for one in values)])
    shingles = make_shingles(np.concatenate(values), bounds)
    chosen = np.flatnonzero(choose_fingerprints(shingles, bounds))
    counts = np.diff(np.searchsorted(chosen, bounds))
    numbers = np.array([content.number for content in contents], dtype=np.uint64)
    postings = make_postings(shingles[chosen], np.repeat(numbers, counts))
    order = np.argsort(numbers)
    places = np.searchsorted(numbers[order], postings & NUMBER_MASK)
    for place, size in zip(order.tolist(), np.bincount(places, minlength=numbers.size).tolist(), strict=True):
        contents[place].size = size
    return postings


@dataclass(frozen=True, slots=True, eq=False)
class _Evidence:
    """What can speak for a copy: the shingles of a text outside stretches that many texts have.

    Attributes
    ----------
    shingles : (N,) uint64, sorted, distinct
    once : (M,) uint64, sorted: those that stand in the text only once
    places : (M,) ints, where those stand
    """

    shingles: Hashes
    once: Hashes
    places: Ints


@dataclass(slots=True, eq=False)
class Judge(Generic[Id]):
    """Decides whether two contents are alike; remembers those it has just seen.

    Attributes
    ----------
    common : (N,) uint64
        Sorted fingerprints that many texts have.
    forms : (N,) uint64
        Those of them that more than half of all texts have.
    """

    common: Hashes
    forms: Hashes
    _evidence: dict[int, _Evidence] = field(default_factory=dict)
    _shingles: dict[int, Hashes] = field(default_factory=dict)
    _prints: dict[int, Hashes] = field(default_factory=dict)

    def by_rare(self, one: Content[Id], other: Content[Id]) -> Shares | None:
        """The shares of two contents with rare fingerprints in common; None if they have those by chance."""
        a, b = self._evidence_of(one), self._evidence_of(other)
        in_line = _count_in_line(a, b)
        alike = in_line >= max(_IN_LINE, FLAG * min(a.once.size, b.once.size)) or (
            count_shared(a.shingles, b.shingles) >= max(1, _MUCH * min(a.shingles.size, b.shingles.size))
        )
        return self._shares(one, other) if alike else None

    def by_mass(self, one: Content[Id], other: Content[Id]) -> Shares | None:
        """The shares of two contents whose common fingerprints are alike; None if a form explains that."""
        shares = self._shares(one, other)
        alike = max(shares) >= _MASS_WITH_FORMS or (
            max(shares) >= _MASS and self._share_without_forms(one, other) >= _MASS
        )
        return shares if alike else None

    def within_mass(self, one: Content[Id], other: Content[Id]) -> Shares | None:
        """The shares of two contents of one mass, None if they have little in common themselves."""
        shares = self._shares(one, other)
        return shares if max(shares) >= _MASS else None

    def _shares(self, one: Content[Id], other: Content[Id]) -> Shares:
        a, b = self._shingles_of(one), self._shingles_of(other)
        shared = count_shared(a, b)
        return shared / max(a.size, 1), shared / max(b.size, 1)

    def _share_without_forms(self, one: Content[Id], other: Content[Id]) -> float:
        a, b = (prints[~is_among(prints, self.forms)] for prints in (self._prints_of(one), self._prints_of(other)))
        return count_shared(a, b) / max(min(a.size, b.size), 1)

    def _evidence_of(self, content: Content[Id]) -> _Evidence:
        found = self._evidence.get(content.number)
        if found is None:
            if len(self._evidence) >= _KEPT:
                self._evidence.clear()
            found = self._evidence[content.number] = _gather_evidence(content.texts[0], self.common)
        return found

    def _shingles_of(self, content: Content[Id]) -> Hashes:
        found = self._shingles.get(content.number)
        if found is None:
            if len(self._shingles) >= _KEPT:
                self._shingles.clear()
            found = self._shingles[content.number] = shingle_set(content.texts[0])
        return found

    def _prints_of(self, content: Content[Id]) -> Hashes:
        found = self._prints.get(content.number)
        if found is None:
            if len(self._prints) >= _KEPT:
                self._prints.clear()
            found = self._prints[content.number] = _write_group([content]) >> NUMBER_BITS
        return found


def _gather_evidence(text: Text[Id], common: Hashes) -> _Evidence:
    """What stands between two neighbouring fingerprints that are both common is as common as they are."""
    shingles = text.shingles()
    chosen = np.flatnonzero(choose_fingerprints(shingles, np.array([0, shingles.size])))
    is_common = is_among(spread(shingles[chosen]), common)
    steps = np.zeros(shingles.size + 1, dtype=np.int64)
    np.add.at(steps, chosen[is_common], 1)
    np.add.at(steps, chosen[is_common] + 1, -1)
    both = is_common[1:] & is_common[:-1] & (np.diff(chosen) <= WINDOW)
    np.add.at(steps, chosen[:-1][both], 1)
    np.add.at(steps, chosen[1:][both], -1)
    places = np.flatnonzero((np.cumsum(steps[:-1]) == 0) & (shingles != 0))
    distinct, first, counts = np.unique(shingles[places], return_index=True, return_counts=True)
    return _Evidence(distinct, distinct[counts == 1], places[first[counts == 1]])


def _count_in_line(a: _Evidence, b: _Evidence) -> int:
    """How many shingles, each once in both texts, have two neighbours at the same distance in both, or nearly so."""
    among = np.searchsorted(b.once, a.once)
    shared = np.flatnonzero(is_among(a.once, b.once))
    in_a, in_b = a.places[shared], b.places[among[shared]]
    order = np.argsort(in_a)
    in_a, in_b = in_a[order], in_b[order]
    neighbours = np.zeros(in_a.size, dtype=np.int64)
    for step in range(1, min(_NEIGHBOURS, in_a.size - 1) + 1):
        ahead, ahead_b = in_a[step:] - in_a[:-step], in_b[step:] - in_b[:-step]
        near = (ahead <= _NEAR) & (ahead_b > 0) & (np.abs(ahead - ahead_b) <= _DRIFT)
        neighbours[step:] += near
        neighbours[:-step] += near
    return int(np.count_nonzero(neighbours >= 2))
