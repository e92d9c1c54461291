"""The assignment problem as integers in, and a minimum-cost flow out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Arcs = tuple[Ints, Ints, Ints, Ints]
"""Tails, heads, capacities and unit costs."""

EXPERT = 80
"""An affinity from here on makes a juror an expert of the entry (SCIENCE 1.3)."""
COST_CEILING = 2**61
"""OR-Tools refuses costs whose product with the number of nodes nears 2**63; a factor of four is kept."""
KEY_BITS = 40
LOAD_STEPS = 12
DIRECT = 60_000
"""Arcs up to which the whole problem is handed to the solver."""
PRICING_ROUNDS = 12
ARCS_PER_JUROR, ARCS_BESIDE = 3, 4
"""Arcs an entry starts with: some for every juror it needs, and a few beside."""


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

    Goals in order: pairs kept (if `keep`), entries with an expert, affinity, even load, key. Large problems are
    solved on their promising arcs first; arcs whose reduced cost is negative are added until none is left, which
    proves the same optimum.

    Raises
    ------
    NoFlowError
        If no assignment meets the bounds.
    OverflowError
        If affinities this large, at this size, do not fit 64-bit costs.

    References
    ----------
    Ahuja, Magnanti & Orlin, Network Flows (1993), sections 9.3 (potentials) and 17.5 (column generation).
    """
    network = _Network(problem, keep=keep)
    every = np.arange(problem.entry.size)
    if every.size <= DIRECT:
        return network.run(every)[0]
    arcs = network.promising()
    try:
        for _ in range(PRICING_ROUNDS):
            chosen, prices = network.run(arcs, priced=True)
            missing = np.setdiff1d(network.improving(prices), arcs, assume_unique=True)
            if not missing.size:
                return chosen
            arcs = np.union1d(arcs, missing)
            if arcs.size > every.size // 2:
                break
    except NoFlowError:
        pass
    return network.run(every)[0]


class _Network:
    """Nodes: entries, then a gate for each entry with a choice of experts, then jurors, then the sink."""

    def __init__(self, problem: Problem, *, keep: bool) -> None:
        n, m = problem.need.size, problem.lower.size
        self.problem = problem
        self.gadget = _gadget_entries(problem)
        self.first_juror = n + self.gadget.size
        self.sink = self.first_juror + m
        self.scales = _scales(problem, nodes=self.sink + 1, keep=keep and bool(problem.kept.any()))
        self.costs = _costs(problem, self.scales)
        gate = np.arange(n)
        gate[self.gadget] = n + np.arange(self.gadget.size)
        self.gate = gate
        self.extra = [_gadgets(self.gadget, problem, self.scales, n)]
        self.extra += _loads(problem, self.scales, first=self.first_juror, sink=self.sink)

    def tails(self, arcs: Ints) -> Ints:
        """Where the arcs leave: the gate of their entry for experts, the entry itself otherwise."""
        entry = self.problem.entry[arcs]
        return np.where(self.problem.affinity[arcs] >= EXPERT, self.gate[entry], entry)

    def run(self, arcs: Ints, *, priced: bool = False) -> tuple[Ints, Ints]:
        """The chosen ones of `arcs` in a best flow, and the price of every node if asked for."""
        from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

        problem, ones = self.problem, np.ones(arcs.size, dtype=np.int64)
        parts = [(self.tails(arcs), problem.juror[arcs] + self.first_juror, ones, self.costs[arcs]), *self.extra]
        flow = SimpleMinCostFlow()
        numbers = [flow.add_arcs_with_capacity_and_unit_cost(*part) for part in parts]
        flow.set_nodes_supplies(np.arange(problem.need.size), problem.need)
        flow.set_nodes_supplies(self.first_juror + np.arange(problem.lower.size), -problem.lower)
        flow.set_nodes_supplies(np.array([self.sink]), np.array([problem.lower.sum() - problem.need.sum()]))
        status = flow.solve()
        if status == flow.INFEASIBLE:
            raise NoFlowError
        if status != flow.OPTIMAL:
            raise OverflowError(f"the flow solver gave up: {status.name}")
        flows = [np.asarray(flow.flows(part), dtype=np.int64) for part in numbers]
        prices = _prices(parts, flows, nodes=self.sink + 1) if priced else np.zeros(0, dtype=np.int64)
        return arcs[np.flatnonzero(flows[0])], prices

    def promising(self) -> Ints:
        """The cheapest arcs of every entry and of every juror, an expert's bonus counted."""
        problem = self.problem
        worth = self.costs - np.where(problem.affinity >= EXPERT, self.scales.expert, 0)
        n, m = problem.need.size, problem.lower.size
        ends = problem.entry, problem.juror
        some = ARCS_PER_JUROR * int(problem.need.max(initial=1)) + ARCS_BESIDE
        share = int(problem.lower.max(initial=0)) * 5 // 4 + ARCS_BESIDE
        by_entry = _cheapest(*ends, worth, count=some, shape=(n, m))
        by_juror = _cheapest(*ends[::-1], worth, count=share, shape=(m, n))
        kept = np.flatnonzero(problem.kept)
        return np.union1d(np.union1d(by_entry, by_juror), kept)

    def improving(self, prices: Ints) -> Ints:
        """Arcs worth more flow at these prices; those that were offered are full already."""
        step = 2**20
        found = []
        for start in range(0, self.costs.size, step):
            arcs = np.arange(start, min(start + step, self.costs.size))
            heads = self.problem.juror[arcs] + self.first_juror
            found.append(arcs[self.costs[arcs] + prices[self.tails(arcs)] < prices[heads]])
        return np.concatenate(found)


def _cheapest(group: Ints, other: Ints, cost: Ints, *, count: int, shape: tuple[int, int]) -> Ints:
    """Indices of about `count` cheapest arcs of every group; `other` is the far end of each arc."""
    if shape[0] * shape[1] <= 3 * cost.size:
        table = np.full(shape, np.iinfo(np.int64).max)
        table[group, other] = cost
        at = min(count, shape[1]) - 1
        limit = np.partition(table, at, axis=1)[:, at]
        return np.flatnonzero(cost <= limit[group])
    order = np.lexsort((cost, group))
    sizes = np.bincount(group, minlength=shape[0])
    starts = np.cumsum(sizes) - sizes
    place = np.arange(group.size) - np.repeat(starts, sizes)
    return order[place < count]


def _prices(parts: list[Arcs], flows: list[Ints], *, nodes: int) -> Ints:
    """Prices under which no residual arc is worth taking: shortest distances in the residual network."""
    tails, heads, costs = [], [], []
    for (tail, head, capacity, cost), flow in zip(parts, flows, strict=True):
        open_, used = flow < capacity, flow > 0
        tails += [tail[open_], head[used]]
        heads += [head[open_], tail[used]]
        costs += [cost[open_], -cost[used]]
    tail, head, cost = np.concatenate(tails), np.concatenate(heads), np.concatenate(costs)
    order = np.argsort(head, kind="stable")
    tail, head, cost = tail[order], head[order], cost[order]
    targets, starts = np.unique(head, return_index=True)
    found = np.zeros(nodes, dtype=np.int64)
    while True:
        reached = np.minimum(found[targets], np.minimum.reduceat(found[tail] + cost, starts))
        if np.array_equal(reached, found[targets]):
            return found
        found[targets] = reached


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


def _gadgets(gadget: Ints, problem: Problem, scales: _Scales, n: int) -> Arcs:
    """Two parallel arcs to the experts of an entry: the first expert earns the bonus, the others nothing."""
    gates = n + np.arange(gadget.size)
    ones = np.ones(gadget.size, dtype=np.int64)
    return (
        np.concatenate((gadget, gadget)),
        np.concatenate((gates, gates)),
        np.concatenate((ones, problem.need[gadget] - 1)),
        np.concatenate((-scales.expert * ones, 0 * ones)),
    )


def _loads(problem: Problem, scales: _Scales, *, first: int, sink: int) -> list[Arcs]:
    """Juror to sink in pieces of rising cost: at equal affinity the load is even."""
    m = problem.lower.size
    even = int(problem.need.sum()) // max(m, 1)
    jurors, sinks = first + np.arange(m), np.full(m, sink)
    done, reach = problem.lower, even
    arcs = []
    for step in range(LOAD_STEPS if scales.load else 0):
        until = np.clip(reach, done, problem.upper)
        arcs.append((jurors, sinks, until - done, np.full(m, step * scales.load)))
        done = until
        reach += max(1, even // 10) if step else 1
    arcs.append((jurors, sinks, problem.upper - done, np.full(m, LOAD_STEPS * scales.load)))
    return arcs
