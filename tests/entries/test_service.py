"""What changes an entry, and that a refusal changes nothing."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, func, select

from app.core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from app.entries import queries, service
from app.entries.forms import EntryForm
from app.entries.models import Category, Consent, Entry, EntryFile, EntryStatus, FileRole
from app.entries.queries import EntryFilter, get_entry, list_entries
from app.files.models import File
from app.journal.models import JournalDetail, JournalEvent
from app.programmes.access import Actor
from app.programmes.models import Role, Round
from tests.support.contest import Contest, add_file, make_contest, make_entry, open_round
from tests.support.factories import NOW, give_role
from tests.support.forms import author_boxes, entry_boxes

S = EntryStatus


@pytest.fixture
def contest(session: Session) -> Contest:
    return make_contest(session)


@pytest.fixture
def clerk(contest: Contest) -> Actor:
    return contest.actor_of(contest.clerk)


def create(contest: Contest, clerk: Actor, now: datetime, **boxes: object) -> Entry:
    form = EntryForm.parse(entry_boxes(**boxes))
    return service.create_entry(contest.session, actor=clerk, unit=contest.unit, form=form, now=now)


def load(contest: Contest, entry: Entry) -> Entry:
    return get_entry(contest.session, actor=contest.actor_of(contest.clerk), entry_id=entry.id, lock=True)


def events(session: Session, entry: Entry) -> list[str]:
    query = select(JournalEvent.kind).where(JournalEvent.subject == f"entry:{entry.id}")
    return list(session.exec(query.order_by(col(JournalEvent.id))).all())


# ---- the form --------------------------------------------------------------------------------------------------


def test_create_entry_makes_a_draft_with_its_authors(contest: Contest, clerk: Actor, now: datetime) -> None:
    entry = load(contest, create(contest, clerk, now, authors=2))
    assert (entry.status, entry.version, entry.number) == (S.DRAFT, 1, None)
    assert entry.unit_name == "UBND phường Hạ Đình"
    assert [(a.full_name, a.is_representative) for a in entry.authors] == [
        ("Lê Văn Số 0", True),
        ("Lê Văn Số 1", False),
    ]
    assert {len(a.consents) for a in entry.authors} == {4}
    assert entry.clause_accepted_at == now
    assert events(contest.session, entry) == ["entry.created"]


def test_create_entry_for_another_unit_is_refused(contest: Contest, clerk: Actor, now: datetime) -> None:
    form = EntryForm.parse(entry_boxes())
    with pytest.raises(Forbidden):
        service.create_entry(contest.session, actor=clerk, unit=contest.other_unit, form=form, now=now)


def test_create_entry_in_an_unknown_field_is_refused(contest: Contest, clerk: Actor, now: datetime) -> None:
    form = EntryForm.parse(entry_boxes() | {"field": "poetry"})
    with pytest.raises(Invalid) as caught, contest.session.begin_nested():
        service.create_entry(contest.session, actor=clerk, unit=contest.unit, form=form, now=now)
    assert list(caught.value.fields) == ["field"]
    assert contest.session.exec(select(func.count(col(Entry.id)))).one() == 0


def test_edit_entry_replaces_everything_and_keeps_the_date_of_a_consent(
    contest: Contest, clerk: Actor, now: datetime
) -> None:
    entry = load(contest, create(contest, clerk, now, authors=2))
    later = now + timedelta(days=1)
    boxes = entry_boxes({"title": "Tên mới", "authors.0.handover": None, "authors.1.full_name": "Người Mới"}, authors=2)
    service.edit_entry(contest.session, actor=clerk, entry=entry, form=EntryForm.parse(boxes), now=later)
    entry = load(contest, entry)
    assert (entry.title, entry.version, entry.updated_at) == ("Tên mới", 2, later)
    dates = {a.full_name: {c.given_at for c in a.consents} for a in entry.authors}
    assert dates == {"Lê Văn Số 0": {now}, "Người Mới": {later}}
    assert [len(a.consents) for a in entry.authors] == [3, 4]
    assert contest.session.exec(select(func.count()).select_from(Consent)).one() == 7
    assert entry.clause_accepted_at == now


def test_edit_entry_takes_the_clause_back(contest: Contest, clerk: Actor, now: datetime) -> None:
    entry = load(contest, create(contest, clerk, now))
    form = EntryForm.parse(entry_boxes({"use_clause": None}))
    service.edit_entry(contest.session, actor=clerk, entry=entry, form=form, now=now)
    assert load(contest, entry).clause_accepted_at is None


def test_edit_entry_from_a_stale_form_is_refused(contest: Contest, clerk: Actor, now: datetime) -> None:
    entry = load(contest, create(contest, clerk, now))
    form = EntryForm.parse(entry_boxes({"title": "Thẻ thứ nhất"}))
    service.edit_entry(contest.session, actor=clerk, entry=entry, form=form, now=now)
    with pytest.raises(service.StaleEntryError):
        service.edit_entry(contest.session, actor=clerk, entry=entry, form=form, now=now)
    assert load(contest, entry).version == 2


# ---- submitting --------------------------------------------------------------------------------------------------


def complete(contest: Contest, clerk: Actor, now: datetime) -> Entry:
    entry = create(contest, clerk, now)
    add_file(contest, entry)
    return load(contest, entry)


def test_submit_entry_gives_a_receipt_that_anybody_can_check(contest: Contest, clerk: Actor, now: datetime) -> None:
    entry = complete(contest, clerk, now)
    receipt = service.submit_entry(contest.session, actor=clerk, entry=entry, now=now)
    assert (entry.status, entry.number, entry.submitted_at) == (S.SUBMITTED, 1, now)
    content = json.loads(receipt.canonical)
    file = entry.files[0].file
    assert content == {
        "at": "2024-05-20T02:00:00+00:00",
        "entry": entry.id,
        "files": [{"name": file.name, "role": "main", "sha256": file.sha256, "size": file.size}],
        "number": 1,
        "title": entry.title,
        "unit": "UBND phường Hạ Đình",
        "version": 1,
    }
    assert receipt.sha256 == hashlib.sha256(receipt.canonical.encode()).hexdigest()
    assert events(contest.session, entry) == ["entry.created", "entry.submitted"]


def test_submit_entry_numbers_without_gaps_and_keeps_the_number(contest: Contest, clerk: Actor, now: datetime) -> None:
    first, second = complete(contest, clerk, now), complete(contest, clerk, now)
    for entry in (first, second):
        service.submit_entry(contest.session, actor=clerk, entry=entry, now=now)
    service.reopen_entry(contest.session, actor=clerk, entry=first, now=now)
    service.submit_entry(contest.session, actor=clerk, entry=first, now=now + timedelta(hours=1))
    assert (first.number, second.number) == (1, 2)
    assert [json.loads(r.canonical)["number"] for r in queries.list_receipts(contest.session, entry_id=first.id)] == [
        1,
        1,
    ]


def test_submit_entry_twice_is_refused(contest: Contest, clerk: Actor, now: datetime) -> None:
    entry = complete(contest, clerk, now)
    service.submit_entry(contest.session, actor=clerk, entry=entry, now=now)
    with pytest.raises(Conflict, match="không nộp lần nữa"):
        service.submit_entry(contest.session, actor=clerk, entry=entry, now=now)
    assert len(queries.list_receipts(contest.session, entry_id=entry.id)) == 1


def test_submit_entry_of_a_group_with_one_author_is_refused(contest: Contest, clerk: Actor, now: datetime) -> None:
    form = EntryForm.parse(entry_boxes() | {"category": "group"})
    entry = service.create_entry(contest.session, actor=clerk, unit=contest.unit, form=form, now=now)
    add_file(contest, entry)
    with pytest.raises(Invalid) as caught:
        service.submit_entry(contest.session, actor=clerk, entry=load(contest, entry), now=now)
    assert {name: str(words) for name, words in caught.value.fields.items()} == {
        "authors": "Tập thể là nhóm tác giả từ 02 người trở lên; bài này mới có 1."
    }
    assert load(contest, entry).status == S.DRAFT


def test_withdraw_entry_keeps_the_reason_apart_from_the_event(contest: Contest, clerk: Actor, now: datetime) -> None:
    entry = complete(contest, clerk, now)
    service.withdraw_entry(contest.session, actor=clerk, entry=entry, reason="Tác giả chuyển công tác", now=now)
    assert entry.status == S.WITHDRAWN
    event = contest.session.exec(select(JournalEvent).where(JournalEvent.kind == "entry.withdrawn")).one()
    assert "chuyển công tác" not in event.canonical
    assert "chuyển công tác" in contest.session.get_one(JournalDetail, event.id).body
    with pytest.raises(Conflict):
        service.submit_entry(contest.session, actor=clerk, entry=entry, now=now)


@pytest.mark.parametrize("status", list(S))
def test_nothing_moves_once_judging_has_opened(contest: Contest, now: datetime, status: EntryStatus) -> None:
    entry = make_entry(contest, status=status)
    open_round(contest)
    clerk = contest.actor_of(contest.clerk)
    loaded = load(contest, entry)
    acts: list[Callable[[], object]] = [
        lambda: service.submit_entry(contest.session, actor=clerk, entry=loaded, now=now),
        lambda: service.reopen_entry(contest.session, actor=clerk, entry=loaded, now=now),
        lambda: service.withdraw_entry(contest.session, actor=clerk, entry=loaded, reason="x", now=now),
        lambda: service.remove_file(contest.session, actor=clerk, entry=loaded, row=loaded.files[0], now=now),
        lambda: service.edit_entry(
            contest.session, actor=clerk, entry=loaded, form=EntryForm.parse(entry_boxes()), now=now
        ),
    ]
    for act in acts:
        with pytest.raises(DomainError):
            act()
    assert loaded.status == status


def test_judging_that_opened_meanwhile_is_seen(contest: Contest, clerk: Actor, now: datetime, engine_name: str) -> None:
    """The actor's scene was read before the round opened; the service reads it anew."""
    if engine_name == "sqlite":
        return  # nobody else writes while this transaction is open
    entry = make_entry(contest, status=S.DRAFT)
    assert not clerk.scene.judging_opened
    # As another connection would: past the objects of this session.
    contest.session.connection().execute(update(Round), {"opened_at": now, "plan_version_id": contest.scene.version.id})
    loaded = get_entry(contest.session, actor=clerk, entry_id=entry.id, lock=True)
    with pytest.raises(Conflict, match="đã mở chấm"):
        service.withdraw_entry(contest.session, actor=clerk, entry=loaded, reason="x", now=now)


# ---- files ---------------------------------------------------------------------------------------------------------


def test_attach_file_replaces_the_main_file_and_remembers_the_old(
    contest: Contest, clerk: Actor, now: datetime
) -> None:
    entry = complete(contest, clerk, now)
    file = File(
        programme_id=entry.programme_id, name="bản mới.pdf", media_type="application/pdf", extension="pdf", size=9,
        sha256="9" * 64, storage_key="9" * 32, uploaded_by=clerk.user_id, uploaded_at=now,
    )  # fmt: skip
    contest.session.add(file)
    contest.session.flush()
    service.attach_file(contest.session, actor=clerk, entry=entry, file=file, role=FileRole.MAIN, now=now)
    rows = contest.session.exec(select(EntryFile).where(EntryFile.entry_id == entry.id).order_by(EntryFile.id)).all()
    assert [r.removed_at for r in rows] == [now, None]
    assert events(contest.session, entry)[-1] == "entry.file_added"


def test_remove_file_keeps_its_row(contest: Contest, clerk: Actor, now: datetime) -> None:
    entry = complete(contest, clerk, now)
    row = entry.files[0]
    service.remove_file(contest.session, actor=clerk, entry=entry, row=row, now=now)
    assert row.removed_at == now
    with pytest.raises(NotFound):
        queries.get_entry_file(contest.session, entry=entry, entry_file_id=row.id)


# ---- the database itself ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [S.SUBMITTED, S.FORWARDED])
def test_database_refuses_an_impossible_state(contest: Contest, status: EntryStatus) -> None:
    entry = make_entry(contest, status=S.DRAFT)
    if status == S.FORWARDED:
        entry.submitted_at = NOW
    entry.status = status
    with pytest.raises(IntegrityError):
        contest.session.flush()


def test_database_refuses_two_representatives(contest: Contest) -> None:
    entry = load(contest, make_entry(contest, status=S.DRAFT, category=Category.GROUP))
    entry.authors[1].is_representative = True
    with pytest.raises(IntegrityError):
        contest.session.flush()


# ---- who sees what -------------------------------------------------------------------------------------------


def seen(contest: Contest, who: str) -> set[str]:
    rows, _ = list_entries(contest.session, actor=contest.actor_of(getattr(contest, who)), wanted=EntryFilter())
    return {row.title for row in rows}


def test_list_entries_shows_each_their_own(contest: Contest) -> None:
    for status in S:
        make_entry(contest, status=status, title=status.value)
    make_entry(contest, status=S.DRAFT, title="nháp nơi khác", unit=contest.other_unit)
    everything = {status.value for status in S}
    assert seen(contest, "clerk") == seen(contest, "head") == everything
    assert seen(contest, "other_clerk") == {"nháp nơi khác"}
    assert seen(contest, "organiser") == seen(contest, "chair") == everything - {"draft"}
    assert seen(contest, "admin") == seen(contest, "stranger") == set()


def test_reopened_entry_that_was_forwarded_stays_visible_above(contest: Contest) -> None:
    entry = make_entry(contest, status=S.RETURNED, title="trả lại")
    entry.status = S.DRAFT
    contest.session.flush()
    assert seen(contest, "organiser") == {"trả lại"}


def test_get_entry_of_another_programme_is_not_found(contest: Contest) -> None:
    elsewhere = make_contest(contest.session)
    entry = make_entry(elsewhere)
    give_role(contest.session, contest.organiser, elsewhere.scene.programme, Role.ORGANISER)
    with pytest.raises(NotFound):
        get_entry(contest.session, actor=contest.actor_of(contest.organiser), entry_id=entry.id)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("tra cuu", True),
        ("TRA CỨU", True),
        ("cuu tra", True),
        ("quỳnh một cửa", True),
        ("ha dinh", True),
        ("dien", True),
        ("tra cứu không có", False),
        ("%", True),
        ("100%", False),
        ("_", True),
    ],
)
def test_search_needs_no_accents_and_any_order(contest: Contest, words: str, found: bool) -> None:
    title = "Tra cứu tiến độ tại Bộ phận Một cửa điện tử"
    make_entry(contest, title=title, authors=("Công Tằng Tôn Nữ Diệu Quỳnh",))
    actor = contest.actor_of(contest.clerk)
    rows, total = list_entries(contest.session, actor=actor, wanted=EntryFilter(text=words))
    assert ([r.title for r in rows], total) == (([title], 1) if found else ([], 0))


def test_filters_narrow_the_list(contest: Contest) -> None:
    wanted = make_entry(contest, status=S.KEPT, category=Category.GROUP, field="it")
    make_entry(contest, status=S.KEPT, category=Category.GROUP)
    make_entry(contest, status=S.KEPT, field="it")
    make_entry(contest, category=Category.GROUP, field="it")
    make_entry(contest, status=S.KEPT, category=Category.GROUP, field="it", unit=contest.other_unit)
    everything = EntryFilter(status="kept", field="it", category="group", unit_id=contest.unit.id)
    rows, total = list_entries(contest.session, actor=contest.actor_of(contest.organiser), wanted=everything)
    assert ([r.id for r in rows], total) == ([wanted.id], 1)


def test_participation_counts_what_units_have_sent(contest: Contest) -> None:
    for status in (S.DRAFT, S.RETURNED, S.FORWARDED, S.ACCEPTED, S.INELIGIBLE, S.WITHDRAWN, S.DECLINED):
        make_entry(contest, status=status)
    rows = queries.list_participation(contest.session, actor=contest.actor_of(contest.organiser))
    counts = {r.unit.key: (r.at_unit, r.sent, r.accepted) for r in rows}
    assert counts.pop("ha-dinh") == (2, 3, 1)
    assert set(counts.values()) == {(0, 0, 0)}
    assert len(rows) == len(contest.plan.units)
    own = queries.list_participation(contest.session, actor=contest.actor_of(contest.clerk))
    assert [r.unit.key for r in own] == ["ha-dinh"]


def test_authors_of_a_group_survive_the_round_trip(contest: Contest, clerk: Actor, now: datetime) -> None:
    boxes = entry_boxes(authors=2) | author_boxes(2, "Lê Văn Số 2", phone="") | {"representative": "1"}
    entry = service.create_entry(contest.session, actor=clerk, unit=contest.unit, form=EntryForm.parse(boxes), now=now)
    assert [(a.phone, a.is_representative) for a in load(contest, entry).authors] == [
        ("+84912345678", False),
        ("+84912345678", True),
        (None, False),
    ]
