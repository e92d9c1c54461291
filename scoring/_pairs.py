"""Who may read what, how well it suits them, and the lot that breaks ties: ids become numbers here."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from scoring.errors import InvalidAssignmentError
from scoring.exact import has_order

FIELD_MATCH, GENERALIST, OTHER_FIELD = 100, 50, 0
"""Affinity by field: the juror's own; a juror or an entry without a declared field; somebody else's."""
DENSE_LIMIT = 20_000_000
"""Pairs up to which all are considered; beyond, a mapping's pairs are the candidates."""
LARGEST_AFFINITY = 1_000_000

Pair = tuple[str, str]
Ints = NDArray[np.int64]
Affinity = Mapping[Pair, int] | Any


class Entry(Protocol):
    """What the pairs need to know of an entry."""

    @property
    def id(self) -> str: ...
    @property
    def field(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def authors(self) -> tuple[str, ...]: ...


class Juror(Protocol):
    """What the pairs need to know of a juror."""

    @property
    def id(self) -> str: ...
    @property
    def fields(self) -> tuple[str, ...]: ...
    @property
    def unit(self) -> str: ...


@dataclass(frozen=True)
class Pairs:
    """Pairs with their affinity, sorted by (entry, juror).

    Attributes
    ----------
    entry, juror, affinity : (A,) ints.
    width : int, number of jurors; a pair's code is entry * width + juror.
    """

    entry: Ints
    juror: Ints
    affinity: Ints
    width: int

    @cached_property
    def codes(self) -> Ints:
        return self.entry * self.width + self.juror

    def where(self, mask: NDArray[np.bool_]) -> Pairs:
        if mask.all():
            return self
        return Pairs(self.entry[mask], self.juror[mask], self.affinity[mask], self.width)


def read_pairs(pairs: Iterable[Pair], *, what: str) -> list[Pair]:
    """The pairs as a list; a bare id, or a mapping by id, would be read letter by letter.

    Raises
    ------
    InvalidAssignmentError
        If one is no pair.
    """
    found = list(pairs)
    for pair in found:
        if not has_order(pair) or len(pair) != 2:
            raise InvalidAssignmentError(f"{what}: a pair is (entry id, juror id), not {pair!r}")
    return found


class Index:
    """Numbers for ids: position in sorted order, whatever order they came in."""

    def __init__(self, entries: Sequence[str], jurors: Sequence[str]) -> None:
        self.entry = {name: number for number, name in enumerate(entries)}
        self.juror = {name: number for number, name in enumerate(jurors)}

    def codes(self, pairs: Iterable[Pair]) -> Ints:
        """Sorted codes of the pairs whose entry and juror are both here."""
        width = len(self.juror)
        found = {
            self.entry[entry] * width + self.juror[juror]
            for entry, juror in pairs
            if entry in self.entry and juror in self.juror
        }
        return np.array(sorted(found), dtype=np.int64)


def barred(entries: Sequence[Entry], jurors: Sequence[Juror], index: Index) -> Ints:
    """Codes of the pairs that can never be: an author, or a juror of the entry's own unit."""
    by_unit: dict[str, list[str]] = {}
    for juror in jurors:
        if juror.unit:
            by_unit.setdefault(juror.unit, []).append(juror.id)
    authors = ((entry.id, author) for entry in entries for author in entry.authors)
    units = ((entry.id, juror) for entry in entries for juror in by_unit.get(entry.unit, ()))
    return np.union1d(index.codes(authors), index.codes(units))


def by_field(entries: Sequence[Entry], jurors: Sequence[Juror]) -> Pairs:
    """Every pair, weighed by the juror's declared fields."""
    n, m = len(entries), len(jurors)
    if n * m > DENSE_LIMIT:
        raise InvalidAssignmentError(f"{n} entries x {m} jurors: give the candidates as a sparse affinity")
    names = {name: number for number, name in enumerate(sorted({entry.field for entry in entries}))}
    table = np.empty((len(names), m), dtype=np.int64)
    for name, row in names.items():
        table[row] = [_suits(name, juror) for juror in jurors]
    rows = np.array([names[entry.field] for entry in entries], dtype=np.int64)
    return _dense(table[rows] if n else np.zeros((0, m), dtype=np.int64))


def _suits(field: str, juror: Juror) -> int:
    if not field or not juror.fields:
        return GENERALIST
    return FIELD_MATCH if field in juror.fields else OTHER_FIELD


def by_affinity(affinity: Affinity, *, entry_ids: Sequence[str], juror_ids: Sequence[str], index: Index) -> Pairs:
    """The caller's affinities; `entry_ids` and `juror_ids` name the rows and columns of an array."""
    if isinstance(affinity, Mapping):
        return _from_mapping(affinity, index)
    shape = (len(entry_ids), len(juror_ids))
    if isinstance(affinity, list | tuple) and {len(row) if has_order(row) else None for row in affinity} == {shape[1]}:
        affinity = np.array(affinity)
    if getattr(affinity, "shape", None) != shape:
        raise InvalidAssignmentError(f"the affinity must be a mapping of pairs or an array of shape {shape}")
    rows = np.array([index.entry[name] for name in entry_ids], dtype=np.int64)
    columns = np.array([index.juror[name] for name in juror_ids], dtype=np.int64)
    if hasattr(affinity, "tocoo"):
        stored = affinity.tocoo()
        values = _integers(stored.data)
        return _sorted(rows[stored.row], columns[stored.col], values, shape[1])
    values = _integers(np.asarray(affinity))
    ordered = np.empty(shape, dtype=np.int64)
    ordered[np.ix_(rows, columns)] = values
    return _dense(ordered)


def _from_mapping(affinity: Mapping[Pair, int], index: Index) -> Pairs:
    n, m = len(index.entry), len(index.juror)
    read_pairs(islice(affinity, 1), what="affinity")
    here = {pair: value for pair, value in affinity.items() if pair[0] in index.entry and pair[1] in index.juror}
    rows = np.fromiter((index.entry[pair[0]] for pair in here), dtype=np.int64, count=len(here))
    columns = np.fromiter((index.juror[pair[1]] for pair in here), dtype=np.int64, count=len(here))
    values = _integers(np.array(list(here.values()))) if here else np.zeros(0, dtype=np.int64)
    if n * m > DENSE_LIMIT:
        return _sorted(rows, columns, values, m)
    table = np.zeros((n, m), dtype=np.int64)
    table[rows, columns] = values
    return _dense(table)


def _integers(values: NDArray[Any]) -> Ints:
    if values.dtype.kind not in "iu":
        raise InvalidAssignmentError("affinities must be integers")
    if values.size and max(int(values.max()), -int(values.min())) > LARGEST_AFFINITY:
        raise InvalidAssignmentError(f"affinities must lie within ±{LARGEST_AFFINITY}")
    return np.asarray(values, dtype=np.int64)


def _dense(table: Ints) -> Pairs:
    n, m = table.shape
    return Pairs(np.repeat(np.arange(n), m), np.tile(np.arange(m), n), table.ravel(), m)


def _sorted(rows: Ints, columns: Ints, values: Ints, width: int) -> Pairs:
    codes = rows * width + columns
    order = np.argsort(codes, kind="stable")
    if order.size and bool(np.any(np.diff(codes[order]) == 0)):
        raise InvalidAssignmentError("the affinity names a pair twice")
    return Pairs(rows[order], columns[order], values[order], width)


def member(codes: Ints, of: Ints) -> NDArray[np.bool_]:
    """Which of the sorted `codes` are in the sorted `of`."""
    mask = np.zeros(codes.size, dtype=np.bool_)
    at = np.searchsorted(codes, of)
    inside = at < codes.size
    at = at[inside]
    mask[at[codes[at] == of[inside]]] = True
    return mask


def draw_keys(pairs: Pairs, *, seed: str | int, entry_ids: Sequence[str], juror_ids: Sequence[str], bits: int) -> Ints:
    """The lot of every pair, `bits` wide: splitmix64(E + J), E and J from SHA-256 of seed and id.

    E is the first 8 bytes, big-endian, of SHA-256 of the UTF-8 text ``seed|entry|id``; J the same with
    ``juror``; the lot is the top `bits` bits of Vigna's splitmix64 finaliser.
    """
    with np.errstate(over="ignore"):
        z = _hashes(seed, "entry", entry_ids)[pairs.entry]
        z += _hashes(seed, "juror", juror_ids)[pairs.juror]
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
            z ^= z >> np.uint64(shift)
            z *= np.uint64(factor)
    z ^= z >> np.uint64(31)
    return (z >> np.uint64(64 - bits)).astype(np.int64)


def _hashes(seed: str | int, kind: str, ids: Sequence[str]) -> NDArray[np.uint64]:
    digests = (hashlib.sha256(f"{seed}|{kind}|{name}".encode()).digest() for name in ids)
    return np.array([int.from_bytes(digest[:8], "big") for digest in digests], dtype=np.uint64)
