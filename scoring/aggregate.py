"""From the totals of the jurors to the official score of an entry."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TypeVar

from scoring.errors import InvalidRulesError, TooFewMarksError
from scoring.exact import Exact, exact_totals, round_half_up

Entry = TypeVar("Entry")
Juror = TypeVar("Juror")


def mean(values: list[Exact]) -> Fraction:
    """The exact mean of at least one value."""
    return Fraction(sum(values)) / len(values)


def median(values: list[Exact]) -> Fraction:
    """The middle value; of an even number, the mean of the two in the middle."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return mean(ordered[half : half + 1] if len(ordered) % 2 else ordered[half - 1 : half + 1])


def trimmed_mean(values: list[Exact]) -> Fraction:
    """The mean of at least three values without one highest and one lowest."""
    return mean(sorted(values)[1:-1])


_METHODS: dict[str, tuple[Callable[[list[Exact]], Fraction], int]] = {
    "mean": (mean, 1),
    "median": (median, 1),
    "trimmed_mean": (trimmed_mean, 3),
}


def aggregate(
    totals: Mapping[Entry, Mapping[Juror, Exact]], *, method: str = "mean", decimals: int | None = 2
) -> dict[Entry, Fraction]:
    """The official score of every entry: exact, rounded once, at the end.

    Parameters
    ----------
    totals : mapping of entry to mapping of juror to int or Fraction
        Points each juror gave, any number of jurors per entry.
    method : {"mean", "median", "trimmed_mean"}
        ``trimmed_mean`` drops one highest and one lowest total and needs three.
    decimals : int or None
        Places of the printed score, half away from zero; None leaves it unrounded.

    Returns
    -------
    dict of entry to Fraction
        Points, between the lowest and the highest total of the entry up to the rounding; {} for no entries.

    Raises
    ------
    TooFewMarksError
        Naming an entry that has fewer totals than the method needs.
    InexactNumberError
        If a total is a float.
    InvalidRulesError
        For an unknown method or negative decimals.

    References
    ----------
    Điểm bình quân of the jury, as the contest rules print it; ``trimmed_mean`` is the usual
    "bỏ điểm cao nhất và thấp nhất". Own definitions otherwise.

    Examples
    --------
    >>> aggregate({"A": {"j1": 80, "j2": 85, "j3": 83}})
    {'A': Fraction(8267, 100)}
    """
    if method not in _METHODS:
        raise InvalidRulesError(f"unknown method {method!r}: one of {', '.join(_METHODS)}")
    combine, needed = _METHODS[method]
    scores = {}
    for entry, marks in totals.items():
        if len(marks) < needed:
            raise TooFewMarksError(f"entry {entry!r}: {method} needs {needed} totals, has {len(marks)}")
        score = combine(exact_totals(marks, entry=entry))
        scores[entry] = score if decimals is None else round_half_up(score, decimals)
    return scores
