"""The rosters of Ban Tổ chức, Ban Giám khảo and Tổ thư ký."""

from datetime import datetime

from sqlmodel import Session

from app.core.errors import Invalid, require
from app.core.i18n import N_
from app.core.text import clean
from app.journal import service as journal
from app.programmes import policy, queries
from app.programmes.access import Actor
from app.programmes.models import Body, CommitteeMember


def add_committee_member(
    session: Session,
    *,
    actor: Actor,
    body: Body,
    full_name: str,
    position: str,
    duty: str,
    now: datetime,
    user_id: int | None = None,
) -> CommitteeMember:
    """Add a line at the end of a roster."""
    require(policy.refuse_organise(actor))
    full_name = clean(full_name)
    if not full_name:
        raise Invalid(N_("Thiếu họ và tên."), fields={"full_name": N_("Mục này bắt buộc.")})
    present = queries.list_committee(session, programme_id=actor.programme_id, body=body)
    member = CommitteeMember(
        programme_id=actor.programme_id,
        body=body,
        ordinal=present[-1].ordinal + 1 if present else 1,
        full_name=full_name,
        position=clean(position),
        duty=clean(duty),
        user_id=user_id,
    )
    session.add(member)
    session.flush()
    journal.record(
        session,
        kind="committee.member_added",
        now=now,
        actor_id=actor.user_id,
        programme_id=actor.programme_id,
        subject=f"committee_member:{member.id}",
        data={"body": body.value},
        personal={"full_name": full_name},
    )
    return member


def remove_committee_member(session: Session, *, actor: Actor, member_id: int, now: datetime) -> CommitteeMember:
    """Take a line off its roster."""
    require(policy.refuse_organise(actor))
    member = queries.get_committee_member(session, programme_id=actor.programme_id, member_id=member_id)
    session.delete(member)
    session.flush()
    _record(session, "committee.member_removed", actor=actor, member=member, now=now)
    return member


def move_committee_member(
    session: Session, *, actor: Actor, member_id: int, up: bool, now: datetime
) -> CommitteeMember:
    """Move a line one place up or down its roster; at the end it stays where it is."""
    require(policy.refuse_organise(actor))
    member = queries.get_committee_member(session, programme_id=actor.programme_id, member_id=member_id)
    rows = list(queries.list_committee(session, programme_id=actor.programme_id, body=Body(member.body)))
    place = rows.index(member)
    other = place - 1 if up else place + 1
    if not 0 <= other < len(rows):
        return member
    rows[place], rows[other] = rows[other], rows[place]
    for ordinal, row in enumerate(rows, start=1):
        row.ordinal = ordinal
        session.add(row)
    session.flush()
    _record(session, "committee.member_moved", actor=actor, member=member, now=now)
    return member


def _record(session: Session, kind: str, *, actor: Actor, member: CommitteeMember, now: datetime) -> None:
    journal.record(
        session,
        kind=kind,
        now=now,
        actor_id=actor.user_id,
        programme_id=actor.programme_id,
        subject=f"committee_member:{member.id}",
        data={"body": member.body},
        personal={"full_name": member.full_name},
    )
