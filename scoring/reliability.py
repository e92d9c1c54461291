"""How far a jury agrees: published coefficients, for complete panels and for designs with gaps."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring._additive import Fit, fit
from scoring._totals import Totals, drop_rounding, read_totals
from scoring.errors import InvalidRatingsError

__all__ = [
    "Concordance",
    "Generalizability",
    "IntraclassCorrelation",
    "Level",
    "generalizability",
    "intraclass_correlation",
    "kendall_w",
    "krippendorff_alpha",
]

Floats = NDArray[np.float64]
Level: TypeAlias = Literal["nominal", "ordinal", "interval", "ratio"]
Interval: TypeAlias = tuple[float, float]

LEVELS = ("nominal", "ordinal", "interval", "ratio")
CHUNK = 4_000_000


@dataclass(frozen=True, slots=True)
class IntraclassCorrelation:
    """The six coefficients of Shrout & Fleiss, their mean squares and 95 % intervals.

    Attributes
    ----------
    icc1, icc2, icc3 : float <= 1
        One juror: jurors drawn anew for each target; jurors a sample, agreement; jurors fixed, consistency.
    icc1k, icc2k, icc3k : float <= 1
        The mean of all k jurors; the last is Cronbach's alpha. NaN when nothing varies.
    between, within, jurors, residual : float
        Mean squares BMS, WMS, JMS, EMS.
    interval1, interval2, interval3 : (low, high)
        95 % confidence intervals of `icc1`, `icc2`, `icc3`.
    """

    icc1: float
    icc2: float
    icc3: float
    icc1k: float
    icc2k: float
    icc3k: float
    between: float
    within: float
    jurors: float
    residual: float
    interval1: Interval
    interval2: Interval
    interval3: Interval


@dataclass(frozen=True, slots=True)
class Concordance:
    """Kendall's coefficient of concordance.

    Attributes
    ----------
    w : float, 0 to 1
        NaN when every rater ties everything.
    chi2 : float
        m (n - 1) W.
    df : int
        n - 1.
    p : float, 0 to 1
        From the chi-square approximation.
    """

    w: float
    chi2: float
    df: int
    p: float


@dataclass(frozen=True, slots=True)
class Generalizability:
    """How much of the difference between scores is difference between entries.

    Attributes
    ----------
    phi : float, 0 to 1
        Dependability of the plain means, severities counted as error.
    g : float, 0 to 1
        Generalizability of calibrated scores, severities taken out.
    variances : dict
        Components of variance of one total, in squared points: ``entry``, ``juror``, ``residual``.
    jurors_per_entry : float
        Harmonic mean number of sheets of an entry.
    """

    phi: float
    g: float
    variances: dict[str, float]
    jurors_per_entry: float


def intraclass_correlation(ratings: ArrayLike) -> IntraclassCorrelation:
    """Intraclass correlations of a complete table.

    Parameters
    ----------
    ratings : (targets, raters) array of finite numbers
        At least 2 x 2.

    Raises
    ------
    InvalidRatingsError
        If the table is smaller, ragged or has gaps.

    References
    ----------
    Shrout & Fleiss, Psychological Bulletin 86 (1979) 420-428; McGraw & Wong, Psychological Methods 1 (1996) 30-46, for
    the intervals.

    Examples
    --------
    >>> table = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    >>> round(intraclass_correlation(table).icc2, 4)
    0.2898
    """
    x = _table(ratings)
    n, k = x.shape
    centred = x - x.mean()
    targets, raters = centred.mean(axis=1), centred.mean(axis=0)
    B = k * _squares(targets, of=x) / (n - 1)
    W = _squares(centred - targets[:, None], of=x) / (n * (k - 1))
    J = n * _squares(raters, of=x) / (k - 1)
    E = _squares(centred - targets[:, None] - raters, of=x) / ((n - 1) * (k - 1))
    return IntraclassCorrelation(
        icc1=_ratio(B - W, B + (k - 1) * W),
        icc2=_ratio(B - E, B + (k - 1) * E + k * (J - E) / n),
        icc3=_ratio(B - E, B + (k - 1) * E),
        icc1k=_ratio(B - W, B),
        icc2k=_ratio(B - E, B + (J - E) / n),
        icc3k=_ratio(B - E, B),
        between=B,
        within=W,
        jurors=J,
        residual=E,
        interval1=_interval(B, W, k=k, df=(n - 1, n * (k - 1))),
        interval2=_interval_agreement(B, J, E, n=n, k=k),
        interval3=_interval(B, E, k=k, df=(n - 1, (n - 1) * (k - 1))),
    )


def _table(ratings: ArrayLike) -> Floats:
    x = _numbers(ratings)
    if min(x.shape) < 2:
        raise InvalidRatingsError(f"at least two rows and two columns are needed, not {x.shape}")
    if not bool(np.isfinite(x).all()):
        raise InvalidRatingsError("this coefficient needs a complete table of finite numbers")
    return x


def _numbers(ratings: ArrayLike) -> Floats:
    try:
        x = np.ma.filled(np.ma.asarray(ratings, dtype=np.float64), np.nan)
    except (TypeError, ValueError) as error:
        raise InvalidRatingsError("ratings must be a table of numbers") from error
    if x.ndim != 2:
        raise InvalidRatingsError(f"ratings must have two dimensions, not {x.ndim}")
    return x


def _squares(differences: Floats, *, of: Floats) -> float:
    return float(np.square(drop_rounding(differences, of=of)).sum())


def _ratio(above: float, below: float) -> float:
    return above / below if below else math.nan


def _interval(between: float, error: float, *, k: int, df: tuple[int, int]) -> Interval:
    from scipy.special import fdtri

    if not error:
        return (1.0, 1.0) if between else (math.nan, math.nan)
    observed = between / error
    low = observed / float(fdtri(df[0], df[1], 0.975))
    high = observed * float(fdtri(df[1], df[0], 0.975))
    return (low - 1) / (low + k - 1), (high - 1) / (high + k - 1)


def _interval_agreement(B: float, J: float, E: float, *, n: int, k: int) -> Interval:
    """Satterthwaite's degrees of freedom stand in for those of a sum of mean squares."""
    from scipy.special import fdtri

    icc = _ratio(B - E, B + (k - 1) * E + k * (J - E) / n)
    if not 1.0 - icc > 0.0:
        return icc, icc
    a, b = k * icc / (n * (1 - icc)), 1 + k * icc * (n - 1) / (n * (1 - icc))
    v = _ratio((a * J + b * E) ** 2, (a * J) ** 2 / (k - 1) + (b * E) ** 2 / ((n - 1) * (k - 1)))
    if math.isnan(v):
        return math.nan, math.nan
    low, high = float(fdtri(n - 1, v, 0.975)), float(fdtri(v, n - 1, 0.975))
    rest = k * J + (k * n - k - n) * E
    return _ratio(n * (B - low * E), low * rest + n * B), _ratio(n * (high * B - E), rest + n * high * B)


def krippendorff_alpha(ratings: ArrayLike, *, level: Level) -> float:
    """Krippendorff's alpha, 1 - observed / expected disagreement.

    Parameters
    ----------
    ratings : (raters, units) array
        NaN where a rater did not rate. Units with a single rating are left out, as the definition says.
    level : {"nominal", "ordinal", "interval", "ratio"}
        What a difference means.

    Returns
    -------
    float <= 1
        1 is perfect agreement, 0 what chance gives; NaN when all ratings are equal.

    Raises
    ------
    InvalidRatingsError
        If no unit has two ratings, the level is unknown, a rating is infinite, or negative on a ratio scale.

    References
    ----------
    Krippendorff, Computing Krippendorff's alpha-reliability (2011). The ordinal difference of two categories
    is the difference of their mid-ranks, so that it is computed as an interval.

    Examples
    --------
    >>> krippendorff_alpha([[1, 2, 3, float("nan")], [1, 2, 3, 4]], level="nominal")
    1.0
    """
    if level not in LEVELS:
        raise InvalidRatingsError(f"unknown level {level!r}")
    units = _pairable(_numbers(ratings))
    values = np.concatenate(units)
    if level == "ratio" and bool((values < 0).any()):
        raise InvalidRatingsError("a ratio scale has no negative ratings")
    distinct, codes, counts = np.unique(values, return_inverse=True, return_counts=True)
    if level == "nominal":
        distinct = np.arange(distinct.size, dtype=np.float64)
    elif level == "ordinal":
        distinct = np.cumsum(counts) - counts / 2.0
    if distinct.size < 2:
        return math.nan
    coded = _grouped(units, distinct[codes])
    observed: float = sum(_disagreement(block, level) / (block.shape[1] - 1) for block in coded)
    expected = _expected(distinct, counts.astype(np.float64), level) / (values.size - 1)
    return 1.0 - observed / expected


def _pairable(x: Floats) -> list[Floats]:
    """The ratings of every unit that has at least two."""
    if bool(np.isinf(x).any()):
        raise InvalidRatingsError("ratings must be finite")
    units = [column[~np.isnan(column)] for column in x.T]
    units = [unit for unit in units if unit.size >= 2]
    if not units:
        raise InvalidRatingsError("no unit has two ratings")
    return units


def _grouped(units: list[Floats], values: Floats) -> list[Floats]:
    """`values`, cut into units again and stacked by number of ratings: (units, ratings) blocks."""
    sizes = np.array([unit.size for unit in units])
    starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    return [values[starts[sizes == size][:, None] + np.arange(size)] for size in np.unique(sizes)]


def _difference(a: Floats, b: Floats, level: str) -> Floats:
    if level == "nominal":
        return np.asarray(a != b, dtype=np.float64)
    gap = a - b
    if level == "ratio":
        total = a + b
        gap = np.divide(gap, total, out=np.zeros_like(gap), where=total != 0)
    return np.asarray(gap * gap, dtype=np.float64)


def _disagreement(block: Floats, level: str) -> float:
    """Sum of the squared differences of all ordered pairs inside the units of a block."""
    above = (block[:, a + 1 :] for a in range(block.shape[1]))
    return 2.0 * sum(float(_difference(block[:, a, None], others, level).sum()) for a, others in enumerate(above))


def _expected(distinct: Floats, counts: Floats, level: str) -> float:
    """The same sum over all ordered pairs of all ratings."""
    step = max(1, CHUNK // distinct.size)
    total = 0.0
    for start in range(0, distinct.size, step):
        rows = slice(start, start + step)
        gaps = _difference(distinct[rows, None], distinct[None, :], level)
        total += float(counts[rows] @ (gaps @ counts))
    return total


def kendall_w(ratings: ArrayLike) -> Concordance:
    """Kendall's coefficient of concordance, corrected for ties.

    Parameters
    ----------
    ratings : (items, raters) array of finite numbers
        At least 2 x 2; ranked within each rater.

    Raises
    ------
    InvalidRatingsError
        If the table is smaller, ragged or has gaps.

    References
    ----------
    Kendall & Babington Smith, Annals of Mathematical Statistics 10 (1939) 275-287; Siegel & Castellan (1988) 262.

    Examples
    --------
    >>> kendall_w([[1, 2, 1], [2, 3, 2], [3, 4, 9]]).w
    1.0
    """
    from scipy.special import chdtrc

    x = _table(ratings)
    n, m = x.shape
    ranks, ties = zip(*(_ranks(column) for column in x.T), strict=True)
    sums = np.sum(ranks, axis=0)
    spread = float(np.square(sums - sums.mean()).sum())
    below = m * m * (n**3 - n) - m * sum(ties)
    if not below:
        return Concordance(math.nan, math.nan, n - 1, math.nan)
    w = 12.0 * spread / below
    chi2 = m * (n - 1) * w
    return Concordance(w, chi2, n - 1, float(chdtrc(n - 1, chi2)))


def _ranks(column: Floats) -> tuple[Floats, int]:
    """Mid-ranks, and the sum of t^3 - t over groups of t ties."""
    _, inverse, counts = np.unique(column, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    middle = last - (counts - 1) / 2.0
    return np.asarray(middle[inverse], dtype=np.float64), int(sum(int(t) ** 3 - int(t) for t in counts))


def generalizability(totals: Totals) -> Generalizability:
    """Generalizability of a design with or without gaps, entries crossed with jurors.

    Parameters
    ----------
    totals : {entry: {juror: points}}
        At least two entries, and enough sheets to estimate the residual.

    Raises
    ------
    InvalidRatingsError
        If there is no residual degree of freedom, or a single entry.

    References
    ----------
    Brennan, Generalizability Theory (2001), p x i design; variance components by Henderson's third method, which
    for a complete table is the analysis of variance.

    Examples
    --------
    >>> result = generalizability({"e1": {"a": 5, "b": 7}, "e2": {"a": 1, "b": 3}})
    >>> result.g, result.variances["juror"]
    (1.0, 2.0)
    """
    table = read_totals(totals)
    if len(table.entry_ids) < 2:
        raise InvalidRatingsError("at least two entries with marks are needed")
    fitted = fit(table)
    if fitted.freedom <= 0:
        raise InvalidRatingsError("too few sheets to tell jurors from noise")
    entry, juror, residual = entry_variance(fitted), fitted.severity_variance, fitted.residual_variance
    k = table.counts.size / float((1.0 / table.counts).sum())
    return Generalizability(
        phi=_ratio(entry, entry + (juror + residual) / k),
        g=_ratio(entry, entry + residual / k),
        variances={"entry": entry, "juror": juror, "residual": residual},
        jurors_per_entry=k,
    )


def entry_variance(fitted: Fit) -> float:
    """Variance of true entry scores: that of the calibrated scores, less what their errors contribute.

    An error that all scores share does not spread them, so the mean of the error matrix is taken out.
    """
    table = fitted.table
    n = table.counts.size
    noise = fitted.residual_variance
    if fitted.severities_vanish:
        return max(0.0, _variance(table.means) - noise * float((1.0 / table.counts).mean()))
    averaging: Any = fitted.averaging
    scores = table.means - averaging @ fitted.shrunk.solve(fitted.right)
    _, quadratic = fitted.shrunk.variances(averaging)
    weight = np.asarray(averaging.sum(axis=0)).ravel()
    own = float((1.0 / table.counts + quadratic).sum())
    shared = (float((1.0 / table.counts).sum()) + float(weight @ fitted.shrunk.solve(weight))) / n
    return max(0.0, _variance(scores) - noise * (own - shared) / (n - 1))


def _variance(scores: Floats) -> float:
    return _squares(scores - scores.mean(), of=scores) / (scores.size - 1)
