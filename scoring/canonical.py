"""One text for one value, so that a hash means the same to everybody."""

import json
import unicodedata
from dataclasses import dataclass
from fractions import Fraction

from scoring.errors import NotCanonicalError

_LARGEST = 2**53 - 1  # beyond it a reader that counts in doubles sees another number
_DEEPEST = 100  # also ends a value that contains itself


def canonical_json(value: object) -> bytes:
    """The canonical JSON text of `value`.

    Parameters
    ----------
    value : None, bool, int, str, Fraction, or lists, tuples and dicts of them
        Keys are ASCII, integers within ±(2**53 - 1), text in NFC; a Fraction is written as ``"n/d"``.

    Returns
    -------
    bytes
        UTF-8, keys sorted, no white space: equal values give equal bytes.

    Raises
    ------
    NotCanonicalError
        Naming the path of a float, a key that is not ASCII text, an integer out of range, text that is not
        NFC or holds a lone surrogate, any other type, or nesting beyond 100 levels.

    References
    ----------
    RFC 8785, JSON Canonicalization Scheme, restricted so that no number needs its float rules.

    Examples
    --------
    >>> canonical_json({"b": 1, "a": ["điểm", None]}).decode()
    '{"a":["điểm",null],"b":1}'
    """
    plain = _plain(value, None)
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the walk is; spelled out only when something is wrong there."""

    outer: "_Place | None"
    step: str | int
    depth: int

    def __str__(self) -> str:
        steps: list[str] = []
        here: _Place | None = self
        while here:
            steps.append(f"[{here.step}]" if isinstance(here.step, int) else f".{here.step}")
            here = here.outer
        return "$" + "".join(reversed(steps))


def _plain(value: object, place: _Place | None) -> object:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value, place)
    if isinstance(value, int):
        return _integer(value, place)
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    depth = place.depth + 1 if place else 1
    if depth > _DEEPEST:
        raise _refusal(place, f"nested deeper than {_DEEPEST} levels")
    if isinstance(value, dict):
        return {_key(key, place): _plain(item, _Place(place, key, depth)) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item, _Place(place, index, depth)) for index, item in enumerate(value)]
    raise _refusal(place, f"{type(value).__name__} has no canonical form")


def _text(value: str, place: _Place | None) -> str:
    # What `str` makes of a member of an enum is its name, and `json` would write its text.
    if value.isascii():
        return str.__str__(value)
    if not unicodedata.is_normalized("NFC", value):
        raise _refusal(place, "text is not in NFC")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise _refusal(place, "text holds a lone surrogate") from None
    return str.__str__(value)


def _integer(value: int, place: _Place | None) -> int:
    if abs(value) > _LARGEST:
        raise _refusal(place, "integer beyond 2**53 - 1")
    return int(value)


def _key(key: object, place: _Place | None) -> str:
    if isinstance(key, str) and key.isascii():
        return str.__str__(key)
    raise _refusal(place, f"key {key!r} is not ASCII text")


def _refusal(place: _Place | None, reason: str) -> NotCanonicalError:
    return NotCanonicalError(str(place or "$"), reason)
