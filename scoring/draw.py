"""Drawing lots in public: an order that anybody can recompute from an announced seed."""

import hashlib
from collections.abc import Iterable

from scoring.errors import InvalidRulesError
from scoring.exact import Id, require_unique


def draw_order(ids: Iterable[Id], *, seed: int | str) -> list[Id]:
    """Order `ids` by lot.

    Parameters
    ----------
    ids : iterable of int or str
        No two with the same text; their order does not matter.
    seed : int or str
        Not empty; announced before, or drawn from a source that nobody controls.

    Returns
    -------
    list
        The ids by rising SHA-256 of the UTF-8 text ``seed|id``.

    Raises
    ------
    DuplicateIdError
        If two ids have the same text.
    InvalidRulesError
        If the seed is empty or neither int nor str.

    References
    ----------
    Own definition; sorting by a keyed hash is the usual public draw.

    Examples
    --------
    >>> draw_order(["A", "B", "C"], seed="18300000")
    ['B', 'C', 'A']
    """
    if isinstance(seed, bool) or not isinstance(seed, (int, str)) or seed == "":
        raise InvalidRulesError(f"a draw needs a seed that is text or an integer, not {seed!r}")
    names = list(ids)
    require_unique((str(name) for name in names), what="id")
    return sorted(names, key=lambda name: hashlib.sha256(f"{seed}|{name}".encode()).digest())
