"""Events, and the erasable personal details that some of them bind by a salted hash."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary, Text
from sqlmodel import Field

from app.core.database import Table, UTCDateTime


class JournalEvent(Table, table=True):
    """One thing that happened. Rows are written once; triggers refuse UPDATE and DELETE on both engines.

    `canonical` is the event's text as fixed at writing time (canonical JSON of kind, actor, subject ids, states,
    time and, where there are personal details, their salted hash). It holds no personal data.
    """

    __tablename__ = "journal_events"
    __table_args__ = (Index(None, "programme_id", "id"), Index(None, "subject", "id"))

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UTCDateTime)
    kind: str
    actor_id: int | None = None
    programme_id: int | None = None
    subject: str = ""
    canonical: str = Field(sa_type=Text)


class JournalDetail(Table, table=True):
    """Personal before/after of one event; may be erased, the event's proof stays."""

    __tablename__ = "journal_details"

    event_id: int = Field(primary_key=True, foreign_key="journal_events.id")
    salt: bytes = Field(sa_type=LargeBinary)
    body: str = Field(sa_type=Text)
