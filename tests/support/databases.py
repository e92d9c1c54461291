"""A migrated database per engine, made once per worker; copies of it for tests that must really commit."""

import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Engine, create_engine, make_url, text

from app.core import migrate
from app.core.database import make_engine
from tests.support import postgres

ENGINES = ("sqlite", "postgres")


class Databases:
    """Starts PostgreSQL and migrates a template only when the first test asks for them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._stack = ExitStack()
        self._server: str | None = None
        self._templates: dict[str, str] = {}
        self._shared: dict[str, Engine] = {}

    def close(self) -> None:
        """Stop everything that was started."""
        self._stack.close()

    def shared(self, name: str) -> Engine:
        """Give the engine of the one database per engine whose tests always roll back."""
        if name not in self._shared:
            engine = make_engine(self._stack.enter_context(self.copy(name)))
            self._stack.callback(engine.dispose)
            self._shared[name] = engine
        return self._shared[name]

    def copy(self, name: str) -> AbstractContextManager[str]:
        """Give the URL of a fresh migrated database, removed afterwards."""
        return self._created(name, template=self._template(name))

    def empty(self, name: str) -> AbstractContextManager[str]:
        """Give the URL of a database without tables, removed afterwards."""
        return self._created(name, template=None)

    def _template(self, name: str) -> str:
        if name not in self._templates:
            url = self._stack.enter_context(self._created(name, template=None))
            migrate.upgrade(url)
            self._templates[name] = url
        return self._templates[name]

    def _created(self, name: str, *, template: str | None) -> AbstractContextManager[str]:
        return self._sqlite(template) if name == "sqlite" else self._postgres(template)

    @contextmanager
    def _sqlite(self, template: str | None) -> Iterator[str]:
        path = self.folder / f"{uuid4().hex}.db"
        if template is not None:
            # The migration's connections are closed, so everything is in the one file: no WAL beside it.
            shutil.copyfile(str(make_url(template).database), path)
        yield f"sqlite:///{path}"
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)

    @contextmanager
    def _postgres(self, template: str | None) -> Iterator[str]:
        if self._server is None:
            self._server = self._stack.enter_context(postgres.server())
        name = f"t{uuid4().hex}"
        source = make_url(template).database if template else "template1"
        admin = create_engine(self._server, isolation_level="AUTOCOMMIT")
        try:
            with admin.connect() as connection:
                connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {source}"))
            yield make_url(self._server).set(database=name).render_as_string(hide_password=False)
            with admin.connect() as connection:
                connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        finally:
            admin.dispose()
