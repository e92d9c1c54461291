"""By which rule two contents are alike: how many shingles stand in line in both, and how much of a text they span.

What two texts share by chance or by custom is scattered; a copy, however much of it was rewritten, is in line.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Generic, TypeAlias

import numpy as np

from scoring.similarity.contents import Content
from scoring.similarity.fingerprints import WINDOW, choose_fingerprints, is_among, spread
from scoring.similarity.outcome import FLAG, Id
from scoring.similarity.passages import Text, count_shared
from scoring.similarity.syllables import Hashes, Ints

Shares: TypeAlias = tuple[float, float]

# Two texts copy from each other if so many shingles, and such a part of the shorter text, stand in line; fewer are
# enough if they come in several pieces, which a name or the title of a law does not; or if so great a part of the
# shorter one is in the other, in whatever order.
_IN_LINE, _IN_PIECES, _PIECES, _MUCH = 12, 6, 4, 0.4
# One mass of copies: what is in line spans three tenths of the text outside forms, or six of all of it.
_MASS, _MASS_WITH_FORMS = 0.3, 0.6
# Neighbours: so many shingles on, at most so far, and shifted by so little.
_NEIGHBOURS, _NEAR, _DRIFT = 4, 20, 1
_KEPT = 4096


class _Hidden(Enum):
    """Which stretches of a text do not speak for a copy."""

    COMMON = 0
    FORMS = 1
    NOTHING = 2


@dataclass(frozen=True, slots=True, eq=False)
class _Evidence:
    """What can speak for a copy: the shingles of a text that are not hidden.

    Attributes
    ----------
    shingles : (N,) uint64, sorted, distinct
    once : (M,) uint64, sorted: those that stand in the text only once
    places : (M,) ints, where those stand
    length : how many places have a shingle
    """

    shingles: Hashes
    once: Hashes
    places: Ints
    length: int


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
    _kept: dict[tuple[int, _Hidden], _Evidence] = field(default_factory=dict)

    def by_rare(self, one: Content[Id], other: Content[Id]) -> Shares | None:
        """The shares of two contents with rare fingerprints in common; None if they have those by chance."""
        a, b = self._evidence(one, _Hidden.COMMON), self._evidence(other, _Hidden.COMMON)
        in_line = _in_line(a, b)
        pieces = int(np.count_nonzero(np.diff(in_line) != 1)) + 1
        needed = max(_IN_PIECES if pieces >= _PIECES else _IN_LINE, FLAG * min(a.once.size, b.once.size))
        much = max(1, _MUCH * min(a.shingles.size, b.shingles.size))
        alike = in_line.size >= needed or count_shared(a.shingles, b.shingles) >= much
        return self._shares(one, other) if alike else None

    def by_mass(self, one: Content[Id], other: Content[Id]) -> Shares | None:
        """The shares of two contents with common fingerprints in common; None if a form explains that."""
        alike = (
            self._spanned(one, other, _Hidden.FORMS) >= _MASS
            or self._spanned(one, other, _Hidden.NOTHING) >= _MASS_WITH_FORMS
        )
        return self._shares(one, other) if alike else None

    def _shares(self, one: Content[Id], other: Content[Id]) -> Shares:
        a, b = (self._evidence(content, _Hidden.NOTHING).shingles for content in (one, other))
        shared = count_shared(a, b)
        return shared / max(a.size, 1), shared / max(b.size, 1)

    def _spanned(self, one: Content[Id], other: Content[Id], hidden: _Hidden) -> float:
        """The part of the shorter text that is spanned by what is in line."""
        a, b = self._evidence(one, hidden), self._evidence(other, hidden)
        steps = np.diff(_in_line(a, b))
        return int(steps[steps <= _NEAR].sum()) / max(min(a.length, b.length), 1)

    def _evidence(self, content: Content[Id], hidden: _Hidden) -> _Evidence:
        key = content.number, hidden
        found = self._kept.get(key)
        if found is None:
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            fingerprints = {_Hidden.COMMON: self.common, _Hidden.FORMS: self.forms}.get(hidden)
            found = self._kept[key] = _gather_evidence(content.texts[0], fingerprints)
        return found


def _gather_evidence(text: Text[Id], hidden: Hashes | None) -> _Evidence:
    shingles = text.shingles()
    if hidden is not None and hidden.size:
        shingles[_stretches(shingles, hidden)] = 0
    places = np.flatnonzero(shingles)
    values, first, counts = np.unique(shingles[places], return_index=True, return_counts=True)
    return _Evidence(values, values[counts == 1], places[first[counts == 1]], places.size)


def _stretches(shingles: Hashes, fingerprints: Hashes) -> Ints:
    """The places of some fingerprints, and what stands between two neighbouring ones: it is as common as they are."""
    chosen = np.flatnonzero(choose_fingerprints(shingles, np.array([0, shingles.size])))
    found = is_among(spread(shingles[chosen]), fingerprints)
    both = found[1:] & found[:-1] & (np.diff(chosen) <= WINDOW)
    between = [chosen[:-1][both] + step for step in range(1, WINDOW)]
    ends = chosen[1:][both]
    return np.concatenate([chosen[found], *(places[places < ends] for places in between)])


def _in_line(a: _Evidence, b: _Evidence) -> Ints:
    """Where in `a` the shingles stand that are once in both texts, with two neighbours as far away in both; rising."""
    found = np.flatnonzero(is_among(a.once, b.once))
    in_a, in_b = a.places[found], b.places[np.searchsorted(b.once, a.once[found])]
    order = np.argsort(in_a)
    in_a, in_b = in_a[order], in_b[order]
    neighbours = np.zeros(in_a.size, dtype=np.int64)
    for step in range(1, min(_NEIGHBOURS, in_a.size - 1) + 1):
        ahead, ahead_b = in_a[step:] - in_a[:-step], in_b[step:] - in_b[:-step]
        near = (ahead <= _NEAR) & (ahead_b > 0) & (np.abs(ahead - ahead_b) <= _DRIFT)
        neighbours[step:] += near
        neighbours[:-step] += near
    in_line: Ints = in_a[neighbours >= 2]
    return in_line
