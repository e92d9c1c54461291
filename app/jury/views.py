"""What the jury's pages show, made of rows: blind where the rules say so."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from app.core.clock import in_zone
from app.core.errors import DomainError
from app.core.i18n import Message
from app.core.numbers import format_points
from app.entries.models import Entry
from app.jury.blinding import blind_title
from app.jury.models import Assignment, Juror, JurorConflict, ScoreSheet, SheetStatus
from app.jury.queries import JurorRow, Progress, QueuePlace, QueueRow
from app.jury.rubric import units_per_point
from app.jury.service.sheets import Saved
from app.programmes.plan import CriterionRules, Plan, RoundRules, hundredths

_STRIDES = 10  # the number keys 0 to 9 choose the first ten: a tenth of the maximum each
WAITING = frozenset({"to_score", "draft"})


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


def entry_code(entry: Entry | QueueRow) -> str:
    """What an entry is called where names are hidden."""
    return f"{entry.number or 0:03d}"


def queue_item(row: QueueRow, *, rules: RoundRules, plan: Plan) -> QueueItem:
    """Make a line of the juror's list."""
    return QueueItem(
        entry_id=row.entry_id,
        code=entry_code(row),
        title=blind_title(row) if rules.blind else row.title,
        field=plan.field_label(row.field),
        format=row.format,
        state=state_of(row, row.status),
        total=format_total(row.total_units, rules),
        skipped=row.skipped_at is not None,
    )


def state_of(assignment: Assignment | QueueRow | QueuePlace, status: str | None) -> str:
    """Where a juror stands with an entry; `status` is that of the sheet, None where none was begun."""
    if assignment.recused_at is not None:
        return "recused"
    if status is None:
        return "to_score"
    return "draft" if status == SheetStatus.DRAFT else "scored"


def format_total(total_units: int | None, rules: RoundRules) -> str:
    """A sheet's total as people write it; empty while a mark is missing."""
    if total_units is None:
        return ""
    whole, rest = divmod(total_units * 100, units_per_point(rules))
    return format_points(whole + Fraction(rest, units_per_point(rules)) if rest else whole, trim=True)


@dataclass(frozen=True, slots=True)
class Position:
    """Where the open entry stands on the juror's list, and which one follows."""

    at: int
    of: int
    following: int | None


def position_of(entry_id: int, places: Sequence[QueuePlace]) -> Position:
    """Find an entry on the list, recused ones left out. What follows is begun or untouched; skipped ones stand last."""
    mine = [place for place in places if state_of(place, place.status) != "recused"]
    at = next((i for i, place in enumerate(mine, start=1) if place.entry_id == entry_id), 0)
    waiting = (p.entry_id for p in mine if state_of(p, p.status) in WAITING and p.entry_id != entry_id)
    return Position(at, len(mine), next(waiting, None))


def next_to_score(items: Sequence[QueueItem]) -> QueueItem | None:
    """The next entry that is not scored: those begun or untouched first, skipped ones last."""
    return next((i for i in items if i.state in WAITING), None)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A juror who may take an entry, or why not; `load` is how many entries they have."""

    juror_id: int
    name: str
    is_expert: bool
    load: int
    maximum: int | None
    conflict: str  # its kind, empty if there is none


def list_candidates(
    entry: Entry,
    *,
    jurors: Sequence[JurorRow],
    assigned: Collection[int],
    conflicts: Sequence[JurorConflict],
    loads: Mapping[int, Progress],
) -> list[Candidate]:
    """Who could judge an entry that is not on their list: free ones first, experts, those with least to do."""
    clashes = {c.juror_id: c.kind for c in conflicts if c.entry_id == entry.id and c.dismissed_at is None}
    found = [
        Candidate(
            juror_id=row.juror.id or 0,
            name=row.user.full_name,
            is_expert=entry.field in row.juror.fields,
            load=has.assigned - has.recused if (has := loads.get(row.juror.id or 0)) else 0,
            maximum=row.juror.maximum,
            conflict=clashes.get(row.juror.id or 0, ""),
        )
        for row in jurors
        if row.juror.id not in assigned
    ]
    return sorted(found, key=lambda c: (bool(c.conflict), not c.is_expert, c.load))


def sheet_fields(sheet: ScoreSheet | None, rules: RoundRules) -> dict[str, str]:
    """The boxes of the form as the server has them; an empty one is a box too, or what lies over it would stay."""
    marks = sheet.marks if sheet else {}
    boxes = {f"marks.{c.key}": format_points(marks[c.key], trim=True) if c.key in marks else "" for c in rules.rubric}
    return {**boxes, "comment": sheet.comment if sheet else ""}


def juror_fields(juror: Juror) -> dict[str, Any]:
    """The boxes of a juror's form as the server has them."""
    return {
        "user_id": juror.user_id,
        "unit_id": juror.unit_id,
        "position": juror.position,
        "fields": juror.fields,
        "minimum": juror.minimum,
        "maximum": juror.maximum,
    }


@dataclass(frozen=True, slots=True)
class RefusedReason:
    """A form for a reason that was refused: which of the page's, what is wrong, and what was typed."""

    key: Any
    error: Message
    typed: str


def refused_reason(key: Any, error: DomainError, typed: Any) -> RefusedReason:
    """Keep what was typed beside what is wrong with it."""
    return RefusedReason(key, error.fields.get("reason", error.message), str(typed or ""))


def saved_json(saved: Saved, rules: RoundRules, *, plan: Plan) -> dict[str, Any]:
    """What the page is told after a save."""
    return {
        "saved_at": in_zone(saved.saved_at, plan.zone).strftime("%H:%M"),
        "version": saved.version,
        "total": format_total(saved.total_units, rules),
        "status": saved.status,
    }


def picks(criterion: CriterionRules) -> list[str]:
    """Marks to choose by one touch, from nothing to the maximum; what lies between them is stepped to or typed."""
    top, step = hundredths(criterion.max), hundredths(criterion.step)
    stride = -(-top // (_STRIDES * step)) * step
    return [format_points(m, trim=True) for m in (*range(0, top, stride), top)]
