"""Reading the journal."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from app.journal.models import JournalEvent


def list_events(session: Session, *, programme_id: int, subject: str | None = None) -> Sequence[JournalEvent]:
    """Give the events of a programme, or of one subject in it, oldest first."""
    query = select(JournalEvent).where(JournalEvent.programme_id == programme_id)
    if subject is not None:
        query = query.where(JournalEvent.subject == subject)
    return session.exec(query.order_by(col(JournalEvent.id))).all()
