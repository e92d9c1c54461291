"""How sure the ranking is: ranks and prizes that could as well have come out otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from scoring._additive import Fit, fit
from scoring._linkage import Sparse, conjugate_gradient, incidence
from scoring._totals import EntryId, Totals, read_totals
from scoring.errors import InvalidRatingsError, InvalidRulesError
from scoring.exact import require_count
from scoring.reliability import entry_variance

__all__ = ["CloseCall", "RankUncertainty", "rank_uncertainty"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CERTAIN = 0.95
BATCH = 64
DENSE_JURORS = 1_500


class HasSlots(Protocol):
    """A tier, as far as the ranks are concerned."""

    @property
    def key(self) -> str: ...
    @property
    def slots(self) -> Mapping[str, int]: ...


Tiers: TypeAlias = Sequence[HasSlots] | Mapping[str, int]


@dataclass(frozen=True, slots=True)
class CloseCall:
    """Two entries on either side of a prize line that the marks cannot tell apart.

    Attributes
    ----------
    above, below : ids, in the order of their mean totals.
    tier : key of the lowest tier above the line.
    probability : float, 0 to 1, that `above` is the better entry; less than .95.
    """

    above: EntryId
    below: EntryId
    tier: str
    probability: float


@dataclass(frozen=True, slots=True)
class RankUncertainty:
    """What other ranks and prizes the same marks would support.

    Attributes
    ----------
    intervals : dict of entry to (best, worst)
        Ranks from 1 that hold with 95 % probability.
    probabilities : dict of entry to dict of tier to float
        Chance that the entry truly belongs in the tier's places; what is missing to 1 is no prize.
    close_calls : tuple of CloseCall
        The most doubtful first.
    draws : int
        Number of simulated rankings behind the figures.
    """

    intervals: dict[EntryId, tuple[int, int]]
    probabilities: dict[EntryId, dict[str, float]]
    close_calls: tuple[CloseCall, ...]
    draws: int


def rank_uncertainty(totals: Totals, *, tiers: Tiers, draws: int = 400, rng: np.random.Generator) -> RankUncertainty:
    """Simulate the true scores that the marks allow, and rank them.

    Entries and severities are random effects with the estimated variances; their joint posterior is drawn from,
    and every draw ranked. Variances count as known, so very small juries look a little too sure.

    Parameters
    ----------
    totals : {entry: {juror: points}}
    tiers : sequence of Tier, best first, or mapping {key: places}
        The slots of all categories of a tier count together; run one category at a time for several ladders.
    draws : int >= 1
    rng : numpy.random.Generator
        The only source of chance.

    Returns
    -------
    RankUncertainty
        Advisory: no prize moves because of it.

    Raises
    ------
    InvalidRatingsError
        If the design leaves no degree of freedom for noise, or a total is not a finite number.
    InvalidRulesError
        If `draws` is not positive or a number of places negative.

    References
    ----------
    Goldstein & Spiegelhalter, Journal of the Royal Statistical Society A 159 (1996) 385-443, on ranks; Matheron's
    rule for the draws (Journel & Huijbregts, Mining Geostatistics, 1978).

    Examples
    --------
    >>> marks = {"e1": {"a": 90, "b": 91}, "e2": {"a": 70, "b": 70}, "e3": {"a": 50, "b": 51}}
    >>> result = rank_uncertainty(marks, tiers={"first": 1}, draws=100, rng=np.random.default_rng(1))
    >>> result.intervals["e1"], result.probabilities["e1"], result.close_calls
    ((1, 1), {'first': 1.0}, ())
    """
    if require_count(draws, what="draws") < 1:
        raise InvalidRulesError("draws must be at least 1")
    places = _places(tiers)
    table = read_totals(totals)
    if not table.y.size:
        return RankUncertainty({}, {}, (), draws)
    fitted = fit(table)
    if fitted.freedom <= 0:
        raise InvalidRatingsError("too few sheets to tell jurors from noise")
    scores = _draw_scores(fitted, draws=draws, rng=rng)
    ranks = _ranks(scores, rng)
    low, high = np.quantile(ranks, (0.025, 0.975), axis=0, method="closest_observation")
    standing = np.argsort(-table.means, kind="stable")
    return RankUncertainty(
        intervals={entry: (int(a), int(b)) for entry, a, b in zip(table.entry_ids, low, high, strict=True)},
        probabilities=_probabilities(ranks, places, table.entry_ids),
        close_calls=_close_calls(scores, standing, ranks_low=low, places=places, ids=table.entry_ids),
        draws=draws,
    )


def _places(tiers: Tiers) -> dict[str, int]:
    pairs = tiers.items() if isinstance(tiers, Mapping) else ((tier.key, sum(tier.slots.values())) for tier in tiers)
    places = dict(pairs)
    if any(count < 0 for count in places.values()):
        raise InvalidRulesError("a tier cannot have fewer than no places")
    return places


def _draw_scores(fitted: Fit, *, draws: int, rng: np.random.Generator) -> Floats:
    """(draws, entries) samples of the entry effects given the totals, by Matheron's rule.

    A sample of everything from the prior, corrected by what the model would predict from the difference
    between the real and the simulated totals, is a sample from the posterior.
    """
    table = fitted.table
    n, m = table.shape
    model = _Posterior(fitted)
    centre = float(table.means.mean())
    out = np.empty((draws, n))
    for start in range(0, draws, BATCH):
        size = min(BATCH, draws - start)
        entry = rng.normal(0.0, model.entry_sd, (n, size))
        juror = rng.normal(0.0, model.juror_sd, (m, size))
        noise = rng.normal(0.0, model.noise_sd, (table.y.size, size))
        simulated = entry[table.entry] + juror[table.juror] + noise
        gap = (table.y - centre)[:, None] - simulated
        out[start : start + size] = (entry + model.predict(gap)).T
    return out


class _Posterior:
    """Best linear prediction of entry effects, entries and jurors both random.

    The general level is treated as an entry effect of the average entry: ranks do not depend on it.
    """

    def __init__(self, fitted: Fit) -> None:
        from scipy.sparse import diags, identity

        table = fitted.table
        noise = max(fitted.residual_variance, 1e-12 * max(1.0, float(np.var(table.y))))
        spread = max(entry_variance(fitted), 1e-9 * noise)
        severity = max(fitted.severity_variance, 1e-9 * noise)
        self.entry_sd, self.juror_sd, self.noise_sd = np.sqrt([spread, severity, noise]).tolist()
        self.table = table
        self.weight = 1.0 / (table.counts + noise / spread)
        N: Sparse = incidence(table.entry, table.juror, shape=table.shape)
        per_juror = np.bincount(table.juror, minlength=table.shape[1])
        self.N = N
        self.system = (
            diags(per_juror.astype(np.float64))
            + (noise / severity) * identity(table.shape[1])
            - N.T @ diags(self.weight) @ N
        ).tocsr()
        self.dense = self.system.toarray() if table.shape[1] <= DENSE_JURORS else None

    def predict(self, gap: Floats) -> Floats:
        """Entry effects (n, draws) from totals (N, draws), severities predicted along."""
        from scipy.sparse import csr_matrix

        table = self.table
        rows = np.arange(table.y.size)
        by_entry: Any = csr_matrix((np.ones(rows.size), (table.entry, rows)))
        by_juror: Any = csr_matrix((np.ones(rows.size), (table.juror, rows)))
        sums = by_entry @ gap
        right = by_juror @ gap - self.N.T @ (self.weight[:, None] * sums)
        severities = self._solve(np.asarray(right, dtype=np.float64))
        return np.asarray(self.weight[:, None] * (sums - self.N @ severities), dtype=np.float64)

    def _solve(self, right: Floats) -> Floats:
        if self.dense is None:
            return conjugate_gradient(self.system, right)
        return np.asarray(np.linalg.solve(self.dense, right), dtype=np.float64)


def _ranks(scores: Floats, rng: np.random.Generator) -> Ints:
    """Ranks from 1 within each draw; scores are continuous, but equal ones are told apart by lot."""
    lots = rng.random(scores.shape[1])
    ranks = np.empty(scores.shape, dtype=np.int64)
    for row, draw in enumerate(scores):
        ranks[row, np.lexsort((lots, -draw))] = np.arange(1, draw.size + 1)
    return ranks


def _probabilities(ranks: Ints, places: dict[str, int], ids: list[EntryId]) -> dict[EntryId, dict[str, float]]:
    ends = np.cumsum([0, *places.values()])
    shares = [((ranks > low) & (ranks <= high)).mean(axis=0).tolist() for low, high in pairwise(ends)]
    return {entry: {key: share[i] for key, share in zip(places, shares, strict=True)} for i, entry in enumerate(ids)}


def _close_calls(
    scores: Floats, standing: Ints, *, ranks_low: Floats, places: dict[str, int], ids: list[EntryId]
) -> tuple[CloseCall, ...]:
    """Pairs across each line with less than 95 % on the one above.

    Only entries below the line that could reach it, by their interval, are compared with those above.
    """
    calls: list[CloseCall] = []
    ends = np.cumsum(list(places.values()))
    for start, end, tier in zip([0, *ends[:-1]], ends, places, strict=True):
        winners = standing[start:end]
        others = standing[end:]
        others = others[ranks_low[others] <= end]
        for a in winners:
            better = (scores[:, [a]] > scores[:, others]).mean(axis=0)
            calls.extend(
                CloseCall(ids[int(a)], ids[int(b)], tier, float(p))
                for b, p in zip(others, better, strict=True)
                if p < CERTAIN
            )
    return tuple(sorted(calls, key=lambda call: call.probability))
