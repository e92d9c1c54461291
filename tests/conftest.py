"""Fixtures. A test that asks for `session`, `client` or `live_…` runs on SQLite and on PostgreSQL.

`session` and `client` share one connection whose outer transaction is rolled back: fast, and they see the same rows.
`live_sessions` and `live_client` commit into a database of their own: for what must survive a rolled-back request,
for two connections at once, and for anything that opens an engine by itself.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from anyio.from_thread import BlockingPortal
from fastapi import FastAPI
from playwright.sync_api import Browser, Playwright, sync_playwright
from sqlalchemy import Connection, Engine
from sqlalchemy.orm import sessionmaker
from sqlmodel import Session

from app.core.database import make_engine, make_sessions
from app.core.settings import Settings
from tests.support import s3
from tests.support.client import Client, portal
from tests.support.databases import ENGINES, Databases
from tests.support.needs import browser as browser_path
from tests.support.queries import Counted, counting

SECRET = "a-secret-of-the-tests-that-is-long-enough"


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """Databases of this worker, started when first asked for."""
    made = Databases(tmp_path_factory.mktemp("databases"))
    yield made
    made.close()


@pytest.fixture(scope="session")
def event_loop_portal() -> Iterator[BlockingPortal]:
    """One event loop in a thread, for all clients."""
    with portal() as opened:
        yield opened


@pytest.fixture(params=ENGINES)
def engine_name(request: pytest.FixtureRequest) -> str:
    """Which database this run of the test uses."""
    name: str = request.param
    return name


@pytest.fixture
def now() -> datetime:
    """A moment while the sample contest takes entries: 20/5/2024, 9:00 in Hà Nội."""
    return datetime(2024, 5, 20, 2, 0, tzinfo=UTC)


# ---- rolled back ------------------------------------------------------------------------------------------


@pytest.fixture
def connection(databases: Databases, engine_name: str) -> Iterator[Connection]:
    """The one connection of a test; nothing that happens on it stays."""
    with databases.shared(engine_name).connect().execution_options(chamthi_write=True) as opened:
        outer = opened.begin()
        yield opened
        outer.rollback()


@pytest.fixture
def sessions(connection: Connection) -> sessionmaker[Session]:
    """The application's session factory, on the test's connection: its commits are savepoints."""
    return make_sessions(connection, join_transaction_mode="create_savepoint")


@pytest.fixture
def session(sessions: sessionmaker[Session]) -> Iterator[Session]:
    """The test's own session."""
    with sessions() as opened:
        yield opened


@pytest.fixture
def settings(tmp_path: Path, connection: Connection) -> Settings:
    """Settings of an application whose files lie in the test's folder."""
    return _settings(tmp_path, connection.engine.url.render_as_string(hide_password=False))


@pytest.fixture
def app(settings: Settings, sessions: sessionmaker[Session]) -> FastAPI:
    """The whole application."""
    from app.main import create_app

    return create_app(settings, sessions=sessions)


@pytest.fixture
def client(app: FastAPI, session: Session, event_loop_portal: BlockingPortal) -> Iterator[Client]:
    """A browser; what `session` holds is sent before each request, and read anew after it."""
    with Client(app, event_loop_portal, before=session.commit, after=session.expire_all) as opened:
        yield opened


@pytest.fixture
def count_queries(connection: Connection) -> Callable[[], AbstractContextManager[Counted]]:
    """`with count_queries() as asked: …`, then `asked.count`. Build URLs before: an expired row reads itself again."""
    return lambda: counting(connection)


# ---- committed --------------------------------------------------------------------------------------------


@pytest.fixture
def live_url(databases: Databases, engine_name: str) -> Iterator[str]:
    """URL of a migrated database of this test alone."""
    with databases.copy(engine_name) as url:
        yield url


@pytest.fixture
def live_engine(live_url: str) -> Iterator[Engine]:
    """An engine on it, as the application makes one."""
    engine = make_engine(live_url)
    yield engine
    engine.dispose()


@pytest.fixture
def live_sessions(live_engine: Engine) -> sessionmaker[Session]:
    """Its session factory: every session is a connection of its own and really commits."""
    return make_sessions(live_engine)


@pytest.fixture
def live_settings(tmp_path: Path, live_url: str) -> Settings:
    """Settings that name it."""
    return _settings(tmp_path, live_url)


@pytest.fixture
def live_app(live_settings: Settings, live_sessions: sessionmaker[Session]) -> FastAPI:
    """The whole application on it."""
    from app.main import create_app

    return create_app(live_settings, sessions=live_sessions)


@pytest.fixture
def live_client(live_app: FastAPI, event_loop_portal: BlockingPortal) -> Iterator[Client]:
    """A browser on that application."""
    with Client(live_app, event_loop_portal) as opened:
        yield opened


@pytest.fixture
def empty_url(databases: Databases, engine_name: str) -> Iterator[str]:
    """URL of a database without a single table."""
    with databases.empty(engine_name) as url:
        yield url


# ---- browsers ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """The one Playwright of this process: it holds the thread's event loop, a second one is refused."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """One headless browser for all tests that look at pages."""
    opened = playwright.chromium.launch(executable_path=browser_path(), args=["--no-sandbox"])
    yield opened
    opened.close()


# ---- servers ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[s3.S3Server]:
    """A real S3 server with one bucket."""
    with s3.server(tmp_path_factory.mktemp("s3")) as running:
        yield running


def _settings(folder: Path, url: str) -> Settings:
    return Settings(data_dir=folder / "var", database_url=url, demo=True, secret_key=SECRET, worker=False)
