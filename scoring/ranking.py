"""Who stands where: competition ranking on exact keys."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from math import lcm
from typing import Generic

from scoring.errors import InvalidContenderError
from scoring.exact import Exact, Id, has_order, id_order, require_exact, require_unique

_LARGEST_DENOMINATOR = 2**512  # wilder columns are compared as fractions: slower, as exact


@dataclass(frozen=True, slots=True)
class Contender(Generic[Id]):
    """An entry as the ranking sees it.

    Parameters
    ----------
    id : int or str
        Unique among the contenders.
    key : tuple of int or Fraction
        Higher is better, compared from the left; ``key[0]`` is the score in points, the rest the tie chain.
    category : str
        The ladder it competes on, as ``"individual"``.
    group : bool
        Whether a prize is multiplied by the tier's group multiplier.

    Raises
    ------
    InvalidContenderError
        If the key is empty, or no sequence.
    InexactNumberError
        If the key holds a float.
    """

    id: Id
    key: tuple[Exact, ...]
    category: str = ""
    group: bool = False

    def __post_init__(self) -> None:
        if not has_order(self.key):
            raise InvalidContenderError(f"contender {self.id!r}: a key is a tuple of numbers, not {self.key!r}")
        object.__setattr__(self, "key", tuple(self.key))
        if not self.key:
            raise InvalidContenderError(f"contender {self.id!r} has an empty key: key[0] is its score")
        for part in self.key:
            require_exact(part, what=f"the key of contender {self.id!r}")

    @property
    def score(self) -> Exact:
        """Points."""
        return self.key[0]


@dataclass(frozen=True, slots=True)
class Ranked(Generic[Id]):
    """Where a contender stands.

    Attributes
    ----------
    id : int or str
        The contender.
    rank : int
        1 + the number of contenders with a better key: 1, 2, 2, 4.
    tied : bool
        Whether another contender has the same key.
    score : int or Fraction
        Points.
    category : str
        Its ladder.
    category_rank : int
        The rank among its own category.
    category_tied : bool
        Whether another contender of its category has the same key.
    """

    id: Id
    rank: int
    tied: bool
    score: Exact
    category: str
    category_rank: int
    category_tied: bool


def rank(contenders: Iterable[Contender[Id]]) -> list[Ranked[Id]]:
    """Standard competition ranking ("1224"), over all and within each category.

    Parameters
    ----------
    contenders : iterable of Contender
        Ids unique, keys of one length; the order does not matter.

    Returns
    -------
    list of Ranked
        Best first; inside a block of equal keys by id, which decides nothing.

    Raises
    ------
    DuplicateIdError
        If an id comes twice.
    InvalidContenderError
        If keys differ in length.

    References
    ----------
    Standard competition ranking; own definition of the key.

    Examples
    --------
    >>> field = [Contender("A", (90,)), Contender("B", (95,)), Contender("C", (90,))]
    >>> [(place.id, place.rank) for place in rank(field)]
    [('B', 1), ('A', 2), ('C', 2)]
    """
    ranked: list[Ranked[Id]] = []
    blocks = tie_blocks(contenders)
    ahead: dict[str, int] = {}
    above = 0
    for block in blocks:
        sizes: dict[str, int] = {}
        for contender in block:
            sizes[contender.category] = sizes.get(contender.category, 0) + 1
        ranked.extend(
            Ranked(
                contender.id,
                above + 1,
                len(block) > 1,
                contender.score,
                contender.category,
                ahead.get(contender.category, 0) + 1,
                sizes[contender.category] > 1,
            )
            for contender in block
        )
        above += len(block)
        for category, size in sizes.items():
            ahead[category] = ahead.get(category, 0) + size
    return ranked


def tie_blocks(contenders: Iterable[Contender[Id]]) -> list[tuple[Contender[Id], ...]]:
    """Blocks of equal keys, best first, each by id.

    Raises
    ------
    DuplicateIdError
        If an id comes twice.
    InvalidContenderError
        If keys differ in length.
    """
    everyone = sorted(contenders, key=lambda contender: id_order(contender.id))
    require_unique((contender.id for contender in everyone), what="contender")
    keys = dict(zip((contender.id for contender in everyone), _comparable([c.key for c in everyone]), strict=True))
    everyone.sort(key=lambda contender: keys[contender.id], reverse=True)
    return [tuple(block) for _, block in groupby(everyone, key=lambda contender: keys[contender.id])]


def _comparable(keys: list[tuple[Exact, ...]]) -> list[tuple[Exact, ...]]:
    """The same order on integers where that is cheap: comparing fractions multiplies every time."""
    if len({len(key) for key in keys}) > 1:
        raise InvalidContenderError("contenders have keys of different lengths")
    columns = [_column(list(column)) for column in zip(*keys, strict=True)]
    return list(zip(*columns, strict=True))


def _column(values: list[Exact]) -> list[Exact]:
    common = 1
    for denominator in {value.denominator for value in values}:
        common = lcm(common, denominator)
        if common > _LARGEST_DENOMINATOR:
            return values
    return [value.numerator * (common // value.denominator) for value in values]
