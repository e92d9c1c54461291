"""What an entry is worth: every outcome of a gap by hand, rounded once, and when a further sheet does not count."""

from fractions import Fraction

import pytest

from app.jury.models import Marking, ScoreSheet
from app.jury.rubric import total_in_units
from app.programmes.plan import RoundRules
from app.results.queries import CountedSheet
from app.results.scores import Score, score_entries
from tests.support.contest import PLAN, marks_for, with_further_marking
from tests.support.factories import NOW

WRITTEN = PLAN.round_rules("written")


def rules_with(outcome: str, **changes: object) -> RoundRules:
    return with_further_marking(outcome, **changes).round_rules("written")


def sheets(first: list[int], further: list[int], *, entry: int = 1) -> list[CountedSheet]:
    """Sheets of these totals in points, by jurors 1, 2, 3…"""
    of_marking = [(t, Marking.FIRST) for t in first] + [(t, Marking.FURTHER) for t in further]
    return [
        CountedSheet(
            ScoreSheet(
                assignment_id=juror, marks=marks_for(total), total_units=total_in_units(WRITTEN, marks_for(total)),
                saved_at=NOW,
            ),
            entry, juror, marking,
        )
        for juror, (total, marking) in enumerate(of_marking, start=1)
    ]  # fmt: skip


def score(first: list[int], further: list[int], rules: RoundRules) -> Score:
    return score_entries(sheets(first, further), rules)[1]


@pytest.mark.parametrize(
    ("outcome", "exact", "official"),
    [
        # The example of docs/judging.md: A 80, B 58, C 76, and then D 74.
        ("replace_farthest", Fraction(80 + 76 + 74, 3), Fraction(7667, 100)),
        ("mean_of_all", Fraction(80 + 58 + 76 + 74, 4), Fraction(72)),
        ("mean_of_two_closest", Fraction(76 + 74, 2), Fraction(75)),
        ("further_official", Fraction(74), Fraction(74)),
        ("drop_high_low", Fraction(76 + 74, 2), Fraction(75)),
    ],
)
def test_score_after_a_further_marking_is_what_the_policy_says(
    outcome: str, exact: Fraction, official: Fraction
) -> None:
    found = score([80, 58, 76], [74], rules_with(outcome))

    assert (found.exact, found.official) == (exact, official)
    assert (found.sheets, found.further, found.gap_policy) == (4, 1, outcome)


def test_score_without_a_gap_is_the_plain_mean_and_a_further_sheet_does_not_count() -> None:
    found = score([80, 61, 76], [10], rules_with("further_official"))

    assert (found.exact, found.sheets, found.further, found.gap_policy) == (Fraction(217, 3), 3, 0, "")


def test_score_of_a_gap_that_is_only_reported_is_the_plain_mean() -> None:
    found = score([80, 58, 76], [], WRITTEN)

    assert (found.exact, found.official, found.gap_policy) == (Fraction(214, 3), Fraction(7133, 100), "")


@pytest.mark.parametrize(
    ("aggregate", "expected"), [("mean", Fraction(217, 3)), ("median", Fraction(76)), ("trimmed_mean", Fraction(76))]
)
def test_score_without_a_gap_follows_the_aggregate(aggregate: str, expected: Fraction) -> None:
    assert score([80, 61, 76], [], rules_with("mean_of_all", aggregate=aggregate)).exact == expected


def test_criteria_that_break_ties_are_settled_by_the_same_policy() -> None:
    """58 fills novelty (30) and 28 of effectiveness; the others fill both."""
    assert WRITTEN.ties == ("effectiveness", "novelty", "chair")

    further = score([80, 58, 76], [74], rules_with("further_official")).criteria
    everybody = score([80, 58, 76], [74], rules_with("mean_of_all")).criteria
    dropped = score([80, 58, 76], [74], rules_with("replace_farthest")).criteria

    assert further == (Fraction(3000), Fraction(3000))
    assert everybody == (Fraction(3000 * 3 + 2800, 4), Fraction(3000))
    assert dropped == (Fraction(3000), Fraction(3000))


def test_score_of_each_entry_is_its_own() -> None:
    rules = rules_with("further_official")

    found = score_entries([*sheets([80, 58, 76], [74]), *sheets([80, 79, 78], [], entry=2)], rules)

    assert {entry: s.official for entry, s in found.items()} == {1: Fraction(74), 2: Fraction(79)}
