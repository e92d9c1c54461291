"""Selects of the screening slice: the newest decision counts, all are history."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlmodel import Session, col, select

from app.screening.models import DistrictCheck, HeadConfirmation, UnitScreening

_Row = TypeVar("_Row", UnitScreening, HeadConfirmation, DistrictCheck)


@dataclass(frozen=True, slots=True)
class History:
    """All decisions on one entry, newest first."""

    screenings: Sequence[UnitScreening]
    confirmations: Sequence[HeadConfirmation]
    checks: Sequence[DistrictCheck]

    @property
    def check(self) -> DistrictCheck | None:
        """The district's newest decision."""
        return self.checks[0] if self.checks else None


def get_history(session: Session, *, entry_id: int) -> History:
    """Give what was decided about an entry. The caller has found the entry visible."""
    return History(
        _newest_first(session, UnitScreening, entry_id),
        _newest_first(session, HeadConfirmation, entry_id),
        _newest_first(session, DistrictCheck, entry_id),
    )


def _newest_first(session: Session, table: type[_Row], entry_id: int) -> Sequence[_Row]:
    return session.exec(select(table).where(table.entry_id == entry_id).order_by(col(table.id).desc())).all()


def find_check(session: Session, *, entry_id: int) -> DistrictCheck | None:
    """Give the district's newest decision on an entry."""
    query = select(DistrictCheck).where(DistrictCheck.entry_id == entry_id)
    return session.exec(query.order_by(col(DistrictCheck.id).desc()).limit(1)).first()
