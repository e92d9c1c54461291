"""Times are always aware and UTC; concurrent writers queue and none is lost."""

import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import sessionmaker
from sqlmodel import Session, col, func, select

from app.accounts.models import SignInAttempt
from app.core.database import begin_write

HANOI = timezone(timedelta(hours=7))


def test_times_come_back_aware_and_in_utc(session: Session) -> None:
    moment = datetime(2024, 6, 10, 0, 0, tzinfo=HANOI)
    session.add(SignInAttempt(key="a", at=moment))
    session.flush()
    session.expire_all()

    stored = session.exec(select(SignInAttempt.at)).one()

    assert (stored, stored.utcoffset()) == (moment, timedelta(0))


def test_naive_time_is_refused(session: Session) -> None:
    session.add(SignInAttempt(key="a", at=datetime(2024, 6, 10)))  # noqa: DTZ001 - the fault under test

    with pytest.raises(StatementError, match="naive"):
        session.flush()


def test_concurrent_writers_lose_nothing(live_sessions: sessionmaker[Session]) -> None:
    """Twenty threads read and then write: without BEGIN IMMEDIATE, SQLite refuses most of them."""

    def write() -> None:
        with live_sessions() as session:
            begin_write(session)
            session.exec(select(func.count()).select_from(SignInAttempt)).one()
            session.add(SignInAttempt(key="thread", at=datetime.now(UTC)))
            session.commit()

    threads = [threading.Thread(target=lambda: [write() for _ in range(5)]) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with live_sessions() as session:
        count = session.exec(select(func.count()).where(col(SignInAttempt.key) == "thread")).one()
    assert count == 100
