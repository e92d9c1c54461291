"""Totals as integers that SQL sums exactly: points times the rubric's common denominator."""

from collections.abc import Mapping

from app.programmes.plan import RoundRules


def units_per_point(rules: RoundRules) -> int:
    """How many units one point is: 100 (hundredths) times the common denominator of the weights."""
    return rules.units_per_point


def total_in_units(rules: RoundRules, marks: Mapping[str, int]) -> int:
    """The weighted total of complete marks, in units. scoring.InvalidMarksError names what is wrong."""
    total = rules.judging_rubric.total(dict(marks)) * units_per_point(rules)
    assert total.denominator == 1
    return total.numerator
