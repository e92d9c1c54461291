"""The juror's pages over HTTP: nothing of the sender's in a blind round, no other tab's marks overwritten unseen."""

import pytest
from fastapi import FastAPI
from sqlmodel import Session

from app.entries.models import Entry, FileRole
from app.jury.models import ScoreSheet
from app.jury.queries import get_assignment
from tests.support.client import Client
from tests.support.contest import Contest, add_file, assign, make_contest, make_entry, open_round
from tests.support.judged import put_bytes
from tests.support.samples import png
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


@pytest.mark.parametrize("path", ["jury", "jury/entries/{id}/score"])
def test_a_blind_title_names_nobody(contest: Contest, entry: Entry, juror: Client, path: str) -> None:
    answer = juror.get(contest.url(path.format(id=entry.id)))

    assert "Một cửa lưu động" in answer.text
    assert "Phạm Minh Đăng" not in answer.text
    assert "Hạ Đình" not in answer.text


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
