"""Exchanges that tie a jury together: two jurors trade entries, loads and panels keep their size."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from scoring._flow import EXPERT
from scoring._linkage import information_matrix
from scoring._pairs import Pairs
from scoring._units import UnitLimit

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

MOST_JURORS = 1_500
"""Beyond, the covariance of all severities is too large to follow swap by swap, and chance links such juries."""
BATCH = 8_192
ROUNDS = 400
PATIENCE = 5
WORTHWHILE = 1e-4
"""A round is in vain when it lowers the trace by less than this share."""
LOOSE = 1e-3
"""Ridge that makes a jury in pieces comparable: very bad, and better with every piece tied in."""


@dataclass(slots=True)
class _State:
    """The assignment on its way, one row a pair."""

    entry: Ints
    juror: Ints
    affinity: Ints
    movable: NDArray[np.bool_]
    experts: Ints
    member: NDArray[np.bool_] = field(repr=False)
    G: Floats = field(repr=False)


def tie(
    final: Pairs,
    *,
    free: Pairs,
    fixed: NDArray[np.bool_],
    entries: int,
    budget: int,
    seed: str | int,
    rule: UnitLimit | None,
) -> Pairs:
    """`final` after the exchanges, never losing more than `budget` of affinity nor an entry's last expert.

    An exchange is made when the mean variance of a severity difference, trace((L + J/m)^-1), falls; those that
    cost least per gain come first. The seed decides which exchanges are looked at.

    Parameters
    ----------
    final : all pairs of the assignment.
    free : the pairs that may be chosen; others are never entered into.
    fixed : (pairs,) bools, pairs that stay: locked, or kept from an earlier assignment.
    entries : int, number of entries.
    budget : int >= 0.
    seed : as announced.
    rule : the limit on jurors of one unit on an entry, if there is one.

    References
    ----------
    SCIENCE 1.4; the exchange search for D- and A-optimal designs after Fedorov (1972).
    """
    active = np.unique(final.juror)
    if not 1 < active.size <= MOST_JURORS or entries < 2 or not free.entry.size:
        return final
    state = _start(final, active, fixed, entries)
    rng = np.random.default_rng(int.from_bytes(hashlib.sha256(f"{seed}|links".encode()).digest()[:8], "big"))
    idle = 0
    for _ in range(ROUNDS):
        before = float(np.trace(state.G))
        budget -= _round(state, free, active, budget, rng, rule)
        state.G = _covariance(state, entries)
        idle = 0 if float(np.trace(state.G)) < before * (1.0 - WORTHWHILE) else idle + 1
        if idle >= PATIENCE:
            break
    juror = active[state.juror]
    order = np.lexsort((juror, state.entry))
    return Pairs(state.entry[order], juror[order], state.affinity[order], final.width)


def _start(final: Pairs, active: Ints, fixed: NDArray[np.bool_], entries: int) -> _State:
    local = np.searchsorted(active, final.juror)
    membership = np.zeros((entries, active.size), dtype=np.bool_)
    membership[final.entry, local] = True
    experts = np.bincount(final.entry[final.affinity >= EXPERT], minlength=entries)
    state = _State(final.entry.copy(), local, final.affinity.copy(), ~fixed, experts, membership, np.zeros((0, 0)))
    state.G = _covariance(state, entries)
    return state


def _covariance(state: _State, entries: int) -> Floats:
    m = state.member.shape[1]
    L = information_matrix(state.entry, state.juror, shape=(entries, m)).toarray()
    return np.asarray(np.linalg.inv(L + 1.0 / m + LOOSE * np.eye(m)), dtype=np.float64)


def _round(
    state: _State, free: Pairs, active: Ints, budget: int, rng: np.random.Generator, rule: UnitLimit | None
) -> int:
    """Try a batch of random exchanges, the most promising first; returns the affinity spent."""
    p, q, new_p, new_q = _proposals(state, free, active, rng)
    loss = state.affinity[p] + state.affinity[q] - new_p - new_q
    gain = _promised(state, p, q)
    good = np.flatnonzero((gain > 0) & (loss <= budget))
    order = good[np.argsort(-gain[good] / np.maximum(loss[good], 0.5), kind="stable")]
    touched: set[int] = set()
    spent = 0
    for c in order.tolist():
        a, b = int(p[c]), int(q[c])
        involved = {int(state.entry[a]), int(state.entry[b])}
        if spent + int(loss[c]) > budget or touched & involved:
            continue
        if rule is not None and not _keeps_units(state, a, b, active, rule):
            continue
        if not _keeps_experts(state, a, b, int(new_p[c]), int(new_q[c])) or not _trade(state, a, b):
            continue
        _record(state, a, b, int(new_p[c]), int(new_q[c]))
        spent += int(loss[c])
        touched |= involved
    return spent


def _proposals(state: _State, free: Pairs, active: Ints, rng: np.random.Generator) -> tuple[Ints, Ints, Ints, Ints]:
    """Pairs of rows that may trade jurors, and the affinities they would then have."""
    movable = np.flatnonzero(state.movable)
    if movable.size < 2:
        none = np.zeros(0, dtype=np.int64)
        return none, none, none, none
    p, q = movable[rng.integers(0, movable.size, (2, BATCH))]
    can = ~state.member[state.entry[p], state.juror[q]] & ~state.member[state.entry[q], state.juror[p]]
    p, q = p[can], q[can]
    codes = free.codes
    to_p = state.entry[p] * free.width + active[state.juror[q]]
    to_q = state.entry[q] * free.width + active[state.juror[p]]
    at_p, at_q = (np.minimum(np.searchsorted(codes, to), codes.size - 1) for to in (to_p, to_q))
    allowed = (codes[at_p] == to_p) & (codes[at_q] == to_q)
    return p[allowed], q[allowed], free.affinity[at_p[allowed]], free.affinity[at_q[allowed]]


def _promised(state: _State, p: Ints, q: Ints) -> Floats:
    """First-order fall of the trace: the exchange adds -(u d' + d u') / k to L, with d and u as in `_trade`.

    d = e_jq - e_jp, u = panel(p) - panel(q) + d, so that the fall is -(2 / k) u' G^2 d.
    """
    H = state.G @ state.G
    across = state.member.astype(np.float64) @ H
    jp, jq, ep, eq = state.juror[p], state.juror[q], state.entry[p], state.entry[q]
    panels = (across[ep, jq] - across[ep, jp]) - (across[eq, jq] - across[eq, jp])
    own = H[jq, jq] - 2.0 * H[jq, jp] + H[jp, jp]
    return np.asarray(-(panels + own), dtype=np.float64)


def _keeps_experts(state: _State, p: int, q: int, new_p: int, new_q: int) -> bool:
    """Whether neither entry loses its last expert."""
    for row, new in ((p, new_p), (q, new_q)):
        held = int(state.experts[state.entry[row]])
        if held and held - (state.affinity[row] >= EXPERT) + (new >= EXPERT) < 1:
            return False
    return True


def _keeps_units(state: _State, p: int, q: int, active: Ints, rule: UnitLimit) -> bool:
    """Whether both panels would respect the limit on units."""
    for row, other in ((p, q), (q, p)):
        panel = np.flatnonzero(state.member[state.entry[row]])
        panel = np.append(panel[panel != state.juror[row]], state.juror[other])
        if not rule.allows(active[panel]):
            return False
    return True


def _trade(state: _State, p: int, q: int) -> bool:
    """Update G exactly (Woodbury) if the exchange lowers its trace; the panels are not touched yet."""
    m = state.G.shape[0]
    k = float(state.member[state.entry[p]].sum())
    d = np.zeros(m)
    d[state.juror[q]], d[state.juror[p]] = 1.0, -1.0
    u = state.member[state.entry[p]].astype(np.float64) - state.member[state.entry[q]] + d
    U = np.stack((u, d), axis=1)
    GU = state.G @ U
    core = np.array([[0.0, -k], [-k, 0.0]]) + U.T @ GU
    if abs(float(np.linalg.det(core))) < 1e-12:
        return False
    step = np.linalg.solve(core, GU.T)
    fall = float(np.einsum("ij,ji->", GU, step))
    if fall <= 0.0:
        return False
    state.G -= GU @ step
    return True


def _record(state: _State, p: int, q: int, new_p: int, new_q: int) -> None:
    """Let the jurors of rows p and q trade places."""
    jp, jq = int(state.juror[p]), int(state.juror[q])
    ep, eq = int(state.entry[p]), int(state.entry[q])
    state.experts[ep] += (new_p >= EXPERT) - (int(state.affinity[p]) >= EXPERT)
    state.experts[eq] += (new_q >= EXPERT) - (int(state.affinity[q]) >= EXPERT)
    state.member[ep, [jp, jq]] = False, True
    state.member[eq, [jp, jq]] = True, False
    state.juror[p], state.juror[q] = jq, jp
    state.affinity[p], state.affinity[q] = new_p, new_q
