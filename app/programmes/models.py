"""A programme, the versions of its plan, its units, who has which role, its rosters and rounds."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint, text
from sqlmodel import Field

from app.core.database import Table, UTCDateTime, one_of


class Kind(StrEnum):
    """A contest is judged and paid; a movement is registered, reported and commended."""

    CONTEST = "contest"
    MOVEMENT = "movement"


class Role(StrEnum):
    """What a person may be in one programme. Administration of the site is a flag of the user."""

    UNIT_CLERK = "unit_clerk"
    UNIT_HEAD = "unit_head"
    ORGANISER = "organiser"
    CHAIR = "chair"
    JUROR = "juror"


UNIT_ROLES = (Role.UNIT_CLERK, Role.UNIT_HEAD)


class Body(StrEnum):
    """The committees of a contest."""

    ORGANIZING_COMMITTEE = "organizing_committee"
    JURY = "jury"
    SECRETARIAT = "secretariat"


class Programme(Table, table=True):
    """One contest or movement."""

    __tablename__ = "programmes"
    __table_args__ = (CheckConstraint(one_of("kind", Kind), name="kind"),)

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True)
    kind: str = Field(sa_type=String)
    title: str
    is_sample: bool = False
    created_at: datetime = Field(sa_type=UTCDateTime)


class PlanVersion(Table, table=True):
    """A version of the plan as canonical JSON. A sealed version never changes; an amendment is the next number."""

    __tablename__ = "plan_versions"
    __table_args__ = (
        UniqueConstraint("programme_id", "number"),
        CheckConstraint("number > 0", name="number"),
    )

    id: int | None = Field(default=None, primary_key=True)
    programme_id: int = Field(foreign_key="programmes.id")
    number: int
    canonical: str = Field(sa_type=Text)
    sha256: str
    reason: str = ""
    created_at: datetime = Field(sa_type=UTCDateTime)
    created_by: int | None = Field(default=None, foreign_key="users.id")
    sealed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class Unit(Table, table=True):
    """A node of the organisation tree of one programme."""

    __tablename__ = "units"
    __table_args__ = (UniqueConstraint("programme_id", "key"), Index(None, "programme_id", "sort_key"))

    id: int | None = Field(default=None, primary_key=True)
    programme_id: int = Field(foreign_key="programmes.id")
    parent_id: int | None = Field(default=None, foreign_key="units.id")
    key: str
    name: str
    category: str
    sort_key: str
    folded: str
    dissolved_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class Membership(Table, table=True):
    """A role of a user in a programme; unit roles name their unit, others have none."""

    __tablename__ = "memberships"
    __table_args__ = (
        CheckConstraint(one_of("role", Role), name="role"),
        CheckConstraint("(role IN ('unit_clerk', 'unit_head')) = (unit_id IS NOT NULL)", name="unit"),
        Index(
            "uq_memberships_unit_role",
            "programme_id",
            "user_id",
            "role",
            "unit_id",
            unique=True,
            sqlite_where=text("unit_id IS NOT NULL"),
            postgresql_where=text("unit_id IS NOT NULL"),
        ),
        Index(
            "uq_memberships_role",
            "programme_id",
            "user_id",
            "role",
            unique=True,
            sqlite_where=text("unit_id IS NULL"),
            postgresql_where=text("unit_id IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    programme_id: int = Field(foreign_key="programmes.id")
    user_id: int = Field(foreign_key="users.id", index=True)
    role: str = Field(sa_type=String)
    unit_id: int | None = Field(default=None, foreign_key="units.id")


class CommitteeMember(Table, table=True):
    """A line of a roster: Ban Tổ chức, Ban Giám khảo or Tổ thư ký."""

    __tablename__ = "committee_members"
    __table_args__ = (CheckConstraint(one_of("body", Body), name="body"),)

    id: int | None = Field(default=None, primary_key=True)
    programme_id: int = Field(foreign_key="programmes.id", index=True)
    body: str = Field(sa_type=String)
    ordinal: int
    full_name: str
    position: str = ""
    duty: str = ""
    user_id: int | None = Field(default=None, foreign_key="users.id")


class Round(Table, table=True):
    """A round of judging; opening it seals the rules, closing it freezes the sheets."""

    __tablename__ = "rounds"
    __table_args__ = (
        UniqueConstraint("programme_id", "key"),
        CheckConstraint("closed_at IS NULL OR opened_at IS NOT NULL", name="closed_after_opened"),
        CheckConstraint("(opened_at IS NULL) = (plan_version_id IS NULL)", name="sealed_when_opened"),
    )

    id: int | None = Field(default=None, primary_key=True)
    programme_id: int = Field(foreign_key="programmes.id")
    key: str
    ordinal: int
    plan_version_id: int | None = Field(default=None, foreign_key="plan_versions.id")
    opened_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
