"""Selects of the screening slice: the newest decision counts, all are history."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, and_, func, literal, or_
from sqlalchemy.orm import aliased, selectinload
from sqlmodel import Session, col, select

from app.accounts.models import User
from app.entries.models import AT_UNIT, Entry, EntryStatus
from app.entries.queries import visible_to
from app.programmes.access import Actor
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


@dataclass(frozen=True, slots=True)
class Supplements:
    """Returned entries that their units may still send again: how many, and the latest of their dates."""

    count: int = 0
    until: datetime | None = None


def count_supplements(session: Session, *, programme_id: int, now: datetime) -> Supplements:
    """Count the entries that were returned and are back at their unit, with time left."""
    until = col(DistrictCheck.supplement_until)
    row = session.exec(
        select(func.count(), func.max(until))
        .select_from(Entry)
        .join(DistrictCheck, col(DistrictCheck.id) == _newest_check())
        .where(Entry.programme_id == programme_id, col(Entry.status).in_(AT_UNIT), until > now)
    ).one()
    return Supplements(*row)


def list_names(session: Session, *, user_ids: Collection[int]) -> dict[int, str]:
    """Give the names of those who decided."""
    if not user_ids:
        return {}
    rows = session.exec(select(User.id, User.full_name).where(col(User.id).in_(user_ids))).all()
    return {user_id: name for user_id, name in rows if user_id is not None}


# ---- the work list ---------------------------------------------------------------------------------------------

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Pile:
    """Entries that wait for the same thing: in one of `statuses`, of one's own units or of all."""

    key: str
    statuses: frozenset[EntryStatus]
    is_own: bool
    is_overdue: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """An entry of a pile with the day until which it may be supplemented, if it was returned last."""

    entry: Entry
    supplement_until: datetime | None


def _newest_check() -> ColumnElement[int]:
    check = aliased(DistrictCheck)
    return select(func.max(check.id)).where(check.entry_id == Entry.id).correlate(Entry).scalar_subquery()


def _in_pile(actor: Actor, pile: Pile, *, now: datetime) -> ColumnElement[bool]:
    rules: list[ColumnElement[bool]] = [
        col(Entry.programme_id) == actor.programme_id,
        visible_to(actor),
        col(Entry.status).in_(pile.statuses),
    ]
    if pile.is_own:
        rules.append(col(Entry.unit_id).in_(actor.units))
    if pile.is_overdue:
        due = actor.plan.deadline("intake")
        plan_is_over = literal(due is not None and now >= due)
        supplement = col(DistrictCheck.supplement_until)
        rules.append(or_(supplement <= now, and_(supplement.is_(None), plan_is_over)))
    return and_(*rules)


def count_piles(session: Session, *, actor: Actor, piles: Sequence[Pile], now: datetime) -> list[int]:
    """Give how many entries lie in each pile, in one select."""
    if not piles:
        return []
    counts = [func.count().filter(_in_pile(actor, pile, now=now)) for pile in piles]
    query = (
        select(*counts)
        .select_from(Entry)
        .join(DistrictCheck, col(DistrictCheck.id) == _newest_check(), isouter=True)
        .where(Entry.programme_id == actor.programme_id)
    )
    return [int(n) for n in session.connection().execute(query).one()]


def list_pile(session: Session, *, actor: Actor, pile: Pile, now: datetime, page: int = 1) -> list[Waiting]:
    """Give one page of a pile: what is due first comes first, then by receipt number."""
    query = (
        select(Entry, DistrictCheck.supplement_until)
        .join(DistrictCheck, col(DistrictCheck.id) == _newest_check(), isouter=True)
        .where(_in_pile(actor, pile, now=now))
        .order_by(
            col(DistrictCheck.supplement_until).asc().nulls_last(), col(Entry.number).asc().nulls_last(), col(Entry.id)
        )
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
        .options(selectinload(Entry.authors))  # type: ignore[arg-type]
    )
    return [Waiting(entry, until) for entry, until in session.exec(query).all()]
