"""What the jury's pages show, made of rows: blind where the rules say so."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from app.core.clock import in_zone
from app.core.numbers import format_points
from app.entries.models import Entry
from app.jury.blinding import blind_title
from app.jury.models import Assignment, ScoreSheet, SheetStatus
from app.jury.rubric import units_per_point
from app.programmes.plan import CriterionRules, Plan, RoundRules, hundredths

_MOST_PICKS = 9


@dataclass(frozen=True, slots=True)
class QueueItem:
    """A line of a juror's list."""

    entry_id: int
    code: str
    title: str
    field: str
    format: str
    state: str  # to_score, draft, scored, recused
    total: str
    skipped: bool


def entry_code(entry: Entry) -> str:
    """What an entry is called where names are hidden."""
    return f"{entry.number or 0:03d}"


def queue_item(
    assignment: Assignment, entry: Entry, sheet: ScoreSheet | None, *, rules: RoundRules, plan: Plan
) -> QueueItem:
    """Make a line of the juror's list."""
    return QueueItem(
        entry_id=assignment.entry_id,
        code=entry_code(entry),
        title=blind_title(entry) if rules.blind else entry.title,
        field=plan.field_label(entry.field),
        format=entry.format,
        state=state_of(assignment, sheet),
        total=format_total(sheet, rules),
        skipped=assignment.skipped_at is not None,
    )


def state_of(assignment: Assignment, sheet: ScoreSheet | None) -> str:
    """Where a juror stands with an entry."""
    if assignment.recused_at is not None:
        return "recused"
    if sheet is None:
        return "to_score"
    return "draft" if sheet.status == SheetStatus.DRAFT else "scored"


def format_total(sheet: ScoreSheet | None, rules: RoundRules) -> str:
    """The sheet's total as people write it; empty while a mark is missing."""
    if sheet is None or sheet.total_units is None:
        return ""
    return format_points(Fraction(sheet.total_units * 100, units_per_point(rules)), trim=True)


def next_to_score(items: list[QueueItem], *, after: int | None = None) -> QueueItem | None:
    """The next entry that is not scored: those begun or untouched first, skipped ones last."""
    return next((i for i in items if i.state in {"to_score", "draft"} and i.entry_id != after), None)


def sheet_fields(sheet: ScoreSheet | None) -> dict[str, str]:
    """The boxes of the form as the server has them."""
    if sheet is None:
        return {"comment": ""}
    marks = {f"marks.{key}": format_points(mark, trim=True) for key, mark in sheet.marks.items()}
    return {**marks, "comment": sheet.comment}


def saved_json(sheet: ScoreSheet, rules: RoundRules, *, plan: Plan) -> dict[str, Any]:
    """What the page is told after a save."""
    return {
        "saved_at": in_zone(sheet.saved_at, plan.zone).strftime("%H:%M"),
        "version": sheet.version,
        "total": format_total(sheet, rules),
        "status": sheet.status,
    }


def picks(criterion: CriterionRules) -> list[str]:
    """Marks to choose by one touch, from the top down; lower ones are typed."""
    top, step = hundredths(criterion.max), hundredths(criterion.step)
    stride = max(step, -(-top // 20) // step * step or step)
    marks = [top - i * stride for i in range(_MOST_PICKS) if top - i * stride >= 0]
    return [format_points(m, trim=True) for m in reversed(marks)]
