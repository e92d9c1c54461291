"""Engines, the one Table base, and the transaction rules of both databases."""

import sqlite3
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, cast

from sqlalchemy import CursorResult, Dialect, Engine, Executable, create_engine, event, func, inspect, make_url, select
from sqlalchemy import schema as sa_schema
from sqlalchemy import types as sa
from sqlalchemy.engine import Connection
from sqlalchemy.orm import sessionmaker
from sqlmodel import Session, SQLModel

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMING


# Kept connections for requests with a transaction (core.turns.REQUESTS), further ones for those that open their own.
_POOL: Final[dict[str, Any]] = {"pool_size": 20, "max_overflow": 12}
_WRITE: Final = {"chamthi_write": True}
_KEPT: Final = "chamthi_kept"


class UTCDateTime(sa.TypeDecorator[datetime]):
    """Always aware, always UTC: SQLite would forget the zone."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive time, store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime: pass an aware one")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Table(SQLModel):
    """Base of every table. Input never lands here directly: table classes do not validate."""


def table_of(model: type[Table]) -> sa_schema.Table:
    """The plain table behind a model: statements on it give no entities, which cost twice as much as their rows."""
    return cast("sa_schema.Table", inspect(model).local_table)


def one_of(column: str, values: type[Any] | tuple[str, ...]) -> str:
    """SQL of a CHECK that `column` is one of `values` (an enum of texts or a tuple)."""
    texts = tuple(getattr(v, "value", v) for v in values)
    return f"{column} IN ({', '.join(repr(t) for t in texts)})"


def make_engine(url: str) -> Engine:
    """Build an engine: SQLite in WAL with full fsync and foreign keys, or PostgreSQL."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database and parsed.database != ":memory:":
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(url, **_POOL, connect_args={"timeout": 30, "check_same_thread": False})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return create_engine(url, **_POOL, pool_pre_ping=True)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver must not open transactions by itself: _begin_sqlite decides which kind.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A deferred transaction that turns writer late is refused at once under WAL; writers queue from the start.
    immediate = connection.get_execution_options().get("chamthi_write", False)
    # Straight to the driver: it happens in every request, and SQLAlchemy's way there costs as much as a select.
    driver = cast("sqlite3.Connection", connection.connection.driver_connection)
    driver.execute("BEGIN IMMEDIATE" if immediate else "BEGIN")


def make_sessions(engine: Engine | Connection, **options: Any) -> sessionmaker[Session]:
    """Build the session factory. Rows stay readable after commit: a page is rendered from them."""
    sessions = sessionmaker(engine, class_=Session, expire_on_commit=False, **options)
    event.listen(sessions, "after_rollback", _let_kept_rows_go)
    return sessions


def keep(session: Session, *rows: Table) -> None:
    """Let these rows stay readable after a rollback too: the page that tells of it is framed by them.

    A rollback empties every row of its session, also the one that a refused flush does by itself; the page of a
    refusal comes after the session's end and could not read them again.
    """
    session.info.setdefault(_KEPT, []).extend(rows)


def _let_kept_rows_go(session: Session) -> None:
    # A savepoint's rollback empties only what was changed behind it.
    if session.in_nested_transaction():
        return
    for row in session.info.pop(_KEPT, ()):
        if row in session:
            session.expunge(row)


def writing(bind: Engine | Connection) -> Engine | Connection:
    """`bind` as one whose transactions begin as writers, at their first statement."""
    return bind.execution_options(**_WRITE)


def begin_write(session: Session) -> None:
    """Open this session's transaction as a writer, before its first statement."""
    session.connection(execution_options=_WRITE)


def execute(session: Session, statement: Executable, values: Mapping[str, Any] | None = None) -> CursorResult[Any]:
    """Execute in the session's transaction and give plain rows: without entities it costs half as much."""
    session.flush()
    return session.connection().execute(statement, values)


def insert(session: Session, statement: Executable, values: Mapping[str, Any]) -> int:
    """Insert a plain row in the session's transaction and give its id."""
    key = execute(session, statement, values).inserted_primary_key
    assert key is not None
    return int(key[0])


def hold_keys(session: Session, keys: Iterable[str]) -> None:
    """Let nobody else hold any of these names until the transaction ends, where there is no row to lock yet.

    SQLite has one writer and needs no lock; on PostgreSQL in one order, so that two never wait for each other.
    """
    if session.get_bind().dialect.name == "postgresql":
        for key in sorted(keys):
            session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))
