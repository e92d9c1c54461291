"""Making a programme from its plan, editing the plan until judging opens, sealing it, rounds."""

from datetime import datetime

from sqlmodel import Session

from app.core.errors import Conflict, Invalid, require
from app.core.i18n import N_
from app.core.text import clean
from app.journal import service as journal
from app.programmes import policy, queries
from app.programmes.access import Actor
from app.programmes.models import PlanVersion, Programme, Round
from app.programmes.plan import Plan, sha256_of
from app.programmes.service import units


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
        units.add_unit(session, programme_id=programme.id, key=spec.key, name=spec.name, category=spec.category)
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


def save_plan(
    session: Session, *, actor: Actor, plan: Plan, now: datetime, reason: str = "", base: int | None = None
) -> PlanVersion:
    """Store an edited plan as the next version. Refused once judging has opened.

    `base` is the version that the editor saw: if another has been saved since, nothing is overwritten.
    """
    queries.hold_rounds(session, programme_id=actor.programme_id)
    # Editors wait for each other: the actor's scene was read before this lock, the newest version is read behind it.
    session.get(Programme, actor.programme_id, with_for_update=True)
    require(policy.refuse_edit_plan(actor))
    current = queries.get_plan_version(session, programme_id=actor.programme_id)
    if base is not None and base != current.number:
        raise Conflict(
            N_(
                "Trong lúc bạn sửa, kế hoạch đã được lưu thành bản số %(number)s. Hãy mở lại trang để xem bản mới "
                "rồi sửa tiếp; nội dung bạn nhập vẫn còn dưới đây.",
                number=current.number,
            )
        )
    if plan.canonical() == current.canonical:
        raise Conflict(N_("Không có gì thay đổi so với bản đang áp dụng."))
    if plan.slug != actor.plan.slug or plan.kind != actor.plan.kind:
        raise Invalid(N_("Không đổi được mã và loại của chương trình."))
    programme = actor.scene.programme
    programme.title = plan.title
    session.add(programme)
    return _add_version(session, programme=programme, plan=plan, now=now, actor_id=actor.user_id, reason=clean(reason))


def open_round(session: Session, *, actor: Actor, round_: Round, now: datetime) -> Round:
    """Open a round: the plan in force is sealed and the round names it. The jury slice checks that it can begin."""
    queries.hold_rounds(session, programme_id=actor.programme_id, exclusive=True)
    require(policy.refuse_organise(actor))
    if round_.opened_at is not None:
        raise Conflict(N_("Vòng chấm này đã mở."))
    # Not the scene's: another version may have been saved while this request waited for the lock.
    version = queries.get_plan_version(session, programme_id=actor.programme_id)
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
    queries.hold_rounds(session, programme_id=actor.programme_id, exclusive=True)
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
    return queries.read_plan(version)
