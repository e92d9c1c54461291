"""Exact numbers at the door: no float enters an official figure."""

from collections.abc import Hashable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from fractions import Fraction
from typing import Any, TypeAlias, TypeVar

from scoring.errors import DuplicateIdError, InexactNumberError, InvalidRulesError

Exact: TypeAlias = int | Fraction
Id = TypeVar("Id", bound=int | str)
Identified = TypeVar("Identified", bound=Hashable)


def is_integer(value: object) -> bool:
    """Whether `value` is a true integer; ``True`` is not a mark of one."""
    return isinstance(value, int) and not isinstance(value, bool)


def has_order(value: object) -> bool:
    """Whether `value` holds things in an order of their own: not a set, not a mapping, and not one text."""
    return isinstance(value, Iterable) and not isinstance(value, (str, bytes, AbstractSet, Mapping))


def require_exact(value: object, *, what: str) -> Exact:
    """`value` itself when it is an int or a Fraction.

    Raises
    ------
    InexactNumberError
        For anything else: a float has already lost what the rules rank by.
    """
    if isinstance(value, Fraction) or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise InexactNumberError(f"{what} must be an int or a Fraction, not {value!r}")


def exact_totals(marks: Mapping[Any, Exact], *, entry: object) -> list[Exact]:
    """The totals of an entry.

    Raises
    ------
    InexactNumberError
        Naming the entry and the juror whose total is not exact.
    """
    for juror, mark in marks.items():
        # The message is built for the guilty only: there are hundreds of thousands of totals.
        if type(mark) is not int and type(mark) is not Fraction:
            require_exact(mark, what=f"the total of {juror!r} for {entry!r}")
    return list(marks.values())


def require_count(value: object, *, what: str) -> int:
    """`value` itself when it is a non-negative integer.

    Raises
    ------
    InvalidRulesError
        Otherwise.
    """
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise InvalidRulesError(f"{what} must be a non-negative integer, not {value!r}")


def require_unique(ids: Iterable[Identified], *, what: str) -> None:
    """Refuse the same id twice.

    Raises
    ------
    DuplicateIdError
        Naming the first id that comes a second time.
    """
    seen: set[Identified] = set()
    for identifier in ids:
        if identifier in seen:
            raise DuplicateIdError(identifier, what=what)
        seen.add(identifier)


def id_order(identifier: object) -> tuple[str, object]:
    """Sort key that puts ids of mixed types in one order, whatever order they came in."""
    return type(identifier).__name__, identifier


def round_half_up(value: Exact, decimals: int) -> Fraction:
    """Round to `decimals` places, a half going away from zero, as officials do by hand.

    Parameters
    ----------
    value : int or Fraction
        Any exact number.
    decimals : int
        Places kept, 0 or more.

    Returns
    -------
    Fraction
        A multiple of ``10**-decimals`` at most half of that from `value`.

    Raises
    ------
    InexactNumberError
        If `value` is not exact.
    InvalidRulesError
        If `decimals` is not a non-negative integer.

    References
    ----------
    ``ROUND_HALF_UP`` of the General Decimal Arithmetic Specification, on rationals.

    Examples
    --------
    >>> round_half_up(Fraction(82665, 1000), 2)
    Fraction(8267, 100)
    """
    scale = 10 ** require_count(decimals, what="decimals")
    return Fraction(count_half_up(require_exact(value, what="value"), scale), scale)


def count_half_up(value: Exact, scale: int) -> int:
    """How many ``1/scale`` make `value`, a half going away from zero; integers only, for speed."""
    doubled, twice = 2 * abs(value.numerator) * scale, 2 * value.denominator
    units = (doubled + value.denominator) // twice
    return units if value.numerator >= 0 else -units
