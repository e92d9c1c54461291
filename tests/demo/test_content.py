import re
import unicodedata
from dataclasses import fields, is_dataclass
from itertools import combinations, pairwise
from typing import Any

import pytest

from app.core.text import normalize_phone
from app.demo import content
from app.demo.content import GAP_ENTRY, RECUSAL, TIE_PAIR, comment, marked_at, marks, sample
from app.demo.marks import RUBRIC
from app.demo.shapes import EntryCategory

JURORS = range(1, 10)
STEPS = ("drafted", "submitted", "kept", "confirmed", "forwarded", "returned", "forwarded_again", "decided")
CATEGORIES: tuple[EntryCategory, ...] = ("individual", "group")


def _totals(entry_key: str) -> list[int]:
    return [sum(marks(entry_key, juror).values()) for juror in JURORS]


def _panel_sums(entry_key: str) -> list[int]:
    return [sum(panel) for panel in combinations(_totals(entry_key), 3)]


def _shingles(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[at : at + 3]) for at in range(len(words) - 2)}


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if is_dataclass(value):
        return [text for each in fields(value) for text in _strings(getattr(value, each.name))]
    return [text for item in value for text in _strings(item)] if isinstance(value, tuple) else []


def test_units_stand_as_in_the_plan() -> None:
    categories = [unit.category for unit in sample().units]

    assert (categories.count("ward"), categories.count("department"), categories.count("school")) == (11, 15, 8)
    assert len({unit.key for unit in sample().units}) == len(categories)
    assert all("(mẫu)" in unit.name for unit in sample().units if unit.category == "school")


def test_officials_two_for_every_unit_and_nine_jurors() -> None:
    logins = {person.login for person in sample().people if person.login}

    wanted = {f"{role}.{unit.key}" for role in ("canbo", "thutruong") for unit in sample().units}
    assert wanted | {f"giamkhao{index}" for index in JURORS} | {"thuky", "truongban", "quantri"} <= logins


def test_people_are_distinct_and_reachable() -> None:
    people = sample().people

    assert len({person.full_name for person in people}) == len(people)
    assert len({person.phone for person in people}) == len(people)
    assert all(re.fullmatch(r"0(912|988)000\d{3}", person.phone) for person in people)
    assert all(normalize_phone(person.phone) for person in people)


def test_sample_is_the_same_when_made_again() -> None:
    first = sample()
    content.sample.cache_clear()
    content.officials.cache_clear()
    content.ideas.cache_clear()

    assert sample() == first
    assert sample() is not first


def test_sample_text_is_composed() -> None:
    for part in (*sample().entries, *sample().people, *sample().units, sample().tie, sample().recusal):
        for text in _strings(part):
            assert unicodedata.is_normalized("NFC", text)


def test_entries_cover_fields_units_and_forms() -> None:
    entries = sample().entries

    assert len(entries) == 60
    assert len({entry.key for entry in entries}) == 60
    assert len({entry.field for entry in entries}) == 8
    assert sum(entry.category == "group" for entry in entries) == 21
    assert sum(entry.format == "video" for entry in entries) == 13
    sending = {entry.unit for entry in entries}
    assert {unit.key for unit in sample().units} - sending == {"doi-trat-tu-xay-dung", "mam-non-hoa-cuc"}


def test_entries_have_one_representative_and_groups_two_to_five_authors() -> None:
    for entry in sample().entries:
        assert sum(author.is_representative for author in entry.authors) == 1
        assert len(entry.authors) == 1 if entry.category == "individual" else 2 <= len(entry.authors) <= 5


def test_entries_every_fate_is_played() -> None:
    fates = [entry.fate for entry in sample().entries]

    assert {fate: fates.count(fate) for fate in set(fates)} == {
        "accepted": 54,
        "returned": 1,
        "late": 1,
        "declined": 1,
        "ineligible": 1,
        "withdrawn": 1,
        "draft": 1,
    }
    assert all(entry.fate_reason for entry in sample().entries if entry.fate != "accepted")
    assert all(entry.screening for entry in sample().entries if entry.fate not in {"draft", "declined"})


def test_texts_are_long_enough() -> None:
    lengths = [len(entry.text.split()) for entry in sample().entries]

    assert sum(length >= 300 for length in lengths) >= 12
    assert min(lengths) >= 100


def test_texts_are_not_near_copies() -> None:
    shingles = [_shingles(f"{entry.title}. {entry.summary} {entry.text}") for entry in sample().entries]

    shared = max(len(one & other) / min(len(one), len(other)) for one, other in combinations(shingles, 2))
    assert shared < 0.04


def test_texts_open_and_are_confirmed_in_their_own_words() -> None:
    entries = sample().entries
    screenings = [entry.screening for entry in entries if entry.screening]
    said = [each.keep_reason for each in screenings]
    said += [each.effectiveness.sentence for each in screenings]
    said += [each.feasibility.sentence for each in screenings]

    assert len({" ".join(entry.text.split()[:4]) for entry in entries}) >= 58
    assert len(set(said)) == len(said)


def test_moments_follow_each_other_within_the_intake() -> None:
    timeline = sample().timeline
    for entry in sample().entries:
        taken = [moment for step in STEPS if (moment := getattr(entry.moments, step))]
        assert taken == sorted(taken)
        assert timeline.intake_opens <= taken[0]
        assert taken[-1] < timeline.judging_opens
        is_late = bool(entry.moments.forwarded and entry.moments.forwarded >= timeline.intake_closes)
        assert is_late == (entry.fate == "late")


def test_timeline_runs_forward() -> None:
    moments = [getattr(sample().timeline, each.name) for each in fields(sample().timeline)]

    assert moments == sorted(moments)


@pytest.mark.parametrize("entry", [entry.key for entry in sample().entries if entry.is_judged])
def test_marks_keep_to_the_rubric(entry: str) -> None:
    for juror in JURORS:
        given = marks(entry, juror)
        assert list(given) == list(RUBRIC)
        assert all(mark % 50 == 0 and 0 <= mark <= RUBRIC[name] * 50 for name, mark in given.items())
    assert all(3 * 6000 <= total <= 3 * 9200 for total in _panel_sums(entry))


def test_marks_level_pair_ties_whoever_marks() -> None:
    first, second = TIE_PAIR

    assert set(_totals(first)) == set(_totals(second)) == {8800}
    for criterion in ("effectiveness", "novelty"):
        assert len({marks(key, juror)[criterion] for key in TIE_PAIR for juror in JURORS}) == 1


@pytest.mark.parametrize("category", CATEGORIES)
def test_marks_winners_stand_apart_whichever_panel_marks(category: EntryCategory) -> None:
    winners = sample().expected_ranking[category]
    rest = [e.key for e in sample().entries if e.category == category and e.is_judged and e.key not in winners]

    for better, worse in pairwise(winners):
        if {better, worse} != set(TIE_PAIR):
            assert min(_panel_sums(better)) >= max(_panel_sums(worse)) + 75
    assert min(_panel_sums(winners[-1])) > max(max(_panel_sums(key)) for key in rest)


def test_marks_outlier_opens_a_gap_that_nothing_else_has() -> None:
    for juror in JURORS:
        outlier = sum(marks(GAP_ENTRY, juror, outlier=True).values())
        others = [sum(marks(GAP_ENTRY, other).values()) for other in JURORS if other != juror]
        assert min(others) - outlier >= 2000
    assert all(max(_totals(e.key)) - min(_totals(e.key)) < 2000 for e in sample().entries)


def test_comments_differ_within_a_panel() -> None:
    for entry in sample().entries:
        said = {comment(entry.key, juror) for juror in JURORS}
        assert len(said) >= 4


def test_marked_at_falls_between_opening_and_further_marking() -> None:
    timeline = sample().timeline
    for entry in sample().entries:
        for juror in JURORS:
            assert timeline.judging_opens < marked_at(entry.key, juror) < timeline.further_marking


def test_conflicts_juror_is_author_and_units_meet() -> None:
    jurors = {juror.person.key: juror for juror in sample().jurors}
    named = {
        (author.person.key, entry.key)
        for entry in sample().entries
        for author in entry.authors
        if author.person.key in jurors
    }

    assert named == {("giamkhao6", "doi-chieu-ho-kinh-doanh")}
    assert {juror.person.unit for juror in jurors.values()} & {entry.unit for entry in sample().entries}
    recusing = next(juror for juror in sample().jurors if juror.index == RECUSAL.juror)
    assert recusing.person.unit != sample().entry(RECUSAL.entry).unit


def test_rosters_seat_the_three_committees() -> None:
    assert {roster.key: len(roster.seats) for roster in sample().rosters} == {
        "organizing_committee": 7,
        "jury": 9,
        "secretariat": 3,
    }
