"""Score sheets: saved as the juror writes, submitted, recused, skipped. Two tabs never overwrite each other."""

from datetime import datetime

from sqlmodel import Session

from app.core.errors import Conflict, Invalid, require
from app.core.i18n import N_, Message
from app.journal import service as journal
from app.jury import policy, queries
from app.jury.forms import RecusalForm, ScoreForm
from app.jury.models import ConflictSource, Juror, ScoreSheet, SheetStatus
from app.jury.rubric import total_in_units
from app.jury.service.jurors import add_conflict
from app.programmes import queries as programme_queries
from app.programmes.access import Actor
from app.programmes.models import Round
from app.programmes.plan import RoundRules
from scoring import InvalidMarksError


class StaleSheetError(Conflict):
    """The sheet was saved elsewhere since this form was opened; `theirs` is what the server has."""

    def __init__(self, theirs: ScoreSheet) -> None:
        super().__init__(
            N_("Phiếu này vừa được lưu ở một cửa sổ hoặc thiết bị khác. Hãy so sánh hai bản rồi chọn bản muốn giữ.")
        )
        self.theirs = theirs


def save_score(
    session: Session,
    *,
    actor: Actor,
    juror: Juror,
    round_: Round,
    rules: RoundRules,
    entry_id: int,
    form: ScoreForm,
    submit: bool,
    now: datetime,
) -> ScoreSheet:
    """Save the juror's marks for an entry on their list, as a draft or submitted.

    A draft may have gaps; a submitted sheet is complete and stays so, editable until the round closes.
    """
    assert juror.id is not None
    assert round_.id is not None
    programme_queries.hold_rounds(session, programme_id=actor.programme_id)
    assignment, sheet = queries.get_assignment(
        session, round_id=round_.id, juror_id=juror.id, entry_id=entry_id, lock=True
    )
    require(policy.refuse_score(actor, round_=round_, assignment=assignment, sheet=sheet))
    if form.version != (sheet.version if sheet else 0):
        # A first save cannot be stale against nothing; anything else is shown beside what the server has.
        raise StaleSheetError(sheet) if sheet else Conflict(N_("Phiếu không còn như khi mở. Vui lòng tải lại trang."))
    was_submitted = sheet is not None and sheet.status == SheetStatus.SUBMITTED
    if submit or was_submitted:
        require_complete(rules, form)
    assert assignment.id is not None
    if sheet is None:
        sheet = ScoreSheet(assignment_id=assignment.id, version=0, saved_at=now)
    sheet.marks = dict(form.marks)
    sheet.total_units = total_in_units(rules, form.marks) if len(form.marks) == len(rules.rubric) else None
    sheet.comment = form.comment
    sheet.version += 1
    sheet.saved_at = now
    if submit or was_submitted:
        sheet.status = SheetStatus.SUBMITTED.value
        sheet.submitted_at = now
    session.add(sheet)
    session.flush()
    if sheet.status == SheetStatus.SUBMITTED:
        # Marks are bound by a salted hash: the journal proves them later and shows nobody anything now.
        journal.record(
            session,
            kind="sheet.changed" if was_submitted else "sheet.submitted",
            now=now,
            actor_id=actor.user_id,
            programme_id=actor.programme_id,
            subject=f"sheet:{sheet.id}",
            data={"version": sheet.version},
            personal={"marks": sheet.marks, "comment": sheet.comment},
        )
    return sheet


def require_complete(rules: RoundRules, form: ScoreForm) -> None:
    """Raise Invalid naming every criterion without a mark."""
    missing: dict[str, Message] = {
        f"marks.{c.key}": N_("Chưa cho điểm tiêu chí này.") for c in rules.rubric if c.key not in form.marks
    }
    if missing:
        raise Invalid(N_("Phiếu chưa đủ điểm: còn %(n)s tiêu chí chưa chấm.", n=len(missing)), fields=missing)
    try:
        rules.judging_rubric.total(dict(form.marks))
    except InvalidMarksError as error:
        raise Invalid(N_("Phiếu có điểm không hợp lệ.")) from error


def recuse(
    session: Session, *, actor: Actor, juror: Juror, round_: Round, entry_id: int, form: RecusalForm, now: datetime
) -> None:
    """Step back from an entry with a reason: a declared conflict; the sheet, if any, no longer counts."""
    assert juror.id is not None
    assert round_.id is not None
    programme_queries.hold_rounds(session, programme_id=actor.programme_id)
    assignment, sheet = queries.get_assignment(
        session, round_id=round_.id, juror_id=juror.id, entry_id=entry_id, lock=True
    )
    require(policy.refuse_score(actor, round_=round_, assignment=assignment, sheet=sheet))
    assignment.recused_at = now
    assignment.recuse_reason = form.reason
    session.add(assignment)
    add_conflict(
        session,
        actor=actor,
        juror_id=juror.id,
        entry_id=entry_id,
        kind=form.kind,
        reason=form.reason,
        source=ConflictSource.DECLARED,
        now=now,
    )
    journal.record(
        session,
        kind="assignment.recused",
        now=now,
        actor_id=actor.user_id,
        programme_id=actor.programme_id,
        subject=f"assignment:{assignment.id}",
        data={"juror": juror.id, "entry": entry_id},
    )


def skip(session: Session, *, actor: Actor, juror: Juror, round_: Round, entry_id: int, now: datetime) -> None:
    """Put an entry at the end of the juror's list; remembered on the server."""
    assert juror.id is not None
    assert round_.id is not None
    assignment, sheet = queries.get_assignment(session, round_id=round_.id, juror_id=juror.id, entry_id=entry_id)
    require(policy.refuse_score(actor, round_=round_, assignment=assignment, sheet=sheet))
    assignment.skipped_at = now
    session.add(assignment)
    session.flush()
