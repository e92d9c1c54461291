"""Selects of the desk: counts over all slices, the same number of selects for one programme and for ten."""

from sqlmodel import Session, col, select

from app.programmes.models import Round
from app.results.models import Result, ResultStatus


def is_published(session: Session, *, programme_id: int) -> bool:
    """Tell whether the public may see a result of the programme."""
    query = select(Result.id).join(Round, col(Round.id) == Result.round_id)
    query = query.where(Round.programme_id == programme_id, Result.status == ResultStatus.PUBLISHED)
    return session.exec(query.limit(1)).first() is not None
