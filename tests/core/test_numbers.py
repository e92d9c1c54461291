from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import numbers


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [
        (875, 2, "8,75"),
        (900, 2, "9,00"),
        (5, 2, "0,05"),
        (10_000, 2, "100,00"),
        (Fraction(26_000, 3), 2, "86,67"),
        (Fraction(1_625, 2), 2, "8,13"),  # half a hundredth goes up, never to the even neighbour
        (Fraction(1_635, 2), 2, "8,18"),
        (Fraction(875), 1, "8,8"),
        (Fraction(26_000, 3), 4, "86,6667"),
        (850, 0, "9"),
        (-875, 2, "-8,75"),
        (Fraction(-1, 10), 2, "0,00"),
    ],
)
def test_format_points(value, decimals, shown):
    assert numbers.format_points(value, decimals) == shown


def test_format_points_trimmed():
    assert [numbers.format_points(v, trim=True) for v in (900, 850, 875)] == ["9", "8,5", "8,75"]


@pytest.mark.parametrize(
    ("raw", "value"),
    [("8,75", 875), ("8.75", 875), ("8", 800), ("8,5", 850), (" 100 ", 10_000), ("0", 0), ("007,10", 710)],
)
def test_parse_hundredths(raw, value):
    assert numbers.parse_hundredths(raw) == value


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "8,",
        ",5",
        "8,755",
        "-1",
        "+1",
        "1e2",
        "nan",
        "inf",
        "8,7,5",
        "٨",
        "８",
        "8 5",
        "1_0",
        "0x1",
        "1" * 10,
    ],
)
def test_parse_hundredths_anything_else_refused(raw):
    with pytest.raises(numbers.InvalidNumberError, match="Điểm chưa đúng"):
        numbers.parse_hundredths(raw)


@given(st.integers(0, 10**10))
def test_parse_hundredths_reads_what_format_points_wrote(value):
    assert numbers.parse_hundredths(numbers.format_points(value)) == value
