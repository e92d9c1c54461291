"""Distinct contents: texts that are equal but for boilerplate are compared once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Generic

import numpy as np

from scoring.similarity.fingerprints import (
    NUMBER_MASK,
    choose_fingerprints,
    make_postings,
    make_shingles,
)
from scoring.similarity.outcome import Id
from scoring.similarity.passages import Text
from scoring.similarity.syllables import Hashes

_GROUP = 1 << 16


@dataclass(slots=True, eq=False)
class Content(Generic[Id]):
    """The texts that have the same syllables, boilerplate aside.

    Attributes
    ----------
    number : its place among the contents of an index
    texts : the first one stands for all; none if all were removed
    size : distinct fingerprints
    """

    number: int
    texts: list[Text[Id]]
    size: int = 0


def digest(values: Hashes) -> bytes:
    """SHA-256 of the syllables that count."""
    counting = values if values.all() else values[values != 0]
    return hashlib.sha256(counting.tobytes()).digest()


def write_postings(contents: Sequence[Content[Id]]) -> Hashes:
    """The sorted postings of some contents; sets their sizes."""
    parts = [_write_group(group) for group in _groups(contents)]
    postings = np.concatenate([np.zeros(0, dtype=np.uint64), *parts])
    if len(parts) > 1:
        postings.sort()
    return postings


def _groups(contents: Sequence[Content[Id]]) -> Iterator[list[Content[Id]]]:
    """Small texts together: numpy is slow on short arrays."""
    group: list[Content[Id]] = []
    length = 0
    for content in contents:
        group.append(content)
        length += content.texts[0].values.size
        if length >= _GROUP:
            yield group
            group, length = [], 0
    if group:
        yield group


def _write_group(contents: Sequence[Content[Id]]) -> Hashes:
    values = [content.texts[0].values for content in contents]
    bounds = np.cumsum([0, *(one.size for one in values)])
    shingles = make_shingles(np.concatenate(values), bounds)
    chosen = np.flatnonzero(choose_fingerprints(shingles, bounds))
    counts = np.diff(np.searchsorted(chosen, bounds))
    numbers = np.array([content.number for content in contents], dtype=np.uint64)
    postings = make_postings(shingles[chosen], np.repeat(numbers, counts))
    order = np.argsort(numbers)
    places = np.searchsorted(numbers[order], postings & NUMBER_MASK)
    for place, size in zip(order.tolist(), np.bincount(places, minlength=numbers.size).tolist(), strict=True):
        contents[place].size = size
    return postings
