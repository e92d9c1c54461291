"""The schema goes up and down on both engines, says what the models say, and keeps the journal append-only."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy.exc import DBAPIError

from app.core import migrate
from app.core.database import make_engine

ROOT = Path(__file__).parents[2]
INSERT = "INSERT INTO journal_events (at, kind, subject, canonical) VALUES ('2024-05-20 02:00:00+00', 'x', '', '{}')"


@contextmanager
def opened(url: str) -> Iterator[sa.Engine]:
    """An engine that is closed again."""
    engine = make_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


def tables(url: str) -> set[str]:
    with opened(url) as engine:
        return set(sa.inspect(engine).get_table_names())


def run(engine: sa.Engine, sql: str) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql(sql)


def refused(engine: sa.Engine, sql: str) -> bool:
    """Whether the database itself refuses `sql` as a change of the journal."""
    try:
        run(engine, sql)
    except DBAPIError as error:
        return "append-only" in str(error)
    return False


def journal_is_guarded(engine: sa.Engine) -> bool:
    """Whether each way to rewrite an event is refused."""
    ways = ["UPDATE journal_events SET kind = 'y'", "DELETE FROM journal_events"]
    if engine.dialect.name == "sqlite":
        ways.append(
            INSERT.replace("INSERT", "INSERT OR REPLACE").replace("(at", "(id, at").replace("('2024", "(1, '2024")
        )
    else:
        ways.append("TRUNCATE journal_events CASCADE")
    return all(refused(engine, way) for way in ways)


def test_migrations_say_what_the_models_say(live_url: str) -> None:
    migrate.check(live_url)


def test_migrations_go_down_to_nothing_and_up_again(empty_url: str) -> None:
    migrate.upgrade(empty_url)
    before = tables(empty_url)
    migrate.downgrade(empty_url, "base")
    assert tables(empty_url) == {"alembic_version"}
    migrate.upgrade(empty_url)
    assert tables(empty_url) == before
    migrate.check(empty_url)


def test_migrations_down_leave_no_trigger_or_function(empty_url: str) -> None:
    migrate.upgrade(empty_url)
    migrate.downgrade(empty_url, "base")
    with opened(empty_url) as engine, engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            left = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").all()
        else:
            left = connection.exec_driver_sql(
                "SELECT proname FROM pg_proc WHERE proname = 'journal_events_refuse'"
            ).all()
    assert left == []


def test_journal_is_append_only_after_every_migration(empty_url: str) -> None:
    since = migrate.revisions().index("0002")
    for revision in migrate.revisions():
        migrate.upgrade(empty_url, revision)
        if migrate.revisions().index(revision) < since:
            continue
        with opened(empty_url) as engine:
            run(engine, INSERT)
            assert journal_is_guarded(engine), revision


def test_journal_is_append_only_after_down_and_up(empty_url: str) -> None:
    migrate.upgrade(empty_url)
    migrate.downgrade(empty_url, "0001")
    with opened(empty_url) as engine:
        run(engine, INSERT)
        assert not refused(engine, "UPDATE journal_events SET kind = 'y'")
    migrate.upgrade(empty_url)
    with opened(empty_url) as engine:
        assert journal_is_guarded(engine)
        run(engine, INSERT)


@pytest.fixture
def in_migration(live_url: str) -> Callable[[Callable[[], None]], None]:
    """Run a function as the body of a migration."""

    def inside(body: Callable[[], None]) -> None:
        with (
            migrate.migrating(live_url) as connection,
            Operations.context(MigrationContext.configure(connection)),
        ):
            body()

    return inside


def test_rebuilding_a_table_keeps_its_triggers_and_rows(live_url: str, in_migration: Callable) -> None:
    def rebuild() -> None:
        with migrate.rebuilding("journal_events", recreate="auto") as batch:
            batch.add_column(sa.Column("note", sa.String(), nullable=True))
            batch.alter_column("kind", type_=sa.Text())

    with opened(live_url) as engine:
        run(engine, INSERT)
    in_migration(rebuild)
    with opened(live_url) as engine:
        assert journal_is_guarded(engine)
        with engine.connect() as connection:
            assert connection.exec_driver_sql("SELECT kind, note FROM journal_events").all() == [("x", None)]


def test_a_failing_migration_leaves_the_database_as_it_was(live_url: str, in_migration: Callable) -> None:
    before = tables(live_url)

    def fail() -> None:
        from alembic import op

        op.create_table("half_done", sa.Column("id", sa.Integer(), primary_key=True))
        raise RuntimeError("the power went out")

    with pytest.raises(RuntimeError, match="power"):
        in_migration(fail)
    assert tables(live_url) == before


def test_a_migration_that_orphans_rows_is_refused_on_sqlite(live_url: str, in_migration: Callable) -> None:
    def orphan() -> None:
        from alembic import op

        op.execute("INSERT INTO journal_details (event_id, salt, body) VALUES (99, 'x', '')")

    expected = migrate.BrokenReferencesError if live_url.startswith("sqlite") else DBAPIError
    with pytest.raises(expected):
        in_migration(orphan)


def test_is_current_tells_an_old_schema_from_the_newest(empty_url: str) -> None:
    with opened(empty_url) as engine:
        assert not migrate.is_current(engine)
        migrate.upgrade(empty_url, "0001")
        assert not migrate.is_current(engine)
        migrate.upgrade(empty_url)
        assert migrate.is_current(engine)


def test_environment_imports_every_module_with_tables() -> None:
    listed = set(re.findall(r"^import (app\.[\w.]+)", (ROOT / "migrations/env.py").read_text("utf-8"), re.MULTILINE))
    with_tables = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in (ROOT / "app").rglob("*.py")
        if "table=True)" in path.read_text("utf-8")
    }
    assert {name.removesuffix(".__init__") for name in with_tables} == listed
