"""Who goes up to the next level, and the archive that was made of them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlmodel import Field

from app.core.database import Table, UTCDateTime, one_of


class Mode(StrEnum):
    """In writing, or for the presentation round of the upper level."""

    WRITTEN = "written"
    PRESENTATION = "presentation"


class FinalistList(Table, table=True):
    """The selection made from one result; approved by the chair, then frozen."""

    __tablename__ = "finalist_lists"

    id: int | None = Field(default=None, primary_key=True)
    result_id: int = Field(foreign_key="results.id", unique=True)
    created_at: datetime = Field(sa_type=UTCDateTime)
    approved_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    approved_by: int | None = Field(default=None, foreign_key="users.id")


class Finalist(Table, table=True):
    """An entry on that list."""

    __tablename__ = "finalists"
    __table_args__ = (
        UniqueConstraint("list_id", "entry_id"),
        CheckConstraint(one_of("mode", Mode), name="mode"),
    )

    id: int | None = Field(default=None, primary_key=True)
    list_id: int = Field(foreign_key="finalist_lists.id")
    entry_id: int = Field(foreign_key="entries.id")
    mode: str = Field(sa_type=String)


class Handover(Table, table=True):
    """An archive that left the house: its manifest's hash, when and by whom it was made."""

    __tablename__ = "handovers"

    id: int | None = Field(default=None, primary_key=True)
    list_id: int = Field(foreign_key="finalist_lists.id", index=True)
    made_at: datetime = Field(sa_type=UTCDateTime)
    made_by: int = Field(foreign_key="users.id")
    manifest_sha256: str
    late_reason: str = ""
