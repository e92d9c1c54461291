"""Home pages over real rows: the situation that is read, and what the page says of it."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
from sqlmodel import Session

from app.core.clock import set_demo_clock
from app.desk import queries
from app.desk.situation import Finals, JuryWork, Meeting, Queue, Situation, Staff, Stage
from app.entries.models import Category, Entry, EntryStatus
from app.handover.models import Finalist, FinalistList, Handover
from app.jury.models import AssignmentProposal, Marking, SheetStatus
from app.programmes import queries as programme_queries
from app.programmes import service as programmes
from app.programmes.models import Role
from app.results import queries as results
from app.results import service as results_service
from app.screening.models import DistrictCheck
from tests.support.client import Client
from tests.support.contest import (
    PLAN,
    Contest,
    add_juror,
    add_sheet,
    assign,
    judge,
    make_contest,
    make_entry,
    open_round,
    with_further_marking,
)
from tests.support.factories import NOW, give_role, make_user
from tests.support.signing import sign_in

S = EntryStatus


@pytest.fixture
def contest(session: Session) -> Contest:
    """A contest whose clock shows the middle of its intake."""
    made = make_contest(session, slug="cuoc-thi", jurors=3)
    set_demo_clock(session, scope="cuoc-thi", shown_at=NOW)
    return made


@pytest.fixture
def page(session: Session, client: Client) -> Callable[..., str]:
    """Give a page as a person sees it, without markup."""

    def see(user: Any, path: str = "/c/cuoc-thi/desk") -> str:
        browser = sign_in(session, client.another(), user)
        answer = browser.get(path)
        assert answer.status_code == 200, answer.text
        main = answer.text.split("<main")[1]
        return re.sub(r"\s+", " ", unescape(re.sub(r"<svg.*?</svg>|<[^>]+>", " ", main, flags=re.DOTALL)))

    return see


def situation(contest: Contest, user: Any, *, now: datetime = NOW) -> Situation:
    """Give how things stand for a person."""
    actor = contest.actor_of(user)
    found = queries.read_situations(contest.session, actors=[actor], nows={actor.programme_id: now})
    return found[actor.programme_id]


def return_entry(contest: Contest, entry: Entry, *, until: datetime) -> None:
    """Put the district's return on an entry."""
    contest.session.add(
        DistrictCheck(
            entry_id=entry.id,
            decision="return",
            reason="Thiếu bản Word.",
            supplement_until=until,
            decided_by=contest.organiser.id,
            decided_at=NOW,
        )
    )
    contest.session.flush()


# ---- the situation ---------------------------------------------------------------------------------------------


def test_situation_of_a_clerk_holds_own_entries_apart(contest: Contest) -> None:
    for status in (S.DRAFT, S.DRAFT, S.SUBMITTED, S.KEPT):
        make_entry(contest, status=status)
    make_entry(contest, status=S.KEPT, unit=contest.other_unit)
    found = situation(contest, contest.clerk)
    own = found.entries.of_units({contest.unit.id or 0})
    assert found.stage == Stage.INTAKE
    assert {status: own.count(status) for status in (S.DRAFT, S.SUBMITTED, S.KEPT)} == {
        S.DRAFT: 2,
        S.SUBMITTED: 1,
        S.KEPT: 1,
    }


def test_situation_takes_the_newest_return_alone(contest: Contest) -> None:
    entry = make_entry(contest, status=S.RETURNED)
    return_entry(contest, entry, until=NOW + timedelta(days=60))
    return_entry(contest, entry, until=NOW + timedelta(days=30))
    after = NOW + timedelta(days=29)
    found = situation(contest, contest.clerk, now=after)
    own = found.entries.of_units({contest.unit.id or 0})
    assert own.in_time().due(S.RETURNED) == NOW + timedelta(days=30)
    assert own.overdue().count() == 0
    found = situation(contest, contest.clerk, now=NOW + timedelta(days=31))
    assert found.entries.overdue().count() == 1


def test_situation_lets_a_late_entry_with_reason_in(contest: Contest) -> None:
    entry = make_entry(contest, status=S.CONFIRMED)
    make_entry(contest, status=S.CONFIRMED)
    entry.late_reason = "Mất điện."
    contest.session.add(entry)
    contest.session.flush()
    found = situation(contest, contest.clerk, now=NOW + timedelta(days=30))
    assert found.entries.in_time().count(S.CONFIRMED) == 1
    assert found.entries.overdue().count(S.CONFIRMED) == 1


def test_situation_of_a_juror_counts_the_own_list(contest: Contest) -> None:
    entries = [make_entry(contest) for _ in range(5)]
    open_round(contest)
    first, second, third, fourth, _fifth = (assign(contest, contest.jurors[0], e) for e in entries)
    assign(contest, contest.jurors[1], entries[0])
    add_sheet(contest, first)
    add_sheet(contest, second, marks={"novelty": 2000}, status=SheetStatus.DRAFT)
    second.skipped_at = NOW
    fourth.recused_at, fourth.recuse_reason = NOW, "Cùng nghiên cứu."
    contest.session.add_all([second, fourth])
    contest.session.flush()
    assert situation(contest, contest.juror_user()).queue == Queue(4, 1, 1, third.entry_id)
    assert situation(contest, contest.juror_user(2)).queue is None


def test_situation_of_a_juror_who_left_has_no_list(contest: Contest) -> None:
    entry = make_entry(contest)
    open_round(contest)
    assign(contest, contest.jurors[0], entry)
    contest.jurors[0].left_at = NOW
    contest.session.add(contest.jurors[0])
    contest.session.flush()
    assert situation(contest, contest.juror_user()).queue is None


def test_situation_of_the_host_counts_the_jury(contest: Contest) -> None:
    covered, short = make_entry(contest), make_entry(contest)
    make_entry(contest, status=S.INELIGIBLE)
    assert situation(contest, contest.organiser).jury == JuryWork(jurors=3, short=2)
    open_round(contest)
    judge(contest, covered, 80, 81, 82)
    assign(contest, contest.jurors[0], short)
    contest.session.add(AssignmentProposal(round_id=contest.round.id, seed="a", canonical="{}", created_at=NOW))
    contest.session.flush()
    expected = JuryWork(jurors=3, short=1, proposal_waits=True, owed=4, submitted=3)
    assert situation(contest, contest.organiser).jury == expected
    assert situation(contest, contest.chair).jury == expected
    assert situation(contest, contest.clerk).jury == JuryWork()


def test_situation_of_the_host_counts_entries_that_wait_for_a_further_juror(session: Session) -> None:
    contest = make_contest(session, jurors=4, plan=with_further_marking())
    open_round(contest)
    waiting, assigned, short = make_entry(contest), make_entry(contest), make_entry(contest)
    for entry in (waiting, assigned):
        judge(contest, entry, 80, 58, 76)
    assign(contest, contest.jurors[3], assigned, marking=Marking.FURTHER)
    judge(contest, short, 80, 58)
    assign(contest, contest.jurors[3], short, marking=Marking.FURTHER)

    work = situation(contest, contest.organiser).jury

    assert work == JuryWork(jurors=4, short=1, further=1, owed=10, submitted=8)


def test_situation_counts_units_that_sent(contest: Contest) -> None:
    make_entry(contest, status=S.FORWARDED)
    make_entry(contest, status=S.DRAFT, unit=contest.other_unit)
    wards = next(t for t in situation(contest, contest.organiser).turnout if t.category.key == "ward")
    assert (wards.units, wards.sent) == (11, 1)
    assert situation(contest, contest.clerk).turnout == ()


def close(contest: Contest) -> None:
    """Close the round over one entry per category and two that tie for nothing."""
    single, group = make_entry(contest), make_entry(contest, category=Category.GROUP)
    open_round(contest)
    judge(contest, single, 80, 81, 82)
    judge(contest, group, 70, 71, 72)
    results_service.close_round(
        contest.session, actor=contest.actor_of(contest.organiser), round_=contest.round, now=NOW
    )


def approve(contest: Contest) -> None:
    """Explain all vacancies and approve."""
    chair = contest.actor_of(contest.chair)
    result = results.get_result(contest.session, round_id=contest.round.id or 0)
    for vacancy in results.list_vacancies(contest.session, result=result):
        results_service.explain_vacancy(
            contest.session, actor=chair, result=result, vacancy=vacancy, reason="Không đủ bài.", now=NOW
        )
    results_service.approve_result(contest.session, actor=chair, result=result, now=NOW)


def test_situation_follows_the_result(contest: Contest) -> None:
    close(contest)
    found = situation(contest, contest.chair)
    assert (found.stage, found.meeting) == (Stage.PROPOSED, Meeting(ties=0, unexplained=6))
    approve(contest)
    found = situation(contest, contest.chair)
    assert (found.stage, found.meeting) == (Stage.APPROVED, Meeting())
    result = results.get_result(contest.session, round_id=contest.round.id or 0)
    results_service.publish_result(contest.session, actor=contest.actor_of(contest.organiser), result=result, now=NOW)
    assert {situation(contest, user).stage for user in (contest.clerk, contest.juror_user(), contest.chair)} == {
        Stage.PUBLISHED
    }


def test_situation_counts_ties_that_wait(contest: Contest) -> None:
    entries = [make_entry(contest) for _ in range(2)]
    open_round(contest)
    for entry in entries:
        judge(contest, entry, 80, 80, 80)
    results_service.close_round(
        contest.session, actor=contest.actor_of(contest.organiser), round_=contest.round, now=NOW
    )
    assert situation(contest, contest.chair).meeting.ties == 1


def test_situation_follows_the_finalists(contest: Contest) -> None:
    close(contest)
    approve(contest)
    result = results.get_result(contest.session, round_id=contest.round.id or 0)
    finals = FinalistList(result_id=result.id, created_at=NOW)
    contest.session.add(finals)
    contest.session.flush()
    for prize in results.list_prizes(contest.session, result=result, tiers=PLAN.prize_rules.order):
        contest.session.add(Finalist(list_id=finals.id, entry_id=prize.entry.id, mode="written"))
    contest.session.flush()
    assert situation(contest, contest.organiser).finals == Finals(2)
    finals.approved_at = NOW
    contest.session.add(finals)
    contest.session.add(
        Handover(list_id=finals.id, made_at=NOW, made_by=contest.organiser.id, manifest_sha256="a" * 64)
    )
    contest.session.flush()
    assert situation(contest, contest.organiser).finals == Finals(2, approved=True, handed_over=True)


def test_situation_of_the_administrator_counts_people(contest: Contest) -> None:
    found = situation(contest, contest.admin)
    required = [u for u in PLAN.units if (c := PLAN.category_of_unit(u.category)) and c.required]
    assert found.staff == Staff(organisers=1, chairs=1, units_without_clerk=len(required) - 2)
    assert (found.entries.count(), found.jury, found.turnout) == (0, JuryWork(), ())


# ---- the pages -------------------------------------------------------------------------------------------------


def test_desk_of_each_role_says_its_next_action(contest: Contest, page: Callable[..., str]) -> None:
    for status in (S.DRAFT, S.KEPT, S.FORWARDED, S.ACCEPTED):
        make_entry(contest, status=status)
    expected = [
        (contest.clerk, "Hoàn thiện và nộp 1 bản nháp"),
        (contest.head, "Xác nhận 1 bài"),
        (contest.other_clerk, "Nhập bài dự thi đầu tiên của đơn vị"),
        (contest.organiser, "Kiểm tra điều kiện của 1 bài"),
        (contest.chair, "Đã có 2 bài gửi lên"),
        (contest.juror_user(), "Vòng chấm chưa mở"),
        (contest.admin, "đơn vị chưa có cán bộ đầu mối"),
    ]
    assert [words for user, words in expected if words not in page(user)] == []


def test_desk_counts_down_by_the_programmes_clock(contest: Contest, session: Session, client: Client) -> None:
    text = sign_in(session, client, contest.clerk).get("/c/cuoc-thi/desk").text
    assert 'data-until="2024-06-10T00:00:00+07:00" data-now="2024-05-20T02:0' in text
    assert "Đồng hồ trình diễn" in text


def test_desk_leads_the_juror_to_the_next_sheet(contest: Contest, session: Session, client: Client) -> None:
    first, second = make_entry(contest), make_entry(contest)
    open_round(contest)
    add_sheet(contest, assign(contest, contest.jurors[0], first))
    assign(contest, contest.jurors[0], second)
    text = sign_in(session, client, contest.juror_user()).get("/c/cuoc-thi/desk").text
    assert f'href="/c/cuoc-thi/jury/entries/{second.id}/score"' in text
    assert "Chấm tiếp" in text


def test_every_link_of_every_desk_opens(contest: Contest, session: Session, client: Client) -> None:
    """At each stage, whoever is led somewhere is let in."""

    def check() -> None:
        for user in (
            contest.clerk,
            contest.head,
            contest.juror_user(),
            contest.organiser,
            contest.chair,
            contest.admin,
        ):
            browser = sign_in(session, client.another(), user)
            main = browser.get("/c/cuoc-thi/desk").text.split("<main")[1]
            for path in set(re.findall(r'href="(/[^"#]*)', main)):
                assert browser.get(unescape(path)).status_code in {200, 303}, f"{user.full_name}: {path}"

    for status in (S.DRAFT, S.SUBMITTED, S.KEPT, S.CONFIRMED, S.FORWARDED, S.RETURNED):
        make_entry(contest, status=status)
    check()
    close(contest)
    check()
    approve(contest)
    check()
    result = results.get_result(session, round_id=contest.round.id or 0)
    results_service.publish_result(session, actor=contest.actor_of(contest.organiser), result=result, now=NOW)
    check()


def test_desk_is_nothing_to_strangers_and_asks_the_public_to_sign_in(
    contest: Contest, session: Session, client: Client
) -> None:
    assert client.get("/c/cuoc-thi/desk").headers["location"] == "/sign-in?next=/c/cuoc-thi/desk"
    assert sign_in(session, client, contest.stranger).get("/c/cuoc-thi/desk").status_code == 404


def test_desk_of_a_unit_names_nothing_of_others(contest: Contest, page: Callable[..., str]) -> None:
    make_entry(contest, status=S.KEPT, unit=contest.other_unit, title="Bài của đơn vị khác")
    text = page(contest.clerk)
    assert "Bài của đơn vị" not in text
    assert "Nhân Chính" not in text


def test_desk_asks_the_same_number_of_selects_however_much_there_is(
    contest: Contest, session: Session, client: Client, count_queries: Callable[[], Any]
) -> None:
    browser = sign_in(session, client, contest.organiser)
    give_role(session, contest.organiser, contest.scene.programme, Role.JUROR)
    browser.get("/c/cuoc-thi/desk")
    with count_queries() as before:
        browser.get("/c/cuoc-thi/desk")
    for status in (S.FORWARDED, S.ACCEPTED, S.RETURNED, S.KEPT):
        for unit in (contest.unit, contest.other_unit):
            make_entry(contest, status=status, unit=unit)
    for _ in range(4):
        add_juror(contest)
    with count_queries() as after:
        browser.get("/c/cuoc-thi/desk")
    assert after.count == before.count, f"{before}\n\n{after}"
    assert after.count < 22


# ---- home ------------------------------------------------------------------------------------------------------


def test_home_of_the_public_is_the_list_of_programmes(contest: Contest, client: Client) -> None:
    text = client.get("/").text
    assert "Các cuộc thi và phong trào" in text
    assert contest.plan.title in text
    assert "Việc cần làm" not in text


def test_home_of_the_public_goes_by_the_demo_clock(contest: Contest, client: Client, session: Session) -> None:
    def shown() -> list[str]:
        lines = re.findall(r"<li>(.*?)</li>", client.get("/").text)
        return [line for line in lines if "đang diễn ra" in line]

    assert contest.plan.phases[0].label in shown()[0]
    set_demo_clock(session, scope=contest.scene.programme.slug, shown_at=NOW + timedelta(days=900))
    assert shown() == []


def test_home_shows_every_programme_of_mine_and_its_own_time(
    contest: Contest, session: Session, page: Callable[..., str]
) -> None:
    second = make_contest(session, slug="cuoc-thi-hai")
    set_demo_clock(session, scope="cuoc-thi-hai", shown_at=NOW + timedelta(days=40))
    give_role(session, contest.clerk, second.scene.programme, Role.CHAIR)
    make_entry(contest, status=S.DRAFT)
    text = page(contest.clerk, "/")
    assert "Có việc đang chờ ở 1 chương trình" in text
    assert text.index("Hoàn thiện và nộp 1 bản nháp") < text.index("Đã có 0 bài gửi lên")
    assert "Cán bộ đầu mối của đơn vị (UBND phường Hạ Đình)" in text


def test_home_asks_the_same_number_of_selects_however_many_programmes(
    contest: Contest, session: Session, client: Client, count_queries: Callable[[], Any]
) -> None:
    browser = sign_in(session, client, contest.clerk)
    browser.get("/")
    with count_queries() as one:
        browser.get("/")
    for i in range(3):
        other = make_contest(session, slug=f"cuoc-thi-{i}")
        set_demo_clock(session, scope=other.slug, shown_at=NOW)
        give_role(session, contest.clerk, other.scene.programme, Role.UNIT_CLERK, unit=other.unit)
    with count_queries() as four:
        browser.get("/")
    assert four.count == one.count, f"{one}\n\n{four}"


def test_home_of_somebody_without_a_role_says_so(contest: Contest, page: Callable[..., str]) -> None:
    text = page(contest.stranger, "/")
    assert "Bạn chưa được giao vai trò nào" in text
    assert contest.plan.title in text


def test_home_of_the_administrator_counts_accounts(
    contest: Contest, session: Session, page: Callable[..., str]
) -> None:
    make_user(session, password_hash="x")
    total = len(contest.jurors) + 8
    assert f"{total} tài khoản. {total - 1} người chưa đặt mật khẩu" in page(contest.admin, "/")


def test_home_shows_a_movement_without_judging(session: Session, page: Callable[..., str], now: datetime) -> None:
    movement = PLAN.model_copy(update={"slug": "phong-trao", "kind": "movement", "rounds": (), "prizes": None})
    programme = programmes.create_programme(session, plan=movement, now=now)
    user = make_user(session)
    give_role(session, user, programme, Role.ORGANISER)
    assert "Phong trào đang triển khai theo kế hoạch" in page(user, "/")
    assert "Phong trào đang triển khai theo kế hoạch" in page(user, "/c/phong-trao/desk")


def test_desk_names_two_of_many_units(contest: Contest, session: Session, page: Callable[..., str]) -> None:
    units = programme_queries.list_units(session, programme_id=contest.scene.programme_id)
    wards = [
        unit for unit in units if unit.category == "ward" and unit.id not in {contest.unit.id, contest.other_unit.id}
    ]
    for unit in wards[:4]:
        give_role(session, contest.other_clerk, contest.scene.programme, Role.UNIT_CLERK, unit=unit)
    first, second = sorted([contest.other_unit, *wards[:4]], key=lambda unit: unit.sort_key)[:2]
    assert f"Cán bộ đầu mối của đơn vị ({first.name}, {second.name} và 3 đơn vị khác)" in page(contest.other_clerk)
