"""Work outside the request. A row says what is owed; the queue only wakes a worker, after the commit.

The queue (huey) loses the task that a killed worker was running, and that is allowed: a sweep every minute asks each
job what is still owed and wakes a worker again. So `Job.run` must do nothing where its row owes nothing any more, and
`Job.owed` must stop naming a row that can never be done (count the attempts in the row).
"""

import json
import logging
import os
import signal
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from huey import Huey, MemoryHuey, PostgresHuey, SqliteHuey, crontab
from huey.registry import Message
from huey.serializer import Serializer
from sqlalchemy import event, make_url
from sqlalchemy.orm import sessionmaker
from sqlmodel import Session

from app.core.clock import real_now
from app.core.database import make_engine, make_sessions
from app.core.settings import Settings

_QUEUE_NAME = "chamthi"
_WAITING = "jobs_waiting_for_commit"
_TABLE_LOCK = 0x436855  # any number: it only has to be the same in every process
_QUEUE_FAILURES = (sqlite3.Error, psycopg.Error, OSError)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Workplace:
    """What a job finds: settings, a session factory (it opens its own transactions), the time."""

    settings: Settings
    sessions: sessionmaker[Session]
    now: Callable[[], datetime] = real_now


@dataclass(frozen=True, slots=True)
class Job:
    """A kind of work. `owed` lists the rows that still wait for it, `run` does one of them."""

    name: str
    owed: Callable[[Session, datetime], Iterable[int]]
    run: Callable[[Workplace, int], None]


class UnknownJobError(LookupError):
    """A job was asked for that this application was not made with."""


class _JsonSerializer(Serializer):  # type: ignore[misc]  # huey has no types
    """Messages as JSON: with pickle, who can write to the queue could run code in the worker."""

    def _serialize(self, data: Any) -> bytes:
        return json.dumps(data._asdict() if isinstance(data, Message) else data).encode()

    def _deserialize(self, data: bytes) -> Any:
        return Message(**json.loads(bytes(data)))


def make_huey(settings: Settings, *, immediate: bool = False) -> Huey:
    """Make the queue: beside a SQLite database in a file of its own, on PostgreSQL in tables of its own."""
    common: dict[str, Any] = {"results": False, "serializer": _JsonSerializer()}
    if immediate:
        return MemoryHuey(_QUEUE_NAME, immediate=True, **common)
    url = make_url(settings.database)
    if url.get_backend_name() == "sqlite":
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        return SqliteHuey(_QUEUE_NAME, filename=str(settings.data_dir / "queue.db"), timeout=30, **common)
    dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
    huey = PostgresHuey(_QUEUE_NAME, dsn=dsn, create_tables=False, **common)
    # CREATE TABLE IF NOT EXISTS of two processes at once can still collide.
    with psycopg.connect(dsn) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_TABLE_LOCK,))
        huey.storage.initialize_schema()
    return huey


class Queue:
    """The jobs of an application and the queue that wakes their workers."""

    def __init__(self, workplace: Workplace, jobs: Sequence[Job] = (), *, immediate: bool = False) -> None:
        self.workplace = workplace
        self.jobs = {job.name: job for job in jobs}
        self._immediate = immediate
        self._made: Huey | None = None
        self._task: Any = None
        self._lock = threading.Lock()

    @property
    def huey(self) -> Huey:
        """The queue itself, opened when it is first needed."""
        with self._lock:
            if self._made is None:
                huey = make_huey(self.workplace.settings, immediate=self._immediate)
                self._task = huey.task(name="job")(self.run)
                huey.periodic_task(crontab(minute="*"), name="sweep")(self.sweep)
                self._made = huey
        return self._made

    def wake_after_commit(self, session: Session, job: str, row_id: int) -> None:
        """Wake a worker for a row once `session` has committed it; a rollback forgets it."""
        if job not in self.jobs:
            raise UnknownJobError(job)
        if _WAITING not in session.info:
            session.info[_WAITING] = []
            event.listen(session, "after_commit", self._wake_waiting)
            event.listen(session, "after_rollback", _forget_waiting)
        session.info[_WAITING].append((job, row_id))

    def _wake_waiting(self, session: Session) -> None:
        waiting, session.info[_WAITING] = session.info[_WAITING], []
        for job, row_id in waiting:
            self.wake(job, row_id)

    def wake(self, job: str, row_id: int) -> None:
        """Wake a worker now. A queue that fails only costs time: the row is written, and the sweep finds it."""
        try:
            _ = self.huey
            self._task(job, row_id)
        except _QUEUE_FAILURES:
            log.exception("could not wake a worker for %s %s; the sweep will", job, row_id)

    def run(self, job: str, row_id: int) -> None:
        """Do one piece of work, in the worker."""
        self.jobs[job].run(self.workplace, row_id)

    def sweep(self) -> int:
        """Wake workers for all that is owed, unless they still have work; tell how many rows that was."""
        if self.huey.pending_count():
            return 0
        with self.workplace.sessions() as session:
            now = self.workplace.now()
            owed = [(job.name, row_id) for job in self.jobs.values() for row_id in job.owed(session, now)]
        for name, row_id in owed:
            self.wake(name, row_id)
        return len(owed)


def _forget_waiting(session: Session) -> None:
    session.info[_WAITING] = []


def run_worker(settings: Settings, *, jobs: Sequence[Job] = (), tied: bool = False) -> None:
    """Work until SIGTERM or Ctrl-C, finishing what is running. `tied`: stop also when the parent is gone."""
    queue = Queue(Workplace(settings, make_sessions(make_engine(settings.database))), jobs)
    consumer = queue.huey.create_consumer(workers=1, graceful_signal="TERM", shutdown_timeout=60)
    if tied:
        threading.Thread(target=_stop_with_parent, daemon=True).start()
    consumer.run()


def _stop_with_parent() -> None:
    # The parent holds the other end of this pipe and never writes: it ends when the parent does, however it ended.
    # Read below Python's buffer, whose lock a thread may not hold while the interpreter ends.
    os.read(sys.stdin.fileno(), 1)
    signal.raise_signal(signal.SIGTERM)
