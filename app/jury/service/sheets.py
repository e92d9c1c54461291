"""Score sheets: saved as the juror writes, submitted, recused, skipped. Two tabs never overwrite each other."""

from datetime import datetime
from typing import Any, Final, NamedTuple, NoReturn

from sqlalchemy import bindparam
from sqlmodel import Session

from app.core.database import execute, insert, table_of
from app.core.errors import Conflict, Invalid, NotFound, require
from app.core.i18n import N_, Message
from app.journal import service as journal
from app.jury import policy, queries
from app.jury.forms import RecusalForm, ScoreForm
from app.jury.models import ConflictSource, Marking, ScoreSheet, SheetStatus
from app.jury.rubric import total_in_units
from app.jury.service.jurors import add_conflict
from app.programmes import queries as programme_queries
from app.programmes.access import Actor
from app.programmes.models import Round
from app.programmes.plan import RoundRules
from scoring import InvalidMarksError

_SHEETS: Final = table_of(ScoreSheet)
_WRITE: Final = _SHEETS.insert()
_WRITE_AGAIN: Final = _SHEETS.update().where(
    _SHEETS.c.id == bindparam("sheet_id"), _SHEETS.c.version == bindparam("seen")
)


class StaleSheetError(Conflict):
    """The sheet was saved elsewhere since this form was opened; `theirs` is what the server has."""

    def __init__(self, theirs: ScoreSheet) -> None:
        super().__init__(
            N_("Phiếu này vừa được lưu ở một cửa sổ hoặc thiết bị khác. Hãy so sánh hai bản rồi chọn bản muốn giữ.")
        )
        self.theirs = theirs


class Saved(NamedTuple):
    """What was saved: the sheet's id, status and version, its total in units while no mark is missing, and when."""

    sheet_id: int
    status: str
    version: int
    total_units: int | None
    saved_at: datetime


def save_score(
    session: Session,
    *,
    actor: Actor,
    juror_id: int,
    round_: Round,
    rules: RoundRules,
    entry_id: int,
    form: ScoreForm,
    submit: bool,
    now: datetime,
) -> Saved:
    """Save the juror's marks for an entry on their list, as a draft or submitted.

    A draft may have gaps; a submitted sheet is complete and stays so, editable until the round closes. A first sheet
    that comes when its entry is being marked further (a substitute's) is locked like the others of the first marking.
    """
    require(policy.refuse_page_of(actor, juror_id=juror_id, page_of=form.juror))
    assert round_.id is not None
    programme_queries.hold_rounds(session, programme_id=actor.programme_id)
    held = queries.hold_sheet(session, round_id=round_.id, juror_id=juror_id, entry_id=entry_id)
    require(policy.refuse_score(actor, round_=round_, recused_at=held.recused_at, status=held.status))
    if form.version != held.version:
        _refuse_stale(session, held)
    was_submitted = held.status == SheetStatus.SUBMITTED
    is_submitted = submit or was_submitted
    if is_submitted:
        require_complete(rules, form)
    status = SheetStatus.SUBMITTED if is_submitted else SheetStatus.DRAFT
    if is_submitted and rules.marks_further and held.marking == Marking.FIRST:
        is_late = queries.is_marked_further(session, round_id=round_.id, entry_id=entry_id)
        status = SheetStatus.LOCKED if is_late else status
    saved = _write(session, held, rules=rules, form=form, status=status, now=now)
    if is_submitted:
        # Marks are bound by a salted hash: the journal proves them later and shows nobody anything now.
        journal.record(
            session,
            kind="sheet.changed" if was_submitted else "sheet.submitted",
            now=now,
            actor_id=actor.user_id,
            programme_id=actor.programme_id,
            subject=f"sheet:{saved.sheet_id}",
            data={"version": saved.version},
            personal={"marks": dict(form.marks), "comment": form.comment},
        )
    return saved


def _refuse_stale(session: Session, held: queries.HeldSheet) -> NoReturn:
    # A first save cannot be stale against nothing; anything else is shown beside what the server has.
    theirs = session.get(ScoreSheet, held.sheet_id, populate_existing=True) if held.sheet_id else None
    raise StaleSheetError(theirs) if theirs else Conflict(N_("Phiếu không còn như khi mở. Vui lòng tải lại trang."))


def _write(
    session: Session, held: queries.HeldSheet, *, rules: RoundRules, form: ScoreForm, status: SheetStatus, now: datetime
) -> Saved:
    total = total_in_units(rules, form.marks) if len(form.marks) == len(rules.rubric) else None
    version = held.version + 1
    row: dict[str, Any] = {
        "marks": dict(form.marks),
        "total_units": total,
        "comment": form.comment,
        "status": status.value,
        "version": version,
        "saved_at": now,
        "submitted_at": None if status == SheetStatus.DRAFT else now,
    }
    sheet_id = held.sheet_id
    if sheet_id is None:
        sheet_id = insert(session, _WRITE, {"assignment_id": held.assignment_id, **row})
    elif execute(session, _WRITE_AGAIN, {"sheet_id": sheet_id, "seen": held.version, **row}).rowcount == 0:
        _refuse_stale(session, held)
    return Saved(sheet_id, status.value, version, total, now)


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
    session: Session, *, actor: Actor, juror_id: int, round_: Round, entry_id: int, form: RecusalForm, now: datetime
) -> None:
    """Step back from an entry with a reason: a declared conflict; the sheet, if any, no longer counts."""
    require(policy.refuse_page_of(actor, juror_id=juror_id, page_of=form.juror))
    assert round_.id is not None
    programme_queries.hold_rounds(session, programme_id=actor.programme_id)
    if queries.find_seat(session, programme_id=actor.programme_id, user_id=actor.user_id) is None:
        raise NotFound  # dismissed while this waited: what they submitted counts
    assignment, sheet = queries.get_assignment(
        session, round_id=round_.id, juror_id=juror_id, entry_id=entry_id, lock=True
    )
    status = sheet.status if sheet else None
    require(policy.refuse_score(actor, round_=round_, recused_at=assignment.recused_at, status=status))
    assignment.recused_at = now
    assignment.recuse_reason = form.reason
    session.add(assignment)
    add_conflict(
        session,
        actor=actor,
        juror_id=juror_id,
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
        data={"juror": juror_id, "entry": entry_id},
    )


def skip(session: Session, *, actor: Actor, juror_id: int, round_: Round, entry_id: int, now: datetime) -> None:
    """Put an entry at the end of the juror's list; remembered on the server."""
    assert round_.id is not None
    assignment, sheet = queries.get_assignment(session, round_id=round_.id, juror_id=juror_id, entry_id=entry_id)
    status = sheet.status if sheet else None
    require(policy.refuse_score(actor, round_=round_, recused_at=assignment.recused_at, status=status))
    assignment.skipped_at = now
    session.add(assignment)
    session.flush()
