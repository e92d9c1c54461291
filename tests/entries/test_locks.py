"""Who changes an entry and who opens, closes or assigns meet in one order: neither waits for the other for ever."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import sleep

import pytest
from sqlalchemy import text
from sqlalchemy.orm import sessionmaker
from sqlmodel import Session

from app.accounts.models import User
from app.core.database import begin_write
from app.core.errors import Conflict
from app.entries import queries, service
from app.entries.forms import EntryForm
from app.jury.queries import find_proposal
from app.jury.service import assignment as assigning
from app.programmes import queries as programmes
from app.programmes.access import Actor
from tests.support.client import Client
from tests.support.contest import Contest, assign, make_contest, make_entry
from tests.support.factories import NOW
from tests.support.forms import entry_boxes
from tests.support.signing import sign_in

LATER = NOW + timedelta(days=25)


@pytest.fixture
def engine_name() -> str:
    """Only where several write at once; on SQLite one writer at a time is the engine's own rule."""
    return "postgres"


def actor_of(session: Session, contest: Contest, user_id: int) -> Actor:
    scene = programmes.get_scene(session, slug=contest.slug)
    return programmes.get_actor(session, scene=scene, user=session.get_one(User, user_id))


def test_editing_an_entry_while_a_proposal_is_accepted_is_no_deadlock(live_sessions: sessionmaker[Session]) -> None:
    with live_sessions() as session:
        contest = make_contest(session, jurors=3)
        entry_id = make_entry(contest).id or 0
        organiser, clerk = contest.organiser.id or 0, contest.clerk.id or 0
        assigning.propose_assignment(
            session, actor=contest.actor_of(contest.organiser), round_=contest.round, seed="x", now=LATER
        )
        session.commit()

    def accept() -> int:
        with live_sessions() as other:
            actor = actor_of(other, contest, organiser)
            round_ = actor.scene.rounds[0]
            waiting = find_proposal(other, round_id=round_.id or 0)
            assert waiting is not None
            changes = assigning.accept_proposal(
                other, actor=actor, round_=round_, proposal=assigning.read_proposal(waiting), now=LATER
            )
            other.commit()
            return changes

    with ThreadPoolExecutor() as beside, live_sessions() as editing:
        begin_write(editing)
        actor = actor_of(editing, contest, clerk)
        entry = queries.get_entry(editing, actor=actor, entry_id=entry_id, lock=True)
        accepted = beside.submit(accept)
        sleep(0.5)  # until it waits
        with pytest.raises(Conflict, match="không sửa được"):
            service.edit_entry(editing, actor=actor, entry=entry, form=EntryForm.parse(entry_boxes()), now=LATER)
        editing.rollback()

        assert accepted.result(timeout=10) == 3


def test_removing_an_assignment_waits_for_the_rounds_before_it_takes_its_row(
    live_sessions: sessionmaker[Session], live_client: Client
) -> None:
    with live_sessions() as session:
        contest = make_contest(session, jurors=1)
        row = assign(contest, contest.jurors[0], make_entry(contest))
        pair = {"juror_id": str(row.juror_id), "entry_id": str(row.entry_id)}
        url, programme_id = contest.url("jury/assignment/remove"), contest.scene.programme_id
        sign_in(session, live_client, contest.organiser)
        session.commit()

    with ThreadPoolExecutor() as beside, live_sessions() as closing:
        programmes.hold_rounds(closing, programme_id=programme_id, exclusive=True)
        removed = beside.submit(live_client.post, url, data=pair)
        sleep(0.5)  # until it waits
        closing.connection().execute(text("SELECT id FROM assignments FOR UPDATE NOWAIT"))
        closing.rollback()

        assert removed.result(timeout=10).status_code == 303
