"""The JSON addresses: who sees what when, and that no float leaves."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from sqlmodel import Session

from app.entries.models import Category, EntryStatus, Purpose
from app.programmes import service as programmes
from app.results import queries, service
from tests.support.client import Client
from tests.support.contest import PLAN, Contest, judge, make_contest, make_entry, open_round
from tests.support.signing import sign_in

API = "/api/v1/programmes"


@pytest.fixture
def contest(session: Session) -> Contest:
    """A contest with three jurors."""
    return make_contest(session, slug="thanh-xuan", jurors=3)


@pytest.fixture
def as_(session: Session, client: Client) -> Callable[..., Client]:
    """Give a browser of that person; None is the public."""

    def browser(user: Any = None) -> Client:
        return client.another() if user is None else sign_in(session, client.another(), user)

    return browser


def close(contest: Contest, now: datetime) -> None:
    """Judge two individuals and a group, and close the round."""
    first = make_entry(contest, title="Bài đứng đầu", authors=("Phạm Minh Đăng",))
    second = make_entry(contest, title="Bài thứ hai", consents=(Purpose.PARTICIPATION,))
    group = make_entry(contest, title="Bài tập thể", category=Category.GROUP)
    open_round(contest)
    judge(contest, first, 88, 88, 88)
    judge(contest, second, 80, 81, 82)
    judge(contest, group, 70, 71, 73)
    contest.session.flush()
    service.close_round(contest.session, actor=contest.actor_of(contest.organiser), round_=contest.round, now=now)


def approve(contest: Contest, now: datetime) -> None:
    """Give every vacancy a reason and let the chair approve."""
    chair, round_ = contest.actor_of(contest.chair), contest.round
    assert round_.id is not None
    result = queries.get_result(contest.session, round_id=round_.id)
    for vacancy in queries.list_vacancies(contest.session, result=result):
        service.explain_vacancy(
            contest.session, actor=chair, result=result, vacancy=vacancy, reason="Không đủ bài.", now=now
        )
    service.approve_result(contest.session, actor=chair, result=result, now=now)


def publish(contest: Contest, now: datetime) -> None:
    """Show the result to everybody."""
    assert contest.round.id is not None
    result = queries.get_result(contest.session, round_id=contest.round.id)
    service.publish_result(contest.session, actor=contest.actor_of(contest.organiser), result=result, now=now)


def numbers(value: object) -> Iterator[object]:
    """Give every scalar of a JSON value."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from numbers(item)
    else:
        yield value


# ---- programmes ------------------------------------------------------------------------------------------------


def test_programme_list_names_every_programme(contest: Contest, client: Client) -> None:
    assert client.get(API).json() == {
        "programmes": [
            {
                "slug": "thanh-xuan",
                "kind": "contest",
                "title": contest.plan.title,
                "authority": contest.plan.host.authority,
                "is_sample": False,
            }
        ]
    }


def test_programme_tells_deadlines_rubric_and_prizes(contest: Contest, client: Client) -> None:
    answer = client.get(f"{API}/thanh-xuan")
    told = answer.json()
    assert answer.headers["cache-control"] == "no-store"
    assert told["host"]["authority"] == contest.plan.host.authority
    assert len(told["fields"]) == 8
    assert {p["key"]: p["closes"] for p in told["phases"]}["intake"] == "2024-06-10T00:00:00+07:00"
    assert told["rounds"][0]["rubric"][0] == {
        "key": "novelty",
        "label": contest.rules.rubric[0].label,
        "maximum": "30.00",
        "step": "0.50",
        "weight": "1",
        "description": contest.rules.rubric[0].description,
    }
    assert told["prizes"]["total"] == 18_300_000
    assert sum(slot["slots"] for slot in told["prizes"]["slots"]) == 14
    assert sum(slot["total"] for slot in told["prizes"]["slots"]) == 18_300_000
    assert told["plan"] == {
        "version": 1,
        "sha256": contest.scene.version.sha256,
        "sealed_at": None,
        "text": "/c/thanh-xuan/plan/1",
    }


def test_programme_after_opening_names_the_sealed_version(contest: Contest, client: Client) -> None:
    open_round(contest)
    told = client.get(f"{API}/thanh-xuan").json()
    assert told["plan"]["sealed_at"] == told["rounds"][0]["opened_at"] == "2024-06-12T02:00:00Z"
    assert told["rounds"][0]["plan_sha256"] == told["plan"]["sha256"]


@pytest.mark.parametrize("path", ["khong-co", "khong-co/results"])
def test_unknown_programme_is_not_found_in_json(contest: Contest, client: Client, path: str) -> None:
    answer = client.get(f"{API}/{path}")
    assert answer.status_code == 404
    assert set(answer.json()) == {"message", "errors"}


# ---- progress --------------------------------------------------------------------------------------------------


def test_progress_counts_entries_units_and_sheets(contest: Contest, as_: Callable[..., Client]) -> None:
    accepted = make_entry(contest)
    make_entry(contest, status=EntryStatus.FORWARDED, unit=contest.other_unit)
    make_entry(contest, status=EntryStatus.DRAFT)
    open_round(contest)
    judge(contest, accepted, 70, 80)
    told = as_(contest.organiser).get(f"{API}/thanh-xuan/progress").json()
    assert told["entries_by_status"] == {"accepted": 1, "forwarded": 1}
    assert told["sheets"] == {"round": "written", "owed": 2, "submitted": 2, "drafts": 0, "recused": 0}
    wards = next(row for row in told["participation"] if row["category"] == "ward")
    assert (wards["units"], wards["units_that_sent"], wards["entries_sent"], wards["entries_accepted"]) == (11, 2, 2, 1)


def test_progress_holds_no_mark(contest: Contest, as_: Callable[..., Client]) -> None:
    entry = make_entry(contest)
    open_round(contest)
    judge(contest, entry, 67, 78, 89)
    text = as_(contest.organiser).get(f"{API}/thanh-xuan/progress").text
    assert not any(mark in text for mark in ("67", "78", "89", "marks", "total"))


@pytest.mark.parametrize("path", ["progress", "payouts"])
def test_inner_addresses_ask_for_a_session_then_hide(
    contest: Contest, as_: Callable[..., Client], path: str, now: datetime
) -> None:
    close(contest, now)
    approve(contest, now)
    answers = {
        who: as_(user).get(f"{API}/thanh-xuan/{path}").status_code
        for who, user in {
            "public": None,
            "clerk": contest.clerk,
            "head": contest.head,
            "juror": contest.juror_user(),
            "admin": contest.admin,
            "stranger": contest.stranger,
            "organiser": contest.organiser,
            "chair": contest.chair,
        }.items()
    }
    assert answers == {
        "public": 401,
        "clerk": 404,
        "head": 404,
        "juror": 404,
        "admin": 404,
        "stranger": 404,
        "organiser": 200,
        "chair": 200,
    }


def test_progress_without_session_is_refused_in_json(contest: Contest, client: Client) -> None:
    answer = client.get(f"{API}/thanh-xuan/progress")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["message"]


# ---- results ---------------------------------------------------------------------------------------------------


def test_results_before_publication_are_hidden(contest: Contest, as_: Callable[..., Client], now: datetime) -> None:
    close(contest, now)
    everybody = (None, contest.clerk, contest.juror_user(), contest.organiser, contest.chair)
    assert [as_(user).get(f"{API}/thanh-xuan/results").status_code for user in everybody] == [404] * 5
    approve(contest, now)
    assert [as_(user).get(f"{API}/thanh-xuan/results").status_code for user in everybody] == [404, 404, 404, 200, 200]


def test_results_once_published_are_public(contest: Contest, as_: Callable[..., Client], now: datetime) -> None:
    close(contest, now)
    approve(contest, now)
    publish(contest, now)
    told = as_().get(f"{API}/thanh-xuan/results").json()
    assert contest.round.id is not None
    result = queries.get_result(contest.session, round_id=contest.round.id)
    assert (told["number"], told["sha256"], told["status"]) == (1, result.sha256, "published")
    assert told["plan_sha256"] == contest.scene.version.sha256
    assert [(p["tier"], p["category"], p["score"], p["amount"], p["title"]) for p in told["prizes"]] == [
        ("first", "individual", "88.00", 2_000_000, "Bài đứng đầu"),
        ("first", "group", "71.33", 4_000_000, "Bài tập thể"),
        ("second", "individual", "81.00", 1_000_000, "Bài thứ hai"),
    ]
    assert told["total"] == 7_000_000
    assert sum(v["count"] for v in told["vacancies"]) == 11
    assert {v["reason"] for v in told["vacancies"]} == {"Không đủ bài."}


def test_results_name_authors_only_if_each_agreed(contest: Contest, as_: Callable[..., Client], now: datetime) -> None:
    close(contest, now)
    approve(contest, now)
    publish(contest, now)
    told = as_(contest.organiser).get(f"{API}/thanh-xuan/results").json()
    assert {p["title"]: p["authors"] for p in told["prizes"]} == {
        "Bài đứng đầu": ["Phạm Minh Đăng"],
        "Bài thứ hai": [],
        "Bài tập thể": ["Bùi Văn Hậu", "Ngô Thị Hòa"],
    }


def test_public_standings_are_the_winners_alone(contest: Contest, as_: Callable[..., Client], now: datetime) -> None:
    losers = [make_entry(contest, title=f"Bài không giải {i}") for i in range(7)]
    for entry in losers:
        judge(contest, entry, *(30 + (entry.id or 0) % 20, 20, 20))
    close(contest, now)
    result = queries.get_result(contest.session, round_id=contest.round.id or 0)
    for tie in queries.read_pending(result):
        service.decide_tie(
            contest.session,
            actor=contest.actor_of(contest.chair),
            round_=contest.round,
            result=result,
            order=tie.entry_ids,
            reason="Xét nội dung.",
            now=now,
        )
    approve(contest, now)
    publish(contest, now)
    public = as_().get(f"{API}/thanh-xuan/results").json()
    full = as_(contest.organiser).get(f"{API}/thanh-xuan/results").json()
    assert {s["title"] for s in public["standings"]} == {p["title"] for p in public["prizes"]}
    assert len(public["standings"]) == 8
    assert len(full["standings"]) == 10
    assert public | {"standings": full["standings"]} == full


def test_results_taken_back_are_hidden_again(contest: Contest, as_: Callable[..., Client], now: datetime) -> None:
    close(contest, now)
    approve(contest, now)
    publish(contest, now)
    result = queries.get_result(contest.session, round_id=contest.round.id or 0)
    service.unpublish_result(
        contest.session, actor=contest.actor_of(contest.chair), result=result, reason="Có đơn.", now=now
    )
    assert as_().get(f"{API}/thanh-xuan/results").status_code == 404


def test_results_ask_the_same_number_of_selects(
    contest: Contest, as_: Callable[..., Client], now: datetime, count_queries: Callable[[], Any]
) -> None:
    close(contest, now)
    approve(contest, now)
    publish(contest, now)
    browser = as_()
    with count_queries() as asked:
        browser.get(f"{API}/thanh-xuan/results")
    assert asked.count <= 11, str(asked)


# ---- payouts ---------------------------------------------------------------------------------------------------


def test_payouts_add_up_to_the_prizes(contest: Contest, as_: Callable[..., Client], now: datetime) -> None:
    close(contest, now)
    assert as_(contest.organiser).get(f"{API}/thanh-xuan/payouts").status_code == 409
    approve(contest, now)
    told = as_(contest.organiser).get(f"{API}/thanh-xuan/payouts").json()
    assert [(p["payee"], p["tier"], p["title"], p["amount"]) for p in told["payouts"]] == [
        ("Phạm Minh Đăng", "first", "Bài đứng đầu", 2_000_000),
        ("Bùi Văn Hậu", "first", "Bài tập thể", 2_000_000),
        ("Ngô Thị Hòa", "first", "Bài tập thể", 2_000_000),
        ("Phạm Minh Đăng", "second", "Bài thứ hai", 1_000_000),
    ]
    assert told["payouts"][0]["unit"] == contest.unit.name
    assert told["total"] == 7_000_000


# ---- the description ---------------------------------------------------------------------------------------------


def test_openapi_describes_the_read_only_addresses(client: Client) -> None:
    told = client.get("/api/v1/openapi.json").json()
    assert sorted(told["paths"]) == [
        "/api/v1/programmes",
        "/api/v1/programmes/{programme}",
        "/api/v1/programmes/{programme}/payouts",
        "/api/v1/programmes/{programme}/progress",
        "/api/v1/programmes/{programme}/results",
    ]
    assert {method for path in told["paths"].values() for method in path} == {"get"}
    assert all(schema.get("description") for schema in told["components"]["schemas"].values())
    assert '"number"' not in str(told["components"]["schemas"]).replace("'type': 'number'", '"number"')


def test_no_answer_holds_a_float(contest: Contest, as_: Callable[..., Client], now: datetime) -> None:
    close(contest, now)
    approve(contest, now)
    browser = as_(contest.organiser)
    for path in ("", "/thanh-xuan", "/thanh-xuan/progress", "/thanh-xuan/results", "/thanh-xuan/payouts"):
        told = browser.get(API + path).json()
        assert not [value for value in numbers(told) if isinstance(value, float)]


def test_movement_has_no_rounds_nor_prizes(session: Session, client: Client, now: datetime) -> None:
    movement = PLAN.model_copy(update={"slug": "phong-trao", "kind": "movement", "rounds": (), "prizes": None})
    programmes.create_programme(session, plan=movement, now=now)
    told = client.get(f"{API}/phong-trao").json()
    assert (told["kind"], told["rounds"], told["prizes"]) == ("movement", [], None)
    assert client.get(f"{API}/phong-trao/results").status_code == 404


def test_docs_page_loads_only_our_own_assets(client: Client) -> None:
    answer = client.get("/api/v1/docs")
    assert answer.status_code == 200
    assert 'data-url="/api/v1/openapi.json"' in answer.text
    assert "http" not in answer.text.replace("http-equiv", "").split("<main")[1]
