"""At most so many jurors of one unit on one entry: a rule that the flow does not know."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring._flow import EXPERT, KEY_BITS, Problem, solve
from scoring._linkage import Sparse
from scoring._pairs import Pairs

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class UnitLimitError(Exception):
    """The bounds admit an assignment, but none within the limit on units.

    Attributes
    ----------
    entries : (E,) ints, entries where the best assignment without the limit breaks it.
    """

    def __init__(self, entries: Ints) -> None:
        super().__init__()
        self.entries = entries


@dataclass(frozen=True, slots=True)
class UnitLimit:
    """The rule.

    Attributes
    ----------
    unit : (m,) ints, the unit of every juror; -1 for none.
    limit : int >= 1, jurors of one unit an entry may have.
    """

    unit: Ints
    limit: int

    def allows(self, panel: Ints) -> bool:
        """Whether these jurors may sit on one entry."""
        units = self.unit[panel]
        return not bool((np.bincount(units[units >= 0], minlength=1) > self.limit).any())

    def groups(self, entry: Ints, juror: Ints) -> tuple[NDArray[np.bool_], Ints]:
        """Which pairs count, and for those the number of their (entry, unit)."""
        counted = self.unit[juror] >= 0
        width = int(self.unit.max(initial=-1)) + 1
        return counted, entry[counted] * width + self.unit[juror[counted]]


def solve_limited(problem: Problem, *, rule: UnitLimit, fixed: Pairs, keep: bool) -> Ints:
    """Indices of the chosen arcs under the rule, the goals as in `solve` but for even loads.

    The flow is tried first; if it happens to respect the rule it is the answer. Otherwise a mixed-integer program
    decides, goal by goal: a unit may hold experts and others, and then the rule crosses the first-expert gadget
    and no flow knows both.

    Raises
    ------
    NoFlowError
        If no assignment meets the bounds.
    UnitLimitError
        If none of those meets the rule.
    """
    chosen = solve(problem, keep=keep)
    broken = _broken(problem, chosen, rule, fixed)
    if not broken.size:
        return chosen
    program = _Program(problem, rule, fixed)
    gates = np.zeros(program.gates)
    if keep and problem.kept.any():
        program.insist(np.concatenate((problem.kept, gates)), broken)
    if program.gates:
        program.insist(np.concatenate((np.zeros(problem.entry.size), gates + 1.0)), broken)
    # All lots together weigh less than half a point of affinity.
    lot = problem.key / 2.0**KEY_BITS / (2.0 * max(1, int(problem.need.sum())))
    _, found = program.best(np.concatenate((problem.affinity - lot, gates)), broken)
    return np.flatnonzero(found[: problem.entry.size] > 0.5).astype(np.int64)


def _broken(problem: Problem, chosen: Ints, rule: UnitLimit, fixed: Pairs) -> Ints:
    """Entries with more jurors of a unit than allowed, the locked ones counted."""
    entry = np.concatenate((problem.entry[chosen], fixed.entry))
    juror = np.concatenate((problem.juror[chosen], fixed.juror))
    counted, groups = rule.groups(entry, juror)
    _, inverse, counts = np.unique(groups, return_inverse=True, return_counts=True)
    # Locked pairs stand even where they break the rule; only what was chosen beside them is at fault.
    free = np.arange(entry.size)[counted] < chosen.size
    over = (counts > rule.limit)[inverse] & free
    return np.unique(entry[counted][over]).astype(np.int64)


class _Program:
    """The assignment as a mixed-integer program: one variable an arc, one for each entry that gets an expert."""

    def __init__(self, problem: Problem, rule: UnitLimit, fixed: Pairs) -> None:
        from scipy.sparse import csr_matrix, hstack

        expert = problem.affinity >= EXPERT
        n, m, arcs = problem.need.size, problem.lower.size, problem.entry.size
        wanting = np.flatnonzero((np.bincount(problem.entry[expert], minlength=n) > 0) & ~problem.covered)
        self.gates = wanting.size
        self.required: list[tuple[Floats, float]] = []
        at = np.arange(arcs)

        def rows(where: Ints, columns: Ints, count: int) -> Sparse:
            matrix = csr_matrix((np.ones(columns.size), (where, columns)), shape=(count, arcs))
            return hstack((matrix, csr_matrix((count, self.gates)))).tocsr()

        place = np.full(n, -1)
        place[wanting] = np.arange(self.gates)
        mine = expert & (place[problem.entry] >= 0)
        reached = csr_matrix((np.ones(int(mine.sum())), (place[problem.entry[mine]], at[mine])), (self.gates, arcs))
        counted, groups = rule.groups(problem.entry, problem.juror)
        codes, inverse = np.unique(groups, return_inverse=True)
        _, held = rule.groups(fixed.entry, fixed.juror)
        taken = np.array([np.count_nonzero(held == code) for code in codes], dtype=np.float64)
        self.rows = [
            (rows(problem.entry, at, n), problem.need, problem.need),
            (rows(problem.juror, at, m), problem.lower, problem.upper),
            (rows(inverse, at[counted], codes.size), -np.inf, np.maximum(rule.limit - taken, 0.0)),
            (hstack((reached, -csr_matrix(np.eye(self.gates)))).tocsr(), 0.0, np.inf),
        ]

    def best(self, worth: Floats, broken: Ints) -> tuple[float, Floats]:
        """The largest worth, and where it is reached."""
        from scipy.optimize import Bounds, LinearConstraint, milp

        constraints = [LinearConstraint(*row) for row in self.rows if row[0].shape[0]]
        constraints += [LinearConstraint(goal[None, :], least - 0.5, np.inf) for goal, least in self.required]
        found = milp(
            -worth,
            constraints=constraints,
            bounds=Bounds(0.0, 1.0),
            integrality=np.ones(worth.size),
            options={"mip_rel_gap": 0.0},
        )
        if found.x is None:
            raise UnitLimitError(broken)
        return float(-found.fun), np.asarray(found.x, dtype=np.float64)

    def insist(self, worth: Floats, broken: Ints) -> None:
        """Reach the largest worth, and keep it whatever comes next."""
        self.required.append((worth, self.best(worth, broken)[0]))
