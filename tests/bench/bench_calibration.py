"""What calibration, the search for erratic jurors and rank intervals are worth: the numbers `docs/judging.md` quotes.

    python -m tests.bench.bench_calibration            all tables, 100 contests a line, a few minutes
    python -m tests.bench.bench_calibration quick      the same with 20 contests a line
    python -m tests.bench.bench_calibration speed      300,000 sheets

Simulated contests: true quality 70 with standard deviation 8, noise 6 in every mark, severities with the standard
deviation named, entries dealt to jurors at random and evenly. One seed, so every run prints the same tables.
"""

import sys
import time
from collections.abc import Callable
from fractions import Fraction

import numpy as np
from scipy.stats import kendalltau

from scoring import calibrate, find_erratic_jurors, linkage, rank_uncertainty

QUALITY, NOISE = 8.0, 6.0
Totals = dict[int, dict[int, float]]
Deal = list[list[int]]


def deal(rng: np.random.Generator, n: int, m: int, k: int) -> Deal:
    """k jurors an entry at random, loads even."""
    loads = np.zeros(m)
    panels = []
    for _ in range(n):
        jurors = np.lexsort((rng.random(m), loads))[:k]
        loads[jurors] += 1
        panels.append(jurors.tolist())
    return panels


def rooms(rng: np.random.Generator, n: int, m: int, k: int) -> Deal:
    """Closed panels of k jurors who never change partners."""
    return [list(range(room * k, room * k + k)) for room in rng.integers(0, m // k, n).tolist()]


def contest(rng: np.random.Generator, panels: Deal, m: int, severity: float) -> tuple[np.ndarray, np.ndarray, Totals]:
    quality, strictness = rng.normal(70, QUALITY, len(panels)), rng.normal(0, severity, m)
    totals = {
        i: {j: float(quality[i] + strictness[j] + rng.normal(0, NOISE)) for j in jurors}
        for i, jurors in enumerate(panels)
    }
    return quality, strictness, totals


def unfairly_dealt(rng: np.random.Generator, n: int, m: int, k: int, severity: float, *, to_strict: bool) -> tuple:
    """Dealt so that good entries tend to meet strict jurors, or lenient ones (which flatters the mean)."""
    quality, strictness = rng.normal(70, QUALITY, n), np.sort(rng.normal(0, severity, m))
    strictness = strictness[::-1] if to_strict else strictness
    totals: Totals = {}
    for place, i in enumerate(np.argsort(quality).tolist()):
        centre = place / n * m + rng.normal(0, m / 6, m)
        jurors = np.argsort(np.abs(np.arange(m) - centre))[:k].tolist()
        totals[i] = {j: float(quality[i] + strictness[j] + rng.normal(0, NOISE)) for j in jurors}
    return quality, strictness, totals


def agreement(scores: np.ndarray, quality: np.ndarray) -> tuple[float, float]:
    """Kendall's tau with the truth, and the share of the true top tenth that is in the top tenth."""
    top = max(1, len(quality) // 10)
    best, chosen = np.argsort(-quality)[:top], np.argsort(-scores)[:top]
    return float(kendalltau(scores, quality).statistic), len(set(best.tolist()) & set(chosen.tolist())) / top


def in_order(values: dict[int, float]) -> np.ndarray:
    return np.array([values[i] for i in range(len(values))])


def ranking_table(repetitions: int) -> None:
    print("\nRanking: Kendall's tau to the truth / share of the true top tenth found")
    print(f"{'case':46} {'mean':>13} {'calibrated':>13}")
    for name, make in cases():
        rng = np.random.default_rng(2026)
        raw, better = [], []
        for _ in range(repetitions):
            quality, _, totals = make(rng)
            means = np.array([np.mean(list(totals[i].values())) for i in range(len(totals))])
            raw.append(agreement(means, quality))
            better.append(agreement(in_order(calibrate(totals).scores), quality))
        a, b = np.mean(raw, axis=0), np.mean(better, axis=0)
        print(f"{name:46} {a[0]:6.3f} /{a[1]:5.2f} {b[0]:6.3f} /{b[1]:5.2f}")


def cases() -> list[tuple[str, Callable[[np.random.Generator], tuple]]]:
    shapes = [
        (20, 3, 3, 6),
        (20, 5, 3, 6),
        (30, 5, 2, 6),
        (100, 10, 3, 0),
        (100, 10, 3, 3),
        (100, 10, 3, 6),
        (200, 10, 3, 6),
    ]
    listed: list[tuple[str, Callable[[np.random.Generator], tuple]]] = [
        (
            f"{n} entries x {m} jurors, {k} each, severity {s}",
            lambda rng, n=n, m=m, k=k, s=s: contest(rng, deal(rng, n, m, k), m, s),
        )
        for n, m, k, s in shapes
    ]
    return [
        *listed,
        ("100 x 10, 3 each, 6, good ones to strict", lambda rng: unfairly_dealt(rng, 100, 10, 3, 6, to_strict=True)),
        ("100 x 10, 3 each, 6, good ones to lenient", lambda rng: unfairly_dealt(rng, 100, 10, 3, 6, to_strict=False)),
        ("99 x 9 in 3 closed panels, severity 6", lambda rng: contest(rng, rooms(rng, 99, 9, 3), 9, 6)),
        ("99 x 9 in 3 closed panels, severity 0", lambda rng: contest(rng, rooms(rng, 99, 9, 3), 9, 0)),
    ]


def coverage_table(repetitions: int) -> None:
    print("\n95 % intervals: share that holds the truth")
    print(f"{'case':46} {'score':>7} {'severity':>9} {'rank':>7}")
    for n, m, k, s in ((100, 10, 3, 0), (100, 10, 3, 3), (100, 10, 3, 6), (60, 6, 3, 6), (30, 5, 2, 6), (20, 5, 3, 6)):
        rng = np.random.default_rng(2026)
        score, juror, rank = [], [], []
        for number in range(repetitions):
            quality, strictness, totals = contest(rng, deal(rng, n, m, k), m, s)
            found = calibrate(totals)
            score.append(np.abs(in_order(found.scores) - quality) <= 1.96 * in_order(found.standard_errors))
            juror.append(np.abs(in_order(found.severities) - strictness) <= 1.96 * in_order(found.severity_errors))
            if number % 4 == 0:
                rank.append(ranks_covered(totals, quality, rng))
        print(
            f"{f'{n} entries x {m} jurors, {k} each, severity {s}':46} "
            f"{np.mean(score):7.3f} {np.mean(juror):9.3f} {np.mean(rank):7.3f}"
        )


def ranks_covered(totals: Totals, quality: np.ndarray, rng: np.random.Generator) -> float:
    ranks = np.empty(len(quality), dtype=int)
    ranks[np.argsort(-quality)] = np.arange(1, len(quality) + 1)
    found = rank_uncertainty(totals, tiers={"prize": 6}, draws=400, rng=rng)
    return float(np.mean([low <= ranks[i] <= high for i, (low, high) in found.intervals.items()]))


def probability_table(repetitions: int) -> None:
    print("\nChance of the top 6 of 60 (6 jurors, 3 each): said, and what came true")
    rng = np.random.default_rng(2026)
    said: list[float] = []
    happened: list[bool] = []
    for _ in range(repetitions):
        quality, _, totals = contest(rng, deal(rng, 60, 6, 3), 6, 6)
        found = rank_uncertainty(totals, tiers={"prize": 6}, draws=400, rng=rng)
        said += [found.probabilities[i]["prize"] for i in range(60)]
        happened += (quality >= np.sort(quality)[-6]).tolist()
    chances, true = np.array(said), np.array(happened)
    for low in (0.0, 0.2, 0.4, 0.6, 0.8):
        inside = (chances >= low) & (chances <= low + 0.2)
        print(f"  {low:.0%} to {low + 0.2:.0%}: said {chances[inside].mean():.2f}, true {true[inside].mean():.2f}")


def erratic_table(repetitions: int) -> None:
    print("\nOne juror marks at random: found, sound jurors named, tau of mean / calibrated / without the juror")
    print(f"{'case':46} {'found':>6} {'false':>7} {'mean':>6} {'calibr':>7} {'without':>8}")
    marks = {
        "like the others": lambda rng: rng.normal(70, 10),
        "40 to 100 evenly": lambda rng: rng.uniform(40, 100),
        "no": None,
    }
    for n, m, k in ((100, 10, 3), (60, 6, 3), (30, 5, 3), (100, 10, 2)):
        for name, mark in marks.items():
            rng = np.random.default_rng(2026)
            rows = [erratic_row(rng, n, m, k, mark) for _ in range(repetitions)]
            found, false, *taus = np.mean(rows, axis=0)
            title = f"{n} x {m}, {k} each, random marks: {name}"
            print(f"{title:46} {found:6.1%} {false:7.2%} {taus[0]:6.3f} {taus[1]:7.3f} {taus[2]:8.3f}")


def erratic_row(rng: np.random.Generator, n: int, m: int, k: int, mark: Callable | None) -> list[float]:
    quality, _, totals = contest(rng, deal(rng, n, m, k), m, 6)
    for sheets in totals.values():
        if mark and 0 in sheets:
            sheets[0] = float(mark(rng))
    flagged = {report.juror for report in find_erratic_jurors(totals) if {"outfit", "agreement"} & set(report.reasons)}
    means = np.array([np.mean(list(totals[i].values())) for i in range(n)])
    sound = {i: {j: v for j, v in sheets.items() if j not in flagged} for i, sheets in totals.items()}
    without = calibrate({i: sheets or totals[i] for i, sheets in sound.items()}).scores
    scores = (means, in_order(calibrate(totals).scores), in_order(without))
    taus = [float(kendalltau(score, quality).statistic) for score in scores]
    return [float(0 in flagged), len(flagged - {0}) / (m - 1), *taus]


def speed() -> None:
    print("\nCPU seconds of 300,000 sheets, three an entry, totals as fractions")
    rng = np.random.default_rng(2026)
    for m in (500, 5_000):
        quality, strictness = rng.normal(70, QUALITY, 100_000), rng.normal(0, 5, m)
        totals = {
            i: {
                j: Fraction(round(100 * (quality[i] + strictness[j] + rng.normal(0, NOISE))), 100)
                for j in rng.choice(m, 3, replace=False).tolist()
            }
            for i in range(100_000)
        }
        start = time.process_time()
        read = sum(float(total) for sheets in totals.values() for total in sheets.values())
        middle = time.process_time()
        found = calibrate(totals)
        seconds, once = time.process_time() - middle, middle - start
        gap = np.array([found.severities[j] for j in range(m)]) - strictness
        assert read > 0
        assert np.std(gap) < 2.0, "the severities are recovered"
        start = time.process_time()
        tied = linkage(totals)
        other = time.process_time() - start
        print(
            f"  {m:5,} jurors: calibrate {seconds:.2f} s, {seconds / once:.0f} times reading every total once; "
            f"linkage {other:.2f} s (lambda2 {tied.lambda2:.1f})"
        )


if __name__ == "__main__":
    if "speed" in sys.argv:
        speed()
    else:
        count = 20 if "quick" in sys.argv else 100
        ranking_table(count)
        coverage_table(count)
        probability_table(count)
        erratic_table(count)
        speed()
