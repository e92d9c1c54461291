"""Events are written with the change, hold no personal data, and cannot be changed on either database."""

import hashlib
import json

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlmodel import Session

from app.journal import queries, service
from app.journal.models import JournalDetail, JournalEvent
from tests.support.factories import NOW


def record(session: Session) -> JournalEvent:
    event_id = service.record(
        session, kind="entry.withdrawn", now=NOW, actor_id=7, programme_id=3, subject="entry:12",
        data={"from": "draft", "to": "withdrawn"}, personal={"reason": "Bà Nguyễn Thị Hạnh chuyển công tác."},
    )  # fmt: skip
    return session.get_one(JournalEvent, event_id)


def test_record_binds_personal_details_by_a_salted_hash(session: Session) -> None:
    event = record(session)

    detail = session.get_one(JournalDetail, event.id)
    content = json.loads(event.canonical)
    assert "Hạnh" not in event.canonical
    assert content["personal"] == hashlib.sha256(detail.salt + detail.body.encode()).hexdigest()
    assert json.loads(detail.body) == {"reason": "Bà Nguyễn Thị Hạnh chuyển công tác."}


def test_record_fixes_the_canonical_text(session: Session) -> None:
    content = json.loads(record(session).canonical)

    assert {k: content[k] for k in ("actor", "at", "data", "kind", "programme", "subject")} == {
        "actor": 7,
        "at": "2024-05-20T02:00:00.000000+00:00",
        "data": {"from": "draft", "to": "withdrawn"},
        "kind": "entry.withdrawn",
        "programme": 3,
        "subject": "entry:12",
    }


def test_details_may_be_erased_and_the_event_stays(session: Session) -> None:
    event = record(session)
    session.delete(session.get_one(JournalDetail, event.id))
    session.flush()

    assert session.get(JournalEvent, event.id) is event


@pytest.mark.parametrize("statement", ["UPDATE journal_events SET kind = 'x'", "DELETE FROM journal_events"])
def test_the_database_refuses_to_change_an_event(session: Session, statement: str) -> None:
    record(session)

    with pytest.raises(DatabaseError), session.begin_nested():
        session.connection().execute(text(statement))


def test_list_events_of_a_subject_in_order(session: Session) -> None:
    first, second = record(session), record(session)

    assert [e.id for e in queries.list_events(session, programme_id=3, subject="entry:12")] == [first.id, second.id]
    assert not queries.list_events(session, programme_id=4)


def test_a_float_never_enters_an_event(session: Session) -> None:
    with pytest.raises(ValueError, match="float"):
        service.record(session, kind="x.y", now=NOW, data={"score": 8.5})
