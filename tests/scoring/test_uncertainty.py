"""Rank intervals cover, probabilities are honest, and close calls lie on a line."""

import math

import numpy as np
import pytest

from scoring import InvalidRatingsError, InvalidRulesError, Tier, rank_uncertainty


def contest(rng, *, n=60, m=6, k=3):
    quality, severity = rng.normal(70, 8, n), rng.normal(0, 6, m)
    totals = {
        i: {j: quality[i] + severity[j] + rng.normal(0, 6) for j in rng.choice(m, k, replace=False).tolist()}
        for i in range(n)
    }
    ranks = np.empty(n, dtype=int)
    ranks[np.argsort(-quality)] = np.arange(1, n + 1)
    return totals, ranks


def test_rank_uncertainty_intervals_cover_the_true_rank():
    rng = np.random.default_rng(1)
    covered = []
    for _ in range(12):
        totals, ranks = contest(rng)
        found = rank_uncertainty(totals, tiers={"prize": 6}, draws=300, rng=rng)
        covered += [low <= ranks[i] <= high for i, (low, high) in found.intervals.items()]

    assert 0.93 <= np.mean(covered) <= 0.98


def test_rank_uncertainty_probabilities_are_frequencies():
    rng = np.random.default_rng(2)
    said, happened = [], []
    for _ in range(15):
        totals, ranks = contest(rng)
        found = rank_uncertainty(totals, tiers={"prize": 6}, draws=200, rng=rng)
        said += [found.probabilities[i]["prize"] for i in range(60)]
        happened += list(ranks <= 6)

    said, happened = np.array(said), np.array(happened)
    for low in (0.0, 0.2, 0.4, 0.6, 0.8):
        inside = (said >= low) & (said <= low + 0.2)
        assert np.mean(happened[inside]) == pytest.approx(np.mean(said[inside]), abs=0.15)


def test_rank_uncertainty_fills_every_place_of_every_tier():
    totals, _ = contest(np.random.default_rng(3))
    tiers = [Tier("first", 3, {"a": 1}), Tier("second", 2, {"a": 1, "b": 1}), Tier("third", 1, {"a": 5})]

    found = rank_uncertainty(totals, tiers=tiers, draws=50, rng=np.random.default_rng(1))

    for key, places in (("first", 1), ("second", 2), ("third", 5)):
        assert sum(chances[key] for chances in found.probabilities.values()) == pytest.approx(places)


def test_rank_uncertainty_calls_are_close_and_across_a_line():
    totals, _ = contest(np.random.default_rng(4))
    means = {entry: np.mean(list(marks.values())) for entry, marks in totals.items()}
    order = sorted(means, key=lambda entry: -means[entry])

    found = rank_uncertainty(totals, tiers={"first": 2, "second": 3}, draws=200, rng=np.random.default_rng(1))

    assert found.close_calls
    ends = {"first": 2, "second": 5}
    for call in found.close_calls:
        assert order.index(call.above) < ends[call.tier] <= order.index(call.below)
        assert call.probability < 0.95


def test_rank_uncertainty_is_the_same_for_the_same_generator_and_any_order():
    totals, _ = contest(np.random.default_rng(5), n=15)
    shuffled = {entry: dict(reversed(totals[entry].items())) for entry in reversed(totals)}

    here = rank_uncertainty(totals, tiers={"x": 3}, draws=70, rng=np.random.default_rng(1))
    there = rank_uncertainty(shuffled, tiers={"x": 3}, draws=70, rng=np.random.default_rng(1))

    assert here == there


def test_rank_uncertainty_knows_nothing_when_all_marks_are_equal():
    totals = {f"e{i}": {"a": 5, "b": 5} for i in range(4)}

    found = rank_uncertainty(totals, tiers={"x": 2}, draws=400, rng=np.random.default_rng(1))

    assert all(interval == (1, 4) for interval in found.intervals.values())
    assert all(0.35 < chances["x"] < 0.65 for chances in found.probabilities.values())


def test_rank_uncertainty_with_more_places_than_entries():
    totals, _ = contest(np.random.default_rng(6), n=5)

    found = rank_uncertainty(totals, tiers={"x": 9}, draws=20, rng=np.random.default_rng(1))

    assert all(chances == {"x": 1.0} for chances in found.probabilities.values())
    assert found.close_calls == ()


def test_rank_uncertainty_of_a_large_jury_agrees_with_the_dense_solution(monkeypatch):
    totals, _ = contest(np.random.default_rng(7), n=80, m=12)
    exact = rank_uncertainty(totals, tiers={"x": 5}, draws=100, rng=np.random.default_rng(1))
    monkeypatch.setattr("scoring.uncertainty.DENSE_JURORS", 3)
    monkeypatch.setattr("scoring._additive.DENSE_JURORS", 3)

    found = rank_uncertainty(totals, tiers={"x": 5}, draws=100, rng=np.random.default_rng(1))

    gaps = [abs(a - b) for i in range(80) for a, b in zip(found.intervals[i], exact.intervals[i], strict=True)]
    assert max(gaps) <= 3


def test_rank_uncertainty_of_nothing():
    found = rank_uncertainty({}, tiers={"x": 1}, draws=5, rng=np.random.default_rng(1))

    assert (found.intervals, found.probabilities, found.close_calls) == ({}, {}, ())


@pytest.mark.parametrize(
    ("totals", "options", "error"),
    [
        ({"e": {"a": 1}, "f": {"a": 2}}, {}, InvalidRatingsError),
        ({"e": {"a": math.nan}}, {}, InvalidRatingsError),
        ({"e": {"a": 1, "b": 2}, "f": {"a": 2, "b": 4}}, {"draws": 0}, InvalidRulesError),
        ({"e": {"a": 1, "b": 2}, "f": {"a": 2, "b": 4}}, {"draws": 2.5}, InvalidRulesError),
        ({"e": {"a": 1, "b": 2}, "f": {"a": 2, "b": 4}}, {"tiers": {"x": -1}}, InvalidRulesError),
    ],
)
def test_rank_uncertainty_refuses(totals, options, error):
    with pytest.raises(error):
        rank_uncertainty(totals, **({"tiers": {"x": 1}, "draws": 5, "rng": np.random.default_rng(1)} | options))
