"""Writing the journal: one event per state change, in the same transaction as the change itself.

A juror's draft and the order of their list (skip) are theirs alone and no state of the contest: they write no event.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from app.journal.models import JournalDetail, JournalEvent
from scoring import canonical_json


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
) -> JournalEvent:
    """Write what happened.

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
    event = JournalEvent(
        at=now,
        kind=kind,
        actor_id=actor_id,
        programme_id=programme_id,
        subject=subject,
        canonical=canonical_json(content).decode(),
    )
    session.add(event)
    session.flush()
    if personal:
        assert event.id is not None
        session.add(JournalDetail(event_id=event.id, salt=salt, body=body))
        session.flush()
    return event
