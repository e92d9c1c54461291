from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring import Criterion, DuplicateIdError, InexactNumberError, InvalidMarksError, InvalidRubricError, Rubric

WRITTEN = Rubric(
    [
        Criterion("novelty", maximum=3000, step=50),
        Criterion("effectiveness", maximum=4000, step=50),
        Criterion("feasibility", maximum=3000, step=50),
    ]
)
FULL = {"novelty": 2550, "effectiveness": 3500, "feasibility": 2600}


def test_total_by_hand():
    assert WRITTEN.total(FULL) == Fraction(173, 2)


def test_total_of_a_perfect_sheet_is_the_maximum():
    assert WRITTEN.total({"novelty": 3000, "effectiveness": 4000, "feasibility": 3000}) == WRITTEN.maximum == 100


def test_total_with_weights_stays_exact():
    rubric = Rubric([Criterion("a", maximum=1000, weight=Fraction(1, 3)), Criterion("b", maximum=1000, weight=2)])
    assert rubric.total({"a": 700, "b": 155}) == Fraction(7, 3) + Fraction(31, 10)


@given(st.lists(st.tuples(st.integers(1, 5000), st.integers(1, 100), st.integers(0, 5)), min_size=1), st.data())
def test_total_keeps_its_range_and_rises_with_a_mark(lines, data):
    rubric = Rubric([Criterion("free", maximum=1)] + [
        Criterion(f"c{place}", maximum=maximum, step=step, weight=weight)
        for place, (maximum, step, weight) in enumerate(lines)
    ])  # fmt: skip
    marks = {one.key: data.draw(st.integers(0, one.maximum // one.step)) * one.step for one in rubric.criteria}
    total = rubric.total(marks)
    assert 0 <= total <= rubric.maximum
    raised = next((one for one in rubric.criteria if marks[one.key] + one.step <= one.maximum), None)
    if raised:
        assert rubric.total({**marks, raised.key: marks[raised.key] + raised.step}) - total == Fraction(
            raised.weight * raised.step, 100
        )


@pytest.mark.parametrize(
    ("change", "criterion", "reason"),
    [
        ({"effectiveness": -50}, "effectiveness", "negative"),
        ({"effectiveness": 4050}, "effectiveness", "above_maximum"),
        ({"effectiveness": 3525}, "effectiveness", "off_step"),
        ({"effectiveness": 3500.0}, "effectiveness", "not_integer"),
        ({"effectiveness": float("nan")}, "effectiveness", "not_integer"),
        ({"effectiveness": True}, "effectiveness", "not_integer"),
        ({"effectiveness": None}, "effectiveness", "not_integer"),
        ({"charm": 100}, "charm", "unknown"),
    ],
)
def test_total_names_the_criterion_at_fault(change, criterion, reason):
    with pytest.raises(InvalidMarksError, match=criterion) as caught:
        WRITTEN.total({**FULL, **change})
    assert (caught.value.criterion, caught.value.reason) == (criterion, reason)


def test_total_names_the_missing_criterion():
    with pytest.raises(InvalidMarksError, match="feasibility") as caught:
        WRITTEN.total({"novelty": 0, "effectiveness": 0})
    assert (caught.value.criterion, caught.value.reason) == ("feasibility", "missing")


@pytest.mark.parametrize(
    ("error", "arguments"),
    [
        (InvalidRubricError, {"maximum": 0}),
        (InvalidRubricError, {"maximum": -1}),
        (InvalidRubricError, {"maximum": True}),
        (InexactNumberError, {"maximum": 30.0}),
        (InvalidRubricError, {"maximum": 30, "step": 0}),
        (InexactNumberError, {"maximum": 30, "step": 0.5}),
        (InvalidRubricError, {"maximum": 30, "weight": -1}),
        (InexactNumberError, {"maximum": 30, "weight": 0.5}),
    ],
)
def test_criterion_refuses_odd_numbers(error, arguments):
    with pytest.raises(error):
        Criterion("novelty", **arguments)


def test_criterion_refuses_an_empty_key():
    with pytest.raises(InvalidRubricError):
        Criterion("", maximum=1)


def test_rubric_refuses_no_criteria():
    with pytest.raises(InvalidRubricError):
        Rubric([])


def test_rubric_refuses_all_weights_zero():
    with pytest.raises(InvalidRubricError):
        Rubric([Criterion("a", maximum=1, weight=0), Criterion("b", maximum=1, weight=0)])


def test_rubric_refuses_a_key_twice():
    with pytest.raises(DuplicateIdError):
        Rubric([Criterion("a", maximum=1), Criterion("a", maximum=2)])
