"""The jury and its conflicts of interest."""

from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col, select

from app.accounts.models import User
from app.core.errors import Conflict, Invalid, NotFound, require
from app.core.i18n import N_
from app.entries.models import Entry
from app.journal import service as journal
from app.jury import policy, queries
from app.jury.forms import CONFLICT_KINDS, ConflictForm, JurorForm, PairForm
from app.jury.models import Assignment, ConflictSource, Juror, JurorConflict
from app.jury.queries import OwedSheet
from app.programmes import queries as programme_queries
from app.programmes import service as programmes
from app.programmes.access import Actor
from app.programmes.models import UNIT_ROLES, Role
from app.programmes.policy import refuse_organise


def appoint_juror(session: Session, *, actor: Actor, form: JurorForm, now: datetime) -> Juror:
    """Give a person a seat in the jury, or change their unit, expertise and capacity."""
    require(refuse_organise(actor))
    unknown = set(form.fields) - {f.key for f in actor.plan.fields}
    if unknown:
        raise Invalid(N_("Có lĩnh vực không thuộc cuộc thi."), fields={"fields": N_("Vui lòng chọn lại lĩnh vực.")})
    if form.maximum is not None and form.maximum < form.minimum:
        wrong = N_("Số bài nhiều nhất phải không nhỏ hơn số bài ít nhất.")
        raise Invalid(wrong, fields={"maximum": wrong})
    user = session.get(User, form.user_id)
    if user is None:
        raise Invalid(N_("Không có người này."), fields={"user_id": N_("Vui lòng chọn một người.")})
    if form.unit_id is not None:
        programme_queries.get_unit(session, programme_id=actor.programme_id, unit_id=form.unit_id)
    programmes.grant_role(session, scene=actor.scene, user_id=form.user_id, role=Role.JUROR, now=now, actor=actor)
    juror = _find_seat(session, programme_id=actor.programme_id, user_id=form.user_id)
    juror.unit_id, juror.position, juror.fields = form.unit_id, form.position, list(form.fields)
    juror.minimum, juror.maximum, juror.left_at = form.minimum, form.maximum, None
    session.add(juror)
    session.flush()
    journal.record(
        session,
        kind="juror.appointed",
        now=now,
        actor_id=actor.user_id,
        programme_id=actor.programme_id,
        subject=f"juror:{juror.id}",
        data={"unit": juror.unit_id, "fields": sorted(juror.fields)},
    )
    compute_conflicts(session, programme_id=actor.programme_id, now=now, actor_id=actor.user_id)
    return juror


def _find_seat(session: Session, *, programme_id: int, user_id: int) -> Juror:
    found = session.exec(select(Juror).where(Juror.programme_id == programme_id, Juror.user_id == user_id)).first()
    return found or Juror(programme_id=programme_id, user_id=user_id)


def dismiss_juror(session: Session, *, actor: Actor, juror: Juror, reason: str = "", now: datetime) -> int:
    """Take a juror off the jury, ill or gone: the role and the seat go, what they submitted counts.

    What they owe is released with the reason. Gives how many entries now need somebody else.
    """
    # Exclusively: no sheet may be submitted on an entry that is about to go.
    programme_queries.hold_rounds(session, programme_id=actor.programme_id, exclusive=True)
    session.refresh(juror)  # another organiser may have done it while this one waited
    require(policy.refuse_dismiss(actor, juror))
    assert juror.id is not None
    owed = list_owed(session, actor=actor, juror_id=juror.id)
    if owed and not reason:
        raise Invalid(
            N_("Vui lòng ghi lý do."), fields={"reason": N_("Cần lý do vì giám khảo còn bài chưa chấm xong.")}
        )
    for sheet in owed:
        form = PairForm(juror_id=juror.id, entry_id=sheet.entry.id or 0)
        _release(session, actor=actor, form=form, reason=reason, now=now)
        if not sheet.has_draft:
            # Nothing was written: if they come back, the entry may be theirs again.
            _forget_pair(session, actor=actor, form=form)
    role = programme_queries.find_membership(
        session, programme_id=actor.programme_id, user_id=juror.user_id, role=Role.JUROR
    )
    if role is not None:
        programmes.revoke_role(session, actor=actor, membership=role, now=now)
    else:
        _end_seat(session, juror, now=now, actor_id=actor.user_id)
    journal.record(
        session,
        kind="juror.dismissed",
        now=now,
        actor_id=actor.user_id,
        programme_id=actor.programme_id,
        subject=f"juror:{juror.id}",
        data={"released": len(owed)},
        personal={"reason": reason} if reason else None,
    )
    return len(owed)


def list_owed(session: Session, *, actor: Actor, juror_id: int) -> list[OwedSheet]:
    """Give the sheets that a juror owes in the current round, none once it is closed."""
    round_ = actor.scene.round
    if round_ is None or round_.id is None or round_.closed_at is not None:
        return []
    return queries.list_owed_sheets(session, round_id=round_.id, juror_id=juror_id)


@programmes.watch_roles
def follow_role(session: Session, change: programmes.RoleChange) -> None:
    """Keep seats and conflicts as the roles are: a juror's role gives a seat and takes it, a unit's is a conflict."""
    juror_id = queries.find_seat(session, programme_id=change.programme_id, user_id=change.user_id)
    if change.role == Role.JUROR and change.is_given:
        _take_seat(session, change)
    elif change.role == Role.JUROR and juror_id is not None:
        _end_seat(session, session.get_one(Juror, juror_id), now=change.now, actor_id=change.actor_id)
    elif change.role in UNIT_ROLES and juror_id is not None:
        compute_conflicts(session, programme_id=change.programme_id, now=change.now, actor_id=change.actor_id)


def _take_seat(session: Session, change: programmes.RoleChange) -> None:
    juror = _find_seat(session, programme_id=change.programme_id, user_id=change.user_id)
    juror.left_at = None
    session.add(juror)
    session.flush()
    journal.record(
        session,
        kind="juror.seated",
        now=change.now,
        actor_id=change.actor_id,
        programme_id=change.programme_id,
        subject=f"juror:{juror.id}",
    )
    compute_conflicts(session, programme_id=change.programme_id, now=change.now, actor_id=change.actor_id)


def _end_seat(session: Session, juror: Juror, *, now: datetime, actor_id: int | None) -> None:
    assert juror.id is not None
    if queries.owes_sheets(session, juror_id=juror.id):
        raise Conflict(
            N_("Giám khảo còn bài chưa chấm xong; hãy dùng «Thay, đưa khỏi ban» ở trang Thành viên Ban Giám khảo.")
        )
    juror.left_at = now
    session.add(juror)
    session.flush()
    journal.record(
        session,
        kind="juror.unseated",
        now=now,
        actor_id=actor_id,
        programme_id=juror.programme_id,
        subject=f"juror:{juror.id}",
    )


# ---- conflicts -------------------------------------------------------------------------------------------


def compute_conflicts(session: Session, *, programme_id: int, now: datetime, actor_id: int | None = None) -> int:
    """Find jurors of an entry's unit, and jurors who are named authors; give how many pairs are new.

    A conflict that a person dismissed stays dismissed; one whose cause is gone is removed.
    """
    wanted = _list_causes(session, programme_id=programme_id)
    present = {(c.juror_id, c.entry_id, c.kind): c for c in queries.list_conflicts(session, programme_id=programme_id)}
    new = sorted(wanted - set(present))
    gone = [
        c
        for key, c in present.items()
        if c.source == ConflictSource.COMPUTED and c.dismissed_at is None and key not in wanted
    ]
    for juror_id, entry_id, kind in new:
        session.add(
            JurorConflict(
                juror_id=juror_id, entry_id=entry_id, kind=kind, source=ConflictSource.COMPUTED.value, created_at=now
            )
        )
    for conflict in gone:
        session.delete(conflict)
    session.flush()
    pairs = {
        "conflicts.computed": [[j, e] for j, e, _ in new],
        "conflicts.lapsed": sorted([c.juror_id, c.entry_id] for c in gone),
    }
    for kind, changed in pairs.items():
        if changed:
            journal.record(
                session, kind=kind, now=now, actor_id=actor_id, programme_id=programme_id, data={"pairs": changed}
            )
    return len(new)


def _list_causes(session: Session, *, programme_id: int) -> set[tuple[int, int, str]]:
    """(juror id, entry id, kind) of every conflict that units and names make now."""
    entries = queries.list_accepted(session, programme_id=programme_id)
    judged = {e.id for e in entries}
    units = queries.list_units_of_jurors(session, programme_id=programme_id)
    names = queries.list_author_names(session, programme_id=programme_id)
    causes: set[tuple[int, int, str]] = set()
    # Those who have left too: a sheet that they submitted may still count.
    for row in queries.list_jurors(session, programme_id=programme_id, include_left=True):
        juror_id = row.juror.id or 0
        causes |= {(juror_id, e.id or 0, "same_unit") for e in entries if e.unit_id in units.get(juror_id, ())}
        causes |= {(juror_id, e, "author") for e, name in names if name == row.user.name_key and e in judged}
    return causes


def set_conflict(session: Session, *, actor: Actor, form: ConflictForm, now: datetime) -> JurorConflict:
    """Record a conflict that the organiser knows of."""
    programme_queries.hold_rounds(session, programme_id=actor.programme_id)
    require(refuse_organise(actor))
    queries.get_juror(session, programme_id=actor.programme_id, juror_id=form.juror_id)
    entry = session.get(Entry, form.entry_id)
    if entry is None or entry.programme_id != actor.programme_id:
        raise NotFound
    conflict = add_conflict(
        session,
        actor=actor,
        juror_id=form.juror_id,
        entry_id=form.entry_id,
        kind=form.kind,
        reason=form.reason,
        source=ConflictSource.ORGANISER,
        now=now,
    )
    _release(
        session, actor=actor, form=PairForm(juror_id=form.juror_id, entry_id=form.entry_id), reason=form.reason, now=now
    )
    return conflict


def release_juror(session: Session, *, actor: Actor, form: PairForm, reason: str, now: datetime) -> None:
    """Relieve a juror of an entry with a reason, a sheet begun or not: the way out of a round that waits for somebody.

    The sheet stays as it is and no longer counts; the organiser has seen no mark of it.
    """
    programme_queries.hold_rounds(session, programme_id=actor.programme_id)
    require(policy.refuse_assign(actor, round_=actor.scene.round))
    queries.get_juror(session, programme_id=actor.programme_id, juror_id=form.juror_id)
    if not _release(session, actor=actor, form=form, reason=reason, now=now):
        raise NotFound


def _release(session: Session, *, actor: Actor, form: PairForm, reason: str, now: datetime) -> bool:
    round_ = actor.scene.round
    if round_ is None or round_.closed_at is not None:
        return False
    active = session.exec(
        select(Assignment)
        .where(
            Assignment.round_id == round_.id,
            Assignment.juror_id == form.juror_id,
            Assignment.entry_id == form.entry_id,
            col(Assignment.recused_at).is_(None),
        )
        .with_for_update()
    ).first()
    if active is None:
        return False
    active.recused_at, active.recuse_reason = now, reason
    session.add(active)
    session.flush()
    journal.record(
        session,
        kind="assignment.released",
        now=now,
        actor_id=actor.user_id,
        programme_id=actor.programme_id,
        subject=f"assignment:{active.id}",
        data={"juror": active.juror_id, "entry": active.entry_id},
        personal={"reason": reason},
    )
    return True


def _forget_pair(session: Session, *, actor: Actor, form: PairForm) -> None:
    assert actor.scene.round is not None
    session.exec(
        delete(Assignment).where(
            col(Assignment.round_id) == actor.scene.round.id,
            col(Assignment.juror_id) == form.juror_id,
            col(Assignment.entry_id) == form.entry_id,
        )
    )


def add_conflict(
    session: Session,
    *,
    actor: Actor,
    juror_id: int,
    entry_id: int,
    kind: str,
    reason: str,
    source: ConflictSource,
    now: datetime,
) -> JurorConflict:
    """Record a conflict; one of the same kind that was dismissed is opened again. Used by recusals too."""
    if kind not in CONFLICT_KINDS:
        raise Invalid(N_("Chưa chọn loại xung đột lợi ích."), fields={"kind": N_("Vui lòng chọn một loại.")})
    query = select(JurorConflict).where(
        JurorConflict.juror_id == juror_id, JurorConflict.entry_id == entry_id, JurorConflict.kind == kind
    )
    conflict = session.exec(query).first() or JurorConflict(
        juror_id=juror_id, entry_id=entry_id, kind=kind, source=source.value, created_at=now
    )
    conflict.reason, conflict.dismissed_at, conflict.dismissed_by, conflict.dismiss_reason = reason, None, None, ""
    session.add(conflict)
    session.flush()
    journal.record(
        session,
        kind="conflict.recorded",
        now=now,
        actor_id=actor.user_id,
        programme_id=actor.programme_id,
        subject=f"conflict:{conflict.id}",
        data={"juror": juror_id, "entry": entry_id, "kind": kind, "source": source.value},
        personal={"reason": reason},
    )
    return conflict


def dismiss_conflict(session: Session, *, actor: Actor, conflict: JurorConflict, reason: str, now: datetime) -> None:
    """Decide that a flagged pair is no conflict; a re-run does not open it again.

    A namesake of an author is common in Vietnam: that too a person decides, with a reason that the journal keeps.
    """
    require(refuse_organise(actor))
    conflict.dismissed_at, conflict.dismissed_by, conflict.dismiss_reason = now, actor.user_id, reason
    session.add(conflict)
    session.flush()
    journal.record(
        session,
        kind="conflict.dismissed",
        now=now,
        actor_id=actor.user_id,
        programme_id=actor.programme_id,
        subject=f"conflict:{conflict.id}",
        personal={"reason": reason},
    )
