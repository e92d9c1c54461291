"""Jurors who disagree too much about one entry: finding it, and settling it by a declared policy."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Generic, TypeAlias, TypeVar

from scoring.aggregate import mean
from scoring.errors import InvalidRulesError, TooFewMarksError
from scoring.exact import Exact, exact_totals, id_order, require_exact

Entry = TypeVar("Entry", bound=Hashable)
Juror = TypeVar("Juror", bound=Hashable)
Marks: TypeAlias = Mapping[Hashable, Exact] | Iterable[Exact] | Exact


@dataclass(frozen=True, slots=True)
class Gap(Generic[Entry, Juror]):
    """One entry whose totals lie too far apart.

    Attributes
    ----------
    entry : entry id
    spread : int or Fraction
        Points between the highest and the lowest total.
    limit : int, Fraction or None
        The spread from which it counts, the lower one if points and percent are both set.
    low, high : int or Fraction
        The lowest and the highest total.
    lowest, highest : tuple of juror ids
        Who gave them.
    lines : tuple of int or Fraction
        The lines that some jurors put the entry below and others on or above.
    """

    entry: Entry
    spread: Exact
    limit: Exact | None
    low: Exact
    high: Exact
    lowest: tuple[Juror, ...]
    highest: tuple[Juror, ...]
    lines: tuple[Exact, ...]


def check_gaps(
    totals: Mapping[Entry, Mapping[Juror, Exact]],
    *,
    points: Exact | None = None,
    percent: Exact | None = None,
    scale: Exact | None = None,
    lines: Sequence[Exact] = (),
) -> list[Gap[Entry, Juror]]:
    """Entries that call for a further marking.

    Parameters
    ----------
    totals : mapping of entry to mapping of juror to int or Fraction
        Points; an entry with fewer than two totals has no gap.
    points : int, Fraction or None
        A spread of so many points or more is a gap; above 0.
    percent : int, Fraction or None
        A spread of so many hundredths of `scale` or more is a gap; above 0.
    scale : int, Fraction or None
        Points of a perfect sheet (`Rubric.maximum`), above 0; needed with `percent`.
    lines : sequence of int or Fraction
        Points; an entry that one juror puts below such a line and another on or above it is a gap too.

    Returns
    -------
    list of Gap
        By entry id, whatever order they came in.

    Raises
    ------
    InvalidRulesError
        If there is no rule at all, a limit is not above 0, or `percent` comes without `scale`.
    InexactNumberError
        If a number is a float.

    References
    ----------
    Own definition, after the rule of contest regulations that two markings too far apart call a third.

    Examples
    --------
    >>> [gap.spread for gap in check_gaps({"A": {"j1": 60, "j2": 80}, "B": {"j1": 70, "j2": 75}}, points=20)]
    [20]
    """
    limit = _limit(points, percent, scale, any_other=bool(lines))
    borders = sorted({require_exact(line, what="a line") for line in lines})
    found = (_gap(entry, marks, limit, borders) for entry, marks in totals.items())
    return sorted((gap for gap in found if gap), key=lambda gap: id_order(gap.entry))


def _limit(points: Exact | None, percent: Exact | None, scale: Exact | None, *, any_other: bool) -> Exact | None:
    for what, value in (("points", points), ("percent", percent), ("scale", scale)):
        if value is not None and require_exact(value, what=what) <= 0:
            raise InvalidRulesError(f"{what} must be above 0, not {value}")
    limits: list[Exact] = [] if points is None else [points]
    if percent is not None:
        if scale is None:
            raise InvalidRulesError("percent of what? give the scale, the points of a perfect sheet")
        limits.append(Fraction(percent * scale) / 100)
    if not limits and not any_other:
        raise InvalidRulesError("a gap needs a limit: points, percent with scale, or lines")
    return min(limits, default=None)


def _gap(
    entry: Entry, marks: Mapping[Juror, Exact], limit: Exact | None, borders: list[Exact]
) -> Gap[Entry, Juror] | None:
    values = exact_totals(marks, entry=entry)
    if len(values) < 2:
        return None
    low, high = min(values), max(values)
    crossed = tuple(line for line in borders if low < line <= high)
    if not crossed and (limit is None or high - low < limit):
        return None
    return Gap(entry, high - low, limit, low, high, _who(marks, low), _who(marks, high), crossed)


def _who(marks: Mapping[Juror, Exact], total: Exact) -> tuple[Juror, ...]:
    return tuple(sorted((juror for juror, mark in marks.items() if mark == total), key=id_order))


def resolve_gap(first: Marks, *, further: Marks, policy: str) -> Fraction | None:
    """The score of an entry after its further marking.

    Parameters
    ----------
    first : totals
        Points of the first marking: a mapping of juror to total, a sequence of totals, or one total.
    further : totals
        Points of the further marking, likewise.
    policy : str
        ``replace_farthest``: each further total takes the place of the first one farthest from the further
        marking (from its mean, if it has several). ``mean_of_all``. ``mean_of_two_closest``: of all totals.
        ``further_official``: the mean of the further marking alone. ``drop_high_low``: the mean without one
        highest and one lowest, of three totals or more. ``panel``: people settle it.

    Returns
    -------
    Fraction or None
        Points, exact and unrounded; None for ``panel``. Where two choices are equally close and would give
        different scores, the mean of all.

    Raises
    ------
    InvalidRulesError
        For an unknown policy.
    TooFewMarksError
        If a marking is empty (the further one may be under ``panel``), or the policy needs more totals.
    InexactNumberError
        If a total is a float.

    References
    ----------
    Own definitions, after the usual wordings of contest regulations.

    Examples
    --------
    >>> resolve_gap({"j1": 60, "j2": 84}, further={"j3": 80}, policy="replace_farthest")
    Fraction(82, 1)
    """
    if policy != "panel" and policy not in _POLICIES:
        raise InvalidRulesError(f"unknown gap policy {policy!r}: one of {', '.join(_POLICIES)}, panel")
    before = _totals(first, "the first marking")
    after = _totals(further, "the further marking")
    if not before:
        raise TooFewMarksError("the first marking is empty")
    if policy == "panel":
        return None
    if not after:
        raise TooFewMarksError("the further marking is empty")
    return _POLICIES[policy](before, after)


def _totals(marks: Marks, what: str) -> list[Exact]:
    if isinstance(marks, Mapping):
        marks = marks.values()
    values = marks if isinstance(marks, Iterable) and not isinstance(marks, str) else [marks]
    return [require_exact(value, what=f"a total of {what}") for value in values]


def _replace_farthest(first: list[Exact], further: list[Exact]) -> Fraction:
    if len(further) >= len(first):
        return mean(further)
    reference = mean(further)
    by_closeness = sorted(first, key=lambda total: (abs(total - reference), total))
    kept = by_closeness[: len(first) - len(further)]
    farthest_kept, closest_dropped = kept[-1], by_closeness[len(kept)]
    tied = abs(farthest_kept - reference) == abs(closest_dropped - reference)
    if tied and len({total for total in first if abs(total - reference) == abs(farthest_kept - reference)}) > 1:
        return mean(first + further)
    return mean(kept + further)


def _mean_of_all(first: list[Exact], further: list[Exact]) -> Fraction:
    return mean(first + further)


def _mean_of_two_closest(first: list[Exact], further: list[Exact]) -> Fraction:
    pairs = list(pairwise(sorted(first + further)))
    closest = min(high - low for low, high in pairs)
    means = {mean([low, high]) for low, high in pairs if high - low == closest}
    return means.pop() if len(means) == 1 else mean(first + further)


def _further_official(_first: list[Exact], further: list[Exact]) -> Fraction:
    return mean(further)


def _drop_high_low(first: list[Exact], further: list[Exact]) -> Fraction:
    totals = sorted(first + further)
    if len(totals) < 3:
        raise TooFewMarksError(f"dropping the highest and the lowest needs three totals, has {len(totals)}")
    return mean(totals[1:-1])


_POLICIES: dict[str, Callable[[list[Exact], list[Exact]], Fraction]] = {
    "replace_farthest": _replace_farthest,
    "mean_of_all": _mean_of_all,
    "mean_of_two_closest": _mean_of_two_closest,
    "further_official": _further_official,
    "drop_high_low": _drop_high_low,
}
