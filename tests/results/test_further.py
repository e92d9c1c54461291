"""A gap from closing to the papers: what keeps the round open, what gives the score, and who is told of it."""

import io
import json
import re
from datetime import timedelta
from fractions import Fraction

import pytest
from python_calamine import CalamineWorkbook
from sqlmodel import Session

from app.core.errors import Conflict
from app.entries.models import Entry
from app.jury.forms import PairForm
from app.jury.models import Assignment, Marking
from app.jury.service import further as further_marking
from app.jury.service import jurors as members
from app.programmes import service as programmes
from app.results import service as results
from app.results.models import Result, Standing
from tests.support.client import Client
from tests.support.contest import (
    Contest,
    add_juror,
    add_sheet,
    assign,
    judge,
    make_contest,
    make_entry,
    marks_for,
    open_round,
    with_further_marking,
)
from tests.support.factories import NOW
from tests.support.judged import approve, close, publish
from tests.support.signing import sign_in

LATER = NOW + timedelta(days=40)


def make(session: Session, outcome: str = "replace_farthest") -> tuple[Contest, Entry]:
    """A contest of two entries; the first sheets of one of them lie 22 points apart."""
    contest = make_contest(session, jurors=4, plan=with_further_marking(outcome))
    open_round(contest)
    judge(contest, make_entry(contest, title="Bài thuận"), 85, 84, 83)
    entry = make_entry(contest, title="Trả kết quả tại nhà")
    judge(contest, entry, 80, 58, 76)
    return contest, entry


def call(contest: Contest) -> None:
    further_marking.assign_further(
        contest.session, actor=contest.actor_of(contest.organiser), round_=contest.round, seed="hạt", now=LATER
    )


def mark_further(contest: Contest, entry: Entry, total: int) -> Assignment:
    row = assign(contest, contest.jurors[3], entry, marking=Marking.FURTHER)
    add_sheet(contest, row, marks=marks_for(total))
    return row


def standing(contest: Contest, result: Result, entry: Entry) -> Standing:
    return contest.session.get_one(Standing, (result.id, entry.id))


# ---- closing --------------------------------------------------------------------------------------------------------


def test_close_round_waits_for_the_further_marking_and_tells_no_mark(session: Session) -> None:
    contest, entry = make(session)

    with pytest.raises(Conflict, match="bài chênh lệch điểm") as refused:
        close(contest)

    said = [str(m) for m in refused.value.fields.values()]
    assert said == [f"Bài {entry.number:03d} – Trả kết quả tại nhà: cần chấm thêm."]
    assert contest.round.closed_at is None


def test_close_round_waits_for_the_sheet_of_the_further_juror(session: Session) -> None:
    contest, entry = make(session)
    call(contest)

    with pytest.raises(Conflict, match="còn thiếu") as refused:
        close(contest)

    assert [entry.title in str(m) for m in refused.value.fields.values()] == [True]


def test_close_round_with_a_further_sheet_does_not_make_up_for_a_first_one(session: Session) -> None:
    contest, entry = make(session)
    mark_further(contest, entry, 74)
    members.release_juror(
        session, actor=contest.actor_of(contest.organiser),
        form=PairForm(juror_id=contest.jurors[1].id or 0, entry_id=entry.id or 0), reason="Ốm.", now=LATER,
    )  # fmt: skip

    with pytest.raises(Conflict, match="chưa đủ phiếu chấm") as refused:
        close(contest)

    assert ["mới có 2/3 phiếu" in str(m) for m in refused.value.fields.values()] == [True]


# ---- the score ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "exact", "score"),
    [
        ("replace_farthest", Fraction(230, 3), 7667),
        ("mean_of_all", Fraction(72), 7200),
        ("mean_of_two_closest", Fraction(75), 7500),
        ("further_official", Fraction(74), 7400),
        ("drop_high_low", Fraction(75), 7500),
    ],
)
def test_score_is_what_the_sealed_policy_makes_of_both_markings(
    session: Session, outcome: str, exact: Fraction, score: int
) -> None:
    contest, entry = make(session, outcome)
    mark_further(contest, entry, 74)

    result = close(contest)

    found = standing(contest, result, entry)
    assert (Fraction(found.mean_numerator, found.mean_denominator), found.score) == (exact, score)
    assert (found.sheets, found.further, found.gap_policy) == (4, 1, outcome)
    told = {s["entry"]: (s["sheets"], s["further"], s["gap_policy"]) for s in json.loads(result.canonical)["standings"]}
    assert told.pop(entry.id) == (4, 1, outcome)
    assert list(told.values()) == [(3, 0, "")]


def test_further_sheet_of_a_gap_that_is_gone_does_not_count(session: Session) -> None:
    """The far juror turned out to be in a conflict; the one who came instead agrees with the others."""
    contest, entry = make(session, "further_official")
    mark_further(contest, entry, 20)
    members.release_juror(
        session, actor=contest.actor_of(contest.organiser),
        form=PairForm(juror_id=contest.jurors[1].id or 0, entry_id=entry.id or 0), reason="Người nhà.", now=LATER,
    )  # fmt: skip
    add_sheet(contest, assign(contest, add_juror(contest), entry), marks=marks_for(78))

    found = standing(contest, close(contest), entry)

    assert (found.score, found.sheets, found.further, found.gap_policy) == (7800, 3, 0, "")


def test_tie_is_broken_by_the_criteria_under_the_same_policy(session: Session) -> None:
    """Both have 80,00 by the further marking; the first sheets alone would put the other one first."""
    contest = make_contest(session, jurors=4, plan=with_further_marking("further_official"))
    open_round(contest)
    base = {"feasibility": 1600, "replication": 800, "presentation": 800}
    strong = {**base, "novelty": 2300, "effectiveness": 2500}
    weak = {**base, "novelty": 2500, "effectiveness": 2300}
    first, second = make_entry(contest), make_entry(contest)
    for entry, totals, marks in ((first, (50, 80, 80), strong), (second, (90, 60, 90), weak)):
        judge(contest, entry, *totals)
        add_sheet(contest, assign(contest, contest.jurors[3], entry, marking=Marking.FURTHER), marks=marks)

    result = close(contest)

    assert [(standing(contest, result, e).score, standing(contest, result, e).rank) for e in (first, second)] == [
        (8000, 1), (8000, 2),
    ]  # fmt: skip


# ---- pages and papers ------------------------------------------------------------------------------------------------


def test_closing_page_lists_the_entries_and_offers_the_action(session: Session, client: Client) -> None:
    contest, entry = make(session)
    browser = sign_in(session, client, contest.organiser)

    page = browser.get(contest.url("results")).text
    refused = browser.post(contest.url("results/close"))

    assert "Bài cần chấm thêm" in page
    assert contest.url("jury/further") in page
    assert "Đã đủ phiếu chấm" not in page
    assert refused.status_code == 409
    assert f"Bài {entry.number:03d} – Trả kết quả tại nhà" in refused.text
    for text in (page[page.index("Bài cần chấm thêm") :], refused.text[refused.text.index("cần chấm thêm") :]):
        read = re.sub(r"<[^>]*>", " ", text)  # the addresses in the tags hold ids
        assert not re.search(r"(?<!\d)(80|58|76|22)(?!\d)|Giám khảo thứ", read)


def test_further_marking_is_not_the_chair_s_to_call(session: Session, client: Client) -> None:
    contest, _ = make(session)
    browser = sign_in(session, client, contest.chair)

    page = browser.get(contest.url("results")).text

    assert "Bài cần chấm thêm" in page
    assert "disabled>Phân công chấm thêm</button>" in page
    assert browser.post(contest.url("jury/further")).status_code == 403


def test_ranking_and_overview_say_what_was_marked_further_and_how_it_counts(session: Session, client: Client) -> None:
    contest, entry = make(session)
    mark_further(contest, entry, 40)
    close(contest)
    browser = sign_in(session, client, contest.organiser)

    ranking = browser.get(contest.url("results/ranking")).text
    overview = browser.get(contest.url("results")).text

    assert "3 và 1 chấm thêm" in ranking
    assert "«Điểm chấm thêm thay cho điểm lệch xa nhất»" in ranking
    assert "chênh 22 điểm – đã chấm thêm" in overview
    assert "«Điểm chấm thêm thay cho điểm lệch xa nhất»" in overview


def test_public_page_says_how_entries_with_a_gap_are_scored(session: Session, client: Client) -> None:
    contest, entry = make(session)
    mark_further(contest, entry, 74)
    publish(contest, approve(contest, close(contest)))

    assert "«Điểm chấm thêm thay cho điểm lệch xa nhất»" in client.get(contest.url("results/public")).text


def test_score_summary_tells_further_sheets_apart(session: Session, client: Client) -> None:
    contest, entry = make(session)
    mark_further(contest, entry, 74)
    close(contest)
    browser = sign_in(session, client, contest.organiser)

    book = CalamineWorkbook.from_filelike(io.BytesIO(browser.get(contest.url("documents/score-summary.xlsx")).content))
    rows = book.get_sheet_by_index(0).to_python()

    head = next(r for r in rows if "Chấm thêm" in r)
    line = next(r for r in rows if entry.title in r)
    told = str(line[head.index("Chấm thêm")])
    assert told.endswith(": 74,00")
    number = int(told.removeprefix("GK").split(":")[0])
    assert sorted(c for c in line if c in {80, 58, 76, 74}) == [58, 76, 80]
    assert number in range(1, 5)
    assert any("«Điểm chấm thêm thay cho điểm lệch xa nhất»" in str(c) for r in rows for c in r)
    assert browser.get(contest.url("documents/score-summary.pdf")).status_code == 200


def test_result_over_the_api_tells_further_sheets_and_policy(session: Session, client: Client) -> None:
    contest, entry = make(session)
    mark_further(contest, entry, 74)
    publish(contest, approve(contest, close(contest)))

    told = client.get(f"/api/v1/programmes/{contest.slug}/results").json()["standings"]

    assert {s["number"]: (s["sheets"], s["further"], s["gap_policy"]) for s in told}[entry.number] == (
        4, 1, "replace_farthest",
    )  # fmt: skip


# ---- rounds from before --------------------------------------------------------------------------------------------


def test_a_round_that_closed_before_there_were_further_markings_keeps_its_scores(session: Session) -> None:
    """Its gaps have no further sheet and never will: the chair still decides its ties and approves."""
    contest, entry = make(session)
    organiser = contest.actor_of(contest.organiser)
    programmes.close_round(session, actor=organiser, round_=contest.round, now=LATER)

    result = results.compute_result(session, actor=organiser, round_=contest.round, now=LATER)

    row = standing(contest, result, entry)
    assert (row.score, row.sheets, row.further, row.gap_policy) == (7133, 3, 0, "")


def test_a_stored_plan_that_leaves_a_gap_to_people_only_reports_it(session: Session, client: Client) -> None:
    plan = with_further_marking()
    gap = plan.rounds[0].gap
    assert gap is not None
    rules = plan.rounds[0].model_copy(update={"gap": gap.model_copy(update={"outcome": "panel"})})
    contest = make_contest(session, jurors=4, plan=plan.model_copy(update={"rounds": (rules,)}))
    open_round(contest)
    entry = make_entry(contest)
    judge(contest, entry, 80, 58, 76)

    result = close(contest)
    page = sign_in(session, client, contest.organiser).get(contest.url("results"))

    assert standing(contest, result, entry).score == 7133
    assert "chênh 22 điểm" in page.text
