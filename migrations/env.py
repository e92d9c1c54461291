"""Alembic's entry. Every slice with tables is imported here, because core may not know the slices."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.operations import MigrationScript
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlmodel import AutoString, SQLModel

import app.accounts.models
import app.core.clock
import app.entries.models
import app.files.models
import app.handover.models
import app.journal.models
import app.jury.models
import app.programmes.models
import app.results.models
import app.screening.models  # noqa: F401 - imported for their tables
from app.core.database import UTCDateTime
from app.core.migrate import migrating
from app.core.settings import Settings


def _number_revision(_context: Any, _revision: Any, directives: list[MigrationScript]) -> None:
    """Number the revisions 0001, 0002, …: a person reads their order."""
    if directives:
        scripts = ScriptDirectory.from_config(context.config)
        directives[0].rev_id = f"{len(list(scripts.walk_revisions())) + 1:04d}"


def _render(kind: str, value: Any, autogenerate: AutogenContext) -> str | Literal[False]:
    """Write our types by their short names; SQLModel's string is an ordinary one."""
    if kind == "type" and isinstance(value, UTCDateTime):
        autogenerate.imports.add("from app.core.database import UTCDateTime")
        return "UTCDateTime()"
    if kind == "type" and isinstance(value, AutoString):
        return "sa.String()"
    return False


def _is_ours(_object: Any, name: str | None, kind: str, _reflected: Any, _compare_to: Any) -> bool:
    """Leave the job queue's tables alone: the queue makes them itself."""
    return not (kind == "table" and name is not None and name.startswith("huey_"))


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=True,
        render_item=_render,
        include_object=_is_ours,
        transactional_ddl=True,
        compare_server_default=True,
        process_revision_directives=_number_revision,
    )
    context.run_migrations()


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    _run(given)
else:
    # `alembic …` typed by a developer: the database of the settings.
    with migrating(Settings().database) as opened:
        _run(opened)
