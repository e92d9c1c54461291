"""The juror's pages over HTTP: nothing of the sender's in a blind round, no other tab's marks overwritten unseen."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from decimal import Decimal
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.orm import sessionmaker
from sqlmodel import Session, select

from app.core.storage import Store
from app.entries.models import Entry, FileRole
from app.jury import queries
from app.jury.blinding import HIDDEN
from app.jury.models import ScoreSheet
from app.jury.queries import get_assignment
from app.jury.views import picks
from app.programmes.plan import CriterionRules
from tests.support.client import Client
from tests.support.contest import Contest, add_file, add_juror, assign, make_contest, make_entry, open_round
from tests.support.forms import read_form
from tests.support.judged import put_bytes
from tests.support.samples import docx, png
from tests.support.signing import sign_in


@pytest.fixture
def contest(session: Session) -> Contest:
    return make_contest(session, jurors=1)


@pytest.fixture
def entry(contest: Contest) -> Entry:
    made = make_entry(contest, title="Một cửa lưu động của UBND phường Hạ Đình – Phạm Minh Đăng")
    assign(contest, contest.jurors[0], made)
    open_round(contest)
    return made


@pytest.fixture
def juror(contest: Contest, client: Client) -> Client:
    return sign_in(contest.session, client, contest.juror_user())


def sheet_of(contest: Contest, entry: Entry) -> ScoreSheet:
    _, sheet = get_assignment(
        contest.session,
        round_id=contest.round.id or 0,
        juror_id=contest.jurors[0].id or 0,
        entry_id=entry.id or 0,
    )
    assert sheet is not None
    return sheet


def test_a_blind_download_does_not_bear_the_senders_file_name(
    contest: Contest, entry: Entry, juror: Client, app: FastAPI
) -> None:
    row = add_file(contest, entry, role=FileRole.ATTACHMENT, extension="png")
    put_bytes(contest.session, app.state.store, row, png(), name="Phạm Minh Đăng - Hạ Đình.png")

    answer = juror.get(contest.url(f"jury/entries/{entry.id}/files/{row.id}"))

    assert answer.status_code == 200
    assert answer.content == png()
    said = answer.headers["content-disposition"]
    assert "Minh" not in said
    assert f"{entry.number:03d}" in said
    assert ".png" in said


def test_an_essay_with_a_word_text_shows_it_and_hands_out_neither(
    contest: Contest, entry: Entry, juror: Client, app: FastAPI
) -> None:
    main = queries.get_entry_to_judge(contest.session, entry_id=entry.id or 0).files[0]
    put_bytes(contest.session, app.state.store, main, docx("Phạm Minh Đăng viết"))
    text = add_file(contest, entry, role=FileRole.TEXT)
    put_bytes(contest.session, app.state.store, text, docx("Bản trích của Phạm Minh Đăng"))

    page = juror.get(contest.url(f"jury/entries/{entry.id}/score"))

    assert f"Bản trích của {HIDDEN}" in page.text
    assert f"entries/{entry.id}/files/" not in page.text
    for row in (main, text):
        assert juror.get(contest.url(f"jury/entries/{entry.id}/files/{row.id}")).status_code == 404


def test_an_essay_that_cannot_be_read_is_not_handed_out_and_the_juror_is_told(
    contest: Contest, entry: Entry, juror: Client, app: FastAPI
) -> None:
    row = queries.get_entry_to_judge(contest.session, entry_id=entry.id or 0).files[0]
    put_bytes(contest.session, app.state.store, row, b"\xd0\xcf\x11\xe0 no Word file", name="bai.doc")

    page = juror.get(contest.url(f"jury/entries/{entry.id}/score"))

    assert "Không đọc được toàn văn của bài này" in page.text
    assert "báo Tổ thư ký" in page.text
    assert juror.get(contest.url(f"jury/entries/{entry.id}/files/{row.id}")).status_code == 404


@pytest.mark.parametrize("path", ["jury", "jury/entries/{id}/score"])
def test_a_blind_title_names_nobody(contest: Contest, entry: Entry, juror: Client, path: str) -> None:
    answer = juror.get(contest.url(path.format(id=entry.id)))

    assert "Một cửa lưu động" in answer.text
    assert "Phạm Minh Đăng" not in answer.text
    assert "Hạ Đình" not in answer.text


class WatchingStore:
    """The application's store; whenever a file is read it tries whether somebody else could write."""

    def __init__(self, store: Store, try_to_write: Callable[[], None]) -> None:
        self.store, self.try_to_write, self.read = store, try_to_write, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    def local_path(self, key: str) -> Any:
        self.try_to_write()
        self.read += 1
        return self.store.local_path(key)


def write_beside(url: str) -> None:
    """Lock what a saver of a sheet locks, without waiting."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        with closing(sqlite3.connect(parsed.database or "", timeout=0)) as connection:
            connection.execute("BEGIN IMMEDIATE")
        return
    engine = create_engine(url)
    with engine.connect() as connection:
        connection.execute(text("SELECT rounds.id FROM rounds, assignments FOR UPDATE NOWAIT"))
    engine.dispose()


def test_a_refused_sheet_holds_no_lock_while_the_entry_is_read_for_its_page(
    live_sessions: sessionmaker[Session], live_client: Client, live_url: str
) -> None:
    with live_sessions() as session:
        contest = make_contest(session, jurors=1)
        entry = make_entry(contest)
        assign(contest, contest.jurors[0], entry)
        open_round(contest)
        url = contest.url(f"jury/entries/{entry.id}/score")
        sign_in(session, live_client, contest.juror_user())
        session.commit()
    live_client.post(url, data={"marks.novelty": "20", "version": "0", "action": "save"})
    store = WatchingStore(live_client.app.state.store, lambda: write_beside(live_url))
    live_client.app.state.store = store

    answer = live_client.post(url, data={"marks.novelty": "21", "version": "0", "action": "save"})

    assert answer.status_code == 409
    assert 'value="21"' in answer.text
    assert store.read == 1


def test_a_wrong_mark_does_not_hide_that_the_sheet_was_saved_elsewhere(
    contest: Contest, entry: Entry, juror: Client
) -> None:
    url = contest.url(f"jury/entries/{entry.id}/score")
    juror.post(url, data={"marks.novelty": "20", "version": "0", "action": "save"})
    juror.post(url, data={"marks.novelty": "21", "version": "1", "action": "save"})  # another tab

    wrong = juror.post(url, data={"marks.novelty": "99", "version": "1", "action": "save"})
    assert wrong.status_code == 422
    assert 'name="version" value="1"' in wrong.text
    stale = juror.post(url, data={"marks.novelty": "29", "version": "1", "action": "save"})
    assert stale.status_code == 409
    assert 'name="version" value="2"' in stale.text
    assert sheet_of(contest, entry).marks == {"novelty": 2100}


@pytest.mark.parametrize("path", ["score", "recuse"])
def test_what_is_wrong_with_a_form_for_an_entry_of_no_list_of_theirs_is_not_the_answer(
    contest: Contest, entry: Entry, juror: Client, path: str
) -> None:
    other = make_entry(contest)

    answer = juror.post(
        contest.url(f"jury/entries/{other.id}/{path}"), data={"marks.novelty": "99", "version": "0", "reason": ""}
    )

    assert answer.status_code == 404
    assert contest.juror_user().full_name in answer.text


@pytest.mark.parametrize(
    ("highest", "step", "marks"),
    [
        ("30", "0.5", "0 3 6 9 12 15 18 21 24 27 30"),
        ("25", "0.5", "0 2,5 5 7,5 10 12,5 15 17,5 20 22,5 25"),
        ("10", "0.25", "0 1 2 3 4 5 6 7 8 9 10"),
        ("15", "1", "0 2 4 6 8 10 12 14 15"),
        ("5", "1", "0 1 2 3 4 5"),
        ("1", "0.5", "0 0,5 1"),
    ],
)
def test_picks_reach_from_nothing_to_the_maximum(highest: str, step: str, marks: str) -> None:
    rules = CriterionRules(key="novelty", label="Tính mới", max=Decimal(highest), step=Decimal(step))
    assert picks(rules) == marks.split()


def test_guide_is_one_touch_away_on_every_page_of_a_juror(contest: Contest, entry: Entry, juror: Client) -> None:
    for path in ("jury", f"jury/entries/{entry.id}/score"):
        page = juror.get(contest.url(path)).text
        assert page.count("Hướng dẫn chấm và quy chế") == 1
        assert "Mã niêm phong quy chế (SHA-256):" in page


# ---- two jurors at one browser ------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["score", "recuse"])
@pytest.mark.parametrize("headers", [{"accept": "application/json"}, {}], ids=["script", "plain"])
def test_a_sheet_opened_by_another_juror_is_not_sent_in_the_name_of_who_signed_in_since(
    contest: Contest, entry: Entry, juror: Client, path: str, headers: dict[str, str]
) -> None:
    other = assign(contest, add_juror(contest), entry)
    url = contest.url(f"jury/entries/{entry.id}")
    boxes = read_form(juror.get(f"{url}/score").text, action=f"{url}/{path}")
    boxes |= {"marks.novelty": ["20"], "reason": ["Người quen."], "action": ["save"]}

    sign_in(contest.session, juror, contest.juror_user(1))
    answer = juror.post(f"{url}/{path}", data=boxes, headers=headers)

    assert answer.status_code == 403
    assert "tài khoản khác" in answer.text
    assert contest.session.exec(select(ScoreSheet)).all() == []
    assert other.recused_at is None
    sign_in(contest.session, juror, contest.juror_user(0))
    assert juror.post(f"{url}/{path}", data=boxes, headers=headers).status_code in {200, 303}
