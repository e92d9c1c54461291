"""Screening: the unit keeps or declines, its head confirms, the unit forwards, the district checks."""

from datetime import datetime, timedelta

from sqlmodel import Session

from app.core.errors import Invalid, require
from app.core.i18n import N_
from app.entries.models import Entry, EntryStatus
from app.entries.service import move
from app.journal import service as journal
from app.programmes.access import Actor
from app.programmes.queries import hold_rounds
from app.screening import policy, queries
from app.screening.forms import CheckForm, ConfirmationForm, ScreeningForm
from app.screening.models import DistrictCheck, DistrictDecision, HeadConfirmation, UnitDecision, UnitScreening

_AFTER_CHECK = {
    DistrictDecision.ACCEPT: EntryStatus.ACCEPTED,
    DistrictDecision.RETURN: EntryStatus.RETURNED,
    DistrictDecision.INELIGIBLE: EntryStatus.INELIGIBLE,
}


def screen_entry(session: Session, *, actor: Actor, entry: Entry, form: ScreeningForm, now: datetime) -> None:
    """Record the unit's checklist and decision. To keep an entry, every item must be met."""
    hold_rounds(session, programme_id=actor.programme_id)
    require(policy.refuse_screen(actor, entry))
    assert entry.id is not None
    checklist = {item.key: item.key in form.checklist for item in actor.plan.screening.unit}
    if form.decision == UnitDecision.KEEP and not all(checklist.values()):
        unmet = N_("Chỉ chọn bài khi đã đạt mọi điều kiện; điều kiện nào chưa đạt thì không chọn và ghi lý do.")
        raise Invalid(unmet, fields={"checklist": unmet})
    session.add(
        UnitScreening(
            entry_id=entry.id,
            checklist=checklist,
            decision=form.decision.value,
            reason=form.reason,
            decided_by=actor.user_id,
            decided_at=now,
        )
    )
    to = EntryStatus.KEPT if form.decision == UnitDecision.KEEP else EntryStatus.DECLINED
    move(session, entry=entry, to=to, actor=actor, now=now, reason=form.reason)


def confirm_entry(session: Session, *, actor: Actor, entry: Entry, form: ConfirmationForm, now: datetime) -> None:
    """Record the head's two confirmations."""
    hold_rounds(session, programme_id=actor.programme_id)
    require(policy.refuse_confirm(actor, entry))
    assert entry.id is not None
    grades = {g.key for g in actor.plan.screening.grades}
    wrong = {
        name: N_("Vui lòng chọn một mức.")
        for name in ("effectiveness_grade", "feasibility_grade")
        if getattr(form, name) not in grades
    }
    if wrong:
        raise Invalid(N_("Vui lòng chọn mức xác nhận."), fields=wrong)
    session.add(
        HeadConfirmation(
            entry_id=entry.id,
            effectiveness_grade=form.effectiveness_grade,
            effectiveness_note=form.effectiveness_note,
            feasibility_grade=form.feasibility_grade,
            feasibility_note=form.feasibility_note,
            confirmed_by=actor.user_id,
            confirmed_at=now,
        )
    )
    grades_given = {"effectiveness": form.effectiveness_grade, "feasibility": form.feasibility_grade}
    move(session, entry=entry, to=EntryStatus.CONFIRMED, actor=actor, now=now, data=grades_given)


def object_entry(session: Session, *, actor: Actor, entry: Entry, reason: str, now: datetime) -> None:
    """Let the head give a kept entry back to the clerk with a reason, instead of confirming it."""
    hold_rounds(session, programme_id=actor.programme_id)
    require(policy.refuse_confirm(actor, entry))
    move(session, entry=entry, to=EntryStatus.DRAFT, actor=actor, now=now, data={"by": "head"}, reason=reason)


def forward_entry(session: Session, *, actor: Actor, entry: Entry, now: datetime) -> None:
    """Send a confirmed entry up, before the deadline by the server's clock or with an organiser's reason."""
    assert entry.id is not None
    check = queries.find_check(session, entry_id=entry.id)
    until = check.supplement_until if check else None
    hold_rounds(session, programme_id=actor.programme_id)
    require(policy.refuse_forward(actor, entry, now=now, supplement_until=until))
    due = policy.due_at(actor, supplement_until=until)
    late = due is not None and now >= due
    move(session, entry=entry, to=EntryStatus.FORWARDED, actor=actor, now=now, data={"late": late})


def allow_late(session: Session, *, actor: Actor, entry: Entry, reason: str, now: datetime) -> None:
    """Let one entry in after the deadline; the organiser's reason stays with it."""
    hold_rounds(session, programme_id=actor.programme_id)
    require(policy.refuse_allow_late(actor, entry))
    entry.late_reason = reason
    session.add(entry)
    session.flush()
    journal.record(
        session,
        kind="entry.late_allowed",
        now=now,
        actor_id=actor.user_id,
        programme_id=entry.programme_id,
        subject=f"entry:{entry.id}",
        personal={"reason": reason},
    )


def check_entry(session: Session, *, actor: Actor, entry: Entry, form: CheckForm, now: datetime) -> None:
    """Record the district's decision."""
    hold_rounds(session, programme_id=actor.programme_id)
    require(policy.refuse_check(actor, entry))
    assert entry.id is not None
    until = None
    if form.supplement_until is not None:
        # «Bổ sung đến hết ngày X»: due until the end of that day, local time.
        until = form.supplement_until.replace(tzinfo=actor.plan.zone) + timedelta(days=1)
        if until <= now:
            past = N_("Hạn bổ sung phải ở trong tương lai.")
            raise Invalid(past, fields={"supplement_until": past})
    session.add(
        DistrictCheck(
            entry_id=entry.id,
            decision=form.decision.value,
            reason=form.reason,
            supplement_until=until,
            decided_by=actor.user_id,
            decided_at=now,
        )
    )
    if until is not None:
        # A permission to be late was for the plan's deadline; the journal keeps it. From now on this date counts.
        entry.late_reason = ""
    move(
        session,
        entry=entry,
        to=_AFTER_CHECK[form.decision],
        actor=actor,
        now=now,
        data={"until": until.isoformat()} if until else None,
        reason=form.reason,
    )


def recheck_entry(session: Session, *, actor: Actor, entry: Entry, reason: str, now: datetime) -> None:
    """Take back the district's decision, with a reason, so that the entry is checked anew."""
    hold_rounds(session, programme_id=actor.programme_id)
    require(policy.refuse_recheck(actor, entry))
    move(session, entry=entry, to=EntryStatus.FORWARDED, actor=actor, now=now, reason=reason)
