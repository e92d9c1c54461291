from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring import InexactNumberError, InvalidSplitError, split_amount

weights = st.lists(
    st.one_of(st.integers(0, 50), st.fractions(0, 5, max_denominator=12)), min_size=1, max_size=8
).filter(any)


def test_split_hare_seats_published():
    # The largest-remainder example with the Hare quota: 100,000 votes, 10 seats.
    assert split_amount(10, weights=[47000, 16000, 15900, 12000, 6000, 3100]) == [5, 2, 1, 1, 1, 0]


@pytest.mark.parametrize(
    ("amount", "shares", "unit", "parts"),
    [
        (5_000_000, [1, 1, 1], 1, [1_666_667, 1_666_667, 1_666_666]),
        (5_000_000, [1, 1, 1], 1000, [1_667_000, 1_667_000, 1_666_000]),
        (4_000_000, [60, 40], 1000, [2_400_000, 1_600_000]),
        (1_000_500, [1, 1], 1000, [500_500, 500_000]),
        (1_001_500, [0, 1, 1], 1000, [0, 501_500, 500_000]),
        (999, [1, 2], 1000, [999, 0]),
        (7, [Fraction(1, 3), Fraction(2, 3)], 1, [2, 5]),
        (1, [1, 1], 1, [1, 0]),
        (0, [1, 1], 1, [0, 0]),
        (100, [5], 1, [100]),
    ],
)
def test_split_by_hand(amount, shares, unit, parts):
    assert split_amount(amount, weights=shares, unit=unit) == parts


def test_split_takes_the_values_of_a_mapping():
    shares = {"lead": 2, "member": 1}
    assert split_amount(100, weights=shares.values()) == split_amount(100, weights=iter([2, 1])) == [67, 33]


@given(st.integers(0, 10**10), weights)
def test_split_loses_nothing_and_stays_within_one_dong(amount, shares):
    parts = split_amount(amount, weights=shares)
    total = Fraction(sum(shares))
    assert sum(parts) == amount
    for part, share in zip(parts, shares, strict=True):
        assert part >= 0
        assert abs(part - amount * share / total) < 1
        assert share or not part


@given(st.integers(0, 10**10), weights, st.sampled_from([10, 1000, 500_000]))
def test_split_in_units_leaves_one_odd_part_at_most(amount, shares, unit):
    parts = split_amount(amount, weights=shares, unit=unit)
    odd = [place for place, part in enumerate(parts) if part % unit]
    assert sum(parts) == amount
    assert odd in ([], [next(place for place, share in enumerate(shares) if share)])


@given(st.integers(0, 10**9), weights, st.integers(1, 9))
def test_split_depends_on_proportions_only(amount, shares, factor):
    assert split_amount(amount, weights=[share * factor for share in shares]) == split_amount(amount, weights=shares)


@pytest.mark.parametrize(
    ("error", "amount", "shares", "unit"),
    [
        (InvalidSplitError, -1, [1], 1),
        (InvalidSplitError, 1, [], 1),
        (InvalidSplitError, 1, [0, 0], 1),
        (InvalidSplitError, 1, [1, -1], 1),
        (InvalidSplitError, 1, [1], 0),
        (InvalidSplitError, 1, [1], -5),
        (InvalidSplitError, 5, {1, 2}, 1),
        (InvalidSplitError, 5, {1: "lead", 2: "member"}, 1),
        (InvalidSplitError, 5, 1, 1),
        (InvalidSplitError, True, [1], 1),
        (InvalidSplitError, Fraction(1), [1], 1),
        (InexactNumberError, 1.0, [1], 1),
        (InexactNumberError, float("nan"), [1], 1),
        (InexactNumberError, 1, [0.5, 0.5], 1),
        (InexactNumberError, 1, [1], 1000.0),
    ],
)
def test_split_refuses(error, amount, shares, unit):
    with pytest.raises(error):
        split_amount(amount, weights=shares, unit=unit)
