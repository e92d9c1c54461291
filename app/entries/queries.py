"""Selects of the entries slice. Everything a person may see passes `visible_to`."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_
from sqlalchemy.orm import selectinload
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.accounts.models import User
from app.core.errors import NotFound
from app.core.text import fold
from app.entries.models import AT_UNIT, SENT, Author, Entry, EntryFile, EntryStatus, Receipt
from app.journal.models import JournalDetail, JournalEvent
from app.programmes.access import Actor
from app.programmes.models import Unit
from app.programmes.queries import hold_rounds

PAGE_SIZE = 50


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Entries of one's own units; organisers and the chair see what units have submitted, never drafts.

    An entry that was forwarded once stays theirs to see, also while its unit has reopened it to supplement it.
    """
    rules: list[ColumnElement[bool]] = []
    if actor.units:
        rules.append(col(Entry.unit_id).in_(actor.units))
    if actor.organises or actor.chairs:
        submitted = and_(col(Entry.submitted_at).is_not(None), col(Entry.status) != EntryStatus.DRAFT)
        rules.append(or_(submitted, col(Entry.forwarded_at).is_not(None)))
    return or_(*rules) if rules else false()


def _scoped(actor: Actor) -> SelectOfScalar[Entry]:
    return select(Entry).where(Entry.programme_id == actor.programme_id, visible_to(actor))


def with_details() -> tuple[object, ...]:
    """Loader options: unit, authors with consents, files with their rows."""
    return (
        selectinload(Entry.unit),  # type: ignore[arg-type]
        selectinload(Entry.authors).selectinload(Author.consents),  # type: ignore[arg-type]
        selectinload(Entry.files).selectinload(EntryFile.file),  # type: ignore[arg-type]
    )


def get_entry(session: Session, *, actor: Actor, entry_id: int, lock: bool = False) -> Entry:
    """Give an entry that the actor may see, with everything in it; `lock` before changing it.

    The rounds are held first, as everybody does who takes a lock: who opens or closes one goes on to rows of entries.
    """
    if lock:
        hold_rounds(session, programme_id=actor.programme_id)
    query = _scoped(actor).where(Entry.id == entry_id).options(*with_details())  # type: ignore[arg-type]
    if lock:
        query = query.with_for_update(of=Entry, key_share=True)  # who only refers to the entry need not wait
    entry = session.exec(query.execution_options(populate_existing=True)).first()
    if entry is None:
        raise NotFound
    return entry


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """What a list is narrowed to. Empty means everything."""

    text: str = ""
    status: str = ""
    field: str = ""
    category: str = ""
    unit_id: int | None = None


def _narrowed(query: SelectOfScalar[Entry], wanted: EntryFilter) -> SelectOfScalar[Entry]:
    for token in fold(wanted.text).split():
        query = query.where(col(Entry.folded).contains(token, autoescape=True))
    for column, value in (
        (Entry.status, wanted.status),
        (Entry.field, wanted.field),
        (Entry.category, wanted.category),
    ):
        if value:
            query = query.where(column == value)
    if wanted.unit_id is not None:
        query = query.where(Entry.unit_id == wanted.unit_id)
    return query


def list_entries(
    session: Session, *, actor: Actor, wanted: EntryFilter, page: int = 1, size: int | None = PAGE_SIZE
) -> tuple[Sequence[Entry], int]:
    """Give one page of the entries that the actor may see, newest first, and how many there are in all."""
    query = _narrowed(_scoped(actor), wanted)
    total = session.exec(select(func.count()).select_from(query.subquery())).one()
    query = query.order_by(col(Entry.number).desc().nulls_first(), col(Entry.id).desc())
    if size is not None:
        query = query.limit(size).offset((page - 1) * size)
    rows = session.exec(query.options(*with_details())).all()  # type: ignore[arg-type]
    return rows, total


def count_by_status(session: Session, *, actor: Actor) -> dict[str, int]:
    """Give how many visible entries stand in each status."""
    rows = session.exec(
        select(Entry.status, func.count())
        .where(Entry.programme_id == actor.programme_id, visible_to(actor))
        .group_by(Entry.status)
    ).all()
    return dict(rows)


def get_entry_file(session: Session, *, entry: Entry, entry_file_id: int) -> EntryFile:
    """Give a file of this entry that was not removed."""
    for row in entry.files:
        if row.id == entry_file_id and row.removed_at is None:
            return row
    raise NotFound


def list_receipts(session: Session, *, entry_id: int) -> Sequence[Receipt]:
    """Give the receipts of an entry, newest first."""
    return session.exec(select(Receipt).where(Receipt.entry_id == entry_id).order_by(col(Receipt.id).desc())).all()


def get_receipt(session: Session, *, entry: Entry, receipt_id: int) -> Receipt:
    """Give a receipt of this entry."""
    receipt = session.get(Receipt, receipt_id)
    if receipt is None or receipt.entry_id != entry.id:
        raise NotFound
    return receipt


@dataclass(frozen=True, slots=True)
class Happening:
    """An event of the journal with who did it and the words that may be erased."""

    kind: str
    at: datetime
    actor: str
    data: Mapping[str, Any]
    reason: str


def list_happenings(session: Session, *, entry_id: int) -> list[Happening]:
    """Give what happened to an entry, newest first. The caller has found the entry visible."""
    rows = session.exec(
        select(JournalEvent, JournalDetail.body, User.full_name)
        .join(JournalDetail, col(JournalDetail.event_id) == JournalEvent.id, isouter=True)
        .join(User, col(User.id) == JournalEvent.actor_id, isouter=True)
        .where(JournalEvent.subject == f"entry:{entry_id}")
        .order_by(col(JournalEvent.id).desc())
    ).all()
    return [
        Happening(
            kind=event.kind,
            at=event.at,
            actor=name or "",
            data=json.loads(event.canonical)["data"],
            reason=str(json.loads(body).get("reason", "")) if body else "",
        )
        for event, body, name in rows
    ]


def next_number(session: Session, *, programme_id: int) -> int:
    """Give the next receipt number. The caller holds the programme's lock."""
    highest = session.exec(select(func.max(Entry.number)).where(Entry.programme_id == programme_id)).one()
    return (highest or 0) + 1


@dataclass(frozen=True, slots=True)
class Participation:
    """What a unit has done so far."""

    unit: Unit
    at_unit: int
    sent: int
    accepted: int


def list_participation(session: Session, *, actor: Actor) -> list[Participation]:
    """Give each unit with its counts in one select: all units for organisers and the chair, else one's own."""

    def count(*statuses: EntryStatus) -> ColumnElement[int]:
        return func.count().filter(col(Entry.status).in_(statuses))

    query = (
        select(Unit, count(*AT_UNIT), count(*SENT), count(EntryStatus.ACCEPTED))
        .join(Entry, col(Entry.unit_id) == Unit.id, isouter=True)
        .where(Unit.programme_id == actor.programme_id, col(Unit.dissolved_at).is_(None))
        .group_by(*Unit.__table__.columns)  # type: ignore[attr-defined]
        .order_by(col(Unit.category), col(Unit.sort_key))
    )
    if not (actor.organises or actor.chairs):
        query = query.where(col(Unit.id).in_(actor.units))
    return [Participation(*row) for row in session.exec(query).all()]
