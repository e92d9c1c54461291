"""Choosing the finalists, approving them, and making the archive that goes up."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from tempfile import TemporaryFile
from typing import BinaryIO

from sqlalchemy import delete
from sqlalchemy.orm import sessionmaker
from sqlmodel import Session, col

from app.core.database import begin_write
from app.core.errors import Conflict, Invalid, require
from app.core.i18n import N_, Message
from app.core.storage import Store, full_disk_refused
from app.documents.queries import find_subject
from app.entries.models import Entry, EntryStatus
from app.handover import policy, queries
from app.handover.archive import Written, write_archive
from app.handover.bundle import Bundle, make_items
from app.handover.models import Finalist, FinalistList, Handover, Mode
from app.journal import service as journal
from app.programmes.access import Actor
from app.programmes.models import PlanVersion
from app.results.models import Result


def select_finalists(
    session: Session, *, actor: Actor, result: Result, choices: Mapping[int, Mode], now: datetime
) -> FinalistList:
    """Store which entries go up and how each takes part, in place of what was chosen before."""
    list_ = queries.find_list(session, result=result, lock=True)
    require(policy.refuse_select(actor, result=result, list_=list_))
    _require_selectable(session, result=result, choices=choices)
    if list_ is None:
        assert result.id is not None
        list_ = FinalistList(result_id=result.id, created_at=now)
        session.add(list_)
        session.flush()
    assert list_.id is not None
    session.exec(delete(Finalist).where(col(Finalist.list_id) == list_.id))
    session.add_all(Finalist(list_id=list_.id, entry_id=e, mode=mode.value) for e, mode in sorted(choices.items()))
    session.flush()
    journal.record(
        session,
        kind="handover.finalists_selected",
        now=now,
        actor_id=actor.user_id,
        programme_id=actor.programme_id,
        subject=f"finalist_list:{list_.id}",
        data={"entries": {str(e): mode.value for e, mode in sorted(choices.items())}},
    )
    return list_


def _require_selectable(session: Session, *, result: Result, choices: Mapping[int, Mode]) -> None:
    entries = {c.standing.entry_id: c.entry for c in queries.list_candidates(session, result=result)}
    wrong: dict[str, Message] = {}
    for entry_id in sorted(choices):
        entry = entries.get(entry_id)
        fault = _fault_of(entry) if entry else N_("Bài này không có trong kết quả chấm.")
        if fault:
            wrong[f"mode.{entry_id}"] = fault
    if wrong:
        raise Invalid(N_("Có %(n)s bài chưa chọn được; xem lý do ở từng bài.", n=len(wrong)), fields=wrong)


def _fault_of(entry: Entry) -> Message | None:
    if entry.status != EntryStatus.ACCEPTED:
        return N_("Bài %(code)s đã rút khỏi cuộc thi.", code=f"{entry.number:03d}")
    silent = policy.names_without_consent(entry)
    if silent:
        return N_(
            "Bài %(code)s chưa gửi lên cấp trên được: chưa ghi nhận đồng ý của %(names)s.",
            code=f"{entry.number:03d}",
            names=", ".join(silent),
        )
    return None


def approve_finalists(session: Session, *, actor: Actor, result: Result, now: datetime) -> FinalistList:
    """The chair approves the list: from then on it is frozen."""
    list_ = queries.find_list(session, result=result, lock=True)
    modes = queries.list_modes(session, list_id=list_.id or 0) if list_ else {}
    require(policy.refuse_approve(actor, result=result, list_=list_, chosen=len(modes)))
    assert list_ is not None
    _require_selectable(session, result=result, choices=modes)
    list_.approved_at, list_.approved_by = now, actor.user_id
    session.add(list_)
    session.flush()
    journal.record(
        session,
        kind="handover.finalists_approved",
        now=now,
        actor_id=actor.user_id,
        programme_id=actor.programme_id,
        subject=f"finalist_list:{list_.id}",
        data={"entries": len(modes)},
    )
    return list_


# ---- the archive -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Archive:
    """A finished archive: a file without a name, open at its start; it is gone as soon as it is closed."""

    stream: BinaryIO
    size: int
    bundle: Bundle
    handover: Handover


def make_archive(
    sessions: sessionmaker[Session],
    store: Store,
    *,
    enter: Callable[[Session], tuple[Actor, datetime]],
    late_reason: str = "",
) -> Archive:
    """Make the archive of the approved list, and record that it was made.

    `enter` gives who asks and the programme's time. Rows are read in one short transaction and the archive is
    recorded in another that asks the policy again: on SQLite a transaction that stays open while films are copied
    would hold the only write lock. Whatever fails, neither a file nor a row stays behind.
    """
    with sessions() as session:
        actor, now = enter(session)
        bundle = collect_bundle(session, actor=actor, late_reason=late_reason, now=now)
    # On the disk of the data, which has room for films, and without a name: nothing is left even after a crash.
    stream: BinaryIO = TemporaryFile(dir=store.temp_dir)  # noqa: SIM115 - the answer closes it
    try:
        with full_disk_refused():
            written = write_archive(stream, bundle, store)
        stream.seek(0)
        with sessions() as session:
            begin_write(session)
            actor, _ = enter(session)
            handover = record_archive(
                session, actor=actor, bundle=bundle, written=written, late_reason=late_reason, now=now
            )
            session.commit()
    except BaseException:
        stream.close()
        raise
    return Archive(stream, written.size, bundle, handover)


def collect_bundle(session: Session, *, actor: Actor, late_reason: str, now: datetime) -> Bundle:
    """Give what the archive will hold, once it is certain that it may be made."""
    subject = find_subject(session, scene=actor.scene)
    list_ = queries.find_list(session, result=subject.result) if subject else None
    require(policy.refuse_archive(actor, list_=list_, now=now, late_reason=late_reason))
    assert subject is not None
    assert list_ is not None
    assert list_.id is not None
    modes = queries.list_modes(session, list_id=list_.id)
    _require_selectable(session, result=subject.result, choices=modes)
    candidates = queries.list_candidates(session, result=subject.result, only=list_, with_files=True)
    return Bundle(
        list_id=list_.id,
        slug=actor.scene.programme.slug,
        plan=subject.plan,
        plan_sha256=session.get_one(PlanVersion, subject.result.plan_version_id).sha256,
        result_sha256=subject.result.sha256,
        is_sample=actor.scene.programme.is_sample,
        made_at=now,
        items=make_items(candidates, modes),
    )


def record_archive(
    session: Session, *, actor: Actor, bundle: Bundle, written: Written, late_reason: str, now: datetime
) -> Handover:
    """Write down that an archive left the house. What it holds must still be what may leave."""
    if collect_bundle(session, actor=actor, late_reason=late_reason, now=now).essence != bundle.essence:
        raise Conflict(N_("Bài hoặc tệp vừa thay đổi trong lúc lập hồ sơ. Vui lòng lập lại."))
    handover = Handover(
        list_id=bundle.list_id,
        made_at=now,
        made_by=actor.user_id,
        manifest_sha256=written.manifest_sha256,
        late_reason=late_reason if policy.is_late(actor, now=now) else "",
    )
    session.add(handover)
    session.flush()
    journal.record(
        session,
        kind="handover.archive_made",
        now=now,
        actor_id=actor.user_id,
        programme_id=actor.programme_id,
        subject=f"handover:{handover.id}",
        data={
            "manifest_sha256": written.manifest_sha256,
            "members": written.members,
            "size": written.size,
            "late": policy.is_late(actor, now=now),
        },
        personal={"late_reason": handover.late_reason} if handover.late_reason else None,
    )
    return handover
