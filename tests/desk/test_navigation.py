"""The main navigation, as a table: who is led where."""

import pytest
from sqlmodel import Session

from app.desk.navigation import list_places, list_site_places
from app.programmes import queries as programme_queries
from app.programmes import service as programmes
from app.programmes.models import Role
from app.results import queries as results
from app.results import service as results_service
from tests.support.client import Client
from tests.support.contest import PLAN, Contest, judge, make_contest, make_entry, open_round
from tests.support.factories import NOW, give_role
from tests.support.signing import sign_in


@pytest.fixture
def contest(session: Session) -> Contest:
    """A contest with a juror."""
    return make_contest(session, slug="cuoc-thi", jurors=3)


LED = {
    "public": "Giới thiệu",
    "stranger": "Giới thiệu",
    "clerk": "Giới thiệu, Việc cần làm, Bài dự thi, Sơ loại",
    "head": "Giới thiệu, Việc cần làm, Bài dự thi, Sơ loại",
    "juror": "Giới thiệu, Việc cần làm, Chấm thi",
    "organiser": "Giới thiệu, Việc cần làm, Bài dự thi, Sơ loại, Chấm thi, Kết quả, Văn bản, Bàn giao, Thiết lập",
    "chair": "Giới thiệu, Việc cần làm, Bài dự thi, Sơ loại, Chấm thi, Kết quả, Văn bản, Bàn giao, Thiết lập",
    "admin": "Giới thiệu, Việc cần làm, Thiết lập",
}
PUBLISHED = {
    "public": "Giới thiệu, Kết quả",
    "stranger": "Giới thiệu, Kết quả",
    "clerk": "Giới thiệu, Việc cần làm, Bài dự thi, Sơ loại, Kết quả, Văn bản",
    "head": "Giới thiệu, Việc cần làm, Bài dự thi, Sơ loại, Kết quả, Văn bản",
    "juror": "Giới thiệu, Việc cần làm, Chấm thi, Kết quả, Văn bản",
    "organiser": LED["organiser"],
    "chair": LED["chair"],
    "admin": "Giới thiệu, Việc cần làm, Kết quả, Thiết lập",
}


def _labels(contest: Contest, who: str, *, published: bool = False) -> str:
    user = contest.juror_user() if who == "juror" else getattr(contest, who, None)
    actor = contest.actor_of(user) if user else None
    return ", ".join(item.label for item in list_places(contest.scene, actor, path="/", published=published))


def test_navigation_leads_each_role_only_where_it_may_go(contest: Contest) -> None:
    assert {who: _labels(contest, who) for who in LED} == LED


def test_navigation_once_published_leads_everybody_to_the_result(contest: Contest) -> None:
    assert {who: _labels(contest, who, published=True) for who in LED} == PUBLISHED


def test_navigation_of_several_roles_joins_them(contest: Contest) -> None:
    give_role(contest.session, contest.clerk, contest.scene.programme, Role.JUROR)
    assert _labels(contest, "clerk") == "Giới thiệu, Việc cần làm, Bài dự thi, Sơ loại, Chấm thi"


def test_navigation_of_a_movement_has_no_judging(session: Session) -> None:
    movement = PLAN.model_copy(update={"slug": "phong-trao", "kind": "movement", "rounds": (), "prizes": None})
    programme = programmes.create_programme(session, plan=movement, now=NOW)
    contest = make_contest(session)
    give_role(session, contest.organiser, programme, Role.ORGANISER)
    scene = programme_queries.get_scene(session, slug="phong-trao")
    actor = programme_queries.get_actor(session, scene=scene, user=contest.organiser)
    places = list_places(scene, actor, path="/", published=False)
    assert [p.label for p in places] == ["Giới thiệu", "Việc cần làm", "Thiết lập"]


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("", "Giới thiệu"),
        ("/", "Giới thiệu"),
        ("/plan/1", "Giới thiệu"),
        ("/desk", "Việc cần làm"),
        ("/entries", "Bài dự thi"),
        ("/entries/12/edit", "Bài dự thi"),
        ("/screening/3", "Sơ loại"),
        ("/jury/entries/7/score", "Chấm thi"),
        ("/results/public", "Kết quả"),
        ("/results/ranking", "Kết quả"),
        ("/documents", "Văn bản"),
        ("/handover", "Bàn giao"),
        ("/settings/rules", "Thiết lập"),
        ("/entriesque", None),
    ],
)
def test_navigation_marks_the_open_place(contest: Contest, path: str, label: str | None) -> None:
    places = list_places(contest.scene, contest.actor_of(contest.organiser), path=f"/c/cuoc-thi{path}", published=False)
    assert [p.label for p in places if p.active] == ([label] if label else [])


def test_navigation_outside_a_programme(contest: Contest) -> None:
    assert list_site_places(None, path="/") == []
    assert [(p.label, p.active) for p in list_site_places(contest.clerk, path="/")] == [("Việc cần làm", True)]
    places = list_site_places(contest.admin, path="/admin/users")
    assert [(p.label, p.active) for p in places] == [("Việc cần làm", False), ("Tài khoản", True)]


# ---- on real pages -----------------------------------------------------------------------------------------------


def _publish(contest: Contest) -> None:
    entry = make_entry(contest)
    open_round(contest)
    judge(contest, entry, 88, 88, 88)
    organiser, chair = contest.actor_of(contest.organiser), contest.actor_of(contest.chair)
    result = results_service.close_round(contest.session, actor=organiser, round_=contest.round, now=NOW)
    for vacancy in results.list_vacancies(contest.session, result=result):
        results_service.explain_vacancy(
            contest.session, actor=chair, result=result, vacancy=vacancy, reason="Không đủ bài.", now=NOW
        )
    results_service.approve_result(contest.session, actor=chair, result=result, now=NOW)
    results_service.publish_result(contest.session, actor=organiser, result=result, now=NOW)


def test_public_page_links_the_result_once_published(contest: Contest, client: Client) -> None:
    assert "/results/public" not in client.get("/c/cuoc-thi").text
    _publish(contest)
    assert '<a href="/c/cuoc-thi/results/public">' in client.get("/c/cuoc-thi").text
    page = client.get("/c/cuoc-thi/results/public").text
    assert '<a href="/c/cuoc-thi/results/public" aria-current="page">' in page


def test_every_link_of_the_navigation_opens(contest: Contest, client: Client) -> None:
    """Whoever is led to a place is let in."""
    _publish(contest)
    people = [contest.clerk, contest.head, contest.juror_user(), contest.organiser, contest.chair, contest.admin]
    for user in (None, *people):
        browser = sign_in(contest.session, client.another(), user) if user else client.another()
        actor = contest.actor_of(user) if user else None
        for place in list_places(contest.scene, actor, path="/", published=True):
            answer = browser.get(place.href)
            assert answer.status_code in {200, 303}, f"{user and user.full_name}: {place.href}"


def test_public_pages_name_no_inner_place(contest: Contest, client: Client) -> None:
    page = client.get("/c/cuoc-thi").text
    assert not any(word in page for word in ("/c/cuoc-thi/entries", "/c/cuoc-thi/jury", "/c/cuoc-thi/settings"))
