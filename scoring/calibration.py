"""What the marks would be with every juror equally strict: advice to the jury, never the official score."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring._additive import Fit, fit
from scoring._linkage import Linkage, design_linkage
from scoring._totals import EntryId, JurorId, Table, Totals, read_totals

__all__ = ["Calibration", "calibrate", "linkage"]

Floats = NDArray[np.float64]

MARKS_PER_JUROR = 8
FREEDOM = 10
FIRM_LINKAGE = 3.0


@dataclass(frozen=True, slots=True)
class Calibration:
    """Scores freed of the jurors' severities, and how far to trust them.

    Attributes
    ----------
    scores : dict of entry to float
        Calibrated points.
    severities : dict of juror to float
        Points a juror gives above (lenient, positive) or below (strict) the jury; mean 0 in each component.
    standard_errors : dict of entry to float
        Of `scores`, in points; NaN where the design leaves nothing to estimate them from.
    severity_errors : dict of juror to float
        Of `severities`, in points.
    residual_variance, severity_variance : float
        In squared points; NaN without degrees of freedom.
    supported : bool
        Whether the design can carry a calibration at all.
    reasons : tuple of str
        Why not: ``no_marks``, ``separate_groups``, ``few_marks_per_juror``, ``few_degrees_of_freedom``,
        ``weak_linkage``.
    """

    scores: dict[EntryId, float]
    severities: dict[JurorId, float]
    standard_errors: dict[EntryId, float]
    severity_errors: dict[JurorId, float]
    residual_variance: float
    severity_variance: float
    supported: bool
    reasons: tuple[str, ...]


def linkage(totals: Totals) -> Linkage:
    """Whether the jury is one frame of reference: who is tied to whom by shared entries.

    Parameters
    ----------
    totals : {entry: {juror: points}}
        Only who scored what matters, not the points.

    Returns
    -------
    Linkage
        `mean_severity_se` in units of the residual standard deviation; beyond 1,000 jurors it is probed, to about
        one per cent.

    Raises
    ------
    InvalidRatingsError
        If a total is not a finite number.

    References
    ----------
    Linacre, Judging plans and facets, rasch.org/rn3.htm.

    Examples
    --------
    >>> linkage({"e1": {"a": 1, "b": 2}, "e2": {"b": 1, "c": 2}, "e3": {"d": 5, "e": 5}}).components
    2
    """
    return _linkage(read_totals(totals))


def calibrate(totals: Totals, *, shrink: bool = True) -> Calibration:
    """Estimate every entry's score and every juror's severity together.

    The model is total = entry + juror + noise. With `shrink`, severities are random with a common variance, and
    are pulled towards 0 as far as the data leave them uncertain; without, they are plain least squares.

    Parameters
    ----------
    totals : {entry: {juror: points}}
        Incomplete designs are the normal case; entries without a sheet are left out.
    shrink : bool
        False is the additive least-squares fit (intra-block analysis).

    Returns
    -------
    Calibration
        Advisory always. With a complete panel the scores are the plain means. Where nothing can be estimated
        (one juror, one sheet each) shrunken scores are the plain means too, and the errors NaN. Beyond 1,500
        jurors standard errors are probed, to about one per cent.

    Raises
    ------
    InvalidRatingsError
        If a total is not a finite number.

    References
    ----------
    Henderson (1953), method 3, for the variances; Searle, Casella & McCulloch, Variance Components (1992), for the
    mixed-model equations; Li, Introduction to Experimental Statistics (1964), table 27.2, is the test's case.

    Examples
    --------
    >>> marks = {"e1": {"a": 6, "b": 8}, "e2": {"b": 9, "c": 8}, "e3": {"a": 7, "c": 8}}
    >>> {entry: round(score, 6) for entry, score in calibrate(marks, shrink=False).scores.items()}
    {'e1': 7.0, 'e2': 8.0, 'e3': 8.0}
    """
    table = read_totals(totals)
    if not table.y.size:
        return Calibration({}, {}, {}, {}, math.nan, math.nan, supported=False, reasons=("no_marks",))
    fitted = fit(table)
    severities, scores, severity_errors, errors = _estimates(fitted, shrink=shrink)
    reasons = _doubts(fitted)
    return Calibration(
        scores=_named(table.entry_ids, scores),
        severities=_named(table.juror_ids, severities),
        standard_errors=_named(table.entry_ids, errors),
        severity_errors=_named(table.juror_ids, severity_errors),
        residual_variance=fitted.residual_variance,
        severity_variance=fitted.severity_variance,
        supported=not reasons,
        reasons=reasons,
    )


def _named(ids: list[EntryId], values: Floats) -> dict[EntryId, float]:
    return dict(zip(ids, values.tolist(), strict=True))


def _estimates(fitted: Fit, *, shrink: bool) -> tuple[Floats, Floats, Floats, Floats]:
    """Severities, scores, and the standard errors of both."""
    table = fitted.table
    m = len(table.juror_ids)
    noise = fitted.residual_variance
    if shrink and fitted.severities_vanish:
        unsure = np.full(m, 0.0 if fitted.severity_variance == 0.0 else math.nan)
        return np.zeros(m), table.means.copy(), unsure, np.sqrt(noise / table.counts)
    precision = fitted.shrunk if shrink else fitted.free
    severities = precision.solve(fitted.right)
    scores = table.means - fitted.averaging @ severities
    spread, quadratic = precision.variances(fitted.averaging)
    if noise == 0.0:
        return severities, scores, np.zeros(m), np.zeros(table.counts.size)
    errors = np.sqrt(noise * (1.0 / table.counts + quadratic))
    return severities, scores, np.sqrt(noise * np.maximum(spread, 0.0)), errors


def _doubts(fitted: Fit) -> tuple[str, ...]:
    """Why the design cannot carry a calibration (SCIENCE 2, gates)."""
    table = fitted.table
    checks = (
        ("separate_groups", fitted.component_count > 1),
        ("few_marks_per_juror", int(np.bincount(table.juror).min()) < MARKS_PER_JUROR),
        ("few_degrees_of_freedom", fitted.freedom < FREEDOM),
        ("weak_linkage", fitted.component_count == 1 and _linkage(table).lambda2 < FIRM_LINKAGE),
    )
    return tuple(name for name, failed in checks if failed)


def _linkage(table: Table) -> Linkage:
    return design_linkage(table.entry, table.juror, juror_ids=table.juror_ids, entries=len(table.entry_ids))
