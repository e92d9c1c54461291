"""Marks are integer hundredths of a point, means are fractions of them; people write a decimal comma."""

import re
from fractions import Fraction

from app.core.i18n import N_

_MARK = re.compile(r"([0-9]{1,9})(?:[.,]([0-9]{1,2}))?")


class InvalidNumberError(ValueError):
    """Not a mark; `str()` tells the person what to type, in their language."""


def format_points(hundredths: Fraction | int, decimals: int = 2, *, trim: bool = False) -> str:
    """875 → "8,75". Half a last digit rounds away from zero; `trim` drops zeros after the comma (900 → "9").

    The value is always in hundredths of a point: an integer mark, or the exact mean of such marks.
    """
    # In integers throughout: long lists format thousands of marks, and a Fraction costs ten times as much.
    numerator, denominator = hundredths.numerator * 10**decimals, hundredths.denominator * 100
    digits = (2 * abs(numerator) + denominator) // (2 * denominator)
    whole, part = divmod(digits, 10**decimals)
    fraction = f"{part:0{decimals}d}" if decimals else ""
    if trim:
        fraction = fraction.rstrip("0")
    sign = "-" if numerator < 0 and digits else ""
    return f"{sign}{whole},{fraction}" if fraction else f"{sign}{whole}"


def parse_hundredths(text: str) -> int:
    """Read "8,75", "8.75" or "8" as 875, 875, 800.

    A sign, an exponent, a third decimal and digits of other scripts are refused.
    """
    match = _MARK.fullmatch(text.strip())
    if not match:
        raise InvalidNumberError(N_("Điểm chưa đúng: nhập số có tối đa hai chữ số thập phân, ví dụ 8,75."))
    return int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))
