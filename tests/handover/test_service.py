"""Choosing, approving, and making the archive: refusals, records, and that nothing stays behind."""

import hashlib
import io
import json
import threading
import tracemalloc
import zipfile
from datetime import timedelta

import pytest
from sqlalchemy.orm import sessionmaker
from sqlmodel import Session, col, delete, select

from app.core.errors import Conflict, Forbidden, Invalid, StorageFull
from app.core.storage import LocalStore
from app.entries.models import Author, Consent, Entry, EntryFile, EntryStatus, FileRole, Purpose
from app.handover import queries, service
from app.handover.archive import DamagedFileError, write_archive
from app.handover.models import Finalist, Handover, Mode
from app.journal.models import JournalDetail, JournalEvent
from app.results.models import Result
from tests.support.contest import Contest, add_file, make_contest
from tests.support.judged import APPROVED, put_bytes, take_to

DEADLINE_SOON = APPROVED + timedelta(days=20)
LATE = APPROVED + timedelta(days=30)


def select_(contest: Contest, result: Result, choices: dict[int, Mode], *, user=None):
    actor = contest.actor_of(user or contest.organiser)
    return service.select_finalists(contest.session, actor=actor, result=result, choices=choices, now=APPROVED)


def approve(contest: Contest, result: Result, *, user=None):
    actor = contest.actor_of(user or contest.chair)
    return service.approve_finalists(contest.session, actor=actor, result=result, now=APPROVED)


def choose_and_approve(contest: Contest, result: Result, entries: list[Entry]) -> None:
    modes = (Mode.PRESENTATION, Mode.WRITTEN)
    select_(contest, result, {e.id: modes[i % 2] for i, e in enumerate(entries)})
    approve(contest, result)


def make(
    contest: Contest, sessions: sessionmaker[Session], store: LocalStore, *, at=DEADLINE_SOON, reason="", user=None
):
    who = user or contest.organiser
    contest.session.commit()

    def enter(session: Session):
        found = Contest(**{**vars(contest), "session": session})
        return found.actor_of(session.merge(who)), at

    try:
        return service.make_archive(sessions, store, enter=enter, late_reason=reason)
    finally:
        contest.session.expire_all()


def read(archive) -> bytes:
    with archive.stream as stream:
        return stream.read()


def modes_of(contest: Contest, result: Result) -> dict[int, Mode]:
    list_ = queries.find_list(contest.session, result=result)
    return queries.list_modes(contest.session, list_id=list_.id) if list_ else {}


def events(contest: Contest, kind: str) -> list[JournalEvent]:
    return list(contest.session.exec(select(JournalEvent).where(JournalEvent.kind == kind)))


def leftovers(store: LocalStore) -> list[str]:
    return [p.name for p in store.temp_dir.iterdir()]


# ---- choosing --------------------------------------------------------------------------------------------


def test_select_finalists_replaces_the_choice_and_journals_ids_alone(contest, result, entries):
    select_(contest, result, {entries[0].id: Mode.WRITTEN, entries[1].id: Mode.WRITTEN})

    select_(contest, result, {entries[1].id: Mode.PRESENTATION})

    assert modes_of(contest, result) == {entries[1].id: Mode.PRESENTATION}
    first, second = events(contest, "handover.finalists_selected")
    assert json.loads(second.canonical)["data"] == {"entries": {str(entries[1].id): "presentation"}}
    assert first.id < second.id


def test_select_finalists_takes_a_judged_entry_without_a_prize(session, contest):
    result = take_to(contest, "approved")
    loser = queries.list_candidates(session, result=result)[-1].entry

    select_(contest, result, {loser.id: Mode.WRITTEN})

    assert modes_of(contest, result) == {loser.id: Mode.WRITTEN}


def test_select_finalists_nobody_clears_the_choice(contest, result, entries):
    select_(contest, result, {entries[0].id: Mode.WRITTEN})

    select_(contest, result, {})

    assert modes_of(contest, result) == {}


def test_select_finalists_of_an_author_without_consent_names_them(contest, result, entries):
    entry = entries[0]
    silent = contest.session.exec(
        select(Author).where(Author.entry_id == entry.id).order_by(col(Author.ordinal))
    ).all()[-1]
    contest.session.exec(
        delete(Consent).where(col(Consent.author_id) == silent.id, col(Consent.purpose) == Purpose.HANDOVER)
    )

    with pytest.raises(Invalid) as refused:
        select_(contest, result, {entry.id: Mode.WRITTEN, entries[1].id: Mode.WRITTEN})

    assert list(refused.value.fields) == [f"mode.{entry.id}"]
    assert silent.full_name in str(refused.value.fields[f"mode.{entry.id}"])
    assert modes_of(contest, result) == {}


def test_select_finalists_of_a_withdrawn_entry_is_refused(contest, result, entries):
    entries[0].status = EntryStatus.WITHDRAWN.value
    contest.session.add(entries[0])
    contest.session.flush()

    with pytest.raises(Invalid) as refused:
        select_(contest, result, {entries[0].id: Mode.WRITTEN})

    assert "đã rút" in str(refused.value.fields[f"mode.{entries[0].id}"])


def test_select_finalists_from_another_contest_is_refused(contest, result):
    from tests.support.contest import make_entry

    foreign = make_entry(make_contest(contest.session))

    with pytest.raises(Invalid) as refused:
        select_(contest, result, {foreign.id: Mode.WRITTEN})

    assert "không có trong kết quả" in str(refused.value.fields[f"mode.{foreign.id}"])


def test_select_finalists_from_a_proposal_is_refused(contest):
    result = take_to(contest, "proposed")

    with pytest.raises(Conflict, match="phê duyệt trước"):
        select_(contest, result, {})


def test_select_finalists_after_approval_is_refused_and_changes_nothing(contest, result, entries):
    choose_and_approve(contest, result, entries[:2])
    before = modes_of(contest, result)

    with pytest.raises(Conflict, match="không thay đổi được nữa"):
        select_(contest, result, {})

    assert modes_of(contest, result) == before


def test_select_finalists_by_others_is_refused(contest, result, entries):
    for user in (contest.chair, contest.clerk, contest.juror_user(), contest.admin):
        with pytest.raises(Forbidden):
            select_(contest, result, {entries[0].id: Mode.WRITTEN}, user=user)


# ---- approving -------------------------------------------------------------------------------------------


def test_approve_finalists_freezes_the_list_and_journals(contest, result, entries):
    choose_and_approve(contest, result, entries[:2])

    list_ = queries.find_list(contest.session, result=result)
    assert (list_.approved_at, list_.approved_by) == (APPROVED, contest.chair.id)
    assert len(events(contest, "handover.finalists_approved")) == 1


def test_approve_finalists_of_an_empty_list_is_refused(contest, result):
    select_(contest, result, {})

    with pytest.raises(Conflict, match="chưa chọn bài nào"):
        approve(contest, result)


def test_approve_finalists_twice_is_refused(contest, result, entries):
    choose_and_approve(contest, result, entries[:1])

    with pytest.raises(Conflict):
        approve(contest, result)


def test_approve_finalists_whose_consent_is_gone_is_refused(contest, result, entries):
    select_(contest, result, {entries[0].id: Mode.WRITTEN})
    contest.session.exec(delete(Consent).where(col(Consent.purpose) == Purpose.HANDOVER))

    with pytest.raises(Invalid):
        approve(contest, result)


def test_approve_finalists_by_the_organiser_is_refused(contest, result, entries):
    select_(contest, result, {entries[0].id: Mode.WRITTEN})

    with pytest.raises(Forbidden):
        approve(contest, result, user=contest.organiser)


# ---- the archive -----------------------------------------------------------------------------------------


def test_make_archive_manifest_vouches_for_every_member(contest, sessions, result, entries, stored, store):
    choose_and_approve(contest, result, entries)

    made = make(contest, sessions, store)

    data = read(made)
    assert len(data) == made.size
    with zipfile.ZipFile(io.BytesIO(data)) as bundle:
        assert bundle.testzip() is None
        manifest = json.loads(bundle.read("manifest.json"))
        members = {m["path"]: m for m in manifest["files"]}
        assert set(members) | {"manifest.json"} == set(bundle.namelist())
        assert "danh-muc.xlsx" in members
        for path, member in members.items():
            content = bundle.read(path)
            assert (hashlib.sha256(content).hexdigest(), len(content)) == (member["sha256"], member["size"])
        for entry in manifest["entries"]:
            assert bundle.read(entry["files"][0]["path"]) == stored[entry["id"]]
        assert hashlib.sha256(bundle.read("manifest.json")).hexdigest() == made.handover.manifest_sha256
    assert manifest["plan_sha256"] == contest.scene.version.sha256
    assert manifest["result_sha256"] == result.sha256
    assert {e["mode"] for e in manifest["entries"]} == {"written", "presentation"}


def test_make_archive_writes_a_row_and_an_event(contest, sessions, result, entries, stored, store):
    choose_and_approve(contest, result, entries[:1])

    made = make(contest, sessions, store)

    made.stream.close()
    (row,) = contest.session.exec(select(Handover)).all()
    (event,) = events(contest, "handover.archive_made")
    assert (row.made_by, row.made_at, row.late_reason) == (contest.organiser.id, DEADLINE_SOON, "")
    said = json.loads(event.canonical)
    assert said["subject"] == f"handover:{row.id}"
    assert said["data"] == {"manifest_sha256": row.manifest_sha256, "members": 3, "size": made.size, "late": False}


def test_make_archive_gives_the_same_bytes_for_the_same_moment(contest, sessions, result, entries, stored, store):
    choose_and_approve(contest, result, entries)

    first, second = (read(make(contest, sessions, store)) for _ in range(2))
    later = read(make(contest, sessions, store, at=DEADLINE_SOON + timedelta(minutes=1)))

    assert first == second
    assert first != later


def test_make_archive_members_are_harmless_to_unpack(contest, sessions, result, entries, stored, store):
    row = contest.session.exec(select(EntryFile).where(EntryFile.entry_id == entries[0].id)).one()
    put_bytes(contest.session, store, row, b"x", name="../../../etc/cron.d/xau.docx")
    choose_and_approve(contest, result, entries)

    with zipfile.ZipFile(io.BytesIO(read(make(contest, sessions, store)))) as bundle:
        for info in bundle.infolist():
            assert info.filename.isascii()
            assert not info.filename.startswith("/")
            assert ".." not in info.filename
            assert info.external_attr >> 16 == 0o100644
            assert info.date_time == (2024, 7, 25, 9, 0, 0)


def test_make_archive_leaves_removed_files_out_and_stores_films(contest, sessions, result, entries, stored, store):
    film = add_file(contest, entries[0], role=FileRole.ATTACHMENT, extension="mp4")
    put_bytes(contest.session, store, film, b"\0" * 100_000)
    text = add_file(contest, entries[0], role=FileRole.ATTACHMENT, extension="txt")
    put_bytes(contest.session, store, text, b"a" * 100_000, name="ghi-chu.txt")
    gone = add_file(contest, entries[0], role=FileRole.ATTACHMENT)
    gone.removed_at = APPROVED
    contest.session.add(gone)
    choose_and_approve(contest, result, entries[:1])

    with zipfile.ZipFile(io.BytesIO(read(make(contest, sessions, store)))) as bundle:
        kinds = {i.filename.rpartition(".")[2]: i.compress_type for i in bundle.infolist() if i.filename[:3] == "bai"}

    assert kinds == {"docx": zipfile.ZIP_STORED, "mp4": zipfile.ZIP_STORED, "txt": zipfile.ZIP_DEFLATED}


@pytest.mark.parametrize("damage", ["changed", "shorter", "longer", "missing"])
def test_make_archive_of_damaged_bytes_is_refused_with_the_file_named(
    contest, sessions, result, entries, stored, store, damage
):
    choose_and_approve(contest, result, entries)
    row = contest.session.exec(select(EntryFile).where(EntryFile.entry_id == entries[1].id)).one()
    file = put_bytes(contest.session, store, row, b"a" * 5000, name="Bài thi.docx")
    path = store.root / file.storage_key[:2] / file.storage_key[2:4] / file.storage_key
    path.unlink()
    if damage != "missing":
        path.write_bytes({"changed": b"b" * 5000, "shorter": b"a" * 4999, "longer": b"a" * 5001}[damage])

    with pytest.raises(DamagedFileError) as refused:
        make(contest, sessions, store)

    assert "Bài thi.docx" in str(refused.value.message)
    assert contest.session.exec(select(Handover)).all() == []
    assert events(contest, "handover.archive_made") == []
    assert leftovers(store) == []


def test_write_archive_stops_where_a_file_is_longer_than_its_row(contest, result, entries):
    """A store that gives bytes without end must not fill the disk."""
    given = []

    class Endless:
        def open(self, _key):
            return self

        def __enter__(self):
            return (given.append(1) or b"x" * 1024 for _ in range(1000))

        def __exit__(self, *_):
            pass

    choose_and_approve(contest, result, entries[:1])
    actor = contest.actor_of(contest.organiser)
    bundle = service.collect_bundle(contest.session, actor=actor, late_reason="", now=DEADLINE_SOON)

    with pytest.raises(DamagedFileError):
        write_archive(io.BytesIO(), bundle, Endless())

    assert len(given) < 20  # the row says a few kilobytes


def test_make_archive_after_the_deadline_needs_a_reason(contest, sessions, result, entries, stored, store):
    choose_and_approve(contest, result, entries[:1])

    with pytest.raises(Conflict, match="quá hạn"):
        make(contest, sessions, store, at=LATE)
    made = make(contest, sessions, store, at=LATE, reason="Thành phố đồng ý nhận muộn")

    made.stream.close()
    (row,) = contest.session.exec(select(Handover)).all()
    (event,) = events(contest, "handover.archive_made")
    assert row.late_reason == "Thành phố đồng ý nhận muộn"
    assert "Thành phố" not in event.canonical
    assert "Thành phố" in contest.session.get_one(JournalDetail, event.id).body


def test_make_archive_in_time_keeps_no_late_reason(contest, sessions, result, entries, stored, store):
    choose_and_approve(contest, result, entries[:1])

    make(contest, sessions, store, reason="thừa").stream.close()

    assert contest.session.exec(select(Handover)).one().late_reason == ""


def test_make_archive_before_approval_is_refused(contest, sessions, result, entries, stored, store):
    select_(contest, result, {entries[0].id: Mode.WRITTEN})

    with pytest.raises(Conflict, match="chưa được Trưởng Ban"):
        make(contest, sessions, store)


def test_make_archive_when_a_consent_is_withdrawn_is_refused(contest, sessions, result, entries, stored, store):
    choose_and_approve(contest, result, entries[:1])
    contest.session.exec(delete(Consent).where(col(Consent.purpose) == Purpose.HANDOVER))

    with pytest.raises(Invalid):
        make(contest, sessions, store)


def test_make_archive_by_the_chair_is_refused(contest, sessions, result, entries, stored, store):
    choose_and_approve(contest, result, entries[:1])

    with pytest.raises(Forbidden):
        make(contest, sessions, store, user=contest.chair)


def test_make_archive_when_something_changes_meanwhile_is_refused(
    contest, sessions, result, entries, stored, store, monkeypatch
):
    choose_and_approve(contest, result, entries[:1])

    def write_and_meddle(stream, bundle, store):
        written = write_archive(stream, bundle, store)
        with sessions() as session:
            session.exec(select(EntryFile).where(EntryFile.entry_id == entries[0].id)).one().removed_at = APPROVED
            session.commit()
        return written

    monkeypatch.setattr(service, "write_archive", write_and_meddle)

    with pytest.raises(Conflict, match="vừa thay đổi"):
        make(contest, sessions, store)

    assert contest.session.exec(select(Handover)).all() == []


def test_make_archive_on_a_full_disk_says_so_and_keeps_nothing(
    contest, sessions, result, entries, stored, store, monkeypatch
):
    import errno

    def no_room(*_args):
        raise OSError(errno.ENOSPC, "no space left on device")

    choose_and_approve(contest, result, entries[:1])
    monkeypatch.setattr(service, "write_archive", no_room)

    with pytest.raises(StorageFull):
        make(contest, sessions, store)

    assert contest.session.exec(select(Handover)).all() == []
    assert leftovers(store) == []


def test_make_archive_has_no_name_on_the_disk(contest, sessions, result, entries, stored, store):
    choose_and_approve(contest, result, entries[:1])

    made = make(contest, sessions, store)

    assert leftovers(store) == []
    made.stream.close()


def test_make_archive_of_a_film_needs_little_memory(contest, sessions, result, entries, stored, store):
    film = add_file(contest, entries[0], role=FileRole.ATTACHMENT, extension="mp4")
    put_bytes(contest.session, store, film, b"\x01" * 40_000_000)
    choose_and_approve(contest, result, entries[:1])
    contest.session.commit()

    tracemalloc.start()
    try:
        made = make(contest, sessions, store)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    made.stream.close()
    assert made.size > 40_000_000
    assert most < 12_000_000


def test_two_organisers_choose_at_once(live_sessions):
    """The second waits for the first; nothing clashes and the later choice stands whole."""
    from tests.support.judged import entries_of, judged_contest

    with live_sessions() as session:
        contest = judged_contest(session, totals=(95, 60))
        result = take_to(contest, "approved")
        ids = [e.id for e in entries_of(contest, result)]
        session.commit()
    gate, faults = threading.Barrier(2), []

    def choose(chosen):
        from app.core.database import begin_write

        try:
            with live_sessions() as session:
                gate.wait(10)
                begin_write(session)
                mine = Contest(**{**vars(contest), "session": session})
                current = session.get_one(Result, result.id)
                select_(mine, current, dict.fromkeys(chosen, Mode.WRITTEN), user=session.merge(contest.organiser))
                session.commit()
        except Exception as error:  # noqa: BLE001 - told by the test
            faults.append(error)

    threads = [threading.Thread(target=choose, args=(chosen,)) for chosen in (ids[:2], ids[1:])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert faults == []
    with live_sessions() as session:
        assert sorted(session.exec(select(Finalist.entry_id))) in ([*ids[:2]], sorted(ids[1:]))
