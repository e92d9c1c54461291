"""How far a programme is, as JSON for those who run it: counts only, never a mark."""
# ruff: noqa: FAST003 - {programme} is read by ActorDep

from collections.abc import Sequence

from fastapi import APIRouter
from sqlmodel import Session

from app.core.api import API, API_ROUTER, Answer
from app.core.web import SessionDep
from app.entries.queries import Participation, count_by_status, list_participation
from app.jury import queries
from app.jury.deps import OrganiserViewDep
from app.programmes.models import Round
from app.programmes.plan import Plan

router = APIRouter(prefix=f"{API}/programmes", tags=["progress"], **API_ROUTER)


class ParticipationAnswer(Answer):
    """Units of one category: how many there are, and how many have sent an entry to the host."""

    category: str
    label: str
    required: bool
    units: int
    units_that_sent: int
    entries_sent: int
    entries_accepted: int


class SheetsAnswer(Answer):
    """Score sheets of the current round: `owed` is how many there must be, `submitted` how many of them there are."""

    round: str
    owed: int
    submitted: int
    drafts: int
    recused: int


class ProgressAnswer(Answer):
    """How far a programme is. A draft that its unit has never sent is the unit's own and not counted."""

    entries_by_status: dict[str, int]
    participation: list[ParticipationAnswer]
    sheets: SheetsAnswer | None


@router.get("/{programme}/progress")
def get_progress(actor: OrganiserViewDep, session: SessionDep) -> ProgressAnswer:
    """Count entries by status, units that take part, and score sheets; for organisers and the chair."""
    return ProgressAnswer(
        entries_by_status=count_by_status(session, actor=actor),
        participation=_participation(actor.plan, list_participation(session, actor=actor)),
        sheets=None if actor.scene.round is None else _sheets(session, actor.scene.round),
    )


def _participation(plan: Plan, rows: Sequence[Participation]) -> list[ParticipationAnswer]:
    by_category = {c.key: [row for row in rows if row.unit.category == c.key] for c in plan.unit_categories}
    return [
        ParticipationAnswer(
            category=category.key,
            label=category.label,
            required=category.required,
            units=len(by_category[category.key]),
            units_that_sent=sum(row.sent > 0 for row in by_category[category.key]),
            entries_sent=sum(row.sent for row in by_category[category.key]),
            entries_accepted=sum(row.accepted for row in by_category[category.key]),
        )
        for category in plan.unit_categories
    ]


def _sheets(session: Session, round_: Round) -> SheetsAnswer:
    assert round_.id is not None
    counts = queries.progress_by_juror(session, round_id=round_.id).values()
    return SheetsAnswer(
        round=round_.key,
        owed=sum(p.assigned - p.recused for p in counts),
        submitted=sum(p.submitted for p in counts),
        drafts=sum(p.draft for p in counts),
        recused=sum(p.recused for p in counts),
    )
