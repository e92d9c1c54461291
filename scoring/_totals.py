"""Juror totals as arrays: ids become numbers in sorted order, exact sums stay exact."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from scoring.errors import InvalidRatingsError
from scoring.exact import id_order

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
EntryId: TypeAlias = Any
JurorId: TypeAlias = Any
Totals: TypeAlias = Mapping[EntryId, Mapping[JurorId, int | Fraction | float]]

EXACT_LIMIT = 2**53
ROUNDING = 1e-12
"""Differences smaller than this share of the values they come from are what floats lose, and nothing else."""


@dataclass(frozen=True, slots=True)
class Table:
    """All totals of a contest, one row a sheet, sorted by (entry, juror).

    Attributes
    ----------
    entry_ids, juror_ids : the ids, sorted; entries without a sheet are left out.
    entry, juror : (N,) ints, positions in those.
    y : (N,) floats, totals in points.
    counts : (n,) ints >= 1, sheets per entry.
    means : (n,) floats; equal exact means are equal floats.
    """

    entry_ids: list[EntryId]
    juror_ids: list[JurorId]
    entry: Ints
    juror: Ints
    y: Floats
    counts: Ints
    means: Floats

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.entry_ids), len(self.juror_ids)


def read_totals(totals: Totals) -> Table:
    """Arrays from ``{entry: {juror: points}}``.

    Raises
    ------
    InvalidRatingsError
        If a total is not a finite number.
    """
    entry_ids = sorted((entry for entry, sheets in totals.items() if sheets), key=id_order)
    juror_ids = sorted({juror for sheets in totals.values() for juror in sheets}, key=id_order)
    number = {juror: position for position, juror in enumerate(juror_ids)}
    counts = np.array([len(totals[entry]) for entry in entry_ids], dtype=np.int64)
    juror = np.array([number[name] for entry in entry_ids for name in totals[entry]], dtype=np.int64)
    entry = np.repeat(np.arange(counts.size), counts)
    given = [value for name in entry_ids for value in totals[name].values()]
    unit = _common_denominator(given)
    values = _numbers(given, unit or 1)
    order = np.lexsort((juror, entry))
    values, juror = values[order], juror[order]
    if unit is None:
        means = np.array([float(sum(totals[name].values()) / Fraction(len(totals[name]))) for name in entry_ids])
        return Table(entry_ids, juror_ids, entry, juror, values, counts, means)
    sums = np.bincount(entry, weights=values, minlength=counts.size)
    return Table(entry_ids, juror_ids, entry, juror, values / unit, counts, sums / (counts * unit))


def _numbers(values: list[Any], unit: int) -> Floats:
    """The values times `unit`, as exact as floats allow."""
    if any(isinstance(value, (bool, str, bytes)) or value is None for value in values):
        raise InvalidRatingsError("a total must be a number")
    try:
        scaled = [value * unit for value in values] if unit > 1 else values
        array = np.array(scaled, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise InvalidRatingsError("a total must be a number") from error
    if array.ndim != 1 or not bool(np.isfinite(array).all()):
        raise InvalidRatingsError("a total must be a finite number")
    return array


def _common_denominator(values: list[Any]) -> int | None:
    """What makes whole numbers of all fractions; None if floats could not hold those."""
    denominators = {value.denominator for value in values if isinstance(value, Fraction)}
    unit = math.lcm(*denominators) if denominators else 1
    return unit if unit < EXACT_LIMIT // 2**20 else None


def drop_rounding(differences: Floats, *, of: Floats) -> Floats:
    """The differences between values `of`, with 0 for those that are mere rounding: equal marks differ by nothing."""
    limit = ROUNDING * float(np.abs(of).max(initial=0.0))
    return np.where(np.abs(differences) > limit, differences, 0.0)


def without_juror(table: Table, juror: int) -> Table:
    """The table less one juror's sheets; entries that had no other are gone."""
    left = table.juror != juror
    entry, y = table.entry[left], table.y[left]
    kept, entry = np.unique(entry, return_inverse=True)
    counts = np.bincount(entry, minlength=kept.size)
    means = np.bincount(entry, weights=y, minlength=kept.size) / counts
    shifted = table.juror[left]
    shifted = shifted - (shifted > juror)
    juror_ids = table.juror_ids[:juror] + table.juror_ids[juror + 1 :]
    return Table([table.entry_ids[int(i)] for i in kept], juror_ids, entry, shifted, y, counts, means)
