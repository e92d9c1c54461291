from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring import InexactNumberError, InvalidRulesError, round_half_up


@pytest.mark.parametrize(
    ("value", "decimals", "rounded"),
    [
        (Fraction(82665, 1000), 2, Fraction(8267, 100)),
        (Fraction(82664999, 1000000), 2, Fraction(8266, 100)),
        (Fraction(5, 2), 0, 3),
        (Fraction(-5, 2), 0, -3),
        (Fraction(1, 3), 4, Fraction(3333, 10000)),
        (7, 2, 7),
        (0, 2, 0),
    ],
)
def test_round_half_up_by_hand(value, decimals, rounded):
    assert round_half_up(value, decimals) == rounded


@given(st.integers(-(10**9), 10**9), st.integers(0, 6), st.integers(0, 6))
def test_round_half_up_agrees_with_decimal(units, places, decimals):
    expected = Decimal(units).scaleb(-places).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    assert round_half_up(Fraction(units, 10**places), decimals) == Fraction(expected)


@given(st.fractions(), st.fractions(), st.integers(0, 4))
def test_round_half_up_keeps_order_and_stays_close(one, other, decimals):
    low, high = sorted((one, other))
    assert round_half_up(low, decimals) <= round_half_up(high, decimals)
    assert abs(round_half_up(low, decimals) - low) <= Fraction(1, 2 * 10**decimals)


@pytest.mark.parametrize("value", [0.5, float("nan"), True, "1", None, Decimal("0.5")])
def test_round_half_up_refuses_the_inexact(value):
    with pytest.raises(InexactNumberError):
        round_half_up(value, 2)


@pytest.mark.parametrize("decimals", [-1, 1.0, True])
def test_round_half_up_refuses_odd_decimals(decimals):
    with pytest.raises(InvalidRulesError):
        round_half_up(1, decimals)
