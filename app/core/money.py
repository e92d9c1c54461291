"""Money is integer đồng: written with dots, read back, and spelled out in words."""

import re

from app.core.i18n import N_

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_BILLION = 10**9
_AMOUNT = re.compile(
    r"([0-9]{1,18}|[0-9]{1,3}(?:([. ,])[0-9]{3}(?:\2[0-9]{3})*))\s*(?:đồng|đ|₫|vnđ|vnd)?", re.IGNORECASE
)


class InvalidAmountError(ValueError):
    """Not a sum of đồng; `str()` tells the person what to type, in their language."""


def format_dong(amount: int) -> str:
    """18300000 → "18.300.000"."""
    return f"{amount:,}".replace(",", ".")


def parse_dong(text: str) -> int:
    """Read "2.000.000đ", "2 000 000" or "2000000 đồng".

    Groups must be complete: "2.5" is refused, never guessed.
    """
    match = _AMOUNT.fullmatch(text.replace("\u00a0", " ").replace("\u202f", " ").strip())
    if not match:
        raise InvalidAmountError(N_("Số tiền chưa đúng. Ví dụ: 2.000.000"))
    return int(re.sub(r"[. ,]", "", match[1]))


def dong_in_words(amount: int, *, zero_ten: str = "lẻ", thousand: str = "nghìn") -> str:
    """18300000 → "Mười tám triệu ba trăm nghìn đồng".

    Some offices say `zero_ten="linh"`, some `thousand="ngàn"`.
    """
    words = _number(abs(amount), zero_ten=zero_ten, thousand=thousand)
    sentence = f"{'âm ' if amount < 0 else ''}{words} đồng"
    return sentence[0].upper() + sentence[1:]


def _number(n: int, *, zero_ten: str, thousand: str) -> str:
    if n == 0:
        return _DIGITS[0]
    billions, rest = divmod(n, _BILLION)
    parts = [f"{_number(billions, zero_ten=zero_ten, thousand=thousand)} tỷ"] if billions else []
    parts += _below_billion(rest, padded=bool(billions), zero_ten=zero_ten, thousand=thousand)
    return " ".join(parts)


def _below_billion(n: int, *, padded: bool, zero_ten: str, thousand: str) -> list[str]:
    """Groups of three, each but the first padded: unpadded, 1.005.000 is heard as 1.5 million."""
    parts: list[str] = []
    for size, unit in ((10**6, "triệu"), (10**3, thousand), (1, "")):
        group = n // size % 1000
        if group:
            parts += _group(group, padded=padded or bool(parts), zero_ten=zero_ten)
            parts += [unit] if unit else []
    return parts


def _group(n: int, *, padded: bool, zero_ten: str) -> list[str]:
    hundreds, tens, units = n // 100, n // 10 % 10, n % 10
    parts = [_DIGITS[hundreds], "trăm"] if hundreds or padded else []
    if tens > 1:
        parts += [_DIGITS[tens], "mươi"]
    elif tens == 1:
        parts.append("mười")
    elif units and parts:
        parts.append(zero_ten)
    if units:
        parts.append(_unit(units, tens=tens))
    return parts


def _unit(units: int, *, tens: int) -> str:
    if tens > 1 and units in (1, 4):
        return "mốt" if units == 1 else "tư"
    return "lăm" if units == 5 and tens else _DIGITS[units]
