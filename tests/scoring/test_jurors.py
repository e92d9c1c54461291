"""Erratic jurors are found, sound ones left alone; prizes that hang on one sheet are named."""

import math
from fractions import Fraction

import numpy as np
import pytest

from scoring import (
    Change,
    Contender,
    Influence,
    InvalidRatingsError,
    Tier,
    aggregate,
    allocate_prizes,
    describe_jurors,
    find_erratic_jurors,
    find_surprising_sheets,
    influence,
)


def contest(rng, *, n=100, m=10, k=3, severity=6.0, replace=None):
    """A dealt contest; `replace(totals, juror)` may spoil the marks of j00."""
    quality, strictness = rng.normal(70, 8, n), rng.normal(0, severity, m)
    totals = {}
    for i in range(n):
        jurors = [(i + i // m * step + step) % m for step in range(k)]
        jurors = jurors if len(set(jurors)) == k else rng.choice(m, k, replace=False).tolist()
        totals[f"e{i:03}"] = {f"j{j:02}": float(quality[i] + strictness[j] + rng.normal(0, 6)) for j in jurors}
    for marks in totals.values():
        if replace and "j00" in marks:
            marks["j00"] = replace(marks["j00"])
    return totals


def test_find_erratic_jurors_finds_one_who_marks_at_random():
    rng = np.random.default_rng(1)
    found, false = 0, 0
    for _ in range(60):
        flagged = {report.juror for report in find_erratic_jurors(contest(rng, replace=lambda _: rng.normal(70, 10)))}
        found += "j00" in flagged
        false += len(flagged - {"j00"})

    assert found >= 57
    assert false <= 60 * 9 * 0.05


def test_find_erratic_jurors_leaves_a_sound_jury_alone():
    rng = np.random.default_rng(2)

    false = sum(len(find_erratic_jurors(contest(rng))) for _ in range(60))

    assert false <= 60 * 10 * 0.04


def test_find_erratic_jurors_names_the_reason():
    rng = np.random.default_rng(3)
    found = {
        "outfit": find_erratic_jurors(contest(rng, replace=lambda _: rng.uniform(30, 100))),
        "severity": find_erratic_jurors(contest(rng, severity=1, replace=lambda mark: mark - 20)),
        "central_tendency": find_erratic_jurors(contest(rng, replace=lambda mark: 70 + (mark - 70) / 10)),
    }

    for reason, reports in found.items():
        assert [report.juror for report in reports if reason in report.reasons] == ["j00"]


def test_find_erratic_jurors_asks_about_one_who_agrees_but_exaggerates():
    totals = contest(np.random.default_rng(3), replace=lambda mark: 2.5 * mark - 105)

    reports = find_erratic_jurors(totals)

    assert (reports[0].juror, reports[0].reasons) == ("j00", ("outfit",))


def test_find_erratic_jurors_sees_halo_in_the_sheets():
    rng = np.random.default_rng(4)
    totals = contest(rng)
    sheets = {}
    for entry, marks in totals.items():
        sheets[entry] = {
            juror: {
                "novelty": int(total * 10),
                "effect": int(total * 10 + rng.normal(0, 15 if juror == "j05" else 80)),
                "spread": 50,
            }
            for juror, total in marks.items()
        }

    reports = find_erratic_jurors(totals, sheets=sheets)

    assert [report.juror for report in reports if "halo" in report.reasons] == ["j05"]
    assert all(math.isnan(report.halo) for report in describe_jurors(totals))


def test_find_erratic_jurors_says_nothing_about_few_marks():
    totals = {f"e{i}": {"a": 70 + i, "b": 71 + i, "c": 100 - 30 * (i % 2)} for i in range(4)}

    assert find_erratic_jurors(totals) == []


def test_describe_jurors_tells_figures_of_everybody():
    totals = {f"e{i}": {"strict": 50 + i, "mild": 60 + i} for i in range(6)}

    reports = describe_jurors(totals)

    assert [(report.juror, report.marks, report.severity) for report in reports] == [
        ("mild", 6, pytest.approx(5.0)),
        ("strict", 6, pytest.approx(-5.0)),
    ]
    assert [report.agreement for report in reports] == pytest.approx([1.0, 1.0])


@pytest.mark.parametrize("totals", [{}, {"e": {}}, {"e": {"j": 1}}, {"e": {"j": 5, "k": 5}, "f": {"j": 5, "k": 5}}])
def test_find_erratic_jurors_of_next_to_nothing(totals):
    assert find_erratic_jurors(totals) == []
    assert find_surprising_sheets(totals) == []


@pytest.mark.parametrize("mark", [0.1, 82.3, Fraction(823, 10), 1_000_000.1])
def test_find_erratic_jurors_is_not_taken_in_by_rounding(mark):
    equal = {f"e{i}": dict.fromkeys("abcdefg"[i % 3 : i % 3 + 3], mark) for i in range(20)}
    agreed = {f"e{i}": dict.fromkeys("abcdefg"[i % 3 : i % 3 + 3], mark + mark * i / 7) for i in range(20)}

    assert find_erratic_jurors(equal) == []
    assert find_erratic_jurors(agreed) == []


def test_describe_jurors_has_no_agreement_for_one_who_gives_a_single_mark():
    totals = {f"e{i}": {"a": 70.1 + i, "b": 71.3 + i % 5, "flat": 82.3} for i in range(9)}

    flat = describe_jurors(totals)[2]

    assert math.isnan(flat.agreement)
    assert flat.reasons == ("central_tendency",)


def test_find_erratic_jurors_refuses_nan():
    with pytest.raises(InvalidRatingsError):
        find_erratic_jurors({"e": {"j": math.nan}})


def test_find_surprising_sheets_names_the_odd_one_first():
    totals = contest(np.random.default_rng(5))
    juror = next(iter(totals["e042"]))
    totals["e042"][juror] += 60

    sheet = find_surprising_sheets(totals)[0]

    assert (sheet.entry, sheet.juror) == ("e042", juror)
    assert sheet.t > 2.5


def prizes(totals):
    contenders = [Contender(entry, (score,)) for entry, score in aggregate(totals).items()]
    return allocate_prizes(contenders, tiers=[Tier("first", 5_000_000, {"": 1})])


TOTALS = {"e1": {"a": 90, "b": 80}, "e2": {"a": 70, "b": 86}, "e3": {"a": 40, "b": 40}}


def test_influence_names_the_sheet_and_the_juror_a_prize_hangs_on():
    swap = (Change("e1", "first", None), Change("e2", None, "first"))

    assert influence(TOTALS, allocate=prizes) == [
        Influence("a", None, swap),
        Influence("a", "e2", swap),
    ]


def test_influence_takes_a_mapping_and_leaves_the_totals_alone():
    before = {entry: dict(marks) for entry, marks in TOTALS.items()}

    assert influence(TOTALS, allocate=lambda totals: dict.fromkeys(totals, "same")) == []
    assert before == TOTALS


@pytest.mark.parametrize(
    ("allocate", "before"),
    [
        (lambda totals: prizes(totals).awards, "first"),
        (lambda totals: [(award.id, award.amount) for award in prizes(totals).awards], 5_000_000),
        (lambda totals: [award.id for award in prizes(totals).awards], True),
        (lambda totals: {award.id for award in prizes(totals).awards}, True),
    ],
)
def test_influence_takes_awards_pairs_or_winners(allocate, before):
    swap = (Change("e1", before, None), Change("e2", None, before))

    assert influence(TOTALS, allocate=allocate) == [Influence("a", None, swap), Influence("a", "e2", swap)]


def test_influence_of_the_only_juror_is_every_prize():
    found = influence({"e1": {"a": 5}}, allocate=prizes)

    assert [(one.juror, one.entry) for one in found] == [("a", None), ("a", "e1")]
