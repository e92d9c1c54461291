"""The plain shapes of the sample contest; nothing here knows the application."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Literal

VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")

UnitCategory = Literal["ward", "department", "school"]
EntryCategory = Literal["individual", "group"]
EntryFormat = Literal["essay", "video"]
Attachment = Literal["image", "sheet", "software"]
Grade = Literal["high", "medium", "low"]
Fate = Literal["accepted", "returned", "late", "declined", "ineligible", "withdrawn", "draft"]

GRADE_LABELS: Mapping[Grade, str] = {"high": "cao", "medium": "trung bình", "low": "thấp"}


@dataclass(frozen=True, slots=True)
class Unit:
    """A ward, department or school that sends entries."""

    key: str
    name: str
    category: UnitCategory
    short: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody invented; without a unit if a leader of the host, without a login if only an author."""

    key: str
    full_name: str
    female: bool
    position: str
    unit: str | None
    address: str
    phone: str
    login: str | None = None

    @property
    def email(self) -> str | None:
        return f"{self.login}@thanhxuan.example" if self.login else None


@dataclass(frozen=True, slots=True)
class Juror:
    """A juror, the fields they know well and how strictly they mark (points of 100; below zero is strict)."""

    index: int
    person: Person
    expertise: tuple[str, ...]
    severity: float


@dataclass(frozen=True, slots=True)
class Seat:
    """One line of a roster."""

    person: Person
    role: str


@dataclass(frozen=True, slots=True)
class Roster:
    """A committee: Ban Tổ chức, Ban Giám khảo or Tổ thư ký."""

    key: Literal["organizing_committee", "jury", "secretariat"]
    name: str
    seats: tuple[Seat, ...]


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What the head of a unit says of one quality of an entry."""

    grade: Grade
    sentence: str

    @property
    def label(self) -> str:
        return GRADE_LABELS[self.grade]


@dataclass(frozen=True, slots=True)
class Screening:
    """What the unit finds: why it keeps the entry, and the head's two confirmations."""

    keep_reason: str
    effectiveness: Confirmation
    feasibility: Confirmation


@dataclass(frozen=True, slots=True)
class Author:
    """A person under an entry; exactly one of an entry's authors represents it."""

    person: Person
    is_representative: bool


@dataclass(frozen=True, slots=True)
class Moments:
    """When each step of an entry happens; None where its fate stops before that step."""

    drafted: datetime
    submitted: datetime | None = None
    kept: datetime | None = None
    declined: datetime | None = None
    confirmed: datetime | None = None
    forwarded: datetime | None = None
    returned: datetime | None = None
    forwarded_again: datetime | None = None
    withdrawn: datetime | None = None
    decided: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One idea, its authors, and what becomes of it.

    `supplement` is the paragraph added when the district returns the entry. `fate_reason` is given by whoever
    stops, returns or admits it.
    """

    key: str
    unit: str
    field: str
    title: str
    summary: str
    text: str
    supplement: str
    category: EntryCategory
    format: EntryFormat
    authors: tuple[Author, ...]
    attachments: tuple[Attachment, ...]
    screening: Screening | None
    fate: Fate
    fate_reason: str
    quality: float
    in_prize_zone: bool
    strength: str
    weakness: str
    moments: Moments

    @property
    def representative(self) -> Person:
        return next(author.person for author in self.authors if author.is_representative)

    @property
    def is_judged(self) -> bool:
        return self.fate in {"accepted", "returned", "late"}


@dataclass(frozen=True, slots=True)
class Tie:
    """Two entries level on total, effectiveness and novelty across a prize line: the chair decides."""

    entries: tuple[str, str]
    chosen: str
    reason: str


@dataclass(frozen=True, slots=True)
class Recusal:
    """A juror who steps back from an entry after the lists are out."""

    juror: int
    entry: str
    reason: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """The moments of the contest of 2024, in Vietnam's time."""

    plan_published: datetime
    rules_issued: datetime
    intake_opens: datetime
    intake_closes: datetime
    jury_named: datetime
    judging_opens: datetime
    first_marks: datetime
    recusal: datetime
    further_marking: datetime
    marking_ends: datetime
    round_closed: datetime
    meeting: datetime
    approved: datetime
    published: datetime
    paid: datetime
    handed_over: datetime
    city_receipt: datetime


@dataclass(frozen=True, slots=True)
class Sample:
    """The whole sample contest, ready to be played."""

    units: tuple[Unit, ...]
    people: tuple[Person, ...]
    jurors: tuple[Juror, ...]
    entries: tuple[Entry, ...]
    rosters: tuple[Roster, ...]
    timeline: Timeline
    tie: Tie
    gap_entry: str
    recusal: Recusal
    expected_ranking: Mapping[EntryCategory, tuple[str, ...]] = field(default_factory=dict)

    def entry(self, key: str) -> Entry:
        return next(entry for entry in self.entries if entry.key == key)

    def person(self, key: str) -> Person:
        return next(person for person in self.people if person.key == key)
