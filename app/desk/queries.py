"""Selects of the desk: how programmes stand for a person. The same number of selects for one programme and for ten.

Everything is aggregated in SQL. Each part is asked only for the programmes whose `actor` has the duty that it is about.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, case, func, null
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from app.accounts.models import User
from app.core.database import execute
from app.desk.situation import (
    Bundle,
    Finals,
    JuryWork,
    Meeting,
    Pile,
    Queue,
    Situation,
    Staff,
    Turnout,
    find_stage,
    make_turnout,
)
from app.entries.models import SENT, Entry, EntryStatus
from app.handover.models import Finalist, FinalistList, Handover
from app.jury.models import HANDED_IN, Assignment, AssignmentProposal, Juror, Marking, ScoreSheet, SheetStatus
from app.jury.queries import FurtherState, find_further
from app.programmes.access import Actor, Scene
from app.programmes.models import Membership, PlanVersion, Programme, Role, Round, Unit
from app.programmes.queries import WITHOUT_TEXT, read_plan
from app.results.models import Result, ResultStatus, Vacancy
from app.results.queries import read_pending
from app.screening.models import DistrictCheck


def _rows(session: Session, query: Executable) -> Sequence[Any]:
    return execute(session, query).all()


def is_published(session: Session, *, programme_id: int) -> bool:
    """Tell whether the public may see a result of the programme."""
    query = select(Result.id).join(Round, col(Round.id) == Result.round_id)
    query = query.where(Round.programme_id == programme_id, Result.status == ResultStatus.PUBLISHED)
    return session.exec(query.limit(1)).first() is not None


# ---- whose desk --------------------------------------------------------------------------------------------------


def list_actors(session: Session, *, user: User) -> list[Actor]:
    """Give the person as an actor of every programme where they have a role; an administrator of all. Newest first."""
    rows = session.exec(select(Membership).where(Membership.user_id == user.id)).all()
    return [
        Actor(
            user=user,
            scene=scene,
            roles=frozenset(Role(m.role) for m in rows if m.programme_id == scene.programme_id),
            clerk_of=_units(rows, scene, Role.UNIT_CLERK),
            head_of=_units(rows, scene, Role.UNIT_HEAD),
        )
        for scene in _list_scenes(session, among=None if user.is_admin else {m.programme_id for m in rows})
    ]


def _units(rows: Iterable[Membership], scene: Scene, role: Role) -> frozenset[int]:
    mine = (m for m in rows if m.programme_id == scene.programme_id and m.role == role)
    return frozenset(m.unit_id for m in mine if m.unit_id is not None)


def _list_scenes(session: Session, *, among: set[int] | None) -> list[Scene]:
    newest = select(PlanVersion.programme_id, func.max(PlanVersion.number).label("number"))
    latest = newest.group_by(col(PlanVersion.programme_id)).subquery()
    query = (
        select(Programme, PlanVersion)
        .join(PlanVersion, col(PlanVersion.programme_id) == Programme.id)
        .join(latest, (latest.c.programme_id == Programme.id) & (latest.c.number == PlanVersion.number))
        .order_by(col(Programme.id).desc())
        .options(WITHOUT_TEXT)
    )
    rounds: dict[int, list[Round]] = defaultdict(list)
    in_order = select(Round).order_by(col(Round.ordinal))
    if among is not None:
        query = query.where(col(Programme.id).in_(among))
        in_order = in_order.where(col(Round.programme_id).in_(among))
    for round_ in session.exec(in_order).all():
        rounds[round_.programme_id].append(round_)
    return [
        Scene(programme, version, read_plan(version), tuple(rounds[version.programme_id]))
        for programme, version in session.exec(query).all()
    ]


def list_unit_names(session: Session, *, actors: Iterable[Actor]) -> dict[int, str]:
    """Give the names of the units that the person works for."""
    units = {unit for actor in actors for unit in actor.units}
    if not units:
        return {}
    rows = session.exec(select(Unit.id, Unit.name).where(col(Unit.id).in_(units))).all()
    return {key: name for key, name in rows if key is not None}


def count_accounts(session: Session) -> tuple[int, int]:
    """Count the accounts of the site, and those whose owner has not set a password yet."""
    waiting = func.count().filter(col(User.password_hash).is_(None), col(User.disabled_at).is_(None))
    total, without = _rows(session, select_columns(func.count(), waiting).select_from(User))[0]
    return total, without


def list_other_programmes(session: Session, *, actors: Iterable[Actor]) -> Sequence[Programme]:
    """Give the programmes in which the person has no role, newest first."""
    mine = {actor.programme_id for actor in actors}
    query = select(Programme).where(col(Programme.id).not_in(mine)).order_by(col(Programme.id).desc())
    return session.exec(query).all()


# ---- how things stand --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Duties:
    """Ids of the programmes in which the person has each duty."""

    user_id: int
    all: dict[int, Actor]
    entries: dict[int, Actor]
    host: dict[int, Actor]
    judging: dict[int, Actor]
    staffing: dict[int, Actor]

    @classmethod
    def of(cls, actors: Sequence[Actor]) -> "_Duties":
        every = {a.programme_id: a for a in actors if a.scene.judged_round is not None}
        return cls(
            user_id=actors[0].user_id,
            all=every,
            entries={i: a for i, a in every.items() if a.units or a.organises or a.chairs},
            host={i: a for i, a in every.items() if a.organises or a.chairs},
            judging={i: a for i, a in every.items() if a.judges},
            staffing={i: a for i, a in every.items() if a.administers},
        )


def _rounds(actors: Mapping[int, Actor]) -> set[int]:
    return {
        a.scene.judged_round.id
        for a in actors.values()
        if a.scene.judged_round is not None and a.scene.judged_round.id is not None
    }


def read_situations(session: Session, *, actors: Sequence[Actor], nows: Mapping[int, datetime]) -> dict[int, Situation]:
    """Give how each programme stands for the person, by programme."""
    if not actors:
        return {}
    duties = _Duties.of(actors)
    results = _results(session, duties)
    piles, turnout, staff = _piles(session, duties), _turnout(session, duties), _staff(session, duties)
    queues, jury = _queues(session, duties), _jury(session, duties)
    meetings, finals = _meetings(session, duties, results), _finals(session, duties, results)
    situations = {}
    for actor in actors:
        scene, key, now = actor.scene, actor.programme_id, nows[actor.programme_id]
        result = results.get(scene.judged_round.id or 0) if scene.judged_round is not None else None
        closes = scene.plan.deadline("intake")
        situations[key] = Situation(
            stage=find_stage(scene, result=result.status if result else None, now=now),
            now=now,
            is_sealed=scene.judging_opened,
            opens=scene.plan.opening("intake"),
            closes=closes,
            judging_closes=scene.plan.deadline("judging"),
            handover_closes=scene.plan.deadline("handover"),
            entries=Bundle(tuple(piles.get(key, ())), closes, now),
            turnout=turnout.get(key, ()),
            queue=queues.get(key),
            jury=jury.get(key, JuryWork()),
            meeting=meetings.get(key, Meeting()),
            finals=finals.get(key, Finals()),
            staff=staff.get(key, Staff()),
        )
    return situations


def _piles(session: Session, duties: _Duties) -> dict[int, list[Pile]]:
    """Entries by whose they are, status and time left; those of other units only as sums."""
    if not duties.entries:
        return {}
    own = {unit for actor in duties.entries.values() for unit in actor.units}
    newest = select(func.max(DistrictCheck.id)).where(DistrictCheck.entry_id == Entry.id).correlate(Entry)
    lines = (
        select_columns(
            col(Entry.programme_id),
            case((col(Entry.unit_id).in_(own), col(Entry.unit_id)), else_=null()).label("unit_id"),
            col(Entry.status),
            (col(Entry.late_reason) != "").label("may_be_late"),
            col(DistrictCheck.supplement_until),
        )
        .select_from(Entry)
        .join(DistrictCheck, col(DistrictCheck.id) == newest.scalar_subquery(), isouter=True)
        .where(col(Entry.programme_id).in_(duties.entries))
        .subquery()
    )
    piles: dict[int, list[Pile]] = defaultdict(list)
    for key, unit, status, late, until, n in _rows(session, select_columns(*lines.c, func.count()).group_by(*lines.c)):
        piles[key].append(Pile(unit, status, n, bool(late), until))
    return piles


def _turnout(session: Session, duties: _Duties) -> dict[int, tuple[Turnout, ...]]:
    if not duties.host:
        return {}
    sent = func.count().filter(col(Entry.status).in_(SENT))
    units = (
        select_columns(col(Unit.programme_id), col(Unit.category), sent.label("sent"))
        .join(Entry, col(Entry.unit_id) == Unit.id, isouter=True)
        .where(col(Unit.programme_id).in_(duties.host), col(Unit.dissolved_at).is_(None))
        .group_by(col(Unit.id), col(Unit.programme_id), col(Unit.category))
        .subquery()
    )
    counts: dict[tuple[int, str], dict[int, int]] = defaultdict(dict)
    for key, category, n, how_many in _rows(session, select_columns(*units.c, func.count()).group_by(*units.c)):
        counts[key, category][n] = how_many
    return {
        key: tuple(make_turnout(c, counts[key, c.key]) for c in actor.plan.unit_categories)
        for key, actor in duties.host.items()
    }


def _staff(session: Session, duties: _Duties) -> dict[int, Staff]:
    if not duties.staffing:
        return {}
    ids = duties.staffing
    people: dict[tuple[int, str], int] = {}
    held = select(Membership.programme_id, Membership.role, func.count()).where(col(Membership.programme_id).in_(ids))
    for key, role, n in session.exec(held.group_by(col(Membership.programme_id), col(Membership.role))).all():
        people[key, role] = n
    clerks = select(Membership.id).where(Membership.unit_id == Unit.id, Membership.role == Role.UNIT_CLERK)
    without = select(Unit.programme_id, Unit.category, func.count()).where(
        col(Unit.programme_id).in_(ids), col(Unit.dissolved_at).is_(None), ~clerks.correlate(Unit).exists()
    )
    silent: dict[int, int] = defaultdict(int)
    for key, category, n in session.exec(without.group_by(col(Unit.programme_id), col(Unit.category))).all():
        kind = ids[key].plan.category_of_unit(category)
        # Units that are only encouraged may stay away; those that must send an entry need somebody to enter it.
        silent[key] += n if kind is not None and kind.required else 0
    return {
        key: Staff(people.get((key, Role.ORGANISER), 0), people.get((key, Role.CHAIR), 0), silent[key]) for key in ids
    }


def _queues(session: Session, duties: _Duties) -> dict[int, Queue]:
    if not duties.judging:
        return {}
    done = col(ScoreSheet.status).in_(HANDED_IN)
    mine = (
        select_columns(col(Juror.programme_id))
        .select_from(Assignment)
        .join(Juror, col(Juror.id) == Assignment.juror_id)
        .join(ScoreSheet, col(ScoreSheet.assignment_id) == Assignment.id, isouter=True)
        .where(
            col(Juror.user_id) == duties.user_id,
            col(Juror.left_at).is_(None),
            col(Assignment.round_id).in_(_rounds(duties.judging)),
            col(Assignment.recused_at).is_(None),
        )
    )
    draft = col(ScoreSheet.status) == SheetStatus.DRAFT
    counts = mine.add_columns(func.count(), func.count().filter(done), func.count().filter(draft))
    # The order of the juror's list: by number, skipped ones last.
    order = (col(Assignment.skipped_at).asc().nulls_first(), col(Entry.number))
    place = func.row_number().over(partition_by=col(Juror.programme_id), order_by=order).label("place")
    open_ = mine.join(Entry, col(Entry.id) == Assignment.entry_id).where(col(ScoreSheet.id).is_(None) | ~done)
    listed = open_.add_columns(col(Assignment.entry_id), place).subquery()
    first = dict(_pairs(_rows(session, select_columns(listed.c[0], listed.c[1]).where(listed.c.place == 1))))
    return {
        key: Queue(assigned, submitted, drafts, first.get(key))
        for key, assigned, submitted, drafts in _rows(session, counts.group_by(col(Juror.programme_id)))
    }


def _pairs(rows: Iterable[Any]) -> Iterable[tuple[int, int]]:
    return ((key, value) for key, value in rows)


def _jury(session: Session, duties: _Duties) -> dict[int, JuryWork]:
    if not duties.host:
        return {}
    rounds = _rounds(duties.host)
    jurors = select(Juror.programme_id, func.count()).where(
        col(Juror.programme_id).in_(duties.host), col(Juror.left_at).is_(None)
    )
    seats = dict(session.exec(jurors.group_by(col(Juror.programme_id))).all())
    waiting = select(AssignmentProposal.round_id).where(
        col(AssignmentProposal.round_id).in_(rounds),
        col(AssignmentProposal.accepted_at).is_(None),
        col(AssignmentProposal.discarded_at).is_(None),
    )
    proposals = set(session.exec(waiting).all())
    sheets = {
        round_id: (owed, submitted)
        for round_id, owed, submitted in _rows(
            session,
            select_columns(
                col(Assignment.round_id), func.count(), func.count().filter(col(ScoreSheet.status).in_(HANDED_IN))
            )
            .join(ScoreSheet, col(ScoreSheet.assignment_id) == Assignment.id, isouter=True)
            .where(col(Assignment.round_id).in_(rounds), col(Assignment.recused_at).is_(None))
            .group_by(col(Assignment.round_id)),
        )
    }
    covered = _covered(session, duties, rounds)
    works = {}
    for key, actor in duties.host.items():
        round_ = actor.scene.judged_round
        assert round_ is not None
        rules = actor.plan.round_rules(round_.key)
        needed = rules.jurors_per_entry
        owed, submitted = sheets.get(round_.id or 0, (0, 0))
        works[key] = JuryWork(
            jurors=seats.get(key, 0),
            short=sum(entries for jurors_of_entry, entries in covered[key] if jurors_of_entry < needed),
            proposal_waits=round_.id in proposals,
            further=sum(s == FurtherState.WAITING for s in find_further(session, round_=round_, rules=rules).values()),
            owed=owed,
            submitted=submitted,
        )
    return works


def _covered(session: Session, duties: _Duties, rounds: set[int]) -> dict[int, list[tuple[int, int]]]:
    """By programme: (active jurors of the first marking of an entry, how many accepted entries have so many)."""
    active = (
        (col(Assignment.entry_id) == Entry.id)
        & col(Assignment.round_id).in_(rounds)
        & (col(Assignment.marking) == Marking.FIRST)
        & col(Assignment.recused_at).is_(None)
    )
    entries = (
        select_columns(col(Entry.programme_id), func.count(col(Assignment.id)).label("jurors"))
        .join(Assignment, active, isouter=True)
        .where(col(Entry.programme_id).in_(duties.host), col(Entry.status) == EntryStatus.ACCEPTED)
        .group_by(col(Entry.id), col(Entry.programme_id))
        .subquery()
    )
    covered: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for key, jurors, n in _rows(session, select_columns(*entries.c, func.count()).group_by(*entries.c)):
        covered[key].append((jurors, n))
    return covered


@dataclass(frozen=True, slots=True)
class _Outcome:
    """The newest result of a round, without its text."""

    id: int
    status: str


def _results(session: Session, duties: _Duties) -> dict[int, _Outcome]:
    newest = select_columns(col(Result.round_id), func.max(Result.number).label("number"))
    latest = newest.where(col(Result.round_id).in_(_rounds(duties.all))).group_by(col(Result.round_id)).subquery()
    query = select(Result.round_id, Result.id, Result.status).join(
        latest, (latest.c.round_id == Result.round_id) & (latest.c.number == Result.number)
    )
    return {round_id: _Outcome(key or 0, status) for round_id, key, status in session.exec(query).all()}


def _outcomes_of_host(duties: _Duties, results: Mapping[int, _Outcome]) -> dict[int, tuple[int, _Outcome]]:
    """By result: the programme and the outcome, where the person helps to run the programme."""
    found = (
        (key, results.get((a.scene.judged_round.id if a.scene.judged_round else None) or 0))
        for key, a in duties.host.items()
    )
    return {outcome.id: (key, outcome) for key, outcome in found if outcome is not None}


def _meetings(session: Session, duties: _Duties, results: Mapping[int, _Outcome]) -> dict[int, Meeting]:
    proposed = {
        i: key for i, (key, o) in _outcomes_of_host(duties, results).items() if o.status == ResultStatus.PROPOSED
    }
    if not proposed:
        return {}
    rows = session.exec(select(Result).where(col(Result.id).in_(proposed))).all()
    ties = {row.id: len(read_pending(row)) for row in rows}
    vacant = select(Vacancy.result_id, func.count()).where(
        col(Vacancy.result_id).in_(proposed), col(Vacancy.reason) == ""
    )
    unexplained = dict(session.exec(vacant.group_by(col(Vacancy.result_id))).all())
    return {key: Meeting(ties.get(i, 0), unexplained.get(i, 0)) for i, key in proposed.items()}


def _finals(session: Session, duties: _Duties, results: Mapping[int, _Outcome]) -> dict[int, Finals]:
    outcomes = _outcomes_of_host(duties, results)
    if not outcomes:
        return {}
    made = select(Handover.id).where(Handover.list_id == FinalistList.id).correlate(FinalistList).exists()
    query = (
        select_columns(
            col(FinalistList.result_id), col(FinalistList.approved_at), func.count(col(Finalist.id)), made.label("made")
        )
        .join(Finalist, col(Finalist.list_id) == FinalistList.id, isouter=True)
        .where(col(FinalistList.result_id).in_(outcomes))
        .group_by(col(FinalistList.id), col(FinalistList.result_id), col(FinalistList.approved_at))
    )
    return {
        outcomes[result_id][0]: Finals(chosen, approved_at is not None, bool(handed_over))
        for result_id, approved_at, chosen, handed_over in _rows(session, query)
    }
