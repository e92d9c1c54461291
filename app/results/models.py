"""A round's result under sealed rules: standings, awards, vacancies, decisions of people, payouts."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Index, String, Text, UniqueConstraint
from sqlmodel import JSON, Column, Field

from app.core.database import Table, UTCDateTime, one_of


class ResultStatus(StrEnum):
    """A proposal may be recomputed; an approved result is frozen; published is visible to all."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"


class Result(Table, table=True):
    """One computation of a closed round. `canonical` is the whole result as canonical JSON, fixed at approval."""

    __tablename__ = "results"
    __table_args__ = (
        UniqueConstraint("round_id", "number"),
        CheckConstraint(one_of("status", ResultStatus), name="status"),
        CheckConstraint("status NOT IN ('approved', 'published') OR approved_at IS NOT NULL", name="approved"),
        CheckConstraint("status <> 'published' OR published_at IS NOT NULL", name="published"),
    )

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="rounds.id")
    number: int
    plan_version_id: int = Field(foreign_key="plan_versions.id")
    status: str = Field(default=ResultStatus.PROPOSED, sa_type=String)
    canonical: str = Field(default="", sa_type=Text)
    sha256: str = ""
    computed_at: datetime = Field(sa_type=UTCDateTime)
    approved_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    approved_by: int | None = Field(default=None, foreign_key="users.id")
    published_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class Standing(Table, table=True):
    """An entry's place. The mean is exact (`mean_numerator/mean_denominator` points), `score` is it rounded once.

    `sheets` counts all that were considered, `further` those of them that are of the further marking. `gap_policy` is
    what the rules say of marks too far apart, where that gave the score; elsewhere it is empty.
    """

    __tablename__ = "standings"

    result_id: int = Field(primary_key=True, foreign_key="results.id")
    entry_id: int = Field(primary_key=True, foreign_key="entries.id")
    category: str
    rank: int
    sheets: int
    further: int = 0
    gap_policy: str = ""
    mean_numerator: int = Field(sa_type=BigInteger)
    mean_denominator: int = Field(sa_type=BigInteger)
    score: int = Field(sa_type=BigInteger)  # hundredths of a point


class Award(Table, table=True):
    """A prize, with the sentence of why. `amount` in đồng, the group multiplier applied."""

    __tablename__ = "awards"
    __table_args__ = (
        UniqueConstraint("result_id", "entry_id"),
        CheckConstraint("amount >= 0", name="amount"),
        Index(None, "result_id", "category", "tier"),
    )

    id: int | None = Field(default=None, primary_key=True)
    result_id: int = Field(foreign_key="results.id")
    entry_id: int = Field(foreign_key="entries.id")
    category: str
    tier: str
    amount: int = Field(sa_type=BigInteger)
    why: str = Field(sa_type=Text)


class Vacancy(Table, table=True):
    """Slots of a tier that stay empty; a person must give the reason before approval."""

    __tablename__ = "vacancies"
    __table_args__ = (UniqueConstraint("result_id", "category", "tier"),)

    id: int | None = Field(default=None, primary_key=True)
    result_id: int = Field(foreign_key="results.id")
    category: str
    tier: str
    count: int
    why: str = Field(sa_type=Text)
    reason: str = ""
    decided_by: int | None = Field(default=None, foreign_key="users.id")
    decided_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class TieDecision(Table, table=True):
    """The chair's recorded order of entries that the rules could not separate."""

    __tablename__ = "tie_decisions"
    __table_args__ = (CheckConstraint("reason <> ''", name="reason"),)

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="rounds.id", index=True)
    category: str
    tier: str
    entry_ids: list[int] = Field(sa_column=Column(JSON, nullable=False))
    reason: str = Field(sa_type=Text)
    decided_by: int = Field(foreign_key="users.id")
    decided_at: datetime = Field(sa_type=UTCDateTime)


class Payout(Table, table=True):
    """What one author of an award is paid. The parts of an award always add up to it."""

    __tablename__ = "payouts"
    __table_args__ = (
        UniqueConstraint("award_id", "author_id"),
        CheckConstraint("amount >= 0", name="amount"),
    )

    id: int | None = Field(default=None, primary_key=True)
    award_id: int = Field(foreign_key="awards.id")
    author_id: int = Field(foreign_key="authors.id")
    ordinal: int
    payee: str  # the name as it stood at approval
    amount: int = Field(sa_type=BigInteger)
