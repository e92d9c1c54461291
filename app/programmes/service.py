"""Making a programme from a plan, editing the plan until judging opens, sealing it, and giving roles."""

from datetime import datetime

from sqlmodel import Session, select

from app.core.clock import set_demo_clock
from app.core.errors import Conflict, Invalid, require
from app.core.i18n import N_
from app.core.text import clean, fold, sort_key
from app.journal import service as journal
from app.programmes import policy, queries
from app.programmes.access import Actor, Scene
from app.programmes.models import (
    UNIT_ROLES,
    Body,
    CommitteeMember,
    Membership,
    PlanVersion,
    Programme,
    Role,
    Round,
    Unit,
)
from app.programmes.plan import Plan, read_canonical, sha256_of


def create_programme(
    session: Session, *, plan: Plan, now: datetime, actor_id: int | None = None, is_sample: bool = False
) -> Programme:
    """Make a programme from its plan, with the plan's units and rounds."""
    if queries.find_programme(session, slug=plan.slug) is not None:
        raise Conflict(N_("Đã có chương trình với mã «%(slug)s».", slug=plan.slug))
    programme = Programme(slug=plan.slug, kind=plan.kind, title=plan.title, is_sample=is_sample, created_at=now)
    session.add(programme)
    session.flush()
    assert programme.id is not None
    _add_version(session, programme=programme, plan=plan, now=now, actor_id=actor_id, reason="")
    for spec in plan.units:
        add_unit(session, programme_id=programme.id, key=spec.key, name=spec.name, category=spec.category)
    for ordinal, rules in enumerate(plan.rounds, start=1):
        session.add(Round(programme_id=programme.id, key=rules.key, ordinal=ordinal))
    session.flush()
    journal.record(
        session,
        kind="programme.created",
        now=now,
        actor_id=actor_id,
        programme_id=programme.id,
        subject=f"programme:{programme.id}",
    )
    return programme


def _add_version(
    session: Session, *, programme: Programme, plan: Plan, now: datetime, actor_id: int | None, reason: str
) -> PlanVersion:
    assert programme.id is not None
    versions = queries.list_plan_versions(session, programme_id=programme.id)
    canonical = plan.canonical()
    version = PlanVersion(
        programme_id=programme.id,
        number=versions[-1].number + 1 if versions else 1,
        canonical=canonical,
        sha256=sha256_of(canonical),
        reason=reason,
        created_at=now,
        created_by=actor_id,
    )
    session.add(version)
    session.flush()
    journal.record(
        session,
        kind="plan.version_added",
        now=now,
        actor_id=actor_id,
        programme_id=programme.id,
        subject=f"plan_version:{version.id}",
        data={"number": version.number, "sha256": version.sha256},
    )
    return version


def save_plan(session: Session, *, actor: Actor, plan: Plan, now: datetime, reason: str = "") -> PlanVersion:
    """Store an edited plan as the next version. Refused once judging has opened."""
    require(policy.refuse_edit_plan(actor))
    if plan.slug != actor.plan.slug or plan.kind != actor.plan.kind:
        raise Invalid(N_("Không đổi được mã và loại của chương trình."))
    programme = actor.scene.programme
    programme.title = plan.title
    session.add(programme)
    return _add_version(session, programme=programme, plan=plan, now=now, actor_id=actor.user_id, reason=clean(reason))


def open_round(session: Session, *, actor: Actor, round_: Round, now: datetime) -> Round:
    """Open a round: the plan in force is sealed and the round names it. The jury slice checks that it can begin."""
    require(policy.refuse_organise(actor))
    if round_.opened_at is not None:
        raise Conflict(N_("Vòng chấm này đã mở."))
    version = actor.scene.version
    if version.sealed_at is None:
        version.sealed_at = now
        session.add(version)
    round_.opened_at = now
    round_.plan_version_id = version.id
    session.add(round_)
    session.flush()
    journal.record(
        session,
        kind="round.opened",
        now=now,
        actor_id=actor.user_id,
        programme_id=actor.programme_id,
        subject=f"round:{round_.id}",
        data={"plan_version": version.number, "sha256": version.sha256},
    )
    return round_


def close_round(session: Session, *, actor: Actor, round_: Round, now: datetime) -> Round:
    """Close a round. The results slice has checked that nothing is missing and locks the sheets."""
    require(policy.refuse_organise(actor))
    if round_.opened_at is None or round_.closed_at is not None:
        raise Conflict(N_("Vòng chấm này không mở."))
    round_.closed_at = now
    session.add(round_)
    session.flush()
    journal.record(
        session,
        kind="round.closed",
        now=now,
        actor_id=actor.user_id,
        programme_id=actor.programme_id,
        subject=f"round:{round_.id}",
    )
    return round_


def sealed_plan(session: Session, *, round_: Round) -> Plan:
    """Give the plan that a round is judged under; the plan in force while it has not been opened."""
    if round_.plan_version_id is None:
        version = queries.get_plan_version(session, programme_id=round_.programme_id)
    else:
        version = session.get_one(PlanVersion, round_.plan_version_id)
    return read_canonical(version.canonical)


# ---- units, roles, rosters -------------------------------------------------------------------------------


def add_unit(session: Session, *, programme_id: int, key: str, name: str, category: str) -> Unit:
    """Add a unit to the tree."""
    name = clean(name)
    unit = Unit(
        programme_id=programme_id, key=key, name=name, category=category, sort_key=sort_key(name), folded=fold(name)
    )
    session.add(unit)
    session.flush()
    return unit


def grant_role(
    session: Session,
    *,
    scene: Scene,
    user_id: int,
    role: Role,
    now: datetime,
    unit: Unit | None = None,
    actor: Actor | None = None,
) -> Membership:
    """Give a role; giving it twice changes nothing. `actor` is None only on the command line."""
    if actor is not None:
        require(policy.refuse_manage_people(actor))
    if (role in UNIT_ROLES) != (unit is not None):
        raise Invalid(N_("Vai trò của đơn vị phải kèm đơn vị; vai trò khác thì không."))
    unit_id = unit.id if unit else None
    query = select(Membership).where(
        Membership.programme_id == scene.programme_id, Membership.user_id == user_id, Membership.role == role
    )
    query = query.where(Membership.unit_id == unit_id)
    if (existing := session.exec(query).first()) is not None:
        return existing
    membership = Membership(programme_id=scene.programme_id, user_id=user_id, role=role, unit_id=unit_id)
    session.add(membership)
    session.flush()
    journal.record(
        session,
        kind="role.granted",
        now=now,
        actor_id=actor.user_id if actor else None,
        programme_id=scene.programme_id,
        subject=f"user:{user_id}",
        data={"role": role.value, "unit": unit_id},
    )
    return membership


def revoke_role(session: Session, *, actor: Actor, membership: Membership, now: datetime) -> None:
    """Take a role away."""
    require(policy.refuse_manage_people(actor))
    session.delete(membership)
    session.flush()
    journal.record(
        session,
        kind="role.revoked",
        now=now,
        actor_id=actor.user_id,
        programme_id=actor.programme_id,
        subject=f"user:{membership.user_id}",
        data={"role": membership.role, "unit": membership.unit_id},
    )


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


def set_clock(session: Session, *, actor: Actor, shown_at: datetime, demo: bool) -> None:
    """Set the programme's demo clock."""
    require(policy.refuse_set_clock(actor, demo=demo))
    set_demo_clock(session, scope=actor.scene.programme.slug, shown_at=shown_at)
