"""The assignment problem as integers in, and a minimum-cost flow out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

EXPERT = 80
"""An affinity from here on makes a juror an expert of the entry (SCIENCE 1.3)."""
COST_CEILING = 2**61
"""OR-Tools refuses costs whose product with the number of nodes nears 2**63; a factor of four is kept."""
KEY_BITS = 40
LOAD_STEPS = 12


class NoFlowError(Exception):
    """The bounds admit no assignment; the caller finds out whom to name."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Who may read what: arcs sorted by (entry, juror), numbers instead of ids.

    Attributes
    ----------
    entry, juror : (A,) ints, the ends of every permitted pair.
    affinity : (A,) ints.
    kept : (A,) bools, pairs of the previous assignment.
    key : (A,) ints in [0, 2**40), the seeded isolation key.
    need : (n,) ints, jurors still wanted per entry.
    covered : (n,) bools, entries that have an expert already (a locked pair).
    lower, upper : (m,) ints, load bounds still open.
    """

    entry: Ints
    juror: Ints
    affinity: Ints
    kept: NDArray[np.bool_]
    key: Ints
    need: Ints
    covered: NDArray[np.bool_]
    lower: Ints
    upper: Ints


@dataclass(frozen=True, slots=True)
class _Scales:
    """Unit costs of the goals, each outweighing all it could cost of the goals after it."""

    kept: int
    expert: int
    affinity: int
    load: int
    key: int


def solve(problem: Problem, *, keep: bool) -> Ints:
    """Indices of the chosen arcs.

    Goals in order: pairs kept (if `keep`), entries with an expert, affinity, even load, key.

    Raises
    ------
    NoFlowError
        If no assignment meets the bounds.
    OverflowError
        If affinities this large, at this size, do not fit 64-bit costs.
    """
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

    n, m = problem.need.size, problem.lower.size
    gadget = _gadget_entries(problem)
    sink = n + gadget.size + m
    scales = _scales(problem, nodes=sink + 1, keep=keep and bool(problem.kept.any()))
    tails = problem.entry.copy()
    expert = problem.affinity >= EXPERT
    gate = np.full(n, -1, dtype=np.int64)
    gate[gadget] = n + np.arange(gadget.size)
    through = expert & (gate[problem.entry] >= 0)
    tails[through] = gate[problem.entry[through]]
    flow = SimpleMinCostFlow()
    arcs = flow.add_arcs_with_capacity_and_unit_cost(
        tails, problem.juror + n + gadget.size, np.ones(tails.size, dtype=np.int64), _costs(problem, scales)
    )
    _add_gadgets(flow, gadget, problem, scales, n)
    _add_loads(flow, problem, scales, first=n + gadget.size, sink=sink)
    flow.set_nodes_supplies(np.arange(n), problem.need)
    flow.set_nodes_supplies(n + gadget.size + np.arange(m), -problem.lower)
    flow.set_nodes_supplies(np.array([sink]), np.array([problem.lower.sum() - problem.need.sum()]))
    status = flow.solve()
    if status == flow.INFEASIBLE:
        raise NoFlowError
    if status != flow.OPTIMAL:
        raise OverflowError(f"the flow solver gave up: {status.name}")
    return np.flatnonzero(flow.flows(arcs)).astype(np.int64)


def _gadget_entries(problem: Problem) -> Ints:
    """Entries whose expert is a matter of choice: some of their jurors are experts, and others are not."""
    n = problem.need.size
    expert = problem.affinity >= EXPERT
    some = np.bincount(problem.entry[expert], minlength=n) > 0
    others = np.bincount(problem.entry[~expert], minlength=n) >= np.maximum(problem.need, 1)
    return np.flatnonzero(some & others & ~problem.covered & (problem.need > 0)).astype(np.int64)


def _scales(problem: Problem, *, nodes: int, keep: bool) -> _Scales:
    """Lexicographic weights from the cycle argument.

    Two assignments differ by simple cycles, and a simple cycle passes a juror once: it adds and drops at most
    `turns` pairs. A goal therefore outweighs the next when its unit exceeds what one cycle can lose there.
    """
    n, m = problem.need.size, problem.lower.size
    turns = min(m, 2 * n) + 1
    spread = int(np.ptp(problem.affinity)) if problem.affinity.size else 0
    for key, steps in ((2**KEY_BITS, LOAD_STEPS), (1, LOAD_STEPS), (1, 0)):
        load = 1
        affinity = (2 * steps + 1) * load
        expert = turns * spread * affinity + 2 * steps * load + 1
        kept = turns * expert + expert if keep else 0
        unit = max(kept, expert) + spread * affinity + steps * load
        room = COST_CEILING // ((nodes + 2) * unit)
        if key > 1:
            keys = min(key, max(1, room // (turns + 1)))
            if keys > 1:
                scale = turns * keys + 1
                return _Scales(kept * scale, expert * scale, affinity * scale, load * scale, keys)
        elif room >= 1:
            return _Scales(kept, expert, affinity, load if steps else 0, 1)
    raise OverflowError("affinities this large, at this size, do not fit 64-bit costs")


def _costs(problem: Problem, scales: _Scales) -> Ints:
    top = int(problem.affinity.max()) if problem.affinity.size else 0
    costs = (top - problem.affinity) * scales.affinity
    if scales.key > 1:
        costs += problem.key % scales.key
    if scales.kept:
        costs[problem.kept] -= scales.kept
    return costs


def _add_gadgets(flow: Any, gadget: Ints, problem: Problem, scales: _Scales, n: int) -> None:
    """Two parallel arcs to the experts of an entry: the first expert earns the bonus, the others nothing."""
    gates = n + np.arange(gadget.size)
    ones = np.ones(gadget.size, dtype=np.int64)
    flow.add_arcs_with_capacity_and_unit_cost(gadget, gates, ones, -scales.expert * ones)
    flow.add_arcs_with_capacity_and_unit_cost(gadget, gates, problem.need[gadget] - 1, 0 * ones)


def _add_loads(flow: Any, problem: Problem, scales: _Scales, *, first: int, sink: int) -> None:
    """Juror to sink in pieces of rising cost: at equal affinity the load is even."""
    m = problem.lower.size
    even = int(problem.need.sum()) // max(m, 1)
    jurors = first + np.arange(m)
    done = problem.lower
    reach = even
    for step in range(LOAD_STEPS + 1):
        last = step == LOAD_STEPS or not scales.load
        until = problem.upper if last else np.clip(reach, done, problem.upper)
        cost = np.full(m, step * scales.load, dtype=np.int64)
        flow.add_arcs_with_capacity_and_unit_cost(jurors, np.full(m, sink), until - done, cost)
        if last:
            break
        done = until
        reach += max(1, even // 10) if step else 1
