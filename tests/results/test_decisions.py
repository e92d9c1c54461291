"""What people decide about a proposed result, over HTTP: ties and their correction, reasons, and refused forms."""

import re

import httpx
import pytest
from sqlmodel import Session, select

from app.core.errors import Conflict, Forbidden
from app.entries.models import Category, Entry
from app.journal.models import JournalEvent
from app.results import queries, service
from app.results.models import Award, Result, TieDecision, Vacancy
from tests.support.client import Client
from tests.support.contest import Contest, judge, make_contest, make_entry, open_round
from tests.support.judged import CLOSED, approve, close, publish
from tests.support.signing import sign_in


@pytest.fixture
def contest(session: Session) -> Contest:
    contest = make_contest(session, jurors=3)
    open_round(contest)
    return contest


@pytest.fixture
def level(contest: Contest) -> list[Entry]:
    """Three entries level at the line between second and third prize; the groups have no tie."""
    level = []
    for total in (95, 88, 88, 88, 80, 75):
        entry = make_entry(contest)
        judge(contest, entry, total, total, total)
        level += [entry] if total == 88 else []
    for total in (95, 90, 85, 80, 75, 70, 65):
        judge(contest, make_entry(contest, category=Category.GROUP), total, total, total)
    return level


@pytest.fixture
def result(contest: Contest, level: list[Entry]) -> Result:
    return close(contest)


@pytest.fixture
def chair(contest: Contest, client: Client) -> Client:
    return sign_in(contest.session, client, contest.chair)


def ids(entries: list[Entry]) -> list[int]:
    return [e.id or 0 for e in entries]


def decide(contest: Contest, result: Result, order: list[int], reason: str = "Nhân rộng được.") -> Result:
    return service.decide_tie(
        contest.session, actor=contest.actor_of(contest.chair), round_=contest.round, result=result, order=order,
        reason=reason, now=CLOSED,
    )  # fmt: skip


def second_prize(contest: Contest, result: Result) -> int:
    query = select(Award.entry_id).where(
        Award.result_id == result.id, Award.tier == "second", Award.category == "individual"
    )
    return contest.session.exec(query).one()


def post(browser: Client, contest: Contest, path: str, **data: object) -> httpx.Response:
    return browser.post(contest.url(f"results/{path}"), data={k.replace("__", "[]"): v for k, v in data.items()})


def chosen(page: str) -> list[str]:
    """What stands chosen in the selects of a page, in their order."""
    return re.findall(r'<option value="(\d+)" selected>', page)


# ---- correcting an order --------------------------------------------------------------------------------------------


def test_decide_tie_again_replaces_the_order(contest: Contest, level: list[Entry], result: Result) -> None:
    a, b, c = ids(level)
    decide(contest, result, [a, b, c])
    assert second_prize(contest, result) == a

    decide(contest, result, [c, a, b], "Nhầm thứ tự khi ghi.")

    assert second_prize(contest, result) == c
    assert queries.read_pending(result) == []
    decisions = queries.list_tie_decisions(contest.session, round_id=contest.round.id or 0)
    assert [(d.entry_ids, d.tier, d.reason) for d in decisions] == [
        ([a, b, c], "second", "Nhân rộng được."),
        ([c, a, b], "second", "Nhầm thứ tự khi ghi."),
    ]
    assert [d.entry_ids for d in queries.decisions_in_force(decisions)] == [[c, a, b]]
    events = contest.session.exec(select(JournalEvent).where(JournalEvent.kind == "tie.decided")).all()
    assert len(events) == 2


def test_decide_tie_after_approval_is_refused(contest: Contest, level: list[Entry], result: Result) -> None:
    decide(contest, result, ids(level))
    approve(contest, result)

    with pytest.raises(Conflict, match="đã được phê duyệt"):
        decide(contest, result, ids(level)[::-1])


def test_decide_tie_again_is_the_chair_s_alone(contest: Contest, level: list[Entry], result: Result) -> None:
    decide(contest, result, ids(level))

    with pytest.raises(Forbidden):
        service.decide_tie(
            contest.session, actor=contest.actor_of(contest.organiser), round_=contest.round, result=result,
            order=ids(level)[::-1], reason="Khác.", now=CLOSED,
        )  # fmt: skip


def test_correcting_a_tie_keeps_the_reasons_of_vacancies(contest: Contest, session: Session) -> None:
    level = [make_entry(contest), make_entry(contest)]
    for entry in level:
        judge(contest, entry, 88, 88, 88)
    result = close(contest)
    decide(contest, result, ids(level))
    for vacancy in queries.list_vacancies(session, result=result):
        service.explain_vacancy(
            session, actor=contest.actor_of(contest.organiser), result=result, vacancy=vacancy, reason="Ít bài.",
            now=CLOSED,
        )  # fmt: skip

    decide(contest, result, ids(level)[::-1])

    assert {v.reason for v in queries.list_vacancies(session, result=result)} == {"Ít bài."}


def test_page_shows_the_decided_tie_and_the_chair_corrects_it_there(
    contest: Contest, level: list[Entry], result: Result, chair: Client
) -> None:
    a, b, c = ids(level)
    first = post(chair, contest, "ties", order__=[b, a, c], reason="Làm được ngay.")
    page = chair.get(contest.url("results")).text

    assert first.status_code == 303
    assert "Sửa thứ tự" in page
    assert "Làm được ngay." in page
    assert chosen(page) == [str(b), str(a), str(c)]
    assert post(chair, contest, "ties", order__=[a, b, c], reason="Nhầm.").status_code == 303
    page = chair.get(contest.url("results")).text
    assert chosen(page) == [str(a), str(b), str(c)]
    assert "đã thay" in page
    assert second_prize(contest, result) == a


def test_page_offers_no_correction_to_others_nor_after_approval(
    contest: Contest, level: list[Entry], result: Result, chair: Client, client: Client
) -> None:
    decide(contest, result, ids(level))
    organiser = sign_in(contest.session, client.another(), contest.organiser)

    assert "Sửa thứ tự" not in organiser.get(contest.url("results")).text
    approve(contest, result)
    page = chair.get(contest.url("results")).text
    assert "Sửa thứ tự" not in page
    assert "Nhân rộng được." in page


# ---- refused forms --------------------------------------------------------------------------------------------------


def test_refused_tie_keeps_order_and_reason_beside_the_field(
    contest: Contest, level: list[Entry], result: Result, chair: Client
) -> None:
    a, b, c = ids(level)

    answer = post(chair, contest, "ties", order__=[c, c, a], reason="Làm được ngay.", tie=f"tie-{a}-{b}-{c}")

    assert answer.status_code == 422
    assert chosen(answer.text) == [str(c), str(c), str(a)]
    assert ">\nLàm được ngay.</textarea>" in answer.text
    assert f'id="f-order-tie-{a}-{b}-{c}-error"' in answer.text
    assert "mỗi bài một lần" in answer.text
    assert contest.session.exec(select(TieDecision)).all() == []


def test_refused_tie_without_a_reason_says_so_beside_the_reason(
    contest: Contest, level: list[Entry], result: Result, chair: Client
) -> None:
    a, b, c = ids(level)

    answer = post(chair, contest, "ties", order__=[c, b, a], reason="  ", tie=f"tie-{a}-{b}-{c}")

    assert answer.status_code == 422
    assert chosen(answer.text) == [str(c), str(b), str(a)]
    assert re.search(rf'id="f-reason-tie-{a}-{b}-{c}-error"[^>]*>.*Mục này bắt buộc', answer.text)


def test_refused_correction_keeps_what_was_typed(
    contest: Contest, level: list[Entry], result: Result, chair: Client
) -> None:
    a, b, c = ids(level)
    decide(contest, result, [a, b, c])

    answer = post(chair, contest, "ties", order__=[c, c, a], reason="Nhầm.", tie=f"tie-{a}-{b}-{c}")

    assert answer.status_code == 422
    assert chosen(answer.text) == [str(c), str(c), str(a)]
    assert ">\nNhầm.</textarea>" in answer.text


@pytest.mark.parametrize("order", [["x"], [], ["9999999999999999999999"]])
def test_nonsense_for_an_order_is_refused(
    contest: Contest, level: list[Entry], result: Result, chair: Client, order: list[str]
) -> None:
    assert post(chair, contest, "ties", order__=order, reason="Vì.", tie="khác").status_code == 422


def test_refused_reason_of_a_vacancy_stands_beside_it(contest: Contest, session: Session, client: Client) -> None:
    judge(contest, make_entry(contest), 90, 90, 90)
    close(contest)
    organiser = sign_in(session, client, contest.organiser)
    vacancy = session.exec(select(Vacancy)).first()
    assert vacancy is not None
    long = "Không đủ bài. " * 200

    empty = post(organiser, contest, f"vacancies/{vacancy.id}", reason=" ")
    answer = post(organiser, contest, f"vacancies/{vacancy.id}", reason=long)

    assert (empty.status_code, answer.status_code) == (422, 422)
    assert re.search(rf'id="reason-v{vacancy.id}" [^>]*aria-invalid="true"', empty.text)
    assert re.search(rf'id="reason-v{vacancy.id}-error"[^>]*>.*Mục này bắt buộc', empty.text)
    assert long.strip() in answer.text
    assert "quá dài" in answer.text
    assert len(re.findall(r'<details class="fold" open>', answer.text)) == 1


def test_refused_withdrawal_of_a_publication_stands_beside_it(
    contest: Contest, level: list[Entry], result: Result, chair: Client
) -> None:
    decide(contest, result, ids(level))
    publish(contest, approve(contest, result))
    long = "Sai tên. " * 300

    empty = post(chair, contest, "unpublish", reason="")
    answer = post(chair, contest, "unpublish", reason=long)

    assert (empty.status_code, answer.status_code) == (422, 422)
    assert re.search(r'id="reason-unpublish-error"[^>]*>.*Mục này bắt buộc', empty.text)
    assert long.strip() in answer.text
    assert result.status == "published"
