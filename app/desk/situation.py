"""How a programme stands for one person: counts and dates, nothing else. What is next is decided from these alone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.entries.models import AT_UNIT, EntryStatus
from app.programmes.access import Scene
from app.programmes.models import Kind
from app.programmes.plan import UnitCategory
from app.results.models import ResultStatus

S = EntryStatus


class Stage(StrEnum):
    """Where a contest is. A movement has no stages of this kind."""

    MOVEMENT = "movement"
    BEFORE = "before"
    INTAKE = "intake"
    CHECKING = "checking"
    JUDGING = "judging"
    PROPOSED = "proposed"
    APPROVED = "approved"
    PUBLISHED = "published"


_STAGE_OF_RESULT: Mapping[str, Stage] = {
    ResultStatus.APPROVED: Stage.APPROVED,
    ResultStatus.PUBLISHED: Stage.PUBLISHED,
}


def find_stage(scene: Scene, *, result: str | None, now: datetime) -> Stage:
    """Give the stage at `now`; `result` is the status of the judged round's newest result."""
    if scene.programme.kind != Kind.CONTEST or scene.judged_round is None:
        return Stage.MOVEMENT
    if scene.judged_round.closed_at is not None:
        return _STAGE_OF_RESULT.get(result or "", Stage.PROPOSED)
    if scene.judged_round.opened_at is not None:
        return Stage.JUDGING
    opens, closes = scene.plan.opening("intake"), scene.plan.deadline("intake")
    if opens is not None and now < opens:
        return Stage.BEFORE
    return Stage.INTAKE if closes is None or now < closes else Stage.CHECKING


@dataclass(frozen=True, slots=True)
class Pile:
    """Entries of one unit in one status with the same time left. `unit_id` is None where it is not the person's own."""

    unit_id: int | None
    status: str
    count: int
    may_be_late: bool = False
    supplement_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Bundle:
    """Some piles, and the deadline of the plan that holds for those without one of their own."""

    piles: tuple[Pile, ...] = ()
    deadline: datetime | None = None
    now: datetime | None = None

    def of_units(self, units: Iterable[int]) -> "Bundle":
        """Those of the units."""
        wanted = set(units)
        return self._only(p for p in self.piles if p.unit_id in wanted)

    def seen_by_host(self) -> "Bundle":
        """Those that units have submitted: drafts are theirs alone."""
        return self._only(p for p in self.piles if p.status != S.DRAFT)

    def in_time(self) -> "Bundle":
        """Those that may still be sent."""
        return self._only(p for p in self.piles if not self._is_over(p))

    def overdue(self) -> "Bundle":
        """Those still at their unit whose time is over."""
        return self._only(p for p in self.piles if p.status in AT_UNIT and self._is_over(p))

    def being_supplemented(self) -> "Bundle":
        """Those that were returned to their unit and have time left: judging waits for them."""
        return self._only(
            p
            for p in self.piles
            if p.status in AT_UNIT and p.supplement_until and self.now and self.now < p.supplement_until
        )

    def count(self, *statuses: EntryStatus) -> int:
        """How many stand in one of the statuses; all if none is named."""
        return sum(p.count for p in self.piles if not statuses or p.status in statuses)

    def due(self, *statuses: EntryStatus) -> datetime | None:
        """The earliest moment at which one of these must have been sent."""
        moments = [self._due(p) for p in self.piles if p.status in statuses and not p.may_be_late]
        return min((m for m in moments if m is not None), default=None)

    def _only(self, piles: Iterable[Pile]) -> "Bundle":
        return Bundle(tuple(piles), self.deadline, self.now)

    def _due(self, pile: Pile) -> datetime | None:
        return pile.supplement_until or self.deadline

    def _is_over(self, pile: Pile) -> bool:
        due = self._due(pile)
        return not pile.may_be_late and due is not None and self.now is not None and due <= self.now


@dataclass(frozen=True, slots=True)
class Turnout:
    """Units of one category that have sent what is expected of them."""

    category: UnitCategory
    units: int
    sent: int

    @property
    def silent(self) -> int:
        """Units that have not."""
        return self.units - self.sent


def make_turnout(category: UnitCategory, sent_by_unit: Mapping[int, int]) -> Turnout:
    """Make the line of a category; `sent_by_unit` maps how many entries a unit sent to how many units sent so many."""
    # As many as the category expects and one at least: the rule of the participation board.
    enough = sum(units for sent, units in sent_by_unit.items() if sent >= max(category.min_entries, 1))
    return Turnout(category, sum(sent_by_unit.values()), enough)


@dataclass(frozen=True, slots=True)
class Queue:
    """A juror's list: active assignments, submitted sheets, drafts, and the entry to go on with."""

    assigned: int = 0
    submitted: int = 0
    drafts: int = 0
    next_entry_id: int | None = None

    @property
    def left(self) -> int:
        """Sheets that this juror still owes."""
        return self.assigned - self.submitted


@dataclass(frozen=True, slots=True)
class JuryWork:
    """The jury as the host sees it: jurors, entries short of jurors or of a further one, a waiting proposal, sheets."""

    jurors: int = 0
    short: int = 0
    further: int = 0
    proposal_waits: bool = False
    owed: int = 0
    submitted: int = 0


@dataclass(frozen=True, slots=True)
class Meeting:
    """What the board has to decide about a result."""

    ties: int = 0
    unexplained: int = 0


@dataclass(frozen=True, slots=True)
class Finals:
    """The list of those who go up: chosen, approved, handed over."""

    chosen: int = 0
    approved: bool = False
    handed_over: bool = False


@dataclass(frozen=True, slots=True)
class Staff:
    """Who has a role: what an administrator must have given before the contest can run."""

    organisers: int = 0
    chairs: int = 0
    units_without_clerk: int = 0


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything that the desk knows about a programme for one person."""

    stage: Stage
    now: datetime
    is_sealed: bool = False
    opens: datetime | None = None
    closes: datetime | None = None
    judging_closes: datetime | None = None
    handover_closes: datetime | None = None
    entries: Bundle = field(default_factory=Bundle)
    turnout: tuple[Turnout, ...] = ()
    queue: Queue | None = None
    jury: JuryWork = field(default_factory=JuryWork)
    meeting: Meeting = field(default_factory=Meeting)
    finals: Finals = field(default_factory=Finals)
    staff: Staff = field(default_factory=Staff)

    @property
    def silent(self) -> int:
        """Units that must send an entry and have not."""
        return sum(t.silent for t in self.turnout if t.category.required)
