"""The worked example of `docs/judging.md`: run `python -m tests.bench.judging_example` to print its figures.

Twelve entries of individuals, four jurors A B C D, three of them on each entry, by turns. Entry 09 needs a further
marking, entries 03 and 04 tie on a prize line, and juror D is stricter than the others.
"""

from fractions import Fraction

from scoring import (
    Allocation,
    Calibration,
    Contender,
    Gap,
    Tier,
    aggregate,
    allocate_prizes,
    calibrate,
    check_gaps,
    rank,
    resolve_gap,
    round_half_up,
)

Totals = dict[str, dict[str, int | Fraction]]

FIRST_MARKING: Totals = {
    "01": {"A": 92, "B": 91, "C": 88},
    "02": {"A": 88, "B": 93, "D": 84},
    "03": {"A": 88, "C": 84, "D": 80},
    "04": {"B": 88, "C": 85, "D": 79},
    "05": {"A": 84, "B": 90, "C": Fraction(159, 2)},
    "06": {"A": 86, "B": 84, "D": 78},
    "07": {"A": 80, "C": 80, "D": 75},
    "08": {"B": 83, "C": 78, "D": 73},
    "09": {"A": 80, "B": 58, "C": 76},
    "10": {"A": 74, "B": 79, "D": 67},
    "11": {"A": 71, "C": 67, "D": 63},
    "12": {"B": 72, "C": 67, "D": 60},
}
FURTHER_MARKING: dict[str, dict[str, int | Fraction]] = {"09": {"D": 74}}
LIMIT = 20
DECISION = ("04", "03")
TIERS = [
    Tier("first", 2_000_000, {"individual": 1}),
    Tier("second", 1_000_000, {"individual": 1}),
    Tier("third", 800_000, {"individual": 2}),
    Tier("consolation", 500_000, {"individual": 3}, floor=80),
]


def find_gaps() -> list[Gap[str, str]]:
    """The entries whose totals lie 20 points or more apart."""
    return check_gaps(FIRST_MARKING, points=LIMIT)


def official_scores() -> dict[str, Fraction]:
    """The mean of the totals, the gap settled, rounded half up to two decimals."""
    scores = aggregate(FIRST_MARKING)
    for gap in find_gaps():
        settled = resolve_gap(FIRST_MARKING[gap.entry], further=FURTHER_MARKING[gap.entry], policy="replace_farthest")
        assert settled is not None
        scores[gap.entry] = round_half_up(settled, 2)
    return scores


def counted_totals() -> Totals:
    """The totals that the official scores are made of."""
    counted = {entry: dict(marks) for entry, marks in FIRST_MARKING.items()}
    for gap in find_gaps():
        del counted[gap.entry][gap.lowest[0]]
        counted[gap.entry].update(FURTHER_MARKING[gap.entry])
    return counted


def calibrated() -> Calibration:
    """The advisory view of the same totals."""
    return calibrate(counted_totals())


def contenders() -> list[Contender[str]]:
    """The entries on the official scores alone."""
    return [Contender(entry, (score,), "individual") for entry, score in official_scores().items()]


def allocation(*, decided: bool) -> Allocation[str]:
    """The prizes before and after the chair's decision on the tie."""
    return allocate_prizes(contenders(), tiers=TIERS, decisions=[DECISION] if decided else [])


def score_rows(mark: str) -> list[str]:
    """The table of scores; `mark` is the decimal mark of the language."""
    calibration = calibrated()
    counted = counted_totals()
    rows = []
    for place in rank(contenders()):
        totals = "; ".join(f"{juror} {_number(total, mark)}" for juror, total in counted[place.id].items())
        score = f"{float(place.score):.2f}".replace(".", mark)
        error = 1.96 * calibration.standard_errors[place.id]
        advice = f"{calibration.scores[place.id]:.1f} ± {error:.1f}".replace(".", mark)
        rows.append(f"| {place.id} | {totals} | {score} | {place.rank} | {advice} |")
    return rows


def severity_rows(mark: str) -> list[str]:
    """How lenient (+) or strict (−) each juror is against the whole jury."""
    severities = sorted(calibrated().severities.items())
    return [f"| {juror} | {severity:+.1f} |".replace(".", mark).replace("-", "−") for juror, severity in severities]


def prize_rows() -> list[str]:
    """What the library says of each prize and each empty slot, after the decision."""
    outcome = allocation(decided=True)
    rows = [f"| {award.id} | {_dong(award.amount)} | {award.why} |" for award in outcome.awards]
    return [*rows, *(f"| – | – | {gap.why} |" for gap in outcome.vacancies)]


def _number(value: int | Fraction, mark: str) -> str:
    return str(value) if isinstance(value, int) else f"{float(value):.1f}".replace(".", mark)


def _dong(amount: int) -> str:
    return f"{amount:,}".replace(",", ".")


def main() -> None:
    """Print every figure of the page."""
    for gap in find_gaps():
        print(gap)
    for mark in (",", "."):
        print("\n".join([*score_rows(mark), *severity_rows(mark)]))
    for block in allocation(decided=False).pending:
        print(block.why)
    print("\n".join(prize_rows()))
    print(allocation(decided=True).total, calibrated().supported, calibrated().reasons)


if __name__ == "__main__":
    main()
