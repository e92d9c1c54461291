"""The hand-over's page and buttons: who sees it, what is kept, what comes out."""

import hashlib
import io
import json
import zipfile
from contextlib import suppress
from datetime import datetime
from tempfile import TemporaryFile
from urllib.parse import unquote

import pytest
from sqlmodel import Session, col, delete, select

from app.core.clock import set_demo_clock
from app.entries.models import Consent, Purpose
from app.handover.bundle import Bundle
from app.handover.models import Finalist, FinalistList, Handover
from app.handover.routes import _ArchiveResponse
from app.handover.service import Archive
from tests.support.client import Client
from tests.support.contest import PLAN, Contest
from tests.support.factories import NOW
from tests.support.judged import judged_contest, take_to
from tests.support.signing import sign_in

PATHS = ("handover/select", "handover/approve", "handover/archive")


@pytest.fixture
def contest(contest: Contest) -> Contest:
    """In July, before the day by which the archive must leave."""
    set_clock(contest, "2024-07-20T09:00")
    return contest


def set_clock(contest: Contest, local: str) -> None:
    shown = datetime.fromisoformat(local).replace(tzinfo=contest.plan.zone)
    set_demo_clock(contest.session, scope=contest.slug, shown_at=shown)


def as_(contest: Contest, client: Client, user: str) -> Client:
    people = {"juror": contest.juror_user(), **vars(contest)}
    return sign_in(contest.session, client, people[user])


def choose(contest: Contest, client: Client, modes: dict[int, str]):
    data = {f"mode.{entry_id}": mode for entry_id, mode in modes.items()}
    return as_(contest, client, "organiser").post(contest.url("handover/select"), data=data)


def approved_list(contest: Contest, client: Client, entries) -> None:
    assert choose(contest, client, {e.id: "written" for e in entries}).status_code == 303
    assert as_(contest, client, "chair").post(contest.url("handover/approve")).status_code == 303


def chosen(session: Session) -> dict[int, str]:
    return dict(session.exec(select(Finalist.entry_id, Finalist.mode)).all())


# ---- who may ---------------------------------------------------------------------------------------------


def test_handover_without_sign_in(contest: Contest, client: Client) -> None:
    assert client.get(contest.url("handover")).status_code == 303
    assert {client.post(contest.url(path)).status_code for path in PATHS} == {401}


@pytest.mark.parametrize("user", ["clerk", "head", "juror", "admin", "stranger"])
def test_handover_does_not_exist_for_others(contest: Contest, result, client: Client, user: str) -> None:
    as_(contest, client, user)

    assert client.get(contest.url("handover")).status_code == 404
    assert {client.post(contest.url(path)).status_code for path in PATHS} == {404}


def test_handover_of_a_contest_that_is_not_there(contest: Contest, client: Client) -> None:
    as_(contest, client, "organiser")

    assert client.post("/c/khong-co/handover/archive").status_code == 404


def test_chair_neither_chooses_nor_takes_the_archive(contest: Contest, entries, stored, client: Client) -> None:
    approved_list(contest, client, entries)
    as_(contest, client, "chair")

    assert client.post(contest.url("handover/select"), data={}).status_code == 403
    assert client.post(contest.url("handover/archive")).status_code == 403
    assert contest.session.exec(select(Handover)).all() == []


def test_organiser_does_not_approve(contest: Contest, entries, client: Client) -> None:
    choose(contest, client, {entries[0].id: "written"})

    assert client.post(contest.url("handover/approve")).status_code == 403
    assert contest.session.exec(select(FinalistList)).one().approved_at is None


# ---- wrong state -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["open", "proposed"])
def test_handover_before_an_official_result(contest: Contest, client: Client, state: str) -> None:
    take_to(contest, state)
    as_(contest, client, "organiser")

    page = client.get(contest.url("handover"))

    assert page.status_code == 200
    assert "Chưa chọn được bài" in page.text
    assert "/handover/archive" not in page.text
    assert {client.post(contest.url(path)).status_code for path in ("handover/select", "handover/archive")} == {409}
    assert as_(contest, client, "chair").post(contest.url("handover/approve")).status_code == 409


def test_nothing_changes_after_approval(contest: Contest, entries, client: Client) -> None:
    approved_list(contest, client, entries[:1])

    answer = choose(contest, client, {entries[1].id: "written"})

    assert answer.status_code == 409
    assert chosen(contest.session) == {entries[0].id: "written"}
    assert as_(contest, client, "chair").post(contest.url("handover/approve")).status_code == 409


# ---- choosing --------------------------------------------------------------------------------------------


def test_winners_are_chosen_beforehand(contest: Contest, entries, client: Client) -> None:
    page = as_(contest, client, "organiser").get(contest.url("handover")).text

    assert page.count('<option value="written" selected>') == 4
    assert "đã được chọn sẵn" in page
    assert contest.session.exec(select(FinalistList)).all() == []


def test_what_was_chosen_is_shown_again(contest: Contest, entries, client: Client) -> None:
    choose(contest, client, {entries[0].id: "presentation", entries[1].id: ""})

    page = client.get(contest.url("handover")).text

    assert chosen(contest.session) == {entries[0].id: "presentation"}
    assert page.count('<option value="presentation" selected>') == 1
    assert page.count('<option value="" selected>') == 3


def test_page_asks_as_often_for_many_entries_as_for_few(session: Session, client: Client, count_queries) -> None:
    asked = []
    for totals in ((95,), (95, 90, 85, 80)):
        many = judged_contest(session, totals=totals)
        take_to(many, "approved")
        as_(many, client, "organiser")
        url = many.url("handover")
        session.commit()
        with count_queries() as counted:
            assert client.get(url).status_code == 200
        asked.append(counted.count)

    assert asked[0] == asked[1]


def test_entry_without_consent_is_grey_and_names_whom(contest: Contest, entries, client: Client) -> None:
    silent = entries[0].authors[0]
    name = silent.full_name
    contest.session.exec(
        delete(Consent).where(col(Consent.author_id) == silent.id, col(Consent.purpose) == Purpose.HANDOVER)
    )

    page = as_(contest, client, "organiser").get(contest.url("handover")).text

    assert f"Chưa ghi nhận đồng ý gửi lên cấp trên của {name}." in page
    assert f'name="mode.{entries[0].id}"' not in page


def test_refused_choice_says_why_and_keeps_the_rest(contest: Contest, entries, client: Client) -> None:
    silent = entries[0].authors[0].id
    contest.session.exec(delete(Consent).where(col(Consent.author_id) == silent, col(Consent.purpose) == "handover"))

    answer = choose(contest, client, {entries[0].id: "written", entries[1].id: "presentation"})

    assert answer.status_code == 422
    assert "chưa ghi nhận đồng ý của" in answer.text
    assert answer.text.count('<option value="presentation" selected>') == 1
    assert chosen(contest.session) == {}


@pytest.mark.parametrize("mode", ["both", "WRITTEN", "<script>"])
def test_mode_that_there_is_not(contest: Contest, entries, client: Client, mode: str) -> None:
    answer = choose(contest, client, {entries[0].id: mode, entries[1].id: "written"})

    assert answer.status_code == 422
    assert "<script>alert" not in answer.text
    assert chosen(contest.session) == {}


def test_fields_that_are_no_entries_are_ignored(contest: Contest, entries, client: Client) -> None:
    data = {"mode.": "written", "mode.x": "written", "mode.-1": "written", f"mode.{entries[0].id}": "written"}

    answer = as_(contest, client, "organiser").post(contest.url("handover/select"), data=data)

    assert answer.status_code == 303
    assert chosen(contest.session) == {entries[0].id: "written"}


def test_entry_beyond_every_number_is_refused(contest: Contest, entries, client: Client) -> None:
    answer = choose(contest, client, {10**30: "written"})

    assert answer.status_code == 422


def test_approve_button_is_grey_until_something_is_chosen(contest: Contest, entries, client: Client) -> None:
    before = as_(contest, client, "chair").get(contest.url("handover")).text
    choose(contest, client, {entries[0].id: "written"})
    after = as_(contest, client, "chair").get(contest.url("handover")).text

    assert "chưa chọn bài nào" in before
    assert "/handover/approve" not in before
    assert "/handover/approve" in after


# ---- the archive -----------------------------------------------------------------------------------------


def test_archive_is_a_zip_with_a_vietnamese_name(contest: Contest, entries, stored, client: Client) -> None:
    approved_list(contest, client, entries)

    answer = as_(contest, client, "organiser").post(contest.url("handover/archive"))

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    assert int(answer.headers["content-length"]) == len(answer.content)
    name = unquote(answer.headers["content-disposition"].rpartition("UTF-8''")[2])
    assert name == f"Hồ sơ dự thi gửi Thành phố Hà Nội - {contest.plan.short_title}.zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as bundle:
        manifest = bundle.read("manifest.json")
    assert {e["id"] for e in json.loads(manifest)["entries"]} == {e.id for e in entries}
    row = contest.session.exec(select(Handover)).one()
    assert row.manifest_sha256 == hashlib.sha256(manifest).hexdigest()
    page = client.get(contest.url("handover")).text
    assert row.manifest_sha256 in page
    assert "Nguyễn Thu Hương" in page


def test_archive_after_the_deadline(contest: Contest, entries, stored, client: Client) -> None:
    approved_list(contest, client, entries[:1])
    set_clock(contest, "2024-07-30T00:00")
    as_(contest, client, "organiser")

    page = client.get(contest.url("handover")).text
    refused = client.post(contest.url("handover/archive"), data={"late_reason": "   "})
    given = client.post(contest.url("handover/archive"), data={"late_reason": "Thành phố gia hạn đến 05/8"})

    assert "Đã quá hạn gửi hồ sơ" in page
    assert refused.status_code == 409
    assert given.status_code == 200
    assert "Thành phố gia hạn đến 05/8" in client.get(contest.url("handover")).text


def test_archive_before_approval_is_refused(contest: Contest, entries, stored, client: Client) -> None:
    choose(contest, client, {entries[0].id: "written"})

    assert client.post(contest.url("handover/archive")).status_code == 409


def test_archive_asked_for_by_another_site_is_refused(contest: Contest, entries, stored, client: Client) -> None:
    approved_list(contest, client, entries[:1])
    as_(contest, client, "organiser")

    answer = client.post(contest.url("handover/archive"), headers={"sec-fetch-site": "cross-site"})

    assert answer.status_code == 403
    assert contest.session.exec(select(Handover)).all() == []


@pytest.mark.parametrize("version", ["2.0", "2.4"])  # how the server tells of it differs
def test_archive_is_let_go_when_the_reader_leaves(event_loop_portal, version: str) -> None:
    """The connection breaks at the first chunk: the file is closed, and with it gone."""
    stream = TemporaryFile()  # noqa: SIM115 - the answer closes it
    stream.write(b"x" * 1_000_000)
    stream.seek(0)
    bundle = Bundle(1, "thi", PLAN, "", "", is_sample=False, made_at=NOW, items=())
    made = Archive(stream, 1_000_000, bundle, Handover(list_id=1, made_at=NOW, made_by=1, manifest_sha256=""))
    scope = {"type": "http", "method": "POST", "asgi": {"spec_version": version}}

    async def broken(message) -> None:
        if message["type"] == "http.response.body":
            raise OSError("the reader has left")

    async def receive():
        return {"type": "http.disconnect"}

    with suppress(Exception):
        event_loop_portal.call(_ArchiveResponse(made), scope, receive, broken)

    assert stream.closed
