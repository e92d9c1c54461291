"""Jurors, conflicts of interest, proposals, assignments and score sheets."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Index, String, Text, UniqueConstraint, text
from sqlmodel import JSON, Column, Field, Relationship

from app.core.database import Table, UTCDateTime, one_of
from app.entries.models import Entry


class ConflictSource(StrEnum):
    """Computed from units and authors, declared by a juror, or set by the organiser."""

    COMPUTED = "computed"
    DECLARED = "declared"
    ORGANISER = "organiser"


class Marking(StrEnum):
    """Every entry has a first marking; where its sheets lie too far apart, a further one that is blind to the first."""

    FIRST = "first"
    FURTHER = "further"


class SheetStatus(StrEnum):
    """A draft is private to its juror; a submitted sheet is editable until it is locked.

    It is locked when the round closes, a sheet of the first marking as soon as its entry goes to a further one.
    """

    DRAFT = "draft"
    SUBMITTED = "submitted"
    LOCKED = "locked"


HANDED_IN = (SheetStatus.SUBMITTED, SheetStatus.LOCKED)
"""A sheet that is in: it counts, and nobody owes it any more."""


class Juror(Table, table=True):
    """A member of the jury of one programme."""

    __tablename__ = "jurors"
    __table_args__ = (
        UniqueConstraint("programme_id", "user_id"),
        CheckConstraint("minimum >= 0 AND (maximum IS NULL OR maximum >= minimum)", name="capacity"),
    )

    id: int | None = Field(default=None, primary_key=True)
    programme_id: int = Field(foreign_key="programmes.id")
    user_id: int = Field(foreign_key="users.id")
    unit_id: int | None = Field(default=None, foreign_key="units.id")
    position: str = ""
    fields: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    minimum: int = 0
    maximum: int | None = None
    left_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class JurorConflict(Table, table=True):
    """A pair that must not meet, and why. Dismissed by a person: pinned, a re-run never reopens it."""

    __tablename__ = "juror_conflicts"
    __table_args__ = (
        UniqueConstraint("juror_id", "entry_id", "kind"),
        CheckConstraint(one_of("source", ConflictSource), name="source"),
        CheckConstraint("dismissed_at IS NULL OR dismiss_reason <> ''", name="dismiss_reason"),
    )

    id: int | None = Field(default=None, primary_key=True)
    juror_id: int = Field(foreign_key="jurors.id")
    entry_id: int = Field(foreign_key="entries.id", index=True)
    source: str = Field(sa_type=String)
    kind: str  # same_unit, author, family, supervisor, other
    reason: str = Field(default="", sa_type=Text)
    created_at: datetime = Field(sa_type=UTCDateTime)
    dismissed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    dismissed_by: int | None = Field(default=None, foreign_key="users.id")
    dismiss_reason: str = ""


class AssignmentProposal(Table, table=True):
    """What the optimiser proposed, as canonical JSON, until a person accepts or discards it."""

    __tablename__ = "assignment_proposals"

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="rounds.id", index=True)
    seed: str
    canonical: str = Field(sa_type=Text)
    created_at: datetime = Field(sa_type=UTCDateTime)
    accepted_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    discarded_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


_ACTIVE_FURTHER = text("marking = 'further' AND recused_at IS NULL")


class Assignment(Table, table=True):
    """One entry on one juror's list, in one round."""

    __tablename__ = "assignments"
    __table_args__ = (
        UniqueConstraint("round_id", "juror_id", "entry_id"),
        Index(None, "round_id", "entry_id"),
        CheckConstraint("recused_at IS NULL OR recuse_reason <> ''", name="recuse_reason"),
        CheckConstraint(one_of("marking", Marking), name="marking"),
        Index(
            "uq_assignments_further",
            "round_id",
            "entry_id",
            unique=True,
            sqlite_where=_ACTIVE_FURTHER,
            postgresql_where=_ACTIVE_FURTHER,
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="rounds.id")
    juror_id: int = Field(foreign_key="jurors.id")
    entry_id: int = Field(foreign_key="entries.id")
    marking: str = Field(default=Marking.FIRST, sa_type=String)
    assigned_at: datetime = Field(sa_type=UTCDateTime)
    recused_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    recuse_reason: str = Field(default="", sa_type=Text)
    skipped_at: datetime | None = Field(default=None, sa_type=UTCDateTime)

    entry: Entry = Relationship(sa_relationship_kwargs={"lazy": "raise"})
    sheet: "ScoreSheet" = Relationship(sa_relationship_kwargs={"lazy": "raise", "uselist": False})


class ScoreSheet(Table, table=True):
    """A juror's marks for one entry. `marks`: criterion key → hundredths of a point.

    `total_units` is the weighted total times the rubric's common denominator (jury.rubric.units_per_point): an
    integer, so that SQL sums it exactly; null while a mark is missing.
    """

    __tablename__ = "score_sheets"
    __table_args__ = (
        CheckConstraint(one_of("status", SheetStatus), name="status"),
        CheckConstraint("status = 'draft' OR (total_units IS NOT NULL AND submitted_at IS NOT NULL)", name="complete"),
    )

    id: int | None = Field(default=None, primary_key=True)
    assignment_id: int = Field(foreign_key="assignments.id", unique=True)
    status: str = Field(default=SheetStatus.DRAFT, sa_type=String)
    version: int = 1
    marks: dict[str, int] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    total_units: int | None = Field(default=None, sa_type=BigInteger)
    comment: str = Field(default="", sa_type=Text)
    saved_at: datetime = Field(sa_type=UTCDateTime)
    submitted_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
