"""Several hands at once, each on a connection of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier

from sqlalchemy.orm import sessionmaker
from sqlmodel import Session, select

from app.core.database import begin_write
from app.core.errors import Conflict
from app.entries.models import Entry, EntryStatus, Receipt
from app.entries.queries import get_entry
from app.entries.service import submit_entry, withdraw_entry
from app.programmes.access import Actor
from app.programmes.queries import get_actor, get_scene
from app.screening.service import forward_entry
from tests.support.contest import Contest, make_contest, make_entry

Sessions = sessionmaker[Session]
Act = Callable[[Session, Actor, Entry], object]


def prepared(sessions: Sessions, status: EntryStatus, count: int) -> tuple[Contest, list[int]]:
    with sessions() as session:
        contest = make_contest(session, slug="cuoc-thi")
        ids = [make_entry(contest, status=status).id for _ in range(count)]
        session.commit()
        session.refresh(contest.clerk)
        return contest, ids


def at_once(sessions: Sessions, contest: Contest, jobs: list[tuple[int, Act]]) -> list[str]:
    """Start all together; «done» or «refused» for each."""
    start = Barrier(len(jobs))

    def run(job: tuple[int, Act]) -> str:
        entry_id, act = job
        start.wait()
        with sessions() as session:
            begin_write(session)
            actor = get_actor(session, scene=get_scene(session, slug="cuoc-thi"), user=contest.clerk)
            try:
                act(session, actor, get_entry(session, actor=actor, entry_id=entry_id, lock=True))
            except Conflict:
                return "refused"
            session.commit()
            return "done"

    with ThreadPoolExecutor(len(jobs)) as pool:
        return sorted(pool.map(run, jobs))


def test_submit_clicked_four_times_at_once_makes_one_receipt(live_sessions: Sessions, now: datetime) -> None:
    contest, [entry_id] = prepared(live_sessions, EntryStatus.DRAFT, 1)

    def submit(session: Session, actor: Actor, entry: Entry) -> object:
        return submit_entry(session, actor=actor, entry=entry, now=now)

    assert at_once(live_sessions, contest, [(entry_id, submit)] * 4) == ["done", "refused", "refused", "refused"]
    with live_sessions() as session:
        assert len(session.exec(select(Receipt)).all()) == 1


def test_entries_submitted_at_once_get_numbers_without_gap_or_twin(live_sessions: Sessions, now: datetime) -> None:
    contest, ids = prepared(live_sessions, EntryStatus.DRAFT, 4)

    def submit(session: Session, actor: Actor, entry: Entry) -> object:
        return submit_entry(session, actor=actor, entry=entry, now=now)

    assert at_once(live_sessions, contest, [(i, submit) for i in ids]) == ["done"] * 4
    with live_sessions() as session:
        assert sorted(session.exec(select(Entry.number))) == [1, 2, 3, 4]


def test_forward_and_withdraw_at_once_do_not_both_happen_unseen(live_sessions: Sessions, now: datetime) -> None:
    """Whoever comes second sees what the first did: a withdrawn entry is never sent up."""
    contest, [entry_id] = prepared(live_sessions, EntryStatus.CONFIRMED, 1)

    def forward(session: Session, actor: Actor, entry: Entry) -> None:
        forward_entry(session, actor=actor, entry=entry, now=now)

    def withdraw(session: Session, actor: Actor, entry: Entry) -> None:
        withdraw_entry(session, actor=actor, entry=entry, reason="Rút", now=now)

    outcome = at_once(live_sessions, contest, [(entry_id, forward), (entry_id, withdraw)])
    with live_sessions() as session:
        entry = session.get_one(Entry, entry_id)
        assert entry.status == EntryStatus.WITHDRAWN
        assert (entry.forwarded_at is None) == ("refused" in outcome)
