"""Calibration: Li's table, the definition, complete panels, and designs that cannot carry it."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kendalltau

from scoring import InvalidRatingsError, calibrate, linkage

LI_1964 = {
    "J1": {"e1": 10, "e2": 15, "e4": 11},
    "J2": {"e2": 4, "e3": 12, "e5": 15},
    "J3": {"e3": 5, "e4": 14, "e6": 10},
    "J4": {"e4": 14, "e5": 19, "e7": 19},
    "J5": {"e1": 8, "e5": 10, "e6": 17},
    "J6": {"e2": 6, "e6": 11, "e7": 12},
    "J7": {"e1": 5, "e3": 14, "e7": 21},
}

# Kuehl, Design of Experiments (2000): ten runs at three of five pressures, as R's agricolae prints them.
KUEHL_PRESSURES = [250, 325, 475, 250, 475, 550, 325, 400, 550, 400, 475, 550, 325, 475, 550]
KUEHL_PRESSURES += [250, 400, 475, 250, 325, 400, 250, 400, 550, 250, 325, 550, 325, 400, 475]
KUEHL_YIELDS = [16, 18, 32, 19, 46, 45, 26, 39, 61, 21, 35, 55, 19, 47, 48]
KUEHL_YIELDS += [20, 33, 31, 13, 13, 34, 21, 30, 52, 24, 10, 50, 24, 31, 37]


def by_entry(sheets):
    totals = {}
    for juror, marks in sheets.items():
        for entry, mark in marks.items():
            totals.setdefault(entry, {})[juror] = mark
    return totals


def random_totals(rng, *, n, m, k, severity=6.0, noise=6.0):
    quality, strictness = rng.normal(70, 8, n), rng.normal(0, severity, m)
    return {
        f"e{i:03}": {
            f"j{j:02}": float(quality[i] + strictness[j] + rng.normal(0, noise))
            for j in rng.choice(m, k, replace=False)
        }
        for i in range(n)
    }


def least_squares(totals):
    """Entry effects and severities by a dense least-squares solution of the design itself."""
    entries, jurors = sorted(totals), sorted({juror for marks in totals.values() for juror in marks})
    rows = [(entry, juror, value) for entry in entries for juror, value in totals[entry].items()]
    design = np.zeros((len(rows) + 1, len(entries) + len(jurors)))
    for row, (entry, juror, _) in enumerate(rows):
        design[row, entries.index(entry)] = design[row, len(entries) + jurors.index(juror)] = 1.0
    design[-1, len(entries) :] = 1.0
    found = np.linalg.lstsq(design, np.array([float(value) for _, _, value in rows] + [0.0]), rcond=None)[0]
    return dict(zip(entries, found, strict=False)), dict(zip(jurors, found[len(entries) :], strict=True))


def test_calibrate_of_li_by_least_squares():
    found = calibrate(by_entry(LI_1964), shrink=False)

    assert [round(found.scores[f"e{i}"], 9) for i in range(1, 8)] == [6, 9, 11, 12, 14, 15, 17]
    assert [round(found.severities[f"J{j}"], 9) for j in range(1, 8)] == [3, -1, -3, 3, 0, -4, 2]
    assert round(found.residual_variance, 9) == 16.75


def test_calibrate_of_li_shrunken():
    found = calibrate(by_entry(LI_1964))

    scores = [round(found.scores[f"e{i}"], 4) for i in range(1, 8)]
    severities = [round(found.severities[f"J{j}"], 4) for j in range(1, 8)]
    assert scores == [7.4955, 8.4018, 10.4018, 12.8973, 14.5982, 12.9062, 17.2991]
    assert severities == [0.308, -0.1027, -0.308, 0.308, 0, -0.4107, 0.2054]
    assert round(found.severity_variance, 4) == 0.8214


def test_calibrate_of_kuehl():
    totals = {}
    for place, (pressure, value) in enumerate(zip(KUEHL_PRESSURES, KUEHL_YIELDS, strict=True)):
        totals.setdefault(pressure, {})[f"run {place // 3}"] = value

    found = calibrate(totals, shrink=False)

    assert {pressure: round(score, 4) for pressure, score in found.scores.items()} == {
        250: 20.4667,
        325: 17.5333,
        400: 30.8667,
        475: 38.8,
        550: 50.6667,
    }
    assert {round(error, 4) for error in found.standard_errors.values()} == {2.4418}
    assert (round(found.residual_variance, 2), round(found.severity_variance, 2)) == (30.84, 2.77)


def test_calibrate_of_li_is_too_small_to_be_supported():
    found = calibrate(by_entry(LI_1964))

    assert not found.supported
    assert found.reasons == ("few_marks_per_juror", "few_degrees_of_freedom", "weak_linkage")


@pytest.mark.parametrize("seed", range(5))
def test_calibrate_is_the_least_squares_solution(seed):
    totals = random_totals(np.random.default_rng(seed), n=25, m=6, k=3)
    entries, jurors = least_squares(totals)

    found = calibrate(totals, shrink=False)

    assert found.scores == pytest.approx(entries)
    assert found.severities == pytest.approx(jurors)


@pytest.mark.parametrize("seed", range(3))
def test_calibrate_solves_the_mixed_model_equations(seed):
    totals = random_totals(np.random.default_rng(seed), n=20, m=5, k=3)
    found = calibrate(totals)
    entries, jurors = sorted(totals), sorted(found.severities)
    rows = [(entries.index(e), jurors.index(j), value) for e in entries for j, value in totals[e].items()]
    design = np.zeros((len(rows), len(entries) + len(jurors)))
    for row, (entry, juror, _) in enumerate(rows):
        design[row, entry] = design[row, len(entries) + juror] = 1.0
    ridge = found.residual_variance / found.severity_variance
    left = design.T @ design + np.diag([0.0] * len(entries) + [ridge] * len(jurors))
    solution = np.linalg.solve(left, design.T @ np.array([value for _, _, value in rows]))
    errors = np.sqrt(found.residual_variance * np.diag(np.linalg.inv(left)))

    assert [*found.scores.values(), *found.severities.values()] == pytest.approx(solution.tolist())
    assert [*found.standard_errors.values(), *found.severity_errors.values()] == pytest.approx(errors.tolist())


@given(
    st.lists(st.lists(st.integers(0, 1000), min_size=3, max_size=3), min_size=2, max_size=8),
    st.sampled_from([1, 3, 7]),
    st.booleans(),
)
def test_calibrate_of_a_complete_panel_leaves_the_ranking_alone(table, divisor, shrink):
    totals = {f"e{i}": {f"j{j}": Fraction(v, divisor) for j, v in enumerate(row)} for i, row in enumerate(table)}
    scores = calibrate(totals, shrink=shrink).scores
    sums = {entry: sum(marks.values()) for entry, marks in totals.items()}

    for a in totals:
        for b in totals:
            assert (scores[a] > scores[b]) == (sums[a] > sums[b])


def test_calibrate_of_a_complete_panel_keeps_ties_whatever_the_denominators():
    marks = [Fraction(70 * prime + 1, prime) for prime in (100_003, 100_019, 100_043, 100_049, 100_057)]
    totals = {f"e{shift}": dict(zip("abcde", marks[shift:] + marks[:shift], strict=True)) for shift in range(5)}

    assert len(set(calibrate(totals).scores.values())) == 1


@given(st.randoms(use_true_random=False), st.integers(0, 20))
@settings(max_examples=20, deadline=None)
def test_calibrate_whatever_the_order(random, seed):
    totals = random_totals(np.random.default_rng(seed), n=12, m=4, k=2)
    expected = calibrate(totals)
    shuffled = list(totals.items())
    random.shuffle(shuffled)
    shuffled = {entry: dict(random.sample(list(marks.items()), len(marks))) for entry, marks in shuffled}

    assert calibrate(shuffled) == expected


@given(st.integers(0, 30), st.integers(-20, 20))
@settings(max_examples=20, deadline=None)
def test_calibrate_follows_a_shift_of_all_marks(seed, shift):
    totals = random_totals(np.random.default_rng(seed), n=15, m=5, k=3)
    moved = {entry: {juror: value + shift for juror, value in marks.items()} for entry, marks in totals.items()}
    here, there = calibrate(totals), calibrate(moved)

    assert there.severities == pytest.approx(here.severities, abs=1e-7)
    assert there.scores == pytest.approx({entry: score + shift for entry, score in here.scores.items()})


def test_calibrate_names_lenient_jurors_positive():
    totals = {f"e{i}": {"strict": 50 + i, "lenient": 60 + i} for i in range(5)}

    found = calibrate(totals)

    assert found.severities == pytest.approx({"lenient": 5.0, "strict": -5.0})
    assert (found.residual_variance, found.standard_errors["e0"]) == (0.0, 0.0)


def test_calibrate_centres_each_separate_group():
    totals = {
        **{f"a{i}": {"j1": 50 + i, "j2": 54 - i} for i in range(4)},
        **{f"b{i}": {"j3": 70 + i, "j4": 60 - i} for i in range(4)},
    }

    found = calibrate(totals, shrink=False)

    assert found.severities["j1"] + found.severities["j2"] == pytest.approx(0)
    assert found.severities["j3"] + found.severities["j4"] == pytest.approx(0)
    assert "separate_groups" in found.reasons


def test_calibrate_supports_a_firm_design():
    found = calibrate(random_totals(np.random.default_rng(1), n=100, m=10, k=3))

    assert found.supported
    assert found.reasons == ()


def simulate(*, severity, runs=40, n=60, m=8):
    """Kendall's tau to the truth of the means and of calibrated scores, and the share of intervals that cover it."""
    rng = np.random.default_rng(2)
    raw, calibrated, covered = [], [], []
    for _ in range(runs):
        quality, strictness = rng.normal(70, 8, n), rng.normal(0, severity, m)
        totals = {
            i: {j: quality[i] + strictness[j] + rng.normal(0, 6) for j in rng.choice(m, 3, replace=False).tolist()}
            for i in range(n)
        }
        found = calibrate(totals)
        scores = np.array([found.scores[i] for i in range(n)])
        errors = np.array([found.standard_errors[i] for i in range(n)])
        raw.append(kendalltau([np.mean(list(totals[i].values())) for i in range(n)], quality).statistic)
        calibrated.append(kendalltau(scores, quality).statistic)
        covered.append(np.mean(np.abs(scores - quality) < 1.96 * errors))
    return np.mean(raw), np.mean(calibrated), np.mean(covered)


def test_calibrate_beats_the_mean_where_severities_differ():
    raw, calibrated, covered = simulate(severity=6)

    assert calibrated > raw + 0.03
    assert 0.93 <= covered <= 0.97


def test_calibrate_costs_nothing_where_severities_do_not_differ():
    raw, calibrated, covered = simulate(severity=0)

    assert calibrated == pytest.approx(raw, abs=0.005)
    assert 0.93 <= covered <= 0.97


def test_calibrate_of_nothing():
    found = calibrate({})

    assert (found.scores, found.severities, found.supported, found.reasons) == ({}, {}, False, ("no_marks",))
    assert calibrate({"e": {}}).scores == {}


@pytest.mark.parametrize("shrink", [True, False])
def test_calibrate_of_one_juror_is_the_plain_marks(shrink):
    found = calibrate({"a": {"j": 3}, "b": {"j": 4}}, shrink=shrink)

    assert found.scores == {"a": 3.0, "b": 4.0}
    assert found.severities == {"j": 0.0}
    assert math.isnan(found.residual_variance)
    assert math.isnan(found.standard_errors["a"])
    assert not found.supported


def test_calibrate_of_one_entry():
    found = calibrate({"a": {"j": 3, "k": 5}})

    assert found.scores == {"a": 4.0}
    assert not found.supported


@pytest.mark.parametrize("mark", [70, 82.3, 0.1, Fraction(823, 10), Fraction(1, 3)])
def test_calibrate_when_all_marks_are_equal(mark):
    found = calibrate({f"e{i}": dict.fromkeys("jklmn"[i % 3 : i % 3 + 3], mark) for i in range(30)})

    assert list(found.scores.values()) == pytest.approx([float(mark)] * 30)
    assert set(found.severities.values()) == {0.0}
    assert (found.residual_variance, found.severity_variance) == (0.0, 0.0)
    assert set(found.standard_errors.values()) == {0.0}


@pytest.mark.parametrize("value", [math.nan, math.inf, None, "7", True])
def test_calibrate_refuses_what_is_no_total(value):
    with pytest.raises(InvalidRatingsError):
        calibrate({"a": {"j": value, "k": 1}, "b": {"j": 2, "k": 3}})


def test_calibrate_of_a_large_jury_agrees_with_the_dense_solution(monkeypatch):
    totals = random_totals(np.random.default_rng(4), n=300, m=40, k=3)
    exact = calibrate(totals)
    monkeypatch.setattr("scoring._additive.DENSE_JURORS", 10)
    monkeypatch.setattr("scoring._linkage.EXACT_UP_TO", 10)

    probed = calibrate(totals)

    assert probed.scores == pytest.approx(exact.scores, abs=1e-6)
    assert probed.severities == pytest.approx(exact.severities, abs=1e-6)
    assert probed.standard_errors == pytest.approx(exact.standard_errors, rel=0.05)
    assert linkage(totals).lambda2 > 0


def test_linkage_of_balanced_incomplete_blocks():
    # Each pair of the 7 jurors meets once, k = 3: L = 7/3 (I - J/7), so lambda2 = 7/3 and SE = sqrt(2 * 3/7).
    found = linkage(by_entry(LI_1964))

    assert found.components == 1
    assert found.lambda2 == pytest.approx(7 / 3)
    assert found.mean_severity_se == pytest.approx(math.sqrt(6 / 7))


def test_linkage_of_closed_rooms_finds_each():
    # Sick (2013): nine judges in three rooms are three disjoint subsets.
    totals = {f"e{i}": {f"j{3 * (i % 3) + room}": 1 for room in range(3)} for i in range(51)}

    found = linkage(totals)

    assert found.components == 3
    assert (found.lambda2, found.mean_severity_se) == (0.0, math.inf)
    assert found.groups == (("j0", "j1", "j2"), ("j3", "j4", "j5"), ("j6", "j7", "j8"))


def test_linkage_beyond_exact_size(monkeypatch):
    totals = random_totals(np.random.default_rng(5), n=400, m=60, k=3)
    exact = linkage(totals)
    monkeypatch.setattr("scoring._linkage.EXACT_UP_TO", 10)

    probed = linkage(totals)

    assert probed.lambda2 == pytest.approx(exact.lambda2, rel=1e-3)
    assert probed.mean_severity_se == pytest.approx(exact.mean_severity_se, rel=0.03)


def test_linkage_of_nobody_and_of_one():
    assert linkage({}).components == 0
    assert (linkage({"e": {"j": 1}}).components, linkage({"e": {"j": 1}}).mean_severity_se) == (1, 0.0)
