"""Marks that lie too far apart: the one place where the plan's limit meets the totals of an entry."""

from collections.abc import Iterable, Mapping
from fractions import Fraction

from app.core.i18n import N_, Message
from app.core.numbers import format_points
from app.jury.rubric import units_per_point
from app.programmes.plan import RoundRules
from scoring import check_gaps


def find_gaps(rules: RoundRules, totals: Mapping[int, Iterable[int]]) -> set[int]:
    """The entries whose totals (in units, of the first marking) lie as far apart as the rules allow no more."""
    if rules.gap is None:
        return set()
    units = units_per_point(rules)
    found = check_gaps(
        {entry: {i: Fraction(total, units) for i, total in enumerate(own)} for entry, own in totals.items()},
        points=None if rules.gap.points is None else Fraction(rules.gap.points),
        percent=rules.gap.percent,
        scale=Fraction(rules.scale),
    )
    return {gap.entry for gap in found}


def gap_limit(rules: RoundRules) -> Message | None:
    """From where on marks lie too far apart, in words: "20 điểm"; None where the rules do not say."""
    if rules.gap is None:
        return None
    if rules.gap.points is not None:
        return N_("%(n)s điểm", n=format_points(Fraction(rules.gap.points) * 100, trim=True))
    return N_("%(n)s%% thang điểm", n=rules.gap.percent)
