"""From the sheets of an entry to its official score, exactly and by the sealed rules."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from app.jury.gaps import find_gaps
from app.jury.models import Marking, ScoreSheet
from app.jury.rubric import units_per_point
from app.programmes.plan import RoundRules
from app.results.queries import CountedSheet
from scoring import aggregate, resolve_gap, round_half_up


@dataclass(frozen=True, slots=True)
class Score:
    """What an entry is worth: exact points, and official ones (rounded once, at the end).

    `criteria` are those that break a tie, in the order of the rules, exact. `gap_policy` is what the rules say of marks
    too far apart, where that gave the score; elsewhere it is empty.
    """

    exact: Fraction
    official: Fraction
    criteria: tuple[Fraction, ...]
    sheets: int
    further: int
    gap_policy: str


@dataclass(slots=True)
class _Sheets:
    first: list[ScoreSheet] = field(default_factory=list)
    further: list[ScoreSheet] = field(default_factory=list)


def score_entries(sheets: Sequence[CountedSheet], rules: RoundRules) -> dict[int, Score]:
    """Score every entry that has sheets. A further sheet counts only where the first ones do lie too far apart.

    A round closes only when every gap has its further sheet; one that closed before there were any keeps its scores.
    """
    marked: dict[int, _Sheets] = {}
    for counted in sheets:
        own = marked.setdefault(counted.entry_id, _Sheets())
        (own.further if counted.marking == Marking.FURTHER else own.first).append(counted.sheet)
    if rules.gap is None or not rules.marks_further:
        return {entry: _score(own.first, [], rules, gap_policy="") for entry, own in marked.items()}
    gaps = find_gaps(rules, {entry: [_total(s) for s in own.first] for entry, own in marked.items()})
    return {
        entry: _score(own.first, own.further, rules, gap_policy=rules.gap.outcome)
        if entry in gaps and own.further
        else _score(own.first, [], rules, gap_policy="")
        for entry, own in marked.items()
    }


def _total(sheet: ScoreSheet) -> int:
    assert sheet.total_units is not None
    return sheet.total_units


def _score(first: Sequence[ScoreSheet], further: Sequence[ScoreSheet], rules: RoundRules, *, gap_policy: str) -> Score:
    units = units_per_point(rules)
    exact = _combine(
        [Fraction(_total(s), units) for s in first],
        [Fraction(_total(s), units) for s in further],
        method=rules.aggregate,
        gap_policy=gap_policy,
    )
    return Score(
        exact=exact,
        official=round_half_up(exact, rules.decimals),
        # Settled as the total is: where there was a gap by the same policy, on the marks of that criterion.
        criteria=tuple(
            _combine(
                [Fraction(s.marks[key]) for s in first],
                [Fraction(s.marks[key]) for s in further],
                method="mean",
                gap_policy=gap_policy,
            )
            for key in rules.ties
            if key != "chair"
        ),
        sheets=len(first) + len(further),
        further=len(further),
        gap_policy=gap_policy,
    )


def _combine(first: Sequence[Fraction], further: Sequence[Fraction], *, method: str, gap_policy: str) -> Fraction:
    if not gap_policy:
        return aggregate({0: dict(enumerate(first))}, method=method, decimals=None)[0]
    settled = resolve_gap(first, further=further, policy=gap_policy)
    assert settled is not None, "the plan refuses what people would have to settle"
    return settled
