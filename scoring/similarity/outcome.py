"""What a comparison says: two texts, how much they share, and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from scoring.exact import id_order

Id = TypeVar("Id")

FLAG = 0.04
STRONG = 0.15


@dataclass(frozen=True, slots=True)
class Passage:
    """The same syllables in both texts, in the same order, with nothing between them but signs.

    Attributes
    ----------
    a_start, a_end : int
        Characters of the original text of `a`: ``text[a_start:a_end]``.
    b_start, b_end : int
        Characters of the original text of `b`.
    """

    a_start: int
    a_end: int
    b_start: int
    b_end: int


@dataclass(frozen=True, slots=True)
class Similarity(Generic[Id]):
    """Two texts that share more than chance explains; who copied from whom is not known.

    Attributes
    ----------
    a, b : ids
        The lower id first.
    containment : float
        In [0, 1]: the higher of `share_a` and `share_b`; 1 if one text has nothing the other lacks.
    passages : tuple of Passage
        What they share, in the order of `a`; never any boilerplate.
    share_a, share_b : float
        In [0, 1]: the part of the distinct three-syllable shingles of that text found in the other.
    exact : bool
        The same syllables from beginning to end, boilerplate aside.
    """

    a: Id
    b: Id
    containment: float
    passages: tuple[Passage, ...]
    share_a: float
    share_b: float
    exact: bool

    @property
    def strong(self) -> bool:
        """Whether a person should look at this pair first: a containment of 0.15 or more."""
        return self.containment >= STRONG


def similarity_order(similarity: Similarity[Id]) -> tuple[object, ...]:
    """Most alike first, then by id."""
    return (-similarity.containment, id_order(similarity.a), id_order(similarity.b))
