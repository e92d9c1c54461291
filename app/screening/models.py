"""What the unit, its head and the district decided about an entry; rows are history, the newest counts."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, String, Text
from sqlmodel import JSON, Column, Field

from app.core.database import Table, UTCDateTime, one_of


class UnitDecision(StrEnum):
    """The unit keeps an entry for its head's confirmation, or declines it with a reason."""

    KEEP = "keep"
    DECLINE = "decline"


class DistrictDecision(StrEnum):
    """The standing agency accepts, returns for supplement until a date, or finds ineligible with a reason."""

    ACCEPT = "accept"
    RETURN = "return"
    INELIGIBLE = "ineligible"


class UnitScreening(Table, table=True):
    """The unit's checklist and decision. `checklist` maps the plan's item keys to true or false."""

    __tablename__ = "unit_screenings"
    __table_args__ = (
        CheckConstraint(one_of("decision", UnitDecision), name="decision"),
        CheckConstraint("decision = 'keep' OR reason <> ''", name="reason"),
    )

    id: int | None = Field(default=None, primary_key=True)
    entry_id: int = Field(foreign_key="entries.id", index=True)
    checklist: dict[str, bool] = Field(sa_column=Column(JSON, nullable=False))
    decision: str = Field(sa_type=String)
    reason: str = Field(default="", sa_type=Text)
    decided_by: int = Field(foreign_key="users.id")
    decided_at: datetime = Field(sa_type=UTCDateTime)


class HeadConfirmation(Table, table=True):
    """The unit head confirms two things apart: how effective, how feasible; a grade and a sentence each."""

    __tablename__ = "head_confirmations"

    id: int | None = Field(default=None, primary_key=True)
    entry_id: int = Field(foreign_key="entries.id", index=True)
    effectiveness_grade: str
    effectiveness_note: str = Field(sa_type=Text)
    feasibility_grade: str
    feasibility_note: str = Field(sa_type=Text)
    confirmed_by: int = Field(foreign_key="users.id")
    confirmed_at: datetime = Field(sa_type=UTCDateTime)


class DistrictCheck(Table, table=True):
    """The district's check of a forwarded entry."""

    __tablename__ = "district_checks"
    __table_args__ = (
        CheckConstraint(one_of("decision", DistrictDecision), name="decision"),
        CheckConstraint("decision = 'accept' OR reason <> ''", name="reason"),
        CheckConstraint("(decision = 'return') = (supplement_until IS NOT NULL)", name="supplement_until"),
    )

    id: int | None = Field(default=None, primary_key=True)
    entry_id: int = Field(foreign_key="entries.id", index=True)
    decision: str = Field(sa_type=String)
    reason: str = Field(default="", sa_type=Text)
    supplement_until: datetime | None = Field(default=None, sa_type=UTCDateTime)
    decided_by: int = Field(foreign_key="users.id")
    decided_at: datetime = Field(sa_type=UTCDateTime)
