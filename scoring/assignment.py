"""Which juror reads which entry: the best assignment there is, and one that anybody can recompute."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring._flow import EXPERT, KEY_BITS, NoFlowError, Problem, solve
from scoring._infeasible import explain
from scoring._linkage import Linkage, design_linkage
from scoring._links import tie
from scoring._pairs import Affinity, Index, Pair, Pairs, barred, by_affinity, by_field, draw_keys, member, read_pairs
from scoring._units import UnitLimit, UnitLimitError, solve_limited
from scoring.errors import InfeasibleAssignmentError, InvalidAssignmentError
from scoring.exact import require_count, require_unique

__all__ = ["Assignment", "EntrySpec", "JurorSpec", "assign"]

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class EntrySpec:
    """An entry to be judged. An empty field or unit means: not declared."""

    id: str
    field: str = ""
    unit: str = ""
    authors: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "authors", _names(self.authors, what=f"authors of {self.id!r}"))


@dataclass(frozen=True, slots=True)
class JurorSpec:
    """A juror, with the least and the most entries they take (None: no limit)."""

    id: str
    fields: tuple[str, ...] = ()
    unit: str = ""
    minimum: int = 0
    maximum: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", _names(self.fields, what=f"fields of {self.id!r}"))


def _names(names: Iterable[str], *, what: str) -> tuple[str, ...]:
    if isinstance(names, str):
        raise InvalidAssignmentError(f"{what}: a tuple of names, not the text {names!r}")
    return tuple(names)


@dataclass(frozen=True, slots=True)
class Assignment:
    """An assignment and what is needed to judge it.

    Attributes
    ----------
    pairs : tuple of (entry id, juror id)
        Sorted.
    objective : int
        Sum of the affinities of `pairs`.
    optimum : int
        The sum of the best assignment under the same hard rules (as many entries with a field as possible with
        an expert, then the largest sum). `objective` falls short of it only by what `previous` and `link_budget` took.
    expertless : tuple of str
        Entries that declare a field and got no expert.
    linkage : Linkage
        How firmly the jurors are tied together by the entries they share.
    moved : int
        Pairs of `previous` whose entry and juror are still here and that were not kept.
    """

    pairs: tuple[Pair, ...]
    objective: int
    optimum: int
    expertless: tuple[str, ...]
    linkage: Linkage
    moved: int


def assign(
    entries: Iterable[EntrySpec],
    *,
    jurors: Iterable[JurorSpec],
    per_entry: int,
    seed: str | int,
    affinity: Affinity | None = None,
    conflicts: Iterable[Pair] = (),
    locked: Iterable[Pair] = (),
    forbidden: Iterable[Pair] = (),
    previous: Iterable[Pair] = (),
    link_budget: float = 0,
    per_unit: int | None = None,
) -> Assignment:
    """Give every entry exactly `per_entry` jurors, optimally.

    In this order: the hard rules; as many pairs of `previous` kept as possible; as many entries that declare a
    field as possible with an expert (affinity 80 or more); the largest sum of affinities; loads as even as that
    allows; the seeded lot, which makes the answer the same for any order of the input.

    Parameters
    ----------
    entries, jurors : iterables of EntrySpec and JurorSpec
        With distinct ids. An author, or a juror of the same unit, never judges the entry.
    per_entry : int >= 1
        Jurors per entry.
    seed : str or int
        Announced in advance; not empty.
    affinity : mapping {(entry id, juror id): int}, or integer array (entries, jurors), optional
        A mapping's missing pairs count 0. An array, or a list of rows, has rows and columns in the order of the
        arguments; a scipy sparse array's stored pairs are the only candidates, and so are a mapping's beyond 20 million
        pairs.
        By default: 100 for the juror's own field, 50 where juror or entry declares none, 0 otherwise.
    conflicts, forbidden : iterables of (entry id, juror id)
        Pairs that may not be; ids that are not here are ignored.
    locked : iterable of (entry id, juror id)
        Pairs that must be; they count towards `per_entry` and the bounds.
    previous : iterable of (entry id, juror id)
        An earlier assignment, to be disturbed as little as possible.
    link_budget : float, 0 to 1
        Share of the objective that may be spent on tying the jury together; 0 is the optimum.
    per_unit : int >= 1, optional
        The most jurors of one unit that may judge the same entry. Where the flow alone does not respect it, a
        mixed-integer program is solved, which is exact but slow beyond some 50,000 pairs.

    Returns
    -------
    Assignment

    Raises
    ------
    DuplicateIdError
        If an id comes twice.
    InvalidAssignmentError
        If a bound, the seed, a pair or an affinity makes no sense, or a locked pair is unknown.
    InvalidRulesError
        If a bound or a number of jurors is no integer of 0 or more.
    InfeasibleAssignmentError
        If the hard rules admit no assignment; it names the entries or the jurors concerned.

    References
    ----------
    Ahuja, Magnanti & Orlin, Network Flows (1993); the first-expert gadget after Kohler's HotCRP; the isolating
    lot after Mulmuley, Vazirani & Vazirani (1987).

    Examples
    --------
    >>> jury = [JurorSpec("j1", fields=("it",)), JurorSpec("j2"), JurorSpec("j3", unit="Ward 1")]
    >>> assign([EntrySpec("e1", field="it", unit="Ward 1")], jurors=jury, per_entry=2, seed="2026").pairs
    (('e1', 'j1'), ('e1', 'j2'))
    """
    entries, jurors = list(entries), list(jurors)
    _check(entries, jurors, per_entry=per_entry, seed=seed, link_budget=link_budget)
    if per_unit is not None and require_count(per_unit, what="per_unit") < 1:
        raise InvalidAssignmentError("per_unit must be at least 1")
    desk = _Desk(entries, jurors)
    pairs = desk.weigh(affinity)
    never = read_pairs(conflicts, what="conflicts") + read_pairs(forbidden, what="forbidden")
    banned = np.union1d(desk.barred(), desk.index.codes(never))
    fixed = desk.lock(read_pairs(locked, what="locked"), pairs=pairs, banned=banned)
    before = desk.index.codes(read_pairs(previous, what="previous"))
    free = pairs.where(~member(pairs.codes, np.union1d(banned, fixed.codes)))
    problem = desk.problem(free, fixed=fixed, before=before, per_entry=per_entry, seed=seed)
    rule = desk.unit_limit(per_unit)
    chosen, optimum = desk.solve(problem, rule=rule, fixed=fixed)
    final = _joined(fixed, free, chosen)
    if link_budget:
        stays = member(final.codes, np.union1d(fixed.codes, before))
        budget = int(link_budget * max(int(final.affinity.sum()), 0))
        final = tie(final, free=free, fixed=stays, entries=len(entries), budget=budget, seed=seed, rule=rule)
    return desk.answer(final, before=before, optimum=optimum + int(fixed.affinity.sum()))


def _check(
    entries: Sequence[EntrySpec],
    jurors: Sequence[JurorSpec],
    *,
    per_entry: int,
    seed: str | int,
    link_budget: float,
) -> None:
    require_unique((entry.id for entry in entries), what="entry")
    require_unique((juror.id for juror in jurors), what="juror")
    if require_count(per_entry, what="per_entry") < 1:
        raise InvalidAssignmentError("an entry needs at least one juror")
    if isinstance(seed, bool) or not isinstance(seed, (str, int)) or seed == "":
        raise InvalidAssignmentError(f"the seed must be text or an integer, not {seed!r}")
    if not 0 <= link_budget <= 1:
        raise InvalidAssignmentError(f"the link budget is a share between 0 and 1, not {link_budget!r}")
    for juror in jurors:
        least = require_count(juror.minimum, what=f"minimum of {juror.id}")
        if juror.maximum is not None and require_count(juror.maximum, what=f"maximum of {juror.id}") < least:
            raise InvalidAssignmentError(f"juror {juror.id!r}: the maximum is below the minimum")


def _joined(fixed: Pairs, free: Pairs, chosen: Ints) -> Pairs:
    """The locked and the chosen pairs together, in order."""
    entry = np.concatenate((fixed.entry, free.entry[chosen]))
    juror = np.concatenate((fixed.juror, free.juror[chosen]))
    affinity = np.concatenate((fixed.affinity, free.affinity[chosen]))
    order = np.lexsort((juror, entry))
    return Pairs(entry[order], juror[order], affinity[order], fixed.width)


class _Desk:
    """The entries and jurors of one request, sorted by id."""

    def __init__(self, entries: Sequence[EntrySpec], jurors: Sequence[JurorSpec]) -> None:
        self.given = [entry.id for entry in entries], [juror.id for juror in jurors]
        self.entries = sorted(entries, key=lambda entry: entry.id)
        self.jurors = sorted(jurors, key=lambda juror: juror.id)
        self.entry_ids = [entry.id for entry in self.entries]
        self.juror_ids = [juror.id for juror in self.jurors]
        self.index = Index(self.entry_ids, self.juror_ids)
        self.wanting = np.array([bool(entry.field) for entry in self.entries], dtype=np.bool_)

    def weigh(self, affinity: Affinity | None) -> Pairs:
        """Every candidate pair with its affinity."""
        if affinity is None:
            return by_field(self.entries, self.jurors)
        entry_ids, juror_ids = self.given
        return by_affinity(affinity, entry_ids=entry_ids, juror_ids=juror_ids, index=self.index)

    def barred(self) -> Ints:
        return barred(self.entries, self.jurors, self.index)

    def lock(self, locked: Sequence[Pair], *, pairs: Pairs, banned: Ints) -> Pairs:
        """The locked pairs with their affinities; a locked pair that may not be has no answer."""
        for entry, juror in locked:
            if entry not in self.index.entry or juror not in self.index.juror:
                raise InvalidAssignmentError(f"the locked pair ({entry!r}, {juror!r}) is not here")
        codes = self.index.codes(locked)
        clash = codes[member(codes, banned)]
        if clash.size:
            raise InfeasibleAssignmentError(
                "these pairs are locked and forbidden at once",
                reason="locked_conflict",
                entries=[self.entry_ids[int(code) // pairs.width] for code in clash],
                jurors=[self.juror_ids[int(code) % pairs.width] for code in clash],
            )
        width = max(pairs.width, 1)
        affinity = np.zeros(codes.size, dtype=np.int64)
        affinity[member(codes, pairs.codes)] = pairs.affinity[member(pairs.codes, codes)]
        return Pairs(codes // width, codes % width, affinity, pairs.width)

    def problem(self, free: Pairs, *, fixed: Pairs, before: Ints, per_entry: int, seed: str | int) -> Problem:
        """What is left to decide once the locked pairs stand."""
        n, m = len(self.entries), len(self.jurors)
        need = per_entry - np.bincount(fixed.entry, minlength=n)
        held = np.bincount(fixed.juror, minlength=m)
        most = [n if juror.maximum is None else min(juror.maximum, n) for juror in self.jurors]
        least = np.array([juror.minimum for juror in self.jurors], dtype=np.int64)
        room = np.array(most, dtype=np.int64) - held
        self._refuse_overfull(need, room)
        covered = ~self.wanting
        covered[fixed.entry[fixed.affinity >= EXPERT]] = True
        return Problem(
            entry=free.entry,
            juror=free.juror,
            affinity=free.affinity,
            kept=member(free.codes, before),
            key=draw_keys(free, seed=seed, entry_ids=self.entry_ids, juror_ids=self.juror_ids, bits=KEY_BITS),
            need=need,
            covered=covered,
            lower=np.maximum(least - held, 0),
            upper=room,
        )

    def _refuse_overfull(self, need: Ints, room: Ints) -> None:
        if bool(np.any(need < 0)):
            raise InfeasibleAssignmentError(
                "these entries have more locked jurors than they need",
                reason="too_many_locked",
                entries=[self.entry_ids[int(number)] for number in np.flatnonzero(need < 0)],
            )
        if bool(np.any(room < 0)):
            raise InfeasibleAssignmentError(
                "these jurors have more locked entries than their maximum",
                reason="above_maximum",
                jurors=[self.juror_ids[int(number)] for number in np.flatnonzero(room < 0)],
            )

    def unit_limit(self, per_unit: int | None) -> UnitLimit | None:
        """The rule on units, if it can matter at all."""
        names = sorted({juror.unit for juror in self.jurors if juror.unit})
        if per_unit is None or not names:
            return None
        number = {name: code for code, name in enumerate(names)}
        return UnitLimit(np.array([number.get(juror.unit, -1) for juror in self.jurors], dtype=np.int64), per_unit)

    def solve(self, problem: Problem, *, rule: UnitLimit | None, fixed: Pairs) -> tuple[Ints, int]:
        """The chosen arcs, and the sum that is possible when nothing of the past is kept."""

        def best(*, keep: bool) -> Ints:
            if rule is None:
                return solve(problem, keep=keep)
            return solve_limited(problem, rule=rule, fixed=fixed, keep=keep)

        try:
            chosen = best(keep=True)
        except UnitLimitError as error:
            raise InfeasibleAssignmentError(
                "these entries cannot have jurors of enough different units",
                reason="too_few_units",
                entries=[self.entry_ids[int(number)] for number in error.entries],
            ) from None
        except NoFlowError:
            raise explain(
                problem.entry,
                problem.juror,
                need=problem.need,
                lower=problem.lower,
                upper=problem.upper,
                entry_ids=self.entry_ids,
                juror_ids=self.juror_ids,
            ) from None
        alone = best(keep=False) if problem.kept.any() else chosen
        return chosen, int(problem.affinity[alone].sum())

    def answer(self, final: Pairs, *, before: Ints, optimum: int) -> Assignment:
        """The result in the caller's ids."""
        n = len(self.entries)
        served = np.bincount(final.entry[final.affinity >= EXPERT], minlength=n) > 0
        return Assignment(
            pairs=tuple(
                (self.entry_ids[entry], self.juror_ids[juror])
                for entry, juror in zip(final.entry.tolist(), final.juror.tolist(), strict=True)
            ),
            objective=int(final.affinity.sum()),
            optimum=optimum,
            expertless=tuple(self.entry_ids[int(i)] for i in np.flatnonzero(self.wanting & ~served)),
            linkage=design_linkage(final.entry, final.juror, juror_ids=self.juror_ids, entries=n),
            moved=int(before.size - member(before, final.codes).sum()),
        )
