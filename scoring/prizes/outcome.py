"""What an allocation says: prizes, empty slots, undecided ties, reserves; facts, then a sentence each."""

from dataclasses import dataclass
from typing import Generic

from scoring.exact import Exact, Id


@dataclass(frozen=True, slots=True)
class Award(Generic[Id]):
    """One prize.

    Attributes
    ----------
    id : int or str
        Who gets it.
    tier, category : str
        Keys of the tier and of the ladder.
    amount : int
        Đồng.
    rank : int
        In the ladder, 1224.
    score : int or Fraction
        Points.
    basis : str
        ``rank`` (the slots sufficed), ``extra``, ``share``, ``decision`` or ``draw``.
    free : int
        Slots of the tier still free when its turn came.
    tied : tuple of ids
        The whole block of equal keys, itself included; one id if it stood alone.
    pooled : tuple of str
        Under ``share``, the tier key of every slot that the block consumed.
    why : str
        The same in a Vietnamese sentence.
    """

    id: Id
    tier: str
    category: str
    amount: int
    rank: int
    score: Exact
    basis: str
    free: int
    tied: tuple[Id, ...]
    pooled: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Vacancy:
    """Slots that nobody fills.

    Attributes
    ----------
    tier, category : str
        Keys of the tier and of the ladder.
    count : int
        How many, above 0.
    reason : str
        ``no_contender``, ``below_floor``, ``cap`` (those left have all their category may take) or
        ``held`` (behind an undecided tie).
    held_by : str or None
        The tier where that tie stands.
    why : str
        The same in a Vietnamese sentence.
    """

    tier: str
    category: str
    count: int
    reason: str
    held_by: str | None
    why: str


@dataclass(frozen=True, slots=True)
class Pending(Generic[Id]):
    """A block across a line that a person must order; nothing from its slots down is awarded.

    Attributes
    ----------
    tier, category : str
        Where the line is.
    ids : tuple of ids
        The block.
    free : int
        Slots of the tier left for it, fewer than the block.
    rank : int
        Of all of them, in the ladder.
    score : int or Fraction
        Points.
    why : str
        The same in a Vietnamese sentence.
    """

    tier: str
    category: str
    ids: tuple[Id, ...]
    free: int
    rank: int
    score: Exact
    why: str


@dataclass(frozen=True, slots=True)
class Move:
    """Unused slots that rolled down.

    Attributes
    ----------
    tier, to, category : str
        From which tier to which, in which ladder.
    count : int
        How many.
    reason : str
        As in `Vacancy`.
    why : str
        The same in a Vietnamese sentence.
    """

    tier: str
    to: str
    category: str
    count: int
    reason: str
    why: str


@dataclass(frozen=True, slots=True)
class Reserve(Generic[Id]):
    """Who comes next for a tier if a winner withdraws, best first.

    The last block is listed whole even beyond the number asked for, when nothing orders it.
    """

    tier: str
    category: str
    ids: tuple[Id, ...]


@dataclass(frozen=True, slots=True)
class Allocation(Generic[Id]):
    """The outcome of one run of the rules.

    Attributes
    ----------
    awards : tuple of Award
        By tier, category, rank, id.
    vacancies : tuple of Vacancy
    pending : tuple of Pending
    total : int
        Đồng of all awards.
    budget : int
        Đồng that the declared slots could cost these contenders; ``extra`` may exceed it.
    moves : tuple of Move
    reserves : tuple of Reserve
    unused_decisions : tuple of tuple of ids
        Decisions that ordered no block across a line: void, or overtaken by a new mark.
    outside : tuple of ids
        Contenders of a category that no tier gives a slot to.
    """

    awards: tuple[Award[Id], ...]
    vacancies: tuple[Vacancy, ...]
    pending: tuple[Pending[Id], ...]
    total: int
    budget: int
    moves: tuple[Move, ...]
    reserves: tuple[Reserve[Id], ...]
    unused_decisions: tuple[tuple[Id, ...], ...]
    outside: tuple[Id, ...]
