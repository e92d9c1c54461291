"""Writing the journal: one event per state change, in the same transaction as the change itself.

A juror's draft and the order of their list (skip) are theirs alone and no state of the contest: they write no event.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session

from app.core.database import execute, insert, table_of
from app.journal.models import JournalDetail, JournalEvent
from scoring import canonical_json

# In columns: an event is written with every change and never read again by whoever writes it.
_EVENT: Final = table_of(JournalEvent).insert()
_DETAIL: Final = table_of(JournalDetail).insert()


def record(
    session: Session,
    *,
    kind: str,
    now: datetime,
    actor_id: int | None = None,
    programme_id: int | None = None,
    subject: str = "",
    data: Mapping[str, Any] | None = None,
    personal: Mapping[str, Any] | None = None,
) -> int:
    """Write what happened and give the event's id.

    `kind` is «slice.verb» (entry.submitted), `subject` «noun:id» (entry:12). `data` holds ids, states, counts, hashes
    only: it is part of the canonical text for ever. `personal` (names, reasons, before and after) goes to an erasable
    row; the event keeps its salted SHA-256.
    """
    content: dict[str, Any] = {
        "actor": actor_id,
        "at": now.isoformat(timespec="microseconds"),
        "data": dict(data or {}),
        "kind": kind,
        "programme": programme_id,
        "subject": subject,
    }
    salt, body = secrets.token_bytes(16), ""
    if personal:
        body = json.dumps(personal, ensure_ascii=False, sort_keys=True)
        content["personal"] = hashlib.sha256(salt + body.encode()).hexdigest()
    event = {
        "at": now,
        "kind": kind,
        "actor_id": actor_id,
        "programme_id": programme_id,
        "subject": subject,
        "canonical": canonical_json(content).decode(),
    }
    event_id = insert(session, _EVENT, event)
    if personal:
        execute(session, _DETAIL, {"event_id": event_id, "salt": salt, "body": body})
    return event_id
