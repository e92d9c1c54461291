"""The jury over HTTP: whose list and sheet, when, what a script and a plain browser are answered, how many selects."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import httpx
import pytest
from sqlmodel import Session, select

from app.accounts.models import User, UserSession
from app.core.clock import real_now
from app.entries.models import Entry
from app.jury import queries
from app.jury.models import Assignment, Juror, JurorConflict, ScoreSheet, SheetStatus
from app.programmes import service as programmes
from tests.support.client import Client
from tests.support.contest import (
    MARKS,
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
from tests.support.factories import NOW
from tests.support.forms import read_form
from tests.support.judged import close
from tests.support.queries import Counted
from tests.support.signing import sign_in

JSON = {"accept": "application/json"}
FULL = {f"marks.{key}": str(mark / 100).replace(".", ",") for key, mark in MARKS.items()}
LATER = NOW + timedelta(days=25)
ORGANISER_PAGES = ("members", "conflicts", "assignment", "progress")

Count = Callable[[], AbstractContextManager[Counted]]


@pytest.fixture
def contest(session: Session) -> Contest:
    return make_contest(session, jurors=2)


@pytest.fixture
def entry(contest: Contest) -> Entry:
    made = make_entry(contest, title="Trả kết quả tại nhà")
    assign(contest, contest.jurors[0], made)
    return made


@pytest.fixture
def opened(contest: Contest, entry: Entry) -> Contest:
    open_round(contest)
    return contest


@pytest.fixture
def juror(contest: Contest, client: Client) -> Client:
    return sign_in(contest.session, client, contest.juror_user())


def as_user(contest: Contest, client: Client, user: User) -> Client:
    return sign_in(contest.session, client.another(), user)


def organiser(contest: Contest, client: Client) -> Client:
    return as_user(contest, client, contest.organiser)


def score_url(contest: Contest, entry: Entry) -> str:
    return contest.url(f"jury/entries/{entry.id}/score")


def save(client: Client, url: str, *, script: bool = True, **fields: str) -> httpx.Response:
    data = {"action": "save", "version": "0"} | {name.replace("__", "."): value for name, value in fields.items()}
    return client.post(url, data=data, headers=JSON if script else {})


def sheets(contest: Contest) -> list[ScoreSheet]:
    return list(contest.session.exec(select(ScoreSheet)).all())


# ---- the juror's list ---------------------------------------------------------------------------------------


def test_queue_shows_what_is_assigned_and_nothing_else(opened: Contest, juror: Client) -> None:
    other = make_entry(opened, title="Bài của giám khảo khác")
    assign(opened, opened.jurors[1], other)

    answer = juror.get(opened.url("jury"))

    assert answer.status_code == 200
    assert "Trả kết quả tại nhà" in answer.text
    assert "Bài của giám khảo khác" not in answer.text


def test_queue_before_opening_shows_no_entry(contest: Contest, entry: Entry, juror: Client) -> None:
    answer = juror.get(contest.url("jury"))

    assert answer.status_code == 200
    assert "Vòng chấm chưa mở" in answer.text
    assert entry.title not in answer.text


def test_queue_leads_organisers_to_the_progress_page(opened: Contest, client: Client) -> None:
    for user in (opened.organiser, opened.chair):
        answer = as_user(opened, client, user).get(opened.url("jury"))
        assert (answer.status_code, answer.headers["location"]) == (303, opened.url("jury/progress"))


def test_queue_does_not_exist_for_others(opened: Contest, client: Client) -> None:
    for user in (opened.clerk, opened.head, opened.admin, opened.stranger):
        assert as_user(opened, client, user).get(opened.url("jury")).status_code == 404


def test_queue_does_not_exist_for_who_left_the_jury(opened: Contest, juror: Client) -> None:
    opened.jurors[0].left_at = LATER
    opened.session.add(opened.jurors[0])

    assert juror.get(opened.url("jury")).status_code == 404


# ---- opening a sheet ----------------------------------------------------------------------------------------


def test_score_page_shows_entry_and_rubric(opened: Contest, entry: Entry, juror: Client) -> None:
    answer = juror.get(score_url(opened, entry))

    assert answer.status_code == 200
    assert entry.title in answer.text
    for criterion in opened.rules.rubric:
        assert f'name="marks.{criterion.key}"' in answer.text


def test_score_of_an_entry_not_on_the_list_does_not_exist(opened: Contest, juror: Client) -> None:
    other = make_entry(opened)
    assign(opened, opened.jurors[1], other)
    url = score_url(opened, other)

    assert juror.get(url).status_code == 404
    assert save(juror, url, marks__novelty="20").status_code == 404
    assert juror.post(url.replace("/score", "/skip")).status_code == 404
    assert juror.post(url.replace("/score", "/recuse"), data={"reason": "Người quen."}).status_code == 404
    assert juror.get(url.replace("/score", "/files/1")).status_code == 404
    assert not sheets(opened)


def test_score_before_opening_is_refused(contest: Contest, entry: Entry, juror: Client) -> None:
    url = score_url(contest, entry)

    assert juror.get(url).status_code == 409
    assert save(juror, url, marks__novelty="20").status_code == 409
    assert not sheets(contest)


def test_score_does_not_exist_for_organisers(opened: Contest, entry: Entry, client: Client) -> None:
    for user in (opened.organiser, opened.chair, opened.admin, opened.clerk):
        browser = as_user(opened, client, user)
        assert browser.get(score_url(opened, entry)).status_code == 404
        assert save(browser, score_url(opened, entry), marks__novelty="20").status_code == 404


def test_score_after_closing_is_shown_and_refused(opened: Contest, entry: Entry, juror: Client) -> None:
    save(juror, score_url(opened, entry), marks__novelty="20")
    programmes.close_round(opened.session, actor=opened.actor_of(opened.organiser), round_=opened.round, now=LATER)

    page = juror.get(score_url(opened, entry))
    answer = save(juror, score_url(opened, entry), marks__novelty="29", version="1")

    assert page.status_code == 200
    assert "data-score-sheet" not in page.text
    assert (answer.status_code, answer.json()["message"]) == (409, "Vòng chấm đã đóng; phiếu chấm đã khóa.")
    assert [s.marks for s in sheets(opened)] == [{"novelty": 2000}]


# ---- saving -------------------------------------------------------------------------------------------------


def test_save_score_by_script_is_answered_with_version_and_total(opened: Contest, entry: Entry, juror: Client) -> None:
    answer = juror.post(score_url(opened, entry), data={**FULL, "version": "0", "action": "save"}, headers=JSON)

    assert answer.status_code == 200
    said = answer.json()
    assert (said["version"], said["total"], said["status"]) == (1, "80,5", "draft")
    assert [(s.marks, s.total_units) for s in sheets(opened)] == [(MARKS, sum(MARKS.values()))]


def test_save_score_by_a_plain_browser_leads_back(opened: Contest, entry: Entry, juror: Client) -> None:
    answer = save(juror, score_url(opened, entry), script=False, marks__novelty="20")

    assert (answer.status_code, answer.headers["location"]) == (303, score_url(opened, entry))


def test_submit_score_leads_to_the_next_entry_and_then_to_the_list(
    opened: Contest, entry: Entry, juror: Client
) -> None:
    second = make_entry(opened)
    assign(opened, opened.jurors[0], second)
    data = {**FULL, "version": "0", "action": "submit"}

    first_answer = juror.post(score_url(opened, entry), data=data)
    second_answer = juror.post(score_url(opened, second), data=data)

    assert first_answer.headers["location"] == score_url(opened, second)
    assert second_answer.headers["location"] == opened.url("jury")
    assert {s.status for s in sheets(opened)} == {SheetStatus.SUBMITTED}


def test_save_score_that_is_stale_gets_theirs_and_their_version(opened: Contest, entry: Entry, juror: Client) -> None:
    url = score_url(opened, entry)
    save(juror, url, marks__novelty="20")
    save(juror, url, marks__novelty="21", comment="Máy bàn", version="1")

    answer = save(juror, url, marks__novelty="29", version="1")

    assert answer.status_code == 409
    assert answer.json()["version"] == 2
    empty = {f"marks.{key}": "" for key in MARKS}  # told too: over them lie marks of the other window
    assert answer.json()["theirs"] == {**empty, "marks.novelty": "21", "comment": "Máy bàn"}
    assert [s.marks for s in sheets(opened)] == [{"novelty": 2100}]


@pytest.mark.parametrize(
    ("typed", "words"), [("30,5", "tối đa"), ("24,25", "bước"), ("tám", "không phải là điểm"), ("-1", "không phải")]
)
def test_save_score_refuses_beside_the_criterion(
    opened: Contest, entry: Entry, juror: Client, typed: str, words: str
) -> None:
    answer = save(juror, score_url(opened, entry), marks__novelty=typed, marks__presentation="8")
    page = save(juror, score_url(opened, entry), script=False, marks__novelty=typed, marks__presentation="8")

    assert answer.status_code == page.status_code == 422
    assert list(answer.json()["errors"]) == ["marks.novelty"]
    assert words in answer.json()["errors"]["marks.novelty"]
    assert f'value="{typed}"' in page.text  # what was typed is kept
    assert 'value="8"' in page.text
    assert not sheets(opened)


def test_submit_score_with_a_gap_names_what_is_missing(opened: Contest, entry: Entry, juror: Client) -> None:
    answer = juror.post(
        score_url(opened, entry), data={"marks.novelty": "20", "version": "0", "action": "submit"}, headers=JSON
    )

    assert answer.status_code == 422
    assert set(answer.json()["errors"]) == {f"marks.{key}" for key in MARKS if key != "novelty"}


@pytest.mark.parametrize("version", ["", "-1", "x", "99999999999999999999"])
def test_save_score_with_a_version_that_is_none_is_refused(
    opened: Contest, entry: Entry, juror: Client, version: str
) -> None:
    answer = save(juror, score_url(opened, entry), marks__novelty="20", version=version)

    assert answer.status_code in {409, 422}
    assert not sheets(opened)


def test_save_score_after_the_login_expired_is_a_401_for_the_script(
    opened: Contest, entry: Entry, juror: Client
) -> None:
    row = opened.session.exec(select(UserSession)).one()
    row.expires_at = real_now() - timedelta(minutes=1)
    opened.session.add(row)

    answer = save(juror, score_url(opened, entry), marks__novelty="20")

    assert answer.status_code == 401
    assert "đăng nhập lại" in answer.json()["message"]
    assert not sheets(opened)


def test_save_score_signed_out_is_a_401_and_a_page_leads_to_the_form(
    opened: Contest, entry: Entry, client: Client
) -> None:
    assert save(client, score_url(opened, entry), marks__novelty="20").status_code == 401
    answer = client.get(score_url(opened, entry))
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in?next=")


# ---- skipping and recusing ------------------------------------------------------------------------------------


def test_skip_leads_to_the_next_entry(opened: Contest, entry: Entry, juror: Client) -> None:
    second = make_entry(opened)
    assign(opened, opened.jurors[0], second)

    answer = juror.post(contest_url(opened, entry, "skip"))

    assert answer.headers["location"] == score_url(opened, second)


def contest_url(contest: Contest, entry: Entry, action: str) -> str:
    return contest.url(f"jury/entries/{entry.id}/{action}")


def test_recuse_needs_a_reason_and_ends_the_juror_s_sight_of_the_entry(
    opened: Contest, entry: Entry, juror: Client
) -> None:
    refused = juror.post(contest_url(opened, entry, "recuse"), data={"kind": "family", "reason": "  "})
    assert refused.status_code == 422
    beside = re.search(r'(?s)<details class="fold" open>(.*?)</details>', refused.text)
    assert beside
    assert "Mục này bắt buộc." in beside[1]
    assert '<option value="family" selected>' in beside[1]

    answer = juror.post(contest_url(opened, entry, "recuse"), data={"kind": "family", "reason": "Anh em ruột."})

    assert (answer.status_code, answer.headers["location"]) == (303, opened.url("jury"))
    assert juror.get(score_url(opened, entry)).status_code == 303
    assert save(juror, score_url(opened, entry), marks__novelty="20").status_code == 409
    file = entry_file_url(opened, entry)
    assert juror.get(file).status_code == 404


def test_recuse_refuses_beside_the_field_and_keeps_what_was_typed(opened: Contest, entry: Entry, juror: Client) -> None:
    url = contest_url(opened, entry, "recuse")

    silent = juror.post(url, data={"kind": "family", "reason": "  "})
    strange = juror.post(url, data={"kind": "cousin", "reason": "Anh em họ."})

    assert silent.status_code == strange.status_code == 422
    typed = {"kind": ["family"], "reason": ["  "]}
    assert read_form(silent.text, url) == {"juror": [str(opened.jurors[0].id)]} | typed
    assert read_form(strange.text, url)["reason"] == ["Anh em họ."]
    assert 'id="f-reason-error" data-error-for="reason">' in silent.text
    assert "data-score-sheet" in strange.text
    assert opened.session.exec(select(Assignment)).one().recused_at is None


def entry_file_url(contest: Contest, entry: Entry) -> str:
    found = queries.get_entry_to_judge(contest.session, entry_id=entry.id or 0)
    return contest.url(f"jury/entries/{entry.id}/files/{found.files[0].id}")


# ---- the organiser's pages ------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ORGANISER_PAGES)
def test_organiser_pages_are_for_organiser_and_chair(opened: Contest, client: Client, path: str) -> None:
    for user, status in (
        (opened.organiser, 200),
        (opened.chair, 200),
        (opened.juror_user(), 404),
        (opened.clerk, 404),
        (opened.head, 404),
        (opened.admin, 404),
        (opened.stranger, 404),
    ):
        assert as_user(opened, client, user).get(opened.url(f"jury/{path}")).status_code == status, user.full_name


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("members", {"user_id": "1"}),
        ("members/{juror}/dismiss", {}),
        ("conflicts", {"juror_id": "{juror}", "entry_id": "{entry}", "kind": "family", "reason": "Anh em."}),
        ("assignment/propose", {}),
        ("assignment/add", {"juror_id": "{other}", "entry_id": "{entry}"}),
        ("assignment/remove", {"juror_id": "{juror}", "entry_id": "{entry}"}),
        ("assignment/release", {"juror_id": "{juror}", "entry_id": "{entry}", "reason": "Ốm."}),
        ("further", {}),
        ("open", {}),
    ],
)
def test_organiser_s_acts_are_invisible_to_jurors_and_not_the_chair_s(
    contest: Contest, entry: Entry, client: Client, path: str, data: dict[str, str]
) -> None:
    ids = {"juror": contest.jurors[0].id, "other": contest.jurors[1].id, "entry": entry.id}
    url = contest.url("jury/" + path.format(**ids))
    sent = {name: value.format(**ids) for name, value in data.items()}

    for user, status in ((contest.juror_user(), 404), (contest.clerk, 404), (contest.chair, 403)):
        assert as_user(contest, client, user).post(url, data=sent).status_code == status, user.full_name

    assert contest.session.exec(select(Assignment)).one().juror_id == contest.jurors[0].id


def test_propose_accept_and_open(contest: Contest, client: Client) -> None:
    add_juror(contest)
    make_entry(contest)
    browser = organiser(contest, client)

    proposed = browser.post(contest.url("jury/assignment/propose"), data={"seed": "hạt giống"})
    shown = browser.get(contest.url("jury/assignment"))
    accepted = browser.post(contest.url("jury/assignment/accept"))
    opened = browser.post(contest.url("jury/open"))

    assert [a.status_code for a in (proposed, shown, accepted, opened)] == [303, 200, 303, 303]
    assert "hạt giống" in shown.text
    assert len(contest.session.exec(select(Assignment)).all()) == 3
    assert contest.round.opened_at is not None


def test_accept_without_a_proposal_is_refused(contest: Contest, client: Client) -> None:
    assert organiser(contest, client).post(contest.url("jury/assignment/accept")).status_code == 409


def test_discard_throws_the_proposal_away(contest: Contest, client: Client) -> None:
    add_juror(contest)
    make_entry(contest)
    browser = organiser(contest, client)
    browser.post(contest.url("jury/assignment/propose"))

    assert browser.post(contest.url("jury/assignment/discard")).status_code == 303
    assert browser.post(contest.url("jury/assignment/accept")).status_code == 409


def test_open_says_which_entry_lacks_jurors(contest: Contest, entry: Entry, client: Client) -> None:
    answer = organiser(contest, client).post(contest.url("jury/open"))

    assert answer.status_code == 409
    assert entry.title in answer.text


def test_assign_and_remove_by_hand(contest: Contest, entry: Entry, client: Client) -> None:
    browser = organiser(contest, client)
    pair = {"juror_id": str(contest.jurors[1].id), "entry_id": str(entry.id)}

    assert browser.post(contest.url("jury/assignment/add"), data=pair).status_code == 303
    assert browser.post(contest.url("jury/assignment/add"), data=pair).status_code == 409
    assert browser.post(contest.url("jury/assignment/remove"), data=pair).status_code == 303
    assert browser.post(contest.url("jury/assignment/remove"), data=pair).status_code == 404


def test_appoint_refuses_beside_the_field_and_keeps_what_was_typed(contest: Contest, client: Client) -> None:
    data = {"user_id": str(contest.stranger.id), "minimum": "5", "maximum": "2", "position": "Chuyên gia"}

    answer = organiser(contest, client).post(contest.url("jury/members"), data=data)

    assert answer.status_code == 422
    assert "không nhỏ hơn" in answer.text
    assert 'value="Chuyên gia"' in answer.text


def test_appoint_and_dismiss(contest: Contest, client: Client) -> None:
    browser = organiser(contest, client)

    appointed = browser.post(contest.url("jury/members"), data={"user_id": str(contest.stranger.id)})
    seat = contest.session.exec(select(Juror).where(Juror.user_id == contest.stranger.id)).one()
    dismissed = browser.post(contest.url(f"jury/members/{seat.id}/dismiss"))

    assert (appointed.status_code, dismissed.status_code) == (303, 303)
    assert seat.left_at is not None


def test_a_juror_is_edited_from_what_is_stored(contest: Contest, entry: Entry, client: Client) -> None:
    browser, juror = organiser(contest, client), contest.jurors[1]
    juror.unit_id, juror.position, juror.fields, juror.minimum = contest.unit.id, "Phó phòng", ["one_stop"], 2
    contest.session.add(juror)

    listed = browser.get(contest.url("jury/members"))
    page = browser.get(contest.url(f"jury/members?juror={juror.id}"))

    assert f'href="?juror={juror.id}#new"' in listed.text
    form = read_form(page.text, contest.url("jury/members"))
    expected = {
        "user_id": [str(juror.user_id)],
        "unit_id": [str(contest.unit.id)],
        "position": ["Phó phòng"],
        "fields[]": ["one_stop"],
        "minimum": ["2"],
        "maximum": [""],
    }
    assert form == expected
    assert browser.post(contest.url("jury/members"), data={**form, "maximum": "9"}).status_code == 303
    assert (juror.unit_id, juror.position, juror.fields, juror.maximum) == (
        contest.unit.id, "Phó phòng", ["one_stop"], 9,
    )  # fmt: skip
    conflict = contest.session.exec(select(JurorConflict)).one()
    assert (conflict.juror_id, conflict.kind) == (juror.id, "same_unit")


def test_a_juror_keeps_a_unit_that_was_dissolved(contest: Contest, client: Client) -> None:
    juror = contest.jurors[1]
    juror.unit_id, contest.unit.dissolved_at = contest.unit.id, NOW
    contest.session.add_all([juror, contest.unit])

    page = organiser(contest, client).get(contest.url(f"jury/members?juror={juror.id}"))

    assert read_form(page.text, contest.url("jury/members"))["unit_id"] == [str(contest.unit.id)]


def test_the_form_for_a_new_juror_offers_nobody_who_has_a_seat(contest: Contest, client: Client) -> None:
    page = organiser(contest, client).get(contest.url("jury/members"))

    choices = page.text.partition('name="user_id"')[2].partition("</select>")[0]
    assert f'<option value="{contest.clerk.id}">' in choices
    assert f'<option value="{contest.jurors[0].user_id}">' not in choices


def test_who_is_made_juror_among_the_people_opens_the_jury_s_page_and_loses_it_when_dismissed(
    contest: Contest, client: Client
) -> None:
    browser, made = organiser(contest, client), as_user(contest, client, contest.stranger)
    person = {"full_name": contest.stranger.full_name, "login": contest.stranger.login, "role": "juror"}

    assert browser.post(contest.url("settings/people"), data=person).status_code == 303

    assert made.get(contest.url("jury")).status_code == 200
    seat = contest.session.exec(select(Juror).where(Juror.user_id == contest.stranger.id)).one()
    assert browser.post(contest.url(f"jury/members/{seat.id}/dismiss")).status_code == 303
    assert made.get(contest.url("jury")).status_code == 404
    assert f'href="{contest.url("jury")}"' not in made.get(contest.url("")).text


def test_dismiss_a_juror_at_work_proposes_who_takes_their_entries(contest: Contest, client: Client) -> None:
    add_juror(contest)
    entry = make_entry(contest, title="Thẻ tiến độ giải ngân")
    browser = organiser(contest, client)
    browser.post(contest.url("jury/assignment/propose"))
    browser.post(contest.url("jury/assignment/accept"))
    open_round(contest)
    ill, stand_in = contest.jurors[0], add_juror(contest)
    url = contest.url(f"jury/members/{ill.id}/dismiss")

    shown, silent = browser.get(url), browser.post(url)
    told = browser.post(url, data={"reason": "Nằm viện."})
    waiting = browser.get(contest.url("jury/assignment"))
    browser.post(contest.url("jury/assignment/accept"))

    assert entry.title in shown.text
    assert (silent.status_code, told.status_code) == (422, 303)
    assert "Chấp nhận phương án" in waiting.text
    active = {a.juror_id for a in contest.session.exec(select(Assignment)) if a.recused_at is None}
    assert active == {contest.jurors[1].id, contest.jurors[2].id, stand_in.id}


def test_dismiss_a_further_juror_proposes_nothing_and_leads_to_who_waits(session: Session, client: Client) -> None:
    contest = make_contest(session, jurors=4, plan=with_further_marking())
    open_round(contest)
    judge(contest, make_entry(contest), 80, 58, 76)
    browser = organiser(contest, client)
    browser.post(contest.url("jury/further"))

    told = browser.post(contest.url(f"jury/members/{contest.jurors[3].id}/dismiss"), data={"reason": "Nằm viện."})
    shown = browser.get(told.headers["location"])

    assert queries.find_proposal(session, round_id=contest.round.id or 0) is None
    assert "lượt chấm đầu không thiếu giám khảo" in shown.text
    assert contest.url("jury/further") in shown.text


def test_dismiss_a_juror_whom_nobody_can_replace_says_so(opened: Contest, client: Client) -> None:
    browser = organiser(opened, client)

    told = browser.post(opened.url(f"jury/members/{opened.jurors[0].id}/dismiss"), data={"reason": "Nằm viện."})
    shown = browser.get(told.headers["location"])

    assert told.status_code == 303
    assert "chưa lập được phương án" in shown.text
    assert opened.jurors[0].left_at is not None


def test_assignment_of_an_entry_offers_jurors_without_a_conflict(contest: Contest, client: Client) -> None:
    entry = make_entry(contest)
    expert, colleague = add_juror(contest, fields=["one_stop"]), add_juror(contest, unit=contest.unit)
    browser = organiser(contest, client)
    browser.post(contest.url("jury/members"), data={"user_id": str(contest.stranger.id)})  # computes conflicts

    shown = browser.get(contest.url(f"jury/assignment/{entry.id}")).text.split('id="candidates"')[1]

    assert f'name="juror_id" value="{expert.id}"' in shown
    assert f'name="juror_id" value="{colleague.id}"' not in shown
    assert shown.index(contest.juror_user(2).full_name) < shown.index(contest.juror_user(0).full_name)
    assert "Cùng đơn vị" in shown
    assert browser.get(contest.url("jury/assignment/999999")).status_code == 404


def test_member_of_another_contest_does_not_exist(contest: Contest, client: Client) -> None:
    other = make_contest(contest.session, jurors=1)

    answer = organiser(contest, client).post(contest.url(f"jury/members/{other.jurors[0].id}/dismiss"))

    assert answer.status_code == 404


def test_conflict_is_recorded_and_dismissed_with_a_reason(contest: Contest, entry: Entry, client: Client) -> None:
    browser = organiser(contest, client)
    data = {"juror_id": str(contest.jurors[1].id), "entry_id": str(entry.id), "kind": "family", "reason": "Anh em."}

    recorded = browser.post(contest.url("jury/conflicts"), data=data)
    conflict = contest.session.exec(select(JurorConflict)).one()
    silent = browser.post(contest.url(f"jury/conflicts/{conflict.id}/dismiss"), data={"reason": ""})
    dismissed = browser.post(contest.url(f"jury/conflicts/{conflict.id}/dismiss"), data={"reason": "Nhầm người."})

    assert [a.status_code for a in (recorded, silent, dismissed)] == [303, 422, 303]
    assert f'id="reason-c{conflict.id}-error"' in silent.text
    assert conflict.dismissed_at is not None


def test_release_with_a_reason_that_is_too_long_keeps_it(contest: Contest, entry: Entry, client: Client) -> None:
    row = contest.session.exec(select(Assignment)).one()
    add_sheet(contest, row, status=SheetStatus.DRAFT)
    reason = "Ốm. " * 600
    pair = {"juror_id": str(row.juror_id), "entry_id": str(row.entry_id)}

    answer = organiser(contest, client).post(contest.url("jury/assignment/release"), data={**pair, "reason": reason})

    assert answer.status_code == 422
    assert f'id="reason-release-{row.id}-error"' in answer.text
    form = read_form(answer.text, contest.url("jury/assignment/release"))
    assert (form["juror_id"], form["reason"]) == ([str(row.juror_id)], [reason])
    assert row.recused_at is None


def test_assigning_by_hand_against_a_conflict_says_why_beside_the_others(
    contest: Contest, entry: Entry, client: Client
) -> None:
    contest.jurors[1].unit_id = contest.unit.id
    contest.session.add(contest.jurors[1])
    pair = {"juror_id": str(contest.jurors[1].id), "entry_id": str(entry.id)}

    answer = organiser(contest, client).post(contest.url("jury/assignment/add"), data=pair)

    assert answer.status_code == 409
    assert "xung đột lợi ích với bài này" in answer.text
    assert entry.title in answer.text
    assert f'name="juror_id" value="{contest.jurors[0].id}"' in answer.text


def test_progress_counts_and_shows_no_marks(opened: Contest, entry: Entry, client: Client) -> None:
    row = opened.session.exec(select(Assignment)).one()
    add_sheet(opened, row, marks=MARKS | {"novelty": 1350, "presentation": 700})

    answer = organiser(opened, client).get(opened.url("jury/progress"))

    assert answer.status_code == 200
    assert "1/3" in answer.text
    assert "68,5" not in answer.text
    assert "13,5" not in answer.text


def found_out(contest: Contest, client: Client) -> Entry:
    """Judge an entry by three, and learn then that the first juror is of its unit."""
    add_juror(contest)
    entry = make_entry(contest, title="Một cửa lưu động")
    judge(contest, entry, 80, 82, 84)
    open_round(contest)
    data = {"user_id": str(contest.jurors[0].user_id), "unit_id": str(contest.unit.id)}
    assert organiser(contest, client).post(contest.url("jury/members"), data=data).status_code == 303
    return entry


def test_a_conflict_that_is_found_during_judging_is_shown_and_keeps_the_round_open(
    contest: Contest, client: Client
) -> None:
    entry, browser = found_out(contest, client), organiser(contest, client)
    pair = f"{entry.number:03d} – Một cửa lưu động"

    progress = browser.get(contest.url("jury/progress"))
    closing = browser.get(contest.url("results"))
    refused = browser.post(contest.url("results/close"))

    for page in (progress, closing, refused):
        assert pair in page.text
        assert contest.juror_user().full_name in page.text
        assert "Cùng đơn vị với bài dự thi" in page.text
    assert [p.status_code for p in (progress, closing, refused)] == [200, 200, 409]
    assert contest.round.closed_at is None


def test_a_conflict_that_is_found_at_closing_is_kept_for_a_person_to_decide(contest: Contest, client: Client) -> None:
    add_juror(contest)
    judge(contest, make_entry(contest), 80, 82, 84)
    open_round(contest)
    contest.jurors[0].unit_id = contest.unit.id
    contest.session.add(contest.jurors[0])
    browser = organiser(contest, client)

    assert browser.post(contest.url("results/close")).status_code == 409

    conflict = contest.session.exec(select(JurorConflict)).one()
    browser.post(contest.url(f"jury/conflicts/{conflict.id}/dismiss"), data={"reason": "Đã chuyển công tác."})
    assert browser.post(contest.url("results/close")).status_code == 303
    assert contest.round.closed_at is not None


def test_a_conflict_that_is_found_while_proposing_is_kept_for_a_person_to_decide(
    contest: Contest, client: Client
) -> None:
    add_juror(contest)
    make_entry(contest, authors=(contest.juror_user().full_name,))
    browser = organiser(contest, client)

    assert browser.post(contest.url("jury/assignment/propose")).status_code == 409

    conflict = contest.session.exec(select(JurorConflict)).one()
    browser.post(contest.url(f"jury/conflicts/{conflict.id}/dismiss"), data={"reason": "Trùng tên."})
    assert browser.post(contest.url("jury/assignment/propose")).status_code == 303


def test_a_conflict_that_is_found_while_calling_a_further_marking_is_kept(session: Session, client: Client) -> None:
    contest = make_contest(session, jurors=4, plan=with_further_marking())
    open_round(contest)
    judge(contest, make_entry(contest, authors=(contest.juror_user(3).full_name,)), 80, 58, 76)
    browser = organiser(contest, client)

    assert browser.post(contest.url("jury/further")).status_code == 409

    assert [c.juror_id for c in session.exec(select(JurorConflict))] == [contest.jurors[3].id]


def test_a_clashing_juror_is_released_and_another_judges(contest: Contest, client: Client) -> None:
    entry, browser = found_out(contest, client), organiser(contest, client)
    pair = {"juror_id": str(contest.jurors[0].id), "entry_id": str(entry.id), "reason": "Cùng đơn vị."}

    assert browser.post(contest.url("jury/assignment/release"), data=pair).status_code == 303

    add_sheet(contest, assign(contest, add_juror(contest), entry))
    assert "Một cửa lưu động" not in browser.get(contest.url("results")).text
    assert browser.post(contest.url("results/close")).status_code == 303


# ---- as many selects for thirty as for one ----------------------------------------------------------------------


def fill(contest: Contest, entries: int) -> None:
    for number in range(entries):
        entry = make_entry(contest)
        row = assign(contest, contest.jurors[0], entry)
        if number % 2:
            add_sheet(contest, row, status=SheetStatus.DRAFT if number % 4 == 1 else SheetStatus.SUBMITTED)


@pytest.mark.parametrize("page", ["jury", "score"])
def test_juror_pages_make_the_same_number_of_selects_for_one_and_thirty(
    opened: Contest, entry: Entry, juror: Client, count_queries: Count, page: str
) -> None:
    url = opened.url("jury") if page == "jury" else score_url(opened, entry)
    with count_queries() as few:
        assert juror.get(url).status_code == 200
    fill(opened, 29)
    with count_queries() as many:
        answer = juror.get(url)

    assert answer.status_code == 200
    assert "30" in answer.text
    assert str(few.count) == str(many.count), f"{few}\n\n{many}"


@pytest.mark.parametrize("path", ORGANISER_PAGES)
def test_organiser_pages_make_the_same_number_of_selects_for_one_and_thirty(
    opened: Contest, entry: Entry, client: Client, count_queries: Count, path: str
) -> None:
    browser, url = organiser(opened, client), opened.url(f"jury/{path}")
    with count_queries() as few:
        assert browser.get(url).status_code == 200
    fill(opened, 29)
    for _ in range(5):
        add_juror(opened)
    with count_queries() as many:
        assert browser.get(url).status_code == 200

    assert few.count == many.count, f"{few}\n\n{many}"


def test_ranked_list_makes_the_same_number_of_selects_for_three_and_thirty(
    session: Session, client: Client, count_queries: Count
) -> None:
    counts = []
    for entries in (3, 30):
        contest = make_contest(session, jurors=3)
        open_round(contest)
        for number in range(entries):
            judge(contest, make_entry(contest), 50 + number, 51 + number, 49 + number)
        close(contest)
        browser, url = organiser(contest, client), contest.url("results/ranking")
        with count_queries() as asked:
            answer = browser.get(url)
        assert answer.status_code == 200
        assert answer.text.count("Sáng kiến số") == entries
        counts.append(asked.count)

    assert counts[0] == counts[1]
