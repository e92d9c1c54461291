"""All contents of a collection against each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import TypeAlias

from scoring.similarity.contents import Content
from scoring.similarity.evidence import Judge, Shares
from scoring.similarity.join import Joined
from scoring.similarity.lookup import MASS_LIMIT
from scoring.similarity.outcome import Id

Alike: TypeAlias = tuple[Content[Id], Content[Id], Shares]


def find_alike(contents: Sequence[Content[Id]], joined: Joined) -> Iterator[Alike[Id]]:
    """The pairs of contents that are similar, each once, with the share of each in the other."""
    judge = Judge[Id](joined.common, joined.forms)
    found = set()
    for left, right in zip(joined.rare.left.tolist(), joined.rare.right.tolist(), strict=True):
        shares = judge.by_rare(contents[left], contents[right])
        if shares:
            found.add((left, right))
            yield contents[left], contents[right], shares
    for left, right in _mass_pairs(contents, joined, judge):
        if (left, right) not in found:
            shares = judge.by_mass(contents[left], contents[right])
            if shares:
                yield contents[left], contents[right], shares


def _mass_pairs(contents: Sequence[Content[Id]], joined: Joined, judge: Judge[Id]) -> Iterator[tuple[int, int]]:
    """Every pair within a mass of copies; if it is a large one, those that tie it together."""
    links = [
        (left, right)
        for left, right in zip(joined.mass.left.tolist(), joined.mass.right.tolist(), strict=True)
        if judge.by_mass(contents[left], contents[right])
    ]
    for group in _connect(links):
        members = sorted({number for link in group for number in link})
        yield from combinations(members, 2) if len(members) <= MASS_LIMIT else group


def _connect(links: Sequence[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """The links of each connected group."""
    parent: dict[int, int] = {}

    def root(number: int) -> int:
        while parent.setdefault(number, number) != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    for left, right in links:
        low, high = sorted((root(left), root(right)))
        parent[high] = low
    groups = defaultdict(list)
    for left, right in links:
        groups[root(left)].append((left, right))
    return list(groups.values())
