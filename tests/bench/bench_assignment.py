"""How fast `assign` finds the optimum, against scipy's HiGHS, and what tying a jury together costs.

    python -m tests.bench.bench_assignment small     1,000 x 100 x 3 (default)
    python -m tests.bench.bench_assignment medium    10,000 x 500 x 3; HiGHS takes minutes and 5 GB
    python -m tests.bench.bench_assignment large     100,000 x 5,000 x 3, 35 candidates an entry, `assign` alone
    python -m tests.bench.bench_assignment linkage   budget against firmness, 99 x 9 x 3 and 1,000 x 50 x 3

Times are CPU seconds of this process, after a first call that loads the solver. Every run is checked before its
time is printed: k jurors an entry, loads within bounds, and the same optimum as HiGHS.
"""

import resource
import sys
import time
from collections import Counter
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array, hstack, identity, vstack

from scoring import Assignment, EntrySpec, JurorSpec, assign

EXPERT = 80
PER_ENTRY = 3


@dataclass(frozen=True)
class Instance:
    """A random contest: loads within 10 % of the average, affinities 0 to 100."""

    entries: list[EntrySpec]
    jurors: list[JurorSpec]
    affinity: object


def dense(n: int, m: int, *, seed: int = 0) -> Instance:
    rng = np.random.default_rng(seed)
    return Instance(*people(n, m), rng.integers(0, 101, (n, m)))


def sparse(n: int, m: int, *, candidates: int, seed: int = 0) -> Instance:
    rng = np.random.default_rng(seed)
    columns = np.concatenate([rng.choice(m, candidates, replace=False) for _ in range(n)])
    rows = np.repeat(np.arange(n), candidates)
    return Instance(*people(n, m), coo_array((rng.integers(1, 101, rows.size), (rows, columns)), shape=(n, m)))


def people(n: int, m: int) -> tuple[list[EntrySpec], list[JurorSpec]]:
    load = n * PER_ENTRY / m
    low, high = int(load * 0.9), int(np.ceil(load * 1.1))
    entries = [EntrySpec(f"e{i:06}", field="one of them") for i in range(n)]
    return entries, [JurorSpec(f"j{j:05}", minimum=low, maximum=high) for j in range(m)]


def timed(instance: Instance, **options: float) -> tuple[Assignment, float]:
    start = time.process_time()
    result = assign(
        instance.entries,
        jurors=instance.jurors,
        per_entry=PER_ENTRY,
        seed="bench",
        affinity=instance.affinity,
        **options,
    )
    return result, time.process_time() - start


def check(result: Assignment, instance: Instance) -> None:
    assert len(set(result.pairs)) == len(result.pairs)
    panels = Counter(entry for entry, _ in result.pairs)
    assert all(panels[entry.id] == PER_ENTRY for entry in instance.entries)
    loads = Counter(juror for _, juror in result.pairs)
    assert all(juror.minimum <= loads[juror.id] <= juror.maximum for juror in instance.jurors)


def highs(instance: Instance) -> tuple[int, int, float]:
    """Entries with an expert, sum of affinities, CPU seconds: the first-expert problem as a linear program."""
    weight = np.asarray(instance.affinity)
    n, m = weight.shape
    entry, juror = np.divmod(np.arange(n * m), m)
    one = np.ones(n * m)
    at = np.arange(n * m)
    by_entry = coo_array((one, (entry, at)), shape=(n, n * m))
    by_juror = coo_array((one, (juror, at)), shape=(m, n * m))
    experts = coo_array(((weight.ravel() >= EXPERT).astype(float), (entry, at)), shape=(n, n * m))
    nothing = coo_array((m, n))
    bonus = 101.0 * (m + 1)
    start = time.process_time()
    result = linprog(
        np.concatenate((-weight.ravel().astype(float), np.full(n, -bonus))),
        A_eq=hstack((by_entry, coo_array((n, n)))).tocsr(),
        b_eq=np.full(n, PER_ENTRY),
        A_ub=vstack(
            (
                hstack((by_juror, nothing)),
                hstack((-by_juror, nothing)),
                hstack((-experts, identity(n))),
            )
        ).tocsr(),
        b_ub=np.concatenate(
            (
                [juror.maximum for juror in instance.jurors],
                [-juror.minimum for juror in instance.jurors],
                np.zeros(n),
            )
        ),
        bounds=(0, 1),
        method="highs-ds",
    )
    seconds = time.process_time() - start
    chosen = np.round(result.x)
    assert np.abs(result.x - chosen).max() < 1e-6, "the polytope is integral"
    return int(chosen[n * m :].sum()), round(float(chosen[: n * m] @ weight.ravel())), seconds


def against_highs(n: int, m: int) -> None:
    instance = dense(n, m)
    result, seconds = timed(instance)
    check(result, instance)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    covered, objective, other = highs(instance)
    assert (n - len(result.expertless), result.objective) == (covered, objective)
    print(f"{n:,} x {m} x {PER_ENTRY}: optimum {result.objective:,}, {covered:,} entries with an expert")
    print(f"  assign {seconds:8.3f} s, {memory:,.0f} MB    HiGHS {other:8.1f} s    ratio {other / seconds:,.0f}")


def large() -> None:
    instance = sparse(100_000, 5_000, candidates=35)
    result, seconds = timed(instance)
    check(result, instance)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"100,000 x 5,000 x 3 of 35 candidates: {seconds:.1f} s, {memory:,.0f} MB, {len(result.expertless)} expertless"
    )


def linkage() -> None:
    """Three fields, as many rooms if nobody trades: what a share of the objective buys."""
    print("entries jurors budget  objective  components  lambda2  SE of a severity difference (sigma)      s")
    for n, m in ((99, 9), (1_000, 50)):
        rng = np.random.default_rng(1)
        entries, jurors = people(n, m)
        table = np.array([[60 if i % 3 == j % 3 else 10 for j in range(m)] for i in range(n)])
        instance = Instance(entries, jurors, table + rng.integers(0, 30, (n, m)))
        for budget in (0, 0.01, 0.02, 0.05):
            result, seconds = timed(instance, link_budget=budget)
            check(result, instance)
            tied = result.linkage
            print(
                f"{n:7,} {m:6} {budget:6.0%} {result.objective / result.optimum:9.1%} {tied.components:11} "
                f"{tied.lambda2:8.2f} {tied.mean_severity_se:36.3f} {seconds:6.2f}"
            )


if __name__ == "__main__":
    timed(dense(20, 5))
    runs = {
        "small": lambda: against_highs(1_000, 100),
        "medium": lambda: against_highs(10_000, 500),
        "large": large,
        "linkage": linkage,
    }
    for name in sys.argv[1:] or ["small"]:
        runs[name]()
