"""Pages of the result over HTTP: closing by juror, and a contest of two rounds, each with its own result."""

import re

import pytest
from sqlmodel import Session, select

from app.entries.models import Consent, Purpose
from app.jury.models import SheetStatus
from app.results.models import Result
from tests.support.client import Client
from tests.support.contest import PLAN, Contest, add_sheet, assign, judge, make_contest, make_entry, open_round
from tests.support.judged import approve, close, entries_of, judged_contest, publish
from tests.support.signing import sign_in

STAGE = PLAN.rounds[0].model_copy(update={"key": "presentation", "label": "Thuyết trình"})
TWO_ROUNDS = PLAN.model_copy(update={"rounds": (*PLAN.rounds, STAGE)})


def organiser(contest: Contest, client: Client) -> Client:
    return sign_in(contest.session, client, contest.organiser)


# ---- closing -------------------------------------------------------------------------------------------------------


def test_closing_groups_what_is_missing_by_juror_with_a_reminder(session: Session, client: Client) -> None:
    contest = make_contest(session, jurors=2)
    for title in ("Trả kết quả tại nhà", "Thẻ tiến độ giải ngân"):
        first = assign(contest, contest.jurors[0], make_entry(contest, title=title))
        assign(contest, contest.jurors[1], make_entry(contest, title=f"{title} lần hai"))
    add_sheet(contest, first, marks={"novelty": 2000}, status=SheetStatus.DRAFT)
    open_round(contest)

    shown = organiser(contest, client).get(contest.url("results")).text

    rows = re.findall(r"<tr role=\"row\">(.*?)</tr>", shown.split('id="missing"')[1], re.DOTALL)[1:]
    assert len(rows) == 2
    assert "Trả kết quả tại nhà" in rows[0]
    assert "Thẻ tiến độ giải ngân" in rows[0]
    assert f"Kính gửi ông/bà {contest.juror_user().full_name}" in rows[0]
    assert "còn 2 bài" in rows[0]
    assert f"/jury/members/{contest.jurors[0].id}/dismiss" in rows[0]


def test_closing_names_entries_that_are_short_of_jurors_before_anybody_tries(session: Session, client: Client) -> None:
    contest = make_contest(session, jurors=3)
    entry = make_entry(contest, title="Trả kết quả tại nhà")
    judge(contest, entry, 80, 80)
    open_round(contest)

    shown = organiser(contest, client).get(contest.url("results")).text

    assert "có thể đóng vòng chấm" not in shown
    assert f"/jury/assignment/{entry.id}" in shown


# ---- paying --------------------------------------------------------------------------------------------------------


def test_payouts_tell_who_has_not_agreed_and_take_their_word(session: Session, client: Client) -> None:
    contest = make_contest(session, jurors=3)
    open_round(contest)
    others = tuple(p for p in Purpose if p != Purpose.PAYMENT)
    judge(contest, make_entry(contest, authors=("Ngô Thị Hòa",), consents=others), 90, 90, 90)
    judge(contest, make_entry(contest), 70, 70, 70)
    approve(contest, close(contest))
    browser, url = organiser(contest, client), contest.url("results/payouts")

    before = browser.get(url).text
    action = re.findall(r"/results(/payouts/\d+/consent)", before)
    told = browser.post(contest.url(f"results{action[0]}"))
    again = browser.post(contest.url(f"results{action[0]}"))
    after = browser.get(url).text

    assert "1 người chưa ghi nhận đồng ý" in before
    assert len(action) == 1
    assert (told.status_code, again.status_code) == (303, 303)
    assert "chưa ghi nhận" not in after
    given = session.exec(select(Consent).where(Consent.recorded_by == contest.organiser.id)).one()
    assert given.purpose == Purpose.PAYMENT
    chair = sign_in(contest.session, client, contest.chair)
    assert chair.post(contest.url(f"results{action[0]}")).status_code == 403
    assert organiser(contest, client).post(contest.url("results/payouts/999999/consent")).status_code == 404


# ---- two rounds ----------------------------------------------------------------------------------------------------


@pytest.fixture
def contest(session: Session) -> Contest:
    return make_contest(session, jurors=3, plan=TWO_ROUNDS)


@pytest.fixture
def written(contest: Contest) -> Result:
    open_round(contest)
    judge(contest, make_entry(contest, title="Trả kết quả tại nhà"), 90, 90, 90)
    return close(contest)


def test_result_of_a_closed_round_waits_for_the_chair_before_the_next_opens(
    contest: Contest, written: Result, client: Client
) -> None:
    browser = organiser(contest, client)

    shown = browser.get(contest.url("results")).text
    desk = browser.get(contest.url("desk")).text

    assert "Trả kết quả tại nhà" in shown
    assert f"/c/{contest.slug}/results/vacancies/" in shown
    assert "?round=written" in shown
    assert "lý do" in desk


def test_each_round_shows_its_own_result_everywhere(contest: Contest, written: Result, client: Client) -> None:
    publish(contest, approve(contest, written))
    open_round(contest)
    judge(contest, make_entry(contest, title="Thẻ tiến độ giải ngân"), 70, 70, 70)
    browser = organiser(contest, client)

    second, first = (browser.get(contest.url(f"results{named}")).text for named in ("", "?round=written"))
    ranking = browser.get(contest.url("results/ranking?round=written"))
    api = browser.get(f"/api/v1/programmes/{contest.slug}/results?round=written").json()
    payouts = browser.get(f"/api/v1/programmes/{contest.slug}/payouts?round=written").json()

    assert "Đóng vòng chấm" in second
    assert "Trả kết quả tại nhà" in first
    assert ranking.status_code == 200
    assert (api["round"], payouts["round"]) == ("written", "written")
    assert browser.get(contest.url("results?round=khong-co")).status_code == 404
    assert browser.get(f"/api/v1/programmes/{contest.slug}/results?round=presentation").status_code == 404


def test_public_page_and_papers_go_from_round_to_round(contest: Contest, written: Result, client: Client) -> None:
    publish(contest, approve(contest, written))
    open_round(contest)
    for entry in entries_of(contest, written):
        judge(contest, entry, 70, 70, 70)
    publish(contest, approve(contest, close(contest)))

    pages = {named: client.get(contest.url(f"results/public?round={named}")).text for named in ("written", STAGE.key)}
    browser = organiser(contest, client)
    index = browser.get(contest.url("documents?round=written")).text
    sheet = browser.get(contest.url("documents/score-summary.pdf?round=written"))

    assert "90,00" in pages["written"]
    assert "70,00" in pages[STAGE.key]
    assert all("Thuyết trình" in page for page in pages.values())
    assert "prize-list.docx?round=written" in index
    assert sheet.status_code == 200


def test_a_contest_of_one_round_names_none(session: Session, client: Client) -> None:
    contest = judged_contest(session)
    close(contest)

    assert "?round=" not in organiser(contest, client).get(contest.url("results")).text
