"""Selects of the jury slice. Reads for a juror demand `juror_id`: there is no unscoped one."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple

from sqlalchemy import Select, bindparam, func
from sqlalchemy import select as select_columns
from sqlalchemy.orm import selectinload
from sqlmodel import Session, col, select

from app.accounts.models import User
from app.core.database import execute
from app.core.errors import NotFound
from app.entries.models import Author, Entry, EntryFile, EntryStatus
from app.jury.gaps import find_gaps
from app.jury.models import (
    HANDED_IN,
    Assignment,
    AssignmentProposal,
    Juror,
    JurorConflict,
    Marking,
    ScoreSheet,
    SheetStatus,
)
from app.programmes.models import Membership, Round, Unit
from app.programmes.plan import RoundRules

# Asked at every save and built once: to build a select costs twice as much as to run it.
_SEAT: Final = select_columns(col(Juror.id)).where(
    col(Juror.programme_id) == bindparam("programme_id"),
    col(Juror.user_id) == bindparam("user_id"),
    col(Juror.left_at).is_(None),
)
_MINE: Final = (
    col(Assignment.round_id) == bindparam("round_id"),
    col(Assignment.juror_id) == bindparam("juror_id"),
)
_PLACE: Final = (*_MINE, col(Assignment.entry_id) == bindparam("entry_id"))
_ASSIGNMENT: Final = select(Assignment).where(*_PLACE)
_LOCKED_ASSIGNMENT: Final = _ASSIGNMENT.with_for_update()
_TO_SAVE: Final[tuple[Any, ...]] = (
    col(ScoreSheet.id).label("sheet_id"),
    col(ScoreSheet.status),
    col(ScoreSheet.version),
)
_HELD_SHEET: Final[Select[Any]] = (
    select_columns(
        col(Assignment.id).label("assignment_id"), col(Assignment.marking), col(Assignment.recused_at), *_TO_SAVE
    )
    .join(Juror, (col(Juror.id) == Assignment.juror_id) & col(Juror.left_at).is_(None))
    .join(ScoreSheet, col(ScoreSheet.assignment_id) == Assignment.id, isouter=True)
    .where(*_PLACE)
    .with_for_update(of=Assignment)
)
_FURTHER: Final = select_columns(col(Assignment.id)).where(
    col(Assignment.round_id) == bindparam("round_id"),
    col(Assignment.entry_id) == bindparam("entry_id"),
    col(Assignment.marking) == Marking.FURTHER,
    col(Assignment.recused_at).is_(None),
)
_WRITTEN_SINCE: Final = select_columns(*_TO_SAVE).where(col(ScoreSheet.assignment_id) == bindparam("assignment_id"))
_SHEET: Final = (
    select(ScoreSheet)
    .where(ScoreSheet.assignment_id == bindparam("assignment_id"))
    .execution_options(populate_existing=True)
)


def _of_queue(*columns: Any) -> Select[Any]:
    return (
        select_columns(*columns)
        .join_from(Assignment, Entry, col(Entry.id) == Assignment.entry_id)
        .join(ScoreSheet, col(ScoreSheet.assignment_id) == Assignment.id, isouter=True)
        .where(*_MINE)
        .order_by(col(Assignment.skipped_at).asc().nulls_first(), col(Entry.number))
    )


_QUEUE: Final = _of_queue(
    Assignment.entry_id,
    Assignment.recused_at,
    Assignment.skipped_at,
    Entry.number,
    Entry.title,
    Entry.field,
    Entry.format,
    Entry.unit_name,
    Entry.organisation,
    ScoreSheet.status,
    ScoreSheet.total_units,
)
_QUEUE_PLACES: Final = _of_queue(Assignment.entry_id, Assignment.recused_at, ScoreSheet.status)
_QUEUE_AUTHORS: Final = (
    select_columns(col(Author.entry_id), col(Author.full_name), col(Author.phone))
    .join(Assignment, col(Assignment.entry_id) == Author.entry_id)
    .where(*_MINE)
)


@dataclass(frozen=True, slots=True)
class JurorRow:
    """A juror with the person and unit behind."""

    juror: Juror
    user: User
    unit: Unit | None


def list_jurors(session: Session, *, programme_id: int, include_left: bool = False) -> list[JurorRow]:
    """Give the jury in the order of names."""
    query = (
        select(Juror, User, Unit)
        .join(User, col(User.id) == Juror.user_id)
        .join(Unit, col(Unit.id) == Juror.unit_id, isouter=True)
        .where(Juror.programme_id == programme_id)
        .order_by(col(User.name_key), col(Juror.id))
    )
    if not include_left:
        query = query.where(col(Juror.left_at).is_(None))
    return [JurorRow(*row) for row in session.exec(query).all()]


def find_seat(session: Session, *, programme_id: int, user_id: int) -> int | None:
    """Give the id of the user's seat in the jury, or None."""
    user = {"programme_id": programme_id, "user_id": user_id}
    found: int | None = execute(session, _SEAT, user).scalar()
    return found


def get_juror(session: Session, *, programme_id: int, juror_id: int) -> Juror:
    """Give a juror of this programme; NotFound otherwise."""
    juror = session.get(Juror, juror_id)
    if juror is None or juror.programme_id != programme_id:
        raise NotFound
    return juror


def list_units_of_jurors(session: Session, *, programme_id: int) -> dict[int, set[int]]:
    """Give the units that each juror belongs to: that of their seat, and those for which they work in the programme."""
    units: defaultdict[int, set[int]] = defaultdict(set)
    seats = select_columns(col(Juror.id), col(Juror.unit_id)).where(
        col(Juror.programme_id) == programme_id, col(Juror.unit_id).is_not(None)
    )
    roles = (
        select_columns(col(Juror.id), col(Membership.unit_id))
        .join(
            Membership,
            (col(Membership.user_id) == Juror.user_id) & (col(Membership.programme_id) == Juror.programme_id),
        )
        .where(col(Juror.programme_id) == programme_id, col(Membership.unit_id).is_not(None))
    )
    for juror_id, unit_id in session.execute(seats.union(roles)):
        units[juror_id].add(unit_id)
    return units


def list_accepted(session: Session, *, programme_id: int) -> Sequence[Entry]:
    """Give the entries that are to be judged, by number, with their authors."""
    return session.exec(
        select(Entry)
        .where(Entry.programme_id == programme_id, Entry.status == EntryStatus.ACCEPTED)
        .order_by(col(Entry.number))
        .options(selectinload(Entry.authors))  # type: ignore[arg-type]
    ).all()


def count_status(session: Session, *, programme_id: int, status: EntryStatus) -> int:
    """Give how many entries of the programme stand in a status."""
    return session.exec(
        select(func.count()).select_from(Entry).where(Entry.programme_id == programme_id, Entry.status == status)
    ).one()


def list_conflicts(session: Session, *, programme_id: int) -> Sequence[JurorConflict]:
    """Give all conflicts of the programme's jury, dismissed ones included."""
    return session.exec(
        select(JurorConflict)
        .join(Juror, col(Juror.id) == JurorConflict.juror_id)
        .where(Juror.programme_id == programme_id)
        .order_by(col(JurorConflict.entry_id), col(JurorConflict.juror_id), col(JurorConflict.id))
    ).all()


@dataclass(frozen=True, slots=True)
class Clash:
    """An entry on the list of a juror who must not judge it, and of what kind the conflict is."""

    entry: Entry
    juror_name: str
    kind: str


def list_clashes(session: Session, *, round_id: int) -> list[Clash]:
    """Give the active assignments of a round against which a conflict stands."""
    rows = session.exec(
        select(Entry, User.full_name, JurorConflict.kind)
        .join(Assignment, col(Assignment.entry_id) == Entry.id)
        .join(Juror, col(Juror.id) == Assignment.juror_id)
        .join(User, col(User.id) == Juror.user_id)
        .join(
            JurorConflict,
            (col(JurorConflict.entry_id) == Assignment.entry_id) & (col(JurorConflict.juror_id) == Assignment.juror_id),
        )
        .where(
            Assignment.round_id == round_id,
            col(Assignment.recused_at).is_(None),
            col(JurorConflict.dismissed_at).is_(None),
        )
        .order_by(col(Entry.number), col(User.name_key), col(JurorConflict.kind))
    ).all()
    return [Clash(*row) for row in rows]


def list_assignments(
    session: Session, *, round_id: int, entry_id: int | None = None
) -> Sequence[tuple[Assignment, ScoreSheet | None]]:
    """Give every assignment of a round, or of one entry in it, with its sheet, if one was begun."""
    query = (
        select(Assignment, ScoreSheet)
        .join(ScoreSheet, col(ScoreSheet.assignment_id) == Assignment.id, isouter=True)
        .where(Assignment.round_id == round_id)
        .order_by(col(Assignment.entry_id), col(Assignment.juror_id))
    )
    if entry_id is not None:
        query = query.where(Assignment.entry_id == entry_id)
    return [(a, s) for a, s in session.exec(query).all()]


def find_proposal(session: Session, *, round_id: int) -> AssignmentProposal | None:
    """Give the proposal that waits for a decision, or None."""
    return session.exec(
        select(AssignmentProposal)
        .where(
            AssignmentProposal.round_id == round_id,
            col(AssignmentProposal.accepted_at).is_(None),
            col(AssignmentProposal.discarded_at).is_(None),
        )
        .order_by(col(AssignmentProposal.id).desc())
        .limit(1)
    ).first()


@dataclass(frozen=True, slots=True)
class OwedSheet:
    """A sheet that is owed: by whom, for what, and whether a draft was begun."""

    entry: Entry
    juror_id: int
    juror_name: str
    has_draft: bool


_IS_OWED: Final = (
    col(Assignment.recused_at).is_(None),
    col(ScoreSheet.id).is_(None) | (col(ScoreSheet.status) == SheetStatus.DRAFT),
)
"""An active assignment whose sheet, joined from outside, is not submitted."""


def list_owed_sheets(session: Session, *, round_id: int, juror_id: int | None = None) -> list[OwedSheet]:
    """Give the active assignments of a round (of one juror) whose sheet is not submitted, by juror and entry."""
    query = (
        select(Entry, Juror.id, User.full_name, ScoreSheet.id)
        .join(Assignment, col(Assignment.entry_id) == Entry.id)
        .join(Juror, col(Juror.id) == Assignment.juror_id)
        .join(User, col(User.id) == Juror.user_id)
        .join(ScoreSheet, col(ScoreSheet.assignment_id) == Assignment.id, isouter=True)
        .where(
            Assignment.round_id == round_id,
            *_IS_OWED,
        )
        .order_by(col(User.name_key), col(Juror.id), col(Entry.number))
    )
    if juror_id is not None:
        query = query.where(Assignment.juror_id == juror_id)
    return [OwedSheet(entry, owner or 0, name, sheet is not None) for entry, owner, name, sheet in session.exec(query)]


def owes_sheets(session: Session, *, juror_id: int) -> bool:
    """Tell whether a juror owes a sheet in a round that is not closed."""
    owed = (
        select(Assignment.id)
        .join(Round, col(Round.id) == Assignment.round_id)
        .join(ScoreSheet, col(ScoreSheet.assignment_id) == Assignment.id, isouter=True)
        .where(
            Assignment.juror_id == juror_id,
            col(Round.closed_at).is_(None),
            *_IS_OWED,
        )
    )
    return session.exec(owed.limit(1)).first() is not None


# ---- for a juror ---------------------------------------------------------------------------------------------


class AuthorName(NamedTuple):
    """An author as a blind title must know them."""

    full_name: str
    phone: str | None


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A line of the juror's list: columns, not rows as objects, for there are hundreds of them."""

    authors: Sequence[AuthorName]
    entry_id: int
    recused_at: datetime | None
    skipped_at: datetime | None
    number: int | None
    title: str
    field: str
    format: str
    unit_name: str
    organisation: str
    status: str | None  # of the sheet; None where none was begun
    total_units: int | None


def list_queue(session: Session, *, round_id: int, juror_id: int) -> list[QueueRow]:
    """Give the juror's list, open entries first, skipped ones last; authors too, whose names a blind title hides."""
    mine = {"round_id": round_id, "juror_id": juror_id}
    authors: defaultdict[int, list[AuthorName]] = defaultdict(list)
    for entry_id, name, phone in session.execute(_QUEUE_AUTHORS, mine):
        authors[entry_id].append(AuthorName(name, phone))
    return [QueueRow(authors[row[0]], *row) for row in session.execute(_QUEUE, mine)]


class QueuePlace(NamedTuple):
    """Where an entry stands on the juror's list, without the entry."""

    entry_id: int
    recused_at: datetime | None
    status: str | None


def list_places(session: Session, *, round_id: int, juror_id: int) -> list[QueuePlace]:
    """Give the juror's list in its order, as far as one needs it to find the next entry."""
    mine = {"round_id": round_id, "juror_id": juror_id}
    return [QueuePlace(*row) for row in session.execute(_QUEUE_PLACES, mine)]


def get_assignment(
    session: Session, *, round_id: int, juror_id: int, entry_id: int, lock: bool = False
) -> tuple[Assignment, ScoreSheet | None]:
    """Give one entry on the juror's list with its sheet; NotFound if it is not there."""
    # Two tabs meet here: the second waits and then sees the first one's version. So the sheet is a select of its own.
    query = _LOCKED_ASSIGNMENT if lock else _ASSIGNMENT
    key = {"round_id": round_id, "juror_id": juror_id, "entry_id": entry_id}
    assignment = session.exec(query, params=key).first()
    if assignment is None:
        raise NotFound
    return assignment, session.exec(_SHEET, params={"assignment_id": assignment.id}).first()


class HeldSheet(NamedTuple):
    """A place on the juror's list as a save finds it, held until the transaction ends. Unwritten: version 0."""

    assignment_id: int
    marking: str
    recused_at: datetime | None
    sheet_id: int | None
    status: str | None
    version: int


def hold_sheet(session: Session, *, round_id: int, juror_id: int, entry_id: int) -> HeldSheet:
    """Hold one entry's sheet on the juror's list, written or not; NotFound if the entry is not there or the juror left.

    Two tabs meet here: the second waits for the first. On PostgreSQL its row still tells the sheet from before the
    wait, so a sheet that is not there is looked for again, and a write asks for the version that was seen here.
    """
    key = {"round_id": round_id, "juror_id": juror_id, "entry_id": entry_id}
    row = execute(session, _HELD_SHEET, key).one_or_none()
    if row is None:
        raise NotFound
    sheet = (row.sheet_id, row.status, row.version)
    if row.sheet_id is None:
        written = execute(session, _WRITTEN_SINCE, {"assignment_id": row.assignment_id}).one_or_none()
        sheet = tuple(written or (None, None, 0))
    return HeldSheet(row.assignment_id, row.marking, row.recused_at, *sheet)


def is_marked_further(session: Session, *, round_id: int, entry_id: int) -> bool:
    """Tell whether the entry is with a juror of a further marking."""
    return execute(session, _FURTHER, {"round_id": round_id, "entry_id": entry_id}).first() is not None


def get_entry_to_judge(session: Session, *, entry_id: int) -> Entry:
    """Give an entry with authors and files. The caller has found it on the juror's list."""
    return session.exec(
        select(Entry)
        .where(Entry.id == entry_id)
        .options(
            selectinload(Entry.authors),  # type: ignore[arg-type]
            selectinload(Entry.files).selectinload(EntryFile.file),  # type: ignore[arg-type]
        )
    ).one()


# ---- progress, without marks -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a juror or an entry is: counts only."""

    key: int
    assigned: int
    submitted: int
    draft: int
    recused: int

    @property
    def open(self) -> int:
        """Sheets that are still owed."""
        return self.assigned - self.recused - self.submitted


def _progress(session: Session, key: Any, *where: Any) -> dict[int, Progress]:
    done = col(ScoreSheet.status).in_(HANDED_IN)
    active = col(Assignment.recused_at).is_(None)
    query = (
        select(
            key,
            func.count(),
            func.count().filter(active, done),
            func.count().filter(active, col(ScoreSheet.status) == SheetStatus.DRAFT),
        )
        .join(ScoreSheet, col(ScoreSheet.assignment_id) == Assignment.id, isouter=True)
        .where(*where)
        .group_by(key)
    )
    recused = dict(
        session.exec(
            select(key, func.count()).where(*where, col(Assignment.recused_at).is_not(None)).group_by(key)
        ).all()
    )
    return {k: Progress(k, n, sent, draft, recused.get(k, 0)) for k, n, sent, draft in session.exec(query).all()}


def progress_by_juror(session: Session, *, round_id: int) -> dict[int, Progress]:
    """Give each juror's counts, of both markings."""
    return _progress(session, col(Assignment.juror_id), Assignment.round_id == round_id)


def progress_by_entry(session: Session, *, round_id: int) -> dict[int, Progress]:
    """Give each entry's counts of the first marking: how many sheets the rules ask is about that one."""
    first = col(Assignment.marking) == Marking.FIRST
    return _progress(session, col(Assignment.entry_id), Assignment.round_id == round_id, first)


# ---- the further marking, without marks ------------------------------------------------------------------------


class FurtherState(StrEnum):
    """Where an entry stands that calls for a further marking: nobody has it, a juror has it, their sheet is in."""

    WAITING = "waiting"
    ASSIGNED = "assigned"
    MARKED = "marked"


@dataclass(frozen=True, slots=True)
class Further:
    """An entry whose first sheets are all in and lie too far apart. How far, and whose they are, it does not say."""

    entry: Entry
    state: FurtherState


def find_further(session: Session, *, round_: Round, rules: RoundRules) -> dict[int, FurtherState]:
    """Give the ids of the entries that call for a further marking; none where the rules know of none."""
    if not rules.marks_further or round_.opened_at is None or round_.closed_at is not None:
        return {}
    done = col(ScoreSheet.status).in_(HANDED_IN)
    active = (
        select_columns(
            col(Assignment.entry_id),
            func.count(),
            func.count().filter(done),
            func.min(ScoreSheet.total_units).filter(done),
            func.max(ScoreSheet.total_units).filter(done),
        )
        .join(Entry, (col(Entry.id) == Assignment.entry_id) & (col(Entry.status) == EntryStatus.ACCEPTED))
        .join(ScoreSheet, col(ScoreSheet.assignment_id) == Assignment.id, isouter=True)
        .where(col(Assignment.round_id) == round_.id, col(Assignment.recused_at).is_(None))
        .group_by(col(Assignment.entry_id))
    )
    first = session.execute(active.where(col(Assignment.marking) == Marking.FIRST)).all()
    complete = {e: (low, high) for e, owed, sent, low, high in first if sent == owed >= rules.jurors_per_entry}
    states = dict.fromkeys(find_gaps(rules, complete), FurtherState.WAITING)
    if states:
        for e, _, sent, _, _ in session.execute(active.where(col(Assignment.marking) == Marking.FURTHER)):
            if e in states:
                states[e] = FurtherState.MARKED if sent else FurtherState.ASSIGNED
    return states


def list_further(session: Session, *, round_: Round, rules: RoundRules) -> list[Further]:
    """Give the entries that call for a further marking, by number."""
    states = find_further(session, round_=round_, rules=rules)
    if not states:
        return []
    entries = list_accepted(session, programme_id=round_.programme_id)
    return [Further(entry, states[entry.id]) for entry in entries if entry.id in states]


def list_author_names(session: Session, *, programme_id: int) -> Sequence[tuple[int, str]]:
    """Give (entry id, name key of an author) of all entries that are not drafts."""
    rows = session.exec(
        select(Author.entry_id, Author.name_key)
        .join(Entry, col(Entry.id) == Author.entry_id)
        .where(Entry.programme_id == programme_id, Entry.status != EntryStatus.DRAFT)
    ).all()
    return [(e, n) for e, n in rows]
