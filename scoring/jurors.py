"""Which juror, or which sheet, deserves a second look before anything is published."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from scoring._additive import Fit, fit
from scoring._totals import EntryId, JurorId, Table, Totals, drop_rounding, read_totals, without_juror

__all__ = [
    "Change",
    "Influence",
    "JurorReport",
    "SurprisingSheet",
    "describe_jurors",
    "find_erratic_jurors",
    "find_surprising_sheets",
    "influence",
]

Floats = NDArray[np.float64]
Sheets: TypeAlias = Mapping[EntryId, Mapping[JurorId, Mapping[str, int]]]

FEWEST_MARKS = 5
"""Below this no juror is judged: any three marks can look odd."""
OUTFIT = 1.8
AGREEMENT = 3.0
"""Standard errors by which a juror's agreement with colleagues may fall below the median juror's."""
OUTFIT_IN_DOUBT, AGREEMENT_IN_DOUBT = 1.5, 2.0
"""Less of each is enough when both point at the same juror."""
REMOVABLE = 3
"""At most one juror in three is set aside, worst first, so that one erratic colleague does not stain the others."""
MOST_ROUNDS = 30
SEVERITY_ERRORS = 2.0
SEVERITY_SHARE = 0.05
SEVERITY_SPREADS = 4.0
NARROW = 0.5
HALO = 0.95
SURPRISE = 2.5


@dataclass(frozen=True, slots=True)
class JurorReport:
    """What stands out in one juror's marks.

    Attributes
    ----------
    juror : the juror's id.
    marks : int, totals given.
    outfit : float, mean squared standardised residual over the jury's median (1 is usual); NaN if unknown.
    agreement : float, correlation with the colleagues' marks of the same entries; NaN if unknown.
    severity, severity_error : float, points above (lenient) or below (strict) the jury; NaN if unknown.
    spread : float, standard deviation of the totals over the jury's median (1 is usual); NaN if unknown.
    halo : float, mean correlation between the criteria; NaN without `sheets`.
    reasons : tuple of str, what was found: ``outfit``, ``agreement``, ``severity``, ``central_tendency``, ``halo``.
    """

    juror: JurorId
    marks: int
    outfit: float
    agreement: float
    severity: float
    severity_error: float
    spread: float
    halo: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SurprisingSheet:
    """One total far from what its entry and its juror make likely.

    Attributes
    ----------
    entry, juror : ids.
    residual : float, points above or below the expected total.
    t : float, the same in standard errors.
    """

    entry: EntryId
    juror: JurorId
    residual: float
    t: float


@dataclass(frozen=True, slots=True)
class Change:
    """What an entry wins, and what it would win."""

    entry: EntryId
    before: Hashable
    after: Hashable


@dataclass(frozen=True, slots=True)
class Influence:
    """The prizes that hang on one juror, or on one sheet.

    Attributes
    ----------
    juror : id of the juror left out.
    entry : id of the entry whose single sheet was left out; None: all sheets of the juror.
    changes : what would change, by entry; never empty.
    """

    juror: JurorId
    entry: EntryId | None
    changes: tuple[Change, ...]


def find_erratic_jurors(
    totals: Totals, *, scale: float | None = None, sheets: Sheets | None = None
) -> list[JurorReport]:
    """The jurors to talk to before publication, those with the largest outfit first.

    Parameters
    ----------
    totals : {entry: {juror: points}}
    scale : float, optional
        Points from the lowest possible total to the highest; by default the observed range.
    sheets : {entry: {juror: {criterion: mark}}}, optional
        The marks behind the totals, to look for halo.

    Returns
    -------
    list of JurorReport
        Only those with a reason, which is a question to ask and no verdict:

        - ``outfit``: squared residuals more than 1.8 times the median juror's;
        - ``agreement``: correlation with colleagues 3 standard errors below the median juror's (Fisher's z);
          1.5 times and 2 standard errors are enough where both are found;
        - ``severity``: more than 2 standard errors, 5 % of the scale and 4 robust standard deviations of the
          jury away from it;
        - ``central_tendency``: marks spread less than half as wide as the median juror's;
        - ``halo``: criteria correlate .95 or more on average.

        The most erratic is set aside before the others are looked at again. Jurors with fewer than 5 marks are
        never listed.

    Raises
    ------
    InvalidRatingsError
        If a total is not a finite number.

    References
    ----------
    Wright & Masters, Rating Scale Analysis (1982), for outfit; Saal, Downey & Lahey, Psychological Bulletin 88
    (1980), for the kinds of rater error. The cuts are our own, chosen by simulation (tests/bench/bench_calibration.py).

    Examples
    --------
    >>> find_erratic_jurors({"e1": {"a": 70, "b": 71}, "e2": {"a": 80, "b": 79}})
    []
    """
    flagged = [report for report in describe_jurors(totals, scale=scale, sheets=sheets) if report.reasons]
    return sorted(flagged, key=lambda report: -report.outfit if report.outfit == report.outfit else 0.0)


def describe_jurors(totals: Totals, *, scale: float | None = None, sheets: Sheets | None = None) -> list[JurorReport]:
    """Every juror's figures, sorted by id; parameters as for `find_erratic_jurors`."""
    table = read_totals(totals)
    reach = scale if scale is not None else float(np.ptp(table.y)) if table.y.size else 0.0
    reports: dict[JurorId, JurorReport] = {}
    order = table.juror_ids
    for _ in range(min(max(1, len(order) // REMOVABLE), MOST_ROUNDS)):
        if not table.y.size:
            break
        figures, found = _look(table, sheets=sheets or {}, reach=reach)
        reports.update(_report(table, figures, found))
        worst = _most_erratic(figures, found)
        if worst is None:
            break
        table = without_juror(table, worst)
    else:
        if table.y.size:
            reports.update(_report(table, *_look(table, sheets=sheets or {}, reach=reach)))
    return [reports[juror] for juror in order]


def _look(table: Table, *, sheets: Sheets, reach: float) -> tuple[_Figures, dict[str, NDArray[np.bool_]]]:
    """All figures of a table, and which juror shows what."""
    fitted = fit(table)
    severities, errors = _severities(fitted)
    marks = np.bincount(table.juror, minlength=len(table.juror_ids))
    figures = _Figures(
        marks=marks,
        outfit=_over_median(_outfit(fitted, severities), marks),
        agreement=_agreement(table, severities),
        severity=severities if fitted.freedom > 0 else np.full(marks.size, math.nan),
        severity_error=errors,
        spread=_over_median(_spread(table), marks),
        halo=_halo(sheets, table),
    )
    return figures, _reasons(figures, reach=reach)


def _report(table: Table, figures: _Figures, found: dict[str, NDArray[np.bool_]]) -> dict[JurorId, JurorReport]:
    return {
        juror: JurorReport(
            juror=juror,
            marks=int(figures.marks[j]),
            outfit=float(figures.outfit[j]),
            agreement=float(figures.agreement[j]),
            severity=float(figures.severity[j]),
            severity_error=float(figures.severity_error[j]),
            spread=float(figures.spread[j]),
            halo=float(figures.halo[j]),
            reasons=tuple(reason for reason, flags in found.items() if flags[j]),
        )
        for j, juror in enumerate(table.juror_ids)
    }


def _most_erratic(figures: _Figures, found: dict[str, NDArray[np.bool_]]) -> int | None:
    """The juror who disturbs the others' figures most, if anybody does."""
    suspects = np.flatnonzero(found["outfit"] | found["agreement"])
    if not suspects.size:
        return None
    weight = np.nan_to_num(figures.outfit) / OUTFIT + np.nan_to_num(_shortfall(figures)) / AGREEMENT
    return int(suspects[np.argmax(weight[suspects])])


@dataclass(frozen=True, slots=True)
class _Figures:
    """One array per figure, jurors in order."""

    marks: NDArray[np.int64]
    outfit: Floats
    agreement: Floats
    severity: Floats
    severity_error: Floats
    spread: Floats
    halo: Floats


def _severities(fitted: Fit) -> tuple[Floats, Floats]:
    m = len(fitted.table.juror_ids)
    if fitted.severities_vanish:
        return np.zeros(m), np.full(m, 0.0 if fitted.freedom > 0 else math.nan)
    spread, _ = fitted.shrunk.variances(fitted.averaging[:0])
    return fitted.shrunk.solve(fitted.right), np.sqrt(fitted.residual_variance * np.maximum(spread, 0.0))


def _residuals(fitted: Fit, severities: Floats) -> Floats:
    """Totals less calibrated score and severity."""
    table = fitted.table
    scores = table.means - fitted.averaging @ severities
    return np.asarray(table.y - scores[table.entry] - severities[table.juror], dtype=np.float64)


def _standardised(fitted: Fit, residuals: Floats) -> Floats:
    """Residuals in standard errors; NaN where an entry has a single sheet, or where there is no noise."""
    counts = fitted.table.counts[fitted.table.entry]
    variance = fitted.residual_variance * (1.0 - 1.0 / counts)
    return _divide(residuals, np.sqrt(np.maximum(variance, 0.0)))


def _outfit(fitted: Fit, severities: Floats) -> Floats:
    table = fitted.table
    t = _standardised(fitted, _residuals(fitted, severities))
    seen = ~np.isnan(t)
    m = len(table.juror_ids)
    squares = np.bincount(table.juror[seen], weights=np.square(t[seen]), minlength=m)
    return _divide(squares, np.bincount(table.juror[seen], minlength=m))


def _divide(above: NDArray[Any], below: NDArray[Any]) -> Floats:
    """The quotient, NaN where there is nothing to divide by."""
    quotient = np.full(above.size, math.nan)
    np.divide(above, below, out=quotient, where=below > 0)
    return quotient


def _over_median(values: Floats, marks: NDArray[np.int64]) -> Floats:
    """Values over the median of those jurors whose marks are enough to tell."""
    usable = values[(marks >= FEWEST_MARKS) & ~np.isnan(values)]
    middle = float(np.median(usable)) if usable.size else 0.0
    return values / middle if middle > 0 else np.full(values.size, math.nan)


def _agreement(table: Table, severities: Floats) -> Floats:
    """Correlation of each juror's totals with the colleagues' mean, severities taken out."""
    shared = table.counts[table.entry] > 1
    level = table.y - severities[table.juror]
    sums = np.bincount(table.entry, weights=level, minlength=table.counts.size)
    others = (sums[table.entry] - level)[shared] / (table.counts[table.entry][shared] - 1)
    return _correlations(table.juror[shared], table.y[shared], others, size=len(table.juror_ids))


def _correlations(group: NDArray[np.int64], x: Floats, y: Floats, *, size: int) -> Floats:
    """Pearson's r within each group."""
    counts = np.maximum(np.bincount(group, minlength=size), 1)
    x, y = (
        drop_rounding(one - (np.bincount(group, weights=one, minlength=size) / counts)[group], of=one) for one in (x, y)
    )
    xy, xx, yy = (np.bincount(group, weights=product, minlength=size) for product in (x * y, x * x, y * y))
    return _divide(xy, np.sqrt(xx * yy))


def _spread(table: Table) -> Floats:
    m = len(table.juror_ids)
    counts = np.bincount(table.juror, minlength=m).astype(np.float64)
    means = np.bincount(table.juror, weights=table.y, minlength=m) / counts
    away = drop_rounding(table.y - means[table.juror], of=table.y)
    squares = np.bincount(table.juror, weights=np.square(away), minlength=m)
    return np.sqrt(_divide(squares, counts - 1))


def _halo(sheets: Sheets, table: Table) -> Floats:
    """Mean correlation between criteria over each juror's sheets; NaN below five sheets or two criteria."""
    rows: dict[JurorId, list[Mapping[str, int]]] = {}
    for by_juror in sheets.values():
        for juror, marks in by_juror.items():
            rows.setdefault(juror, []).append(marks)
    return np.array([_mean_correlation(rows.get(juror, [])) for juror in table.juror_ids], dtype=np.float64)


def _mean_correlation(marks: list[Mapping[str, int]]) -> float:
    criteria = sorted(set.intersection(*(set(sheet) for sheet in marks))) if marks else []
    if len(marks) < FEWEST_MARKS or len(criteria) < 2:
        return math.nan
    columns = np.array([[float(sheet[name]) for sheet in marks] for name in criteria])
    columns -= columns.mean(axis=1, keepdims=True)
    lengths = np.sqrt(np.square(columns).sum(axis=1))
    columns = columns[lengths > 0] / lengths[lengths > 0, None]
    together = [float(columns[a] @ columns[b]) for a, b in combinations(range(len(columns)), 2)]
    return sum(together) / len(together) if together else math.nan


def _reasons(figures: _Figures, *, reach: float) -> dict[str, NDArray[np.bool_]]:
    """Which juror shows what; comparisons with NaN are False."""
    enough = figures.marks >= FEWEST_MARKS
    with np.errstate(invalid="ignore"):
        short = _shortfall(figures)
        both = (figures.outfit > OUTFIT_IN_DOUBT) & (short > AGREEMENT_IN_DOUBT)
        return {
            "outfit": enough & ((figures.outfit > OUTFIT) | both),
            "agreement": enough & ((short > AGREEMENT) | both),
            "severity": enough & _severe(figures, reach=reach),
            "central_tendency": enough & (figures.spread < NARROW),
            "halo": enough & (figures.halo >= HALO),
        }


def _shortfall(figures: _Figures) -> Floats:
    """Standard errors by which the agreement (Fisher's z) falls below the median juror's."""
    z = np.arctanh(np.clip(figures.agreement, -0.999999, 0.999999))
    usable = z[(figures.marks >= FEWEST_MARKS) & ~np.isnan(z)]
    if usable.size < 2:
        return np.zeros(z.size)
    return np.asarray((np.median(usable) - z) * np.sqrt(np.maximum(figures.marks - 3, 1)), dtype=np.float64)


def _severe(figures: _Figures, *, reach: float) -> NDArray[np.bool_]:
    """Far from the jury by every measure: error, scale, and what jurors usually differ by."""
    away = np.abs(figures.severity)
    if np.isnan(away).all():
        return np.zeros(away.size, dtype=np.bool_)
    usual = 1.4826 * float(np.median(np.abs(figures.severity - np.median(figures.severity))))
    limit = np.maximum(SEVERITY_ERRORS * figures.severity_error, SEVERITY_SHARE * reach)
    return np.asarray((away > limit) & (away > SEVERITY_SPREADS * usual))


def find_surprising_sheets(totals: Totals, *, limit: float = SURPRISE) -> list[SurprisingSheet]:
    """Sheets whose standardised residual exceeds `limit`, the largest first.

    Raises
    ------
    InvalidRatingsError
        If a total is not a finite number.

    References
    ----------
    Studentised residuals of the additive model; the usual cut of 2.5 as in Linacre's Facets reports.
    """
    table = read_totals(totals)
    if not table.y.size:
        return []
    fitted = fit(table)
    severities, _ = _severities(fitted)
    residuals = _residuals(fitted, severities)
    t = _standardised(fitted, residuals)
    far = np.flatnonzero(np.abs(np.nan_to_num(t)) > limit)
    return [
        SurprisingSheet(
            entry=table.entry_ids[int(table.entry[p])],
            juror=table.juror_ids[int(table.juror[p])],
            residual=float(residuals[p]),
            t=float(t[p]),
        )
        for p in far[np.argsort(-np.abs(t[far]), kind="stable")]
    ]


def influence(totals: Totals, *, allocate: Callable[[dict[EntryId, dict[JurorId, Any]]], Any]) -> list[Influence]:
    """Which prizes change without one juror, or without one sheet.

    Parameters
    ----------
    totals : {entry: {juror: points}}
    allocate : callable
        From totals to prizes: a mapping of entry to prize, an `Allocation`, or an iterable of awards with `id`
        and `tier`, of (entry, prize) pairs, or of winners, whose prize is then True. Called once for every juror and
        for every sheet; entries left without a sheet are left out.

    Returns
    -------
    list of Influence
        Only what changes something: jurors in order first, then sheets in order.

    Examples
    --------
    >>> marks = {"e1": {"a": 9, "b": 4}, "e2": {"a": 6, "b": 6}}
    >>> def best(totals):
    ...     return {max(totals, key=lambda entry: sum(totals[entry].values()) / len(totals[entry])): "first"}
    >>> [(found.juror, found.entry) for found in influence(marks, allocate=best)]
    [('a', None), ('a', 'e1')]
    """
    table = read_totals(totals)
    before = _prizes(allocate({entry: dict(totals[entry]) for entry in table.entry_ids}))
    sheets = ((table.entry_ids[i], table.juror_ids[j]) for i, j in zip(table.entry, table.juror, strict=True))
    trials: list[tuple[EntryId | None, JurorId]] = [(None, juror) for juror in table.juror_ids]
    trials.extend(sheets)
    found = []
    for entry, juror in trials:
        after = _prizes(allocate(_without(totals, table.entry_ids, entry=entry, juror=juror)))
        changes = _changes(before, after, table.entry_ids)
        if changes:
            found.append(Influence(juror, entry, changes))
    return found


def _without(
    totals: Totals, order: Iterable[EntryId], *, entry: EntryId | None, juror: JurorId
) -> dict[EntryId, dict[JurorId, Any]]:
    """The totals less one sheet, or less all sheets of the juror."""
    left = {
        name: {other: value for other, value in totals[name].items() if other != juror or (entry not in (None, name))}
        for name in order
    }
    return {name: marks for name, marks in left.items() if marks}


def _prizes(outcome: Any) -> dict[EntryId, Hashable]:
    if isinstance(outcome, Mapping):
        return dict(outcome)
    return dict(_prize(award) for award in getattr(outcome, "awards", outcome))


def _prize(award: Any) -> tuple[EntryId, Hashable]:
    if isinstance(award, tuple):
        entry, prize = award
        return entry, prize
    return (award.id, award.tier) if hasattr(award, "tier") else (award, True)


def _changes(
    before: dict[EntryId, Hashable], after: dict[EntryId, Hashable], order: list[EntryId]
) -> tuple[Change, ...]:
    return tuple(
        Change(entry, before.get(entry), after.get(entry)) for entry in order if before.get(entry) != after.get(entry)
    )
