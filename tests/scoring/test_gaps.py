from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring import Gap, InexactNumberError, InvalidRulesError, TooFewMarksError, check_gaps, resolve_gap
from tests.scoring.strategies import exact_points, juries

POLICIES = ("replace_farthest", "mean_of_all", "mean_of_two_closest", "further_official", "drop_high_low")


def test_gap_states_its_facts():
    totals = {"A": {"j3": 80, "j1": 60, "j2": 60}}
    assert check_gaps(totals, points=20) == [Gap("A", 20, 20, 60, 80, ("j1", "j2"), ("j3",), ())]


@pytest.mark.parametrize(("high", "found"), [(80, True), (Fraction(7999, 100), False), (Fraction(8001, 100), True)])
def test_gap_begins_at_the_limit(high, found):
    assert bool(check_gaps({"A": {"j1": 60, "j2": high}}, points=20)) is found


@pytest.mark.parametrize(
    ("rule", "limit"),
    [
        ({"percent": 20, "scale": 100}, 20),
        ({"percent": Fraction(25, 2), "scale": 40}, 5),
        ({"points": 15, "percent": 20, "scale": 100}, 15),
        ({"points": 25, "percent": 20, "scale": 100}, 20),
    ],
)
def test_gap_limit_is_points_or_a_share_of_the_scale(rule, limit):
    assert [gap.limit for gap in check_gaps({"A": {"j1": 0, "j2": 30}}, **rule)] == [limit]


def test_gap_across_a_line_counts_whatever_the_spread():
    totals = {"A": {"j1": 79, "j2": 80}, "B": {"j1": 80, "j2": 81}, "C": {"j1": 78, "j2": 79}}
    assert [(gap.entry, gap.lines) for gap in check_gaps(totals, lines=[80, 90])] == [("A", (80,))]


def test_gaps_of_nothing_to_compare_are_none():
    assert check_gaps({}, points=20) == []
    assert check_gaps({"A": {}, "B": {"j1": 10}, "C": {"j1": 50, "j2": 50}}, points=20) == []


@given(juries, st.integers(1, 40), st.randoms(use_true_random=False))
def test_gaps_are_those_and_do_not_depend_on_order(totals, points, random):
    mixed = {entry: dict(random.sample(sorted(marks.items()), len(marks))) for entry, marks in totals.items()}
    gaps = check_gaps(mixed, points=points)
    assert gaps == check_gaps(totals, points=points)
    assert [gap.entry for gap in gaps] == sorted(
        entry for entry, marks in totals.items() if max(marks.values()) - min(marks.values()) >= points
    )


@pytest.mark.parametrize(
    "rule",
    [{}, {"points": 0}, {"points": -1}, {"percent": 20}, {"percent": 20, "scale": 0}, {"percent": 0, "scale": 9}],
)
def test_gap_rule_that_cannot_apply_is_refused(rule):
    with pytest.raises(InvalidRulesError):
        check_gaps({"A": {"j1": 0, "j2": 30}}, **rule)


@pytest.mark.parametrize("rule", [{"points": 20.0}, {"percent": 0.2, "scale": 100}, {"lines": [79.5]}])
def test_gap_rule_refuses_floats(rule):
    with pytest.raises(InexactNumberError):
        check_gaps({}, **rule)


@pytest.mark.parametrize("mark", [0.5, float("nan")])
def test_gap_check_refuses_float_totals(mark):
    with pytest.raises(InexactNumberError):
        check_gaps({"A": {"j1": mark}}, points=20)


@pytest.mark.parametrize(
    ("policy", "first", "further", "score"),
    [
        ("replace_farthest", [60, 84], [80], 82),
        ("replace_farthest", [60, 84], [70], 65),
        ("replace_farthest", [60, 80], [70], 70),  # both equally far: mean of all
        ("replace_farthest", [60, 80, 81], [79], 80),
        ("replace_farthest", [60, 60, 80], [80], Fraction(220, 3)),  # equal totals are no choice
        ("replace_farthest", [60, 75, 90], [80, 84], Fraction(239, 3)),
        ("replace_farthest", [60, 84], [70, 72], 71),
        ("mean_of_all", [60, 84], [80], Fraction(224, 3)),
        ("mean_of_two_closest", [60, 84], [80], 82),
        ("mean_of_two_closest", [60, 84], [62], 61),
        ("mean_of_two_closest", [60, 80], [70], 70),  # both pairs equally close: mean of all
        ("mean_of_two_closest", [60, 80], [100], 80),
        ("mean_of_two_closest", [60, 62, 80, 82], [100], Fraction(384, 5)),
        ("mean_of_two_closest", [70, 70], [70], 70),
        ("further_official", [60, 84], [80], 80),
        ("further_official", [60, 84], [80, 81], Fraction(161, 2)),
        ("drop_high_low", [60, 84], [80], 80),
        ("drop_high_low", [60, 70, 84], [80, 81], 77),
    ],
)
def test_resolve_gap_by_hand(policy, first, further, score):
    assert resolve_gap(first, further=further, policy=policy) == score


def test_resolve_gap_leaves_a_panel_to_people():
    assert resolve_gap([60, 84], further=[], policy="panel") is None


def test_resolve_gap_reads_mappings_sequences_and_one_total():
    assert resolve_gap({"j1": 60, "j2": 84}, further={"j3": 80}, policy="mean_of_all") == Fraction(224, 3)
    assert resolve_gap((60, 84), further=80, policy="mean_of_all") == Fraction(224, 3)


@given(
    st.lists(exact_points, min_size=2, max_size=5),
    st.lists(exact_points, min_size=1, max_size=3),
    st.sampled_from(POLICIES),
    st.randoms(use_true_random=False),
)
def test_resolve_gap_ignores_order_and_keeps_the_range(first, further, policy, random):
    score = resolve_gap(first, further=further, policy=policy)
    assert min(first + further) <= score <= max(first + further)
    shuffled = random.sample(first, len(first)), random.sample(further, len(further))
    assert resolve_gap(shuffled[0], further=shuffled[1], policy=policy) == score


@given(st.lists(exact_points, min_size=2, max_size=2), exact_points)
def test_mean_of_two_closest_of_an_even_triple_is_the_mean_of_all(ends, step):
    low = min(ends)
    totals = [low, low + step, low + 2 * step]
    assert resolve_gap(totals[:2], further=totals[2], policy="mean_of_two_closest") == low + step


@pytest.mark.parametrize("policy", POLICIES)
def test_resolve_gap_refuses_an_empty_marking(policy):
    with pytest.raises(TooFewMarksError):
        resolve_gap([], further=[80], policy=policy)
    with pytest.raises(TooFewMarksError):
        resolve_gap([60, 84], further=[], policy=policy)


def test_drop_high_low_needs_three_totals():
    with pytest.raises(TooFewMarksError):
        resolve_gap([60], further=[80], policy="drop_high_low")


@pytest.mark.parametrize("total", [80.0, float("nan"), "80", True])
def test_resolve_gap_refuses_the_inexact(total):
    with pytest.raises(InexactNumberError):
        resolve_gap([60, 84], further=total, policy="mean_of_all")


def test_resolve_gap_refuses_an_unknown_policy():
    with pytest.raises(InvalidRulesError):
        resolve_gap([60, 84], further=[80], policy="loudest")
