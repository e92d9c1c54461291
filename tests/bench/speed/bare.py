"""The bare handler: Starlette, the driver, and the statements of the application, nothing else.

It does what nobody can leave out: read the cookie and the form, run the same SQL in the same kind of transaction on
pooled connections, compare versions, check marks, answer. No ORM, no validation beyond that, no templates, no policy.
Started by `servers.py`, with the same server program as the application.
"""

import asyncio
import hashlib
import json
import os
import queue
import re
import secrets
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from html import escape
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import make_url
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from app.accounts.deps import COOKIE
from app.core.serving import serve
from app.core.settings import Settings
from tests.bench.speed.capture import Step, load

SCRIPTS = "BENCH_SCRIPTS"
_POOL = 15
_MAXIMA = {"novelty": 30, "effectiveness": 30, "feasibility": 20, "replication": 10, "presentation": 10}
_COUNTER = re.compile(r"_\d+$")
# Which value of the request a parameter is, where its own name does not say it.
_RENAMED = {
    ("entries", "id"): "entry_id",
    ("authors", "primary_keys"): "entry_id",
    ("entry_files", "primary_keys"): "entry_id",
    ("files", "primary_keys"): "file_id",
    ("score_sheets", "version"): "new_version",
    ("score_sheets", "saved_at"): "now",
    ("score_sheets", "seen"): "version",
    ("journal_events", "at"): "now",
}
# What later statements need of the rows of an earlier one: column → name.
_LEARNT = {
    "programmes": {"id": "programme_id", "user_id": "user_id"},
    "jurors": {"id": "juror_id"},
    "assignments": {"id": "assignment_id", "sheet_id": "sheet_id", "version": "version", "status": "status"},
    "entry_files": {"file_id": "file_id"},
    "journal_events": {"id": "event_id"},
}
Values = dict[str, Any]
Rows = list[tuple[Any, ...]]


class Statement:
    """A step, made ready: where each parameter comes from."""

    def __init__(self, step: Step, *, positional: bool) -> None:
        self.sql = step.sql
        self.name = f"{step.verb} {step.table}"
        self.positional = positional
        self.names = step.names
        plain = [_COUNTER.sub("", name) for name in step.names]
        keys = [_RENAMED.get((step.table, name), name) for name in plain]
        self.sources = list(zip(keys, step.values, strict=True))
        self.wanted = _LEARNT.get(step.table, {})
        self.columns: list[str] = []
        self.gives_rows = step.verb == "select" or "RETURNING" in step.sql

    def run(self, connection: Any, values: Values) -> Rows:
        """Execute with the request's values; what the rows teach goes into `values`."""
        given = [values.get(key, constant) for key, constant in self.sources]
        cursor = connection.execute(self.sql, given if self.positional else dict(zip(self.names, given, strict=True)))
        if not self.gives_rows:
            if self.name == "insert journal_events":
                values["event_id"] = cursor.lastrowid
            elif self.name == "update score_sheets" and cursor.rowcount == 0:
                raise StaleError
            return []
        rows: Rows = cursor.fetchall()
        columns = self.columns = [c[0] for c in cursor.description]
        if rows:
            for column, key in self.wanted.items():
                if column in columns:
                    values[key] = rows[0][columns.index(column)]
        return rows


class Database:
    """Connections of the driver, kept."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.sqlite = self.url.get_backend_name() == "sqlite"
        self.idle: queue.LifoQueue[Any] = queue.LifoQueue(_POOL)

    def _connect(self) -> Any:
        if not self.sqlite:
            return psycopg.connect(host=str(self.url.query["host"]), dbname=self.url.database, user=self.url.username)
        connection = sqlite3.connect(str(self.url.database), timeout=30, isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    @contextmanager
    def transaction(self, *, write: bool) -> Iterator[Any]:
        """Give a connection in a transaction of the same kind as the application's."""
        try:
            connection = self.idle.get_nowait()
        except queue.Empty:
            connection = self._connect()
        try:
            if self.sqlite:
                connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")
            yield connection
            connection.commit()
        except BaseException:
            connection.rollback()
            raise
        finally:
            self.idle.put(connection)

    def now(self) -> Any:
        """The time as this driver takes it."""
        moment = datetime.now(UTC)
        return moment.strftime("%Y-%m-%d %H:%M:%S.%f") if self.sqlite else moment


class StaleError(Exception):
    """The sheet has another version than the form."""


class Handlers:
    """The five pages."""

    def __init__(self, database: Database, scripts: dict[str, list[Step]]) -> None:
        self.database = database
        self.turn = asyncio.Lock()
        self.scripts = {
            name: [Statement(step, positional=database.sqlite) for step in steps] for name, steps in scripts.items()
        }
        draft, submitted = self.scripts["save a draft"], self.scripts["save a submitted sheet"]
        self.known = 1 + next(i for i, s in enumerate(draft) if s.name == "select assignments")
        assert [s.sql for s in draft[: self.known]] == [s.sql for s in submitted[: self.known]]

    def _values(self, request: Request) -> Values:
        return {
            "token_hash": hashlib.sha256(request.cookies.get(COOKIE, "").encode()).hexdigest(),
            "slug": request.path_params["slug"],
            "now": self.database.now(),
        }

    # ---- saving

    async def save(self, request: Request) -> Response:
        """Save a sheet."""
        form = await request.form()
        values = self._values(request) | {"entry_id": int(request.path_params["entry_id"])}
        marks = {}
        for key, most in _MAXIMA.items():
            mark = Decimal(str(form[f"marks.{key}"]).replace(",", "."))
            if not 0 <= mark <= most or mark * 2 % 1:
                return JSONResponse({"message": key}, status_code=422)
            marks[key] = int(mark * 100)
        values |= {"marks": json.dumps(marks), "comment": str(form["comment"]), "total_units": sum(marks.values())}
        try:
            async with self._writer():
                await run_in_threadpool(self._save, values, int(str(form["version"])))
        except StaleError:
            return JSONResponse({"version": values["version"]}, status_code=409)
        return JSONResponse(
            {
                "saved_at": str(values["now"])[11:16],
                "version": values["new_version"],
                "total": str(Decimal(values["total_units"]) / 100),
                "status": values["status"],
            }
        )

    @asynccontextmanager
    async def _writer(self) -> AsyncIterator[None]:
        # SQLite has one writer: waiting here costs nothing, waiting in its busy handler costs sleeps.
        if self.database.sqlite:
            async with self.turn:
                yield
        else:
            yield

    def _save(self, values: Values, version: int) -> None:
        with self.database.transaction(write=True) as connection:
            steps = self.scripts["save a draft"]
            for statement in steps[: self.known]:
                statement.run(connection, values)
            if values["version"] != version:
                raise StaleError
            values["new_version"] = version + 1
            if values["status"] == "submitted":
                steps = self.scripts["save a submitted sheet"]
                values["submitted_at"] = values["now"]
                self._tell(values)
            for statement in steps[self.known :]:
                statement.run(connection, values)

    def _tell(self, values: Values) -> None:
        salt, body = secrets.token_bytes(16), json.dumps({"comment": values["comment"], "marks": values["marks"]})
        content = {
            "actor": values["user_id"],
            "at": str(values["now"]),
            "data": {"version": values["new_version"]},
            "kind": "sheet.changed",
            "personal": hashlib.sha256(salt + body.encode()).hexdigest(),
            "programme": values["programme_id"],
            "subject": f"sheet:{values['sheet_id']}",
        }
        values |= {"actor_id": values["user_id"], "subject": content["subject"], "salt": salt, "body": body}
        values["canonical"] = json.dumps(content, sort_keys=True, separators=(",", ":"))

    # ---- pages

    def _read(self, name: str, values: Values) -> dict[str, Rows]:
        found: dict[str, Rows] = {}
        with self.database.transaction(write=False) as connection:
            for statement in self.scripts[name]:
                found[statement.name] = statement.run(connection, values)
        return found

    def _titled(self, name: str, values: Values) -> Rows:
        """Run all of it; give the rows that make the list: those with a title."""
        found = self._read(name, values)
        return max((found[s.name] for s in self.scripts[name] if "title" in s.columns), key=len)

    def sheet(self, request: Request) -> Response:
        """Show an entry and its sheet."""
        values = self._values(request) | {"entry_id": int(request.path_params["entry_id"])}
        found = self._read("open a sheet", values)
        boxes = "".join(f"<li>{escape(str(v))}</li>" for row in found["select score_sheets"] for v in row)
        return self._page(found["select entries"], boxes)

    def queue(self, request: Request) -> Response:
        """Show the juror's list."""
        return self._page(self._titled("juror's list", self._values(request)))

    def ranking(self, request: Request) -> Response:
        """Show the ranked list."""
        return self._page(self._titled("ranked list", self._values(request)))

    def _page(self, rows: Rows, more: str = "") -> Response:
        lines = "".join(f"<tr>{''.join(f'<td>{escape(str(v))}</td>' for v in row)}</tr>" for row in rows)
        return HTMLResponse(f"<!doctype html><table>{lines}</table><ul>{more}</ul>")


def application() -> Starlette:
    """Give uvicorn the handlers; the environment says where database and scripts are."""
    scripts = load(Path(os.environ[SCRIPTS]).read_text("utf-8"))
    handlers = Handlers(Database(Settings().database), scripts)
    entry = "/c/{slug}/jury/entries/{entry_id}/score"
    routes: list[tuple[str, Callable[..., Any], str]] = [
        (entry, handlers.save, "POST"),
        (entry, handlers.sheet, "GET"),
        ("/c/{slug}/jury", handlers.queue, "GET"),
        ("/c/{slug}/results/ranking", handlers.ranking, "GET"),
        ("/healthz", lambda _: JSONResponse({"status": "ok"}), "GET"),
    ]
    return Starlette(routes=[Route(path, endpoint, methods=[method]) for path, endpoint, method in routes])


if __name__ == "__main__":
    serve(Settings(), "127.0.0.1", int(sys.argv[1]), application="tests.bench.speed.bare:application")
