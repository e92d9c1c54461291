"""Why there is no assignment: the entries or the jurors that cannot be served (Hall's condition)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scoring.errors import InfeasibleAssignmentError

Ints = NDArray[np.int64]


def explain(
    entry: Ints,
    juror: Ints,
    *,
    need: Ints,
    lower: Ints,
    upper: Ints,
    entry_ids: Sequence[str],
    juror_ids: Sequence[str],
) -> InfeasibleAssignmentError:
    """The error that names what stands in the way, the plainest cause first."""

    def entries(which: Ints) -> list[str]:
        return [entry_ids[int(number)] for number in which]

    def jurors(which: Ints) -> list[str]:
        return [juror_ids[int(number)] for number in which]

    short = np.flatnonzero(np.bincount(entry, minlength=need.size) < need)
    if short.size:
        message = "these entries have fewer permitted jurors than they need"
        return InfeasibleAssignmentError(message, reason="too_few_jurors", entries=entries(short))
    idle = np.flatnonzero(np.bincount(juror, minlength=lower.size) < lower)
    if idle.size:
        message = "these jurors may read fewer entries than their minimum"
        return InfeasibleAssignmentError(message, reason="below_minimum", jurors=jurors(idle))
    tight, full = _bottleneck(entry, juror, supply=need, limit=upper)
    if tight.size:
        message = "the jurors left to these entries have too few places between them"
        return InfeasibleAssignmentError(
            message, reason="not_enough_places", entries=entries(tight), jurors=jurors(full)
        )
    hungry, scarce = _bottleneck(juror, entry, supply=lower, limit=need)
    message = "the minimums of these jurors are more than the entries left to them can give"
    return InfeasibleAssignmentError(message, reason="too_many_places", entries=entries(scarce), jurors=jurors(hungry))


def _bottleneck(left: Ints, right: Ints, *, supply: Ints, limit: Ints) -> tuple[Ints, Ints]:
    """The smallest set on the left that its neighbours on the right cannot satisfy, and those neighbours."""
    from ortools.graph.python.max_flow import SimpleMaxFlow

    a, b = supply.size, limit.size
    source, sink = a + b, a + b + 1
    flow = SimpleMaxFlow()
    flow.add_arcs_with_capacity(left, right + a, np.ones(left.size, dtype=np.int64))
    flow.add_arcs_with_capacity(np.full(a, source), np.arange(a), supply)
    flow.add_arcs_with_capacity(a + np.arange(b), np.full(b, sink), limit)
    flow.solve(source, sink)
    if flow.optimal_flow() == int(supply.sum()):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    side = np.sort(np.array(flow.get_source_side_min_cut(), dtype=np.int64))
    return side[side < a], side[(side >= a) & (side < source)] - a
