"""CPU of the official path at 100,000 entries, as ratios to sorting the same keys.

Run `python -m tests.bench.official_results`. Correctness first: the ranking is compared with a plain count of
betters, the prizes with a plain walk.
"""

import random
import time
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from scoring import (
    Contender,
    Tier,
    aggregate,
    allocate_prizes,
    canonical_json,
    check_gaps,
    merkle_proof,
    merkle_root,
    rank,
    verify_proof,
)

ENTRIES = 100_000
SLOTS = {"individual": 30, "group": 30}
TIERS = [
    Tier(key, amount, SLOTS, floor=40)
    for key, amount in (("first", 2_000_000), ("second", 1_000_000), ("third", 800_000), ("consolation", 500_000))
]


def make_totals(size: int, rng: random.Random) -> dict[int, dict[int, Fraction]]:
    """Three totals in half points for each entry."""
    return {entry: {juror: Fraction(rng.randrange(200), 2) for juror in range(3)} for entry in range(size)}


def make_contenders(scores: dict[int, Fraction], rng: random.Random) -> list[Contender[int]]:
    """Both ladders, a tie chain behind the score."""
    return [
        Contender(entry, (score, rng.randrange(4000), rng.randrange(10**9)), rng.choice(["individual", "group"]))
        for entry, score in scores.items()
    ]


def check(rng: random.Random) -> None:
    """The fast path agrees with the definition on a small contest."""
    field = make_contenders(aggregate(make_totals(300, rng)), rng)
    for place in rank(field):
        own = next(one.key for one in field if one.id == place.id)
        assert place.rank == 1 + sum(one.key > own for one in field)
    for category in SLOTS:
        ladder = sorted((one for one in field if one.category == category), key=lambda one: one.key, reverse=True)
        winners = {award.id: award.tier for award in allocate_prizes(field, tiers=TIERS).awards}
        for number, one in enumerate(ladder):
            due = TIERS[number // 30].key if number < 120 and one.score >= 40 else None
            assert winners.get(one.id) == due


def cpu(work: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds of `work`, and what it returned."""
    start = time.process_time()
    made = work()
    return time.process_time() - start, made


def main() -> None:
    """Print one line a step."""
    rng = random.Random(18_300_000)  # the same contest in every run
    check(rng)
    totals = make_totals(ENTRIES, rng)
    spent, scores = cpu(lambda: aggregate(totals))
    field = make_contenders(scores, rng)
    base, _ = cpu(lambda: sorted((one.key for one in field), reverse=True))
    steps = [("aggregate 300,000 totals", spent)]
    steps.append(("check_gaps", cpu(lambda: check_gaps(totals, points=20))[0]))
    steps.append(("rank", cpu(lambda: rank(field))[0]))
    steps += [
        (f"allocate_prizes, {ties}", cpu(lambda ties=ties: allocate_prizes(field, tiers=TIERS, ties=ties, seed=1))[0])
        for ties in ("adjudicate", "extra", "share", "draw")
    ]
    spent, leaves = cpu(lambda: [canonical_json({"entry": one.id, "key": list(one.key)}) for one in field])
    steps.append(("canonical_json of each", spent))
    spent, root = cpu(lambda: merkle_root(leaves))
    steps.append(("merkle_root", spent))
    spent, proof = cpu(lambda: merkle_proof(leaves, index=77))
    steps.append(("merkle_proof", spent))
    assert verify_proof(leaves[77], index=77, size=ENTRIES, proof=proof, root=root)
    print(f"{ENTRIES} entries; sorting their keys: {base:.2f} s of CPU = 1.0")
    for name, spent in steps:
        print(f"{name:32} {spent:6.2f} s {spent / base:6.2f}")


if __name__ == "__main__":
    main()
