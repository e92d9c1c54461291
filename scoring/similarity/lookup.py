"""Postings that grow: sorted runs of rising size, merged as they fill up, looked up for one text at a time."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from scoring.similarity.fingerprints import NUMBER_BITS, NUMBER_MASK
from scoring.similarity.join import MASS_PART, MASS_PART_WITH_FORMS, common_above, form_above, rare_needed
from scoring.similarity.syllables import Hashes, Ints

# Longer runs are left as they are: merging two of them would be felt by whoever adds a text.
_LONGEST = 1 << 21
# A text of a mass of copies is compared with so many of them, found in so many postings.
MASS_LIMIT = 128
_POSTINGS_READ = 20_000


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Contents to compare one text with.

    Attributes
    ----------
    rare, mass : list of content numbers
        The likeliest of a mass first.
    common, forms : (N,) uint64
        Those of the text's fingerprints that many texts have, and those that more than half of all texts have.
    """

    rare: list[int]
    mass: list[int]
    common: Hashes
    forms: Hashes


@dataclass(slots=True, eq=False)
class Postings:
    """Sorted runs; every posting stands in one of them."""

    runs: list[Hashes] = field(default_factory=list)

    def add(self, postings: Hashes) -> None:
        """Take in sorted postings of new contents."""
        self.runs.append(postings)
        while len(self.runs) > 1 and self.runs[-2].size <= min(2 * self.runs[-1].size, _LONGEST):
            merged = np.concatenate((self.runs.pop(), self.runs.pop()))
            merged.sort(kind="stable")  # finds the two runs and merges them
            self.runs.append(merged)

    def find(self, postings: Hashes, *, sizes: Ints, alive: int) -> Candidates:
        """Which contents to compare with the one that has these postings, itself aside.

        Parameters
        ----------
        postings : (N,) uint64
            Sorted, of one content, whether it is stored or not.
        sizes : (contents,) ints
            Fingerprints of each content, 0 for one that has no text left.
        alive : int
            How many contents have a text, this one included.
        """
        if not postings.size:
            return Candidates([], [], postings, postings)
        own = int(postings[0] & NUMBER_MASK)
        spans = [_spans(run, postings) for run in self.runs]
        degrees = np.full(postings.size, int(own >= sizes.size), dtype=np.int64)
        for low, high in spans:
            degrees += high - low
        is_form = degrees > form_above(alive)
        is_rare = degrees <= common_above(alive)
        mass: dict[int, None] = {}
        for chosen, part in ((~is_rare & ~is_form, MASS_PART), (~is_rare, MASS_PART_WITH_FORMS)):
            read = _least(np.flatnonzero(chosen), degrees)
            numbers, counts = self._count(spans, read, own, sizes)
            fewer = np.minimum(sizes[numbers], postings.size)
            # As many of those read as a `part` of all would be.
            enough = counts * part * np.count_nonzero(chosen) >= fewer * read.size
            order = np.argsort(-counts[enough], kind="stable")[:MASS_LIMIT]
            mass.update(dict.fromkeys(numbers[enough][order].tolist()))
        numbers, counts = self._count(spans, np.flatnonzero(is_rare), own, sizes)
        enough = counts >= rare_needed(np.minimum(sizes[numbers], postings.size))
        return Candidates(
            numbers[enough].tolist(), list(mass), *(postings[one] >> NUMBER_BITS for one in (~is_rare, is_form))
        )

    def _count(self, spans: list[tuple[Ints, Ints]], chosen: Ints, own: int, sizes: Ints) -> tuple[Ints, Ints]:
        """The living contents that have the chosen fingerprints, rising, and how many each has."""
        parts = [np.zeros(0, dtype=np.int64)]
        for run, (low, high) in zip(self.runs, spans, strict=True):
            widths = (high - low)[chosen]
            steps = np.arange(int(widths.sum())) - np.repeat(np.cumsum(widths) - widths, widths)
            parts.append((run[np.repeat(low[chosen], widths) + steps] & NUMBER_MASK).astype(np.int64))
        numbers, counts = np.unique(np.concatenate(parts), return_counts=True)
        living = (sizes[numbers] > 0) & (numbers != own) if numbers.size else numbers > 0
        return numbers[living], counts[living]


def _spans(run: Hashes, postings: Hashes) -> tuple[Ints, Ints]:
    """Where each fingerprint begins and ends in a run."""
    low = np.searchsorted(run, postings & ~NUMBER_MASK)
    return low, np.searchsorted(run, postings | NUMBER_MASK, side="right")


def _least(chosen: Ints, degrees: Ints) -> Ints:
    """The rarest of the fingerprints, as many as may be read; at least one, if there is any."""
    order = chosen[np.argsort(degrees[chosen], kind="stable")]
    within = np.cumsum(degrees[order]) <= _POSTINGS_READ
    within[:1] = True
    return order[within]
