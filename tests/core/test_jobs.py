"""The queue wakes after the commit, the sweep finds what was lost, a worker starts and stops in order."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import sessionmaker
from sqlmodel import Session, col, select

from app.accounts.models import User
from app.core.database import begin_write
from app.core.jobs import Job, Queue, UnknownJobError, Workplace, make_huey
from app.core.serving import as_environment
from app.core.settings import Settings
from tests.support.factories import make_user

ROOT = Path(__file__).parents[2]


def greet(place: Workplace, user_id: int) -> None:
    """Owed by every user without an address; done twice it changes nothing."""
    with place.sessions() as session:
        begin_write(session)
        user = session.get(User, user_id)
        if user and user.email is None:
            user.email = f"{user.login}@example.vn"
        session.commit()


def ungreeted(session: Session, now: datetime) -> Iterable[int]:
    return session.exec(select(User.id).where(col(User.email).is_(None)).order_by(col(User.id))).all()


GREET = Job("greet", owed=ungreeted, run=greet)


def emails(sessions: sessionmaker[Session]) -> list[str | None]:
    with sessions() as session:
        return list(session.exec(select(User.email).order_by(col(User.id))))


@pytest.fixture
def queue(live_settings: Settings, live_sessions: sessionmaker[Session]) -> Iterable[Queue]:
    """A real queue on the engine's own storage; nobody works on it."""
    made = Queue(Workplace(live_settings, live_sessions), [GREET])
    yield made
    made.huey.storage.close()


def work(queue: Queue) -> int:
    """Do what waits, as a worker would; tell how many tasks."""
    done = 0
    while (task := queue.huey.dequeue()) is not None:
        queue.huey.execute(task)
        done += 1
    return done


@pytest.mark.usefixtures("engine_name")
def test_worker_is_woken_only_after_the_commit(queue: Queue, live_sessions: sessionmaker[Session]) -> None:
    with live_sessions() as session:
        begin_write(session)
        user = make_user(session, login="hanh")
        queue.wake_after_commit(session, "greet", user.id)
        assert queue.huey.pending_count() == 0
        session.commit()
    assert queue.huey.pending_count() == 1
    assert work(queue) == 1
    assert emails(live_sessions) == ["hanh@example.vn"]


def test_rolled_back_row_wakes_nobody(queue: Queue, live_sessions: sessionmaker[Session]) -> None:
    with live_sessions() as session:
        begin_write(session)
        queue.wake_after_commit(session, "greet", make_user(session).id)
        session.rollback()
        begin_write(session)
        make_user(session, login="another")
        session.commit()
    assert queue.huey.pending_count() == 0


def test_sweep_requeues_what_a_crash_dropped(queue: Queue, live_sessions: sessionmaker[Session]) -> None:
    with live_sessions() as session:
        make_user(session, login="a")
        make_user(session, login="b")
        session.commit()
    assert queue.sweep() == 2
    assert queue.sweep() == 0, "work that still waits is not queued twice"
    work(queue)
    assert emails(live_sessions) == ["a@example.vn", "b@example.vn"]
    assert queue.sweep() == 0


def test_unknown_job_is_refused_before_the_commit(queue: Queue, live_sessions: sessionmaker[Session]) -> None:
    with live_sessions() as session, pytest.raises(UnknownJobError):
        queue.wake_after_commit(session, "no-such-job", 1)


def test_immediate_queue_works_at_once(settings: Settings, sessions: sessionmaker[Session], session: Session) -> None:
    queue = Queue(Workplace(settings, sessions), [GREET], immediate=True)
    user = make_user(session, login="hanh")
    queue.wake_after_commit(session, "greet", user.id)
    session.commit()
    session.refresh(user)
    assert user.email == "hanh@example.vn"


def test_messages_are_not_pickled(queue: Queue, live_sessions: sessionmaker[Session]) -> None:
    queue.wake("greet", 7)
    (stored,) = queue.huey.storage.enqueued_items()
    assert b'"args": ["greet", 7]' in bytes(stored)


def test_queue_that_fails_does_not_fail_the_request(
    tmp_path: Path, sessions: sessionmaker[Session], caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "queue.db").mkdir()
    settings = Settings(data_dir=tmp_path, demo=True)
    queue = Queue(Workplace(settings, sessions), [GREET])
    queue.wake("greet", 1)
    assert [record.getMessage() for record in caplog.records] == ["could not wake a worker for greet 1; the sweep will"]


def test_two_processes_make_the_queue_at_once(live_settings: Settings) -> None:
    script = "from app.core.jobs import make_huey; from app.core.settings import Settings; make_huey(Settings())"
    started = [
        subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, env=as_environment(live_settings)) for _ in range(2)
    ]
    assert [process.wait(30) for process in started] == [0, 0]
    make_huey(live_settings).storage.close()


WORKER = """
import sys
from app.core.jobs import run_worker
from app.core.settings import Settings
from tests.core.test_jobs import GREET
run_worker(Settings(), jobs=[GREET], tied="--tied" in sys.argv)
"""


def start_worker(settings: Settings, *arguments: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, *arguments], cwd=ROOT, env=as_environment(settings), stdin=subprocess.PIPE
    )


def wait_for(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("end", ["signal", "parent"])
def test_worker_sweeps_at_its_start_and_ends_in_order(
    live_settings: Settings, live_sessions: sessionmaker[Session], end: str
) -> None:
    with live_sessions() as session:
        make_user(session, login="hanh")
        session.commit()
    worker = start_worker(live_settings, "--tied")
    try:
        assert wait_for(lambda: emails(live_sessions) == ["hanh@example.vn"])
        if end == "signal":
            worker.send_signal(signal.SIGTERM)
        else:
            worker.stdin.close()
        assert worker.wait(20) == 0
    finally:
        worker.kill()
        worker.wait()
        worker.stdin.close()
