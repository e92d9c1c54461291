"""Nothing slips in behind a closing round: who marks or enters holds the rounds, who closes holds them alone."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import sessionmaker
from sqlmodel import Session

from app.core.database import begin_write
from app.programmes import queries
from app.programmes import service as programmes
from tests.support.contest import make_contest, open_round
from tests.support.factories import NOW


def test_hold_rounds_refreshes_what_the_scene_knows(live_sessions: sessionmaker[Session], engine_name: str) -> None:
    if engine_name == "sqlite":
        return  # what a writing transaction has read stays true there: nobody else writes
    with live_sessions() as session:
        contest = make_contest(session, slug="cuoc-thi")
        open_round(contest)
        session.commit()
    with live_sessions() as reader:
        scene = queries.get_scene(reader, slug="cuoc-thi")
        reader.commit()
        with live_sessions() as closer:
            begin_write(closer)
            scene_of_closer = queries.get_scene(closer, slug="cuoc-thi")
            actor = queries.get_actor(closer, scene=scene_of_closer, user=closer.get_one(type(contest.organiser), 1))
            programmes.close_round(closer, actor=actor, round_=scene_of_closer.rounds[0], now=NOW + timedelta(days=30))
            closer.commit()

        queries.hold_rounds(reader, programme_id=scene.programme_id)

        assert scene.rounds[0].closed_at == NOW + timedelta(days=30)


def test_hold_rounds_shared_waits_for_exclusive(live_sessions: sessionmaker[Session], engine_name: str) -> None:
    if engine_name == "sqlite":
        return  # one writer at a time is the engine's own rule
    with live_sessions() as session:
        programme_id = make_contest(session).scene.programme_id
        session.commit()
    with live_sessions() as closing, live_sessions() as first, live_sessions() as second:
        queries.hold_rounds(first, programme_id=programme_id)
        queries.hold_rounds(second, programme_id=programme_id)
        closing.connection().execute(text("SET LOCAL lock_timeout = '150ms'"))

        with pytest.raises(OperationalError, match="lock timeout"):
            queries.hold_rounds(closing, programme_id=programme_id, exclusive=True)
