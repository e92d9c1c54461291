from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring import Contender, InexactNumberError, InvalidRulesError, TooFewMarksError, aggregate, rank
from tests.scoring.strategies import exact_points, juries

METHODS = ("mean", "median", "trimmed_mean")
methods = st.sampled_from(METHODS)


@pytest.mark.parametrize(
    ("method", "score"),
    [
        ("mean", Fraction(8167, 100)),  # (70 + 80 + 85 + 91 2/3) / 4 = 81.666…
        ("median", Fraction(8250, 100)),
        ("trimmed_mean", Fraction(8250, 100)),
    ],
)
def test_aggregate_by_hand(method, score):
    totals = {"A": {"j1": 70, "j2": 80, "j3": 85, "j4": Fraction(275, 3)}}
    assert aggregate(totals, method=method) == {"A": score}


def test_mean_rounds_half_up_once_at_the_end():
    thirds = {"A": {"j1": Fraction(1, 3), "j2": Fraction(1, 3), "j3": Fraction(1, 3) + Fraction(3, 200)}}
    assert aggregate(thirds) == {"A": Fraction(34, 100)}
    assert aggregate({"A": {"j1": 0, "j2": Fraction(1, 100)}}) == {"A": Fraction(1, 100)}


def test_decimals_none_leaves_the_score_unrounded():
    assert aggregate({"A": {"j1": 80, "j2": 81, "j3": 81}}, decimals=None) == {"A": Fraction(242, 3)}


def test_trimmed_mean_drops_one_of_each_end_even_when_they_repeat():
    assert aggregate({"A": {"j1": 60, "j2": 60, "j3": 90, "j4": 90}}, method="trimmed_mean") == {"A": 75}


def test_empty_contest_has_no_scores():
    assert aggregate({}) == {}


def test_one_juror_is_the_score():
    assert aggregate({"A": {"j1": 77}}, method="median") == {"A": 77}


@given(juries, methods, st.randoms(use_true_random=False))
def test_order_of_jurors_and_entries_is_irrelevant(totals, method, random):
    mixed = {
        entry: dict(random.sample(sorted(marks.items()), len(marks)))
        for entry, marks in random.sample(sorted(totals.items()), len(totals))
    }
    assert aggregate(mixed, method=method) == aggregate(totals, method=method)


@given(juries, methods)
def test_scores_lie_between_the_lowest_and_highest_total(totals, method):
    for entry, score in aggregate(totals, method=method, decimals=None).items():
        assert min(totals[entry].values()) <= score <= max(totals[entry].values())


@given(juries.filter(bool), methods, exact_points, st.data())
def test_raising_a_mark_never_lowers_a_rank(totals, method, more, data):
    entry = data.draw(st.sampled_from(sorted(totals)))
    juror = data.draw(st.sampled_from(sorted(totals[entry])))
    raised = {**totals, entry: {**totals[entry], juror: totals[entry][juror] + more}}

    def place(sheets):
        scores = aggregate(sheets, method=method)
        return next(one.rank for one in rank([Contender(e, (s,)) for e, s in scores.items()]) if one.id == entry)

    assert place(raised) <= place(totals)


@given(st.integers(0, 100), st.integers(3, 6), methods)
def test_equal_marks_give_that_mark(mark, jurors, method):
    assert aggregate({"A": dict.fromkeys(range(jurors), mark)}, method=method) == {"A": mark}


@pytest.mark.parametrize(("method", "jurors"), [("mean", 0), ("median", 0), ("trimmed_mean", 2)])
def test_too_few_totals_names_the_entry(method, jurors):
    with pytest.raises(TooFewMarksError, match="'A7'"):
        aggregate({"A7": dict.fromkeys(range(jurors), 50)}, method=method)


@pytest.mark.parametrize("mark", [82.5, float("nan"), True, "82", None])
@pytest.mark.parametrize("method", METHODS)
def test_no_float_enters(mark, method):
    with pytest.raises(InexactNumberError):
        aggregate({"A": {"j1": 80, "j2": 80, "j3": mark}}, method=method)


def test_unknown_method_is_refused():
    with pytest.raises(InvalidRulesError):
        aggregate({}, method="mode")


def test_negative_decimals_are_refused():
    with pytest.raises(InvalidRulesError):
        aggregate({"A": {"j1": 1}}, decimals=-1)
