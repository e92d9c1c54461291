"""Selects of the handover slice."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import selectinload
from sqlmodel import Session, col, select

from app.accounts.models import User
from app.entries.models import Author, Entry, EntryFile
from app.handover.models import Finalist, FinalistList, Handover, Mode
from app.results.models import Award, Result, Standing


@dataclass(frozen=True, slots=True)
class Candidate:
    """A judged entry with its place, and its prize if it has one."""

    entry: Entry
    standing: Standing
    tier: str | None


def find_list(session: Session, *, result: Result, lock: bool = False) -> FinalistList | None:
    """Give the list made from this result, or None; `lock` before changing it."""
    if lock:
        # The list may not exist yet: whoever changes it queues at the result's row.
        session.exec(select(Result.id).where(Result.id == result.id).with_for_update()).one()
    query = select(FinalistList).where(FinalistList.result_id == result.id)
    return session.exec(query.execution_options(populate_existing=True)).first()


def list_modes(session: Session, *, list_id: int) -> dict[int, Mode]:
    """Give the chosen entries by id, with how each takes part."""
    rows = session.exec(select(Finalist.entry_id, Finalist.mode).where(Finalist.list_id == list_id)).all()
    return {entry_id: Mode(mode) for entry_id, mode in rows}


def list_candidates(
    session: Session, *, result: Result, only: FinalistList | None = None, with_files: bool = False
) -> list[Candidate]:
    """Give the judged entries by category and rank, authors with consents; `only` those on a list."""
    query = (
        select(Entry, Standing, Award.tier)
        .join(Standing, col(Standing.entry_id) == Entry.id)
        .join(Award, (col(Award.entry_id) == Entry.id) & (col(Award.result_id) == Standing.result_id), isouter=True)
        .where(Standing.result_id == result.id)
        .order_by(col(Standing.category), col(Standing.rank), col(Entry.number))
        .options(selectinload(Entry.authors).selectinload(Author.consents))  # type: ignore[arg-type]
        .execution_options(populate_existing=True)
    )
    if only is not None:
        query = query.join(Finalist, col(Finalist.entry_id) == Entry.id).where(Finalist.list_id == only.id)
    if with_files:
        query = query.options(selectinload(Entry.files).selectinload(EntryFile.file))  # type: ignore[arg-type]
    return [Candidate(*row) for row in session.exec(query).all()]


def list_handovers(session: Session, *, list_id: int) -> Sequence[tuple[Handover, str]]:
    """Give the archives that were made of a list, newest first, and who made each."""
    rows = session.exec(
        select(Handover, User.full_name)
        .join(User, col(User.id) == Handover.made_by)
        .where(Handover.list_id == list_id)
        .order_by(col(Handover.id).desc())
    ).all()
    return [(handover, name) for handover, name in rows]
