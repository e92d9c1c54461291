"""Dividing money so that not one đồng is lost."""

from collections.abc import Iterable
from fractions import Fraction

from scoring.errors import InexactNumberError, InvalidSplitError
from scoring.exact import Exact, has_order, is_integer, require_exact


def split_amount(amount: int, *, weights: Iterable[Exact], unit: int = 1) -> list[int]:
    """Divide `amount` by `weights`, exactly.

    Parameters
    ----------
    amount : int
        Đồng, 0 or more.
    weights : iterable of int or Fraction
        Shares of the members in declared order, 0 or more, not all zero.
    unit : int
        Đồng; parts are multiples of it, save that what `amount` leaves over the last unit goes to the first
        member with a share.

    Returns
    -------
    list of int
        Đồng, in the order of `weights`; sums to `amount`. For ``unit=1`` each part is within one đồng of its
        exact share; a member without weight gets nothing.

    Raises
    ------
    InvalidSplitError
        For no weights, all zero, a negative one, weights without an order, a negative amount or a unit below 1.
    InexactNumberError
        For a float.

    References
    ----------
    Largest remainder (Hamilton, Hare quota); equal remainders by declared order.

    Examples
    --------
    >>> split_amount(5_000_000, weights=[1, 1, 1])
    [1666667, 1666667, 1666666]
    """
    if not has_order(weights):
        raise InvalidSplitError(f"weights come as a sequence in the order of the members, not {weights!r}")
    weights = list(weights)
    _check(amount, weights, unit)
    whole, left_over = divmod(amount, unit)
    parts = _largest_remainder(whole, [Fraction(weight) for weight in weights])
    parts = [part * unit for part in parts]
    parts[next(place for place, weight in enumerate(weights) if weight)] += left_over
    return parts


def _largest_remainder(units: int, weights: list[Fraction]) -> list[int]:
    total = sum(weights)
    shares = [units * weight / total for weight in weights]
    parts = [share.numerator // share.denominator for share in shares]
    by_remainder = sorted(range(len(shares)), key=lambda place: (parts[place] - shares[place], place))
    for place in by_remainder[: units - sum(parts)]:
        parts[place] += 1
    return parts


def _check(amount: int, weights: list[Exact], unit: int) -> None:
    for what, value in (("amount", amount), ("unit", unit)):
        if isinstance(value, float):
            raise InexactNumberError(f"the {what} must be integer đồng, not {value!r}")
    if not is_integer(amount) or amount < 0:
        raise InvalidSplitError(f"the amount must be 0 đồng or more, not {amount!r}")
    if not is_integer(unit) or unit < 1:
        raise InvalidSplitError(f"the unit must be 1 đồng or more, not {unit!r}")
    if any(require_exact(weight, what="a weight") < 0 for weight in weights):
        raise InvalidSplitError("a weight is negative")
    if not any(weights):
        raise InvalidSplitError("nobody has a share: there are no weights, or all are zero")
