"""Entries, their authors, consents, files and receipts."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint, text
from sqlmodel import Field, Relationship

from app.core.database import Table, UTCDateTime, one_of
from app.files.models import File
from app.programmes.models import Unit


class EntryStatus(StrEnum):
    """Where an entry is on its way; changed only by entries.service.move()."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    KEPT = "kept"
    DECLINED = "declined"
    CONFIRMED = "confirmed"
    FORWARDED = "forwarded"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    INELIGIBLE = "ineligible"
    WITHDRAWN = "withdrawn"


AT_UNIT = (EntryStatus.DRAFT, EntryStatus.SUBMITTED, EntryStatus.KEPT, EntryStatus.CONFIRMED, EntryStatus.RETURNED)
SENT = (EntryStatus.FORWARDED, EntryStatus.ACCEPTED, EntryStatus.INELIGIBLE)


class Category(StrEnum):
    """The prize category, chosen at submission: one person, or an author group of two or more."""

    INDIVIDUAL = "individual"
    GROUP = "group"


class EntryFormat(StrEnum):
    """How the idea is presented."""

    ESSAY = "essay"
    VIDEO = "video"


class FileRole(StrEnum):
    """What a file is for: the entry itself, the Word text of a non-text entry, or something beside it."""

    MAIN = "main"
    TEXT = "text"
    ATTACHMENT = "attachment"


class Purpose(StrEnum):
    """What an author consents to, each apart; never ticked beforehand."""

    PARTICIPATION = "participation"
    PUBLICATION = "publication"
    PAYMENT = "payment"
    HANDOVER = "handover"


_BEFORE_SUBMIT = "status IN ('draft', 'withdrawn')"
_AT_DISTRICT = "status IN ('forwarded', 'accepted', 'returned', 'ineligible')"


class Entry(Table, table=True):
    """An idea or solution that a unit sends in. `unit_name` is kept as it was: units merge and are renamed."""

    __tablename__ = "entries"
    __table_args__ = (
        CheckConstraint(one_of("status", EntryStatus), name="status"),
        CheckConstraint(one_of("category", Category), name="category"),
        CheckConstraint(one_of("format", EntryFormat), name="format"),
        CheckConstraint(f"{_BEFORE_SUBMIT} OR submitted_at IS NOT NULL", name="submitted"),
        CheckConstraint(f"NOT ({_AT_DISTRICT}) OR forwarded_at IS NOT NULL", name="forwarded"),
        UniqueConstraint("programme_id", "number"),
        Index(None, "programme_id", "status"),
        Index(None, "unit_id", "status"),
    )

    id: int | None = Field(default=None, primary_key=True)
    programme_id: int = Field(foreign_key="programmes.id")
    unit_id: int = Field(foreign_key="units.id")
    unit_name: str
    number: int | None = None  # the receipt number, given at the first submission
    title: str
    field: str
    category: str = Field(sa_type=String)
    format: str = Field(sa_type=String)
    organisation: str = ""
    summary: str = Field(default="", sa_type=Text)
    folded: str = Field(default="", sa_type=Text)
    status: str = Field(default=EntryStatus.DRAFT, sa_type=String)
    version: int = 1  # grows with every edit: two tabs cannot overwrite each other
    clause_accepted_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    created_at: datetime = Field(sa_type=UTCDateTime)
    created_by: int = Field(foreign_key="users.id")
    updated_at: datetime = Field(sa_type=UTCDateTime)
    submitted_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    forwarded_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    late_reason: str = ""  # an organiser's; only with it does an entry pass after the deadline

    unit: Unit = Relationship(sa_relationship_kwargs={"lazy": "raise"})
    authors: list["Author"] = Relationship(
        sa_relationship_kwargs={
            "lazy": "raise",
            "order_by": "Author.ordinal",
            "cascade": "all, delete-orphan",
        }
    )
    files: list["EntryFile"] = Relationship(
        sa_relationship_kwargs={"lazy": "raise", "order_by": "EntryFile.id", "cascade": "all, delete-orphan"}
    )


class Author(Table, table=True):
    """A person named on an entry. Exactly one of a group represents it."""

    __tablename__ = "authors"
    __table_args__ = (
        UniqueConstraint("entry_id", "ordinal"),
        CheckConstraint("share IS NULL OR (share > 0 AND share <= 10000)", name="share"),
        Index(
            "uq_authors_representative",
            "entry_id",
            unique=True,
            sqlite_where=text("is_representative"),
            postgresql_where=text("is_representative"),
        ),
        Index(None, "name_folded"),
    )

    id: int | None = Field(default=None, primary_key=True)
    entry_id: int = Field(foreign_key="entries.id")
    ordinal: int
    full_name: str
    name_key: str
    name_folded: str
    position: str = ""
    address: str = ""
    phone: str | None = None  # E.164; needed of the representative
    is_representative: bool = False
    share: int | None = None  # hundredths of a per cent of the prize; None: equal parts

    consents: list["Consent"] = Relationship(sa_relationship_kwargs={"lazy": "raise", "cascade": "all, delete-orphan"})


class Consent(Table, table=True):
    """What an author agreed to, when, and who recorded it."""

    __tablename__ = "consents"
    __table_args__ = (CheckConstraint(one_of("purpose", Purpose), name="purpose"),)

    author_id: int = Field(primary_key=True, foreign_key="authors.id")
    purpose: str = Field(primary_key=True, sa_type=String)
    given_at: datetime = Field(sa_type=UTCDateTime)
    recorded_by: int = Field(foreign_key="users.id")


class EntryFile(Table, table=True):
    """A file of an entry. A removed one keeps its row: receipts name it."""

    __tablename__ = "entry_files"
    __table_args__ = (CheckConstraint(one_of("role", FileRole), name="role"),)

    id: int | None = Field(default=None, primary_key=True)
    entry_id: int = Field(foreign_key="entries.id", index=True)
    file_id: int = Field(foreign_key="files.id", unique=True)
    role: str = Field(sa_type=String)
    removed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)

    file: File = Relationship(sa_relationship_kwargs={"lazy": "raise"})


class Receipt(Table, table=True):
    """Proof of one submission: number, server time and every file's SHA-256, as canonical JSON with its own hash."""

    __tablename__ = "receipts"

    id: int | None = Field(default=None, primary_key=True)
    entry_id: int = Field(foreign_key="entries.id", index=True)
    at: datetime = Field(sa_type=UTCDateTime)
    canonical: str = Field(sa_type=Text)
    sha256: str
