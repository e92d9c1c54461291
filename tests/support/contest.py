"""A whole small contest for tests: the real plan, one person per role, entries in any state, a jury at work."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from sqlmodel import Session

from app.accounts.models import User
from app.core.text import fold, name_key
from app.entries.models import Author, Category, Consent, Entry, EntryFile, EntryStatus, FileRole, Purpose
from app.files.models import File
from app.jury.models import Assignment, Juror, Marking, ScoreSheet, SheetStatus
from app.jury.rubric import total_in_units
from app.plans import FOLDER
from app.programmes import queries as programmes
from app.programmes import service as programme_service
from app.programmes.access import Actor, Scene
from app.programmes.models import Role, Round, Unit
from app.programmes.plan import Gap, Plan, RoundRules, load_plan
from tests.support.factories import NOW, give_role, make_user

PLAN = load_plan(FOLDER / "thanh_xuan_2024.yaml")
_serial = count(1)
_BEFORE_SUBMITTING = {EntryStatus.DRAFT}
_FORWARDED = {EntryStatus.FORWARDED, EntryStatus.ACCEPTED, EntryStatus.RETURNED, EntryStatus.INELIGIBLE}


@dataclass
class Contest:
    """The contest and its people; `actor_of` gives anybody as an actor of the scene as it stands now."""

    session: Session
    slug: str
    organiser: User
    chair: User
    clerk: User
    head: User
    other_clerk: User
    admin: User
    stranger: User
    unit: Unit
    other_unit: Unit
    jurors: list[Juror] = field(default_factory=list)

    @property
    def scene(self) -> Scene:
        """The scene as it stands now."""
        return programmes.get_scene(self.session, slug=self.slug)

    @property
    def plan(self) -> Plan:
        """The plan in force."""
        return self.scene.plan

    @property
    def round(self) -> Round:
        """The round of the contest."""
        found = self.scene.round
        assert found is not None
        return found

    @property
    def rules(self) -> RoundRules:
        """The rules of the round."""
        return self.plan.round_rules("written")

    def actor_of(self, user: User) -> Actor:
        """Give a person as an actor."""
        return programmes.get_actor(self.session, scene=self.scene, user=user)

    def juror_user(self, index: int = 0) -> User:
        """Give the person behind a juror."""
        return self.session.get_one(User, self.jurors[index].user_id)

    def url(self, path: str) -> str:
        """Path of a page of this contest."""
        return f"/c/{self.slug}/{path}"


def make_contest(session: Session, *, slug: str | None = None, jurors: int = 0, plan: Plan = PLAN) -> Contest:
    """Make the contest of Thanh Xuân with one person per role."""
    slug = slug or f"cuoc-thi-{next(_serial)}"
    programme_service.create_programme(session, plan=plan.model_copy(update={"slug": slug}), now=NOW)
    scene = programmes.get_scene(session, slug=slug)
    units = {u.key: u for u in programmes.list_units(session, programme_id=scene.programme_id)}
    unit, other = units["ha-dinh"], units["nhan-chinh"]
    people = [make_user(session, full_name=name) for name in (
        "Nguyễn Thu Hương", "Nguyễn Quang Huy", "Nguyễn Thùy Dung", "Nguyễn Văn Lâm", "Trần Thị Ánh", "Lê Đức Bình",
    )]  # fmt: skip
    admin = make_user(session, full_name="Ngô Đức Thịnh", is_admin=True)
    contest = Contest(session, slug, *people[:5], admin, people[5], unit, other)
    give_role(session, contest.organiser, scene.programme, Role.ORGANISER)
    give_role(session, contest.chair, scene.programme, Role.CHAIR)
    give_role(session, contest.clerk, scene.programme, Role.UNIT_CLERK, unit=unit)
    give_role(session, contest.head, scene.programme, Role.UNIT_HEAD, unit=unit)
    give_role(session, contest.other_clerk, scene.programme, Role.UNIT_CLERK, unit=other)
    for _ in range(jurors):
        add_juror(contest)
    return contest


def add_juror(contest: Contest, *, unit: Unit | None = None, full_name: str = "", **values: object) -> Juror:
    """Give the contest one more juror, of no competing unit unless told."""
    user = make_user(contest.session, full_name=full_name or f"Giám khảo thứ {len(contest.jurors) + 1}")
    give_role(contest.session, user, contest.scene.programme, Role.JUROR)
    juror = Juror(programme_id=contest.scene.programme_id, user_id=user.id, unit_id=unit.id if unit else None, **values)
    contest.session.add(juror)
    contest.session.flush()
    contest.jurors.append(juror)
    return juror


def make_entry(
    contest: Contest,
    *,
    status: EntryStatus = EntryStatus.ACCEPTED,
    category: Category = Category.INDIVIDUAL,
    unit: Unit | None = None,
    title: str = "",
    authors: tuple[str, ...] = (),
    field: str = "one_stop",
    consents: tuple[Purpose, ...] = tuple(Purpose),
) -> Entry:
    """Make a complete entry in that state: authors with consents, a stored file's row (no bytes)."""
    session, number = contest.session, next(_serial)
    unit = unit or contest.unit
    names = authors or (("Phạm Minh Đăng",) if category == Category.INDIVIDUAL else ("Bùi Văn Hậu", "Ngô Thị Hòa"))
    title = title or f"Sáng kiến số {number}"
    entry = Entry(
        programme_id=contest.scene.programme_id, unit_id=unit.id, unit_name=unit.name, title=title, field=field,
        category=category, format="essay", summary="Tóm tắt ý tưởng, giải pháp.", status=status,
        folded=fold(f"{title} {' '.join(names)} {unit.name}"), clause_accepted_at=NOW, created_at=NOW,
        created_by=contest.clerk.id, updated_at=NOW,
        number=None if status in _BEFORE_SUBMITTING else number,
        submitted_at=None if status in _BEFORE_SUBMITTING else NOW,
        forwarded_at=NOW if status in _FORWARDED else None,
    )  # fmt: skip
    session.add(entry)
    session.flush()
    for ordinal, name in enumerate(names):
        author = Author(
            entry_id=entry.id, ordinal=ordinal, full_name=name, name_key=name_key(name), name_folded=fold(name),
            position="Chuyên viên", address=unit.name, phone="+84912000123", is_representative=ordinal == 0,
        )  # fmt: skip
        session.add(author)
        session.flush()
        for purpose in consents:
            session.add(Consent(author_id=author.id, purpose=purpose, given_at=NOW, recorded_by=contest.clerk.id))
    add_file(contest, entry)
    session.flush()
    session.expire(entry)
    return entry


def add_file(contest: Contest, entry: Entry, *, role: FileRole = FileRole.MAIN, extension: str = "docx") -> EntryFile:
    """Put a file's row on an entry."""
    number = next(_serial)
    file = File(
        programme_id=entry.programme_id, name=f"bai-du-thi-{number}.{extension}", media_type="application/octet-stream",
        extension=extension, size=1000 + number, sha256=f"{number:064x}", storage_key=f"{number:032x}",
        uploaded_by=contest.clerk.id, uploaded_at=NOW,
    )  # fmt: skip
    contest.session.add(file)
    contest.session.flush()
    row = EntryFile(entry_id=entry.id, file_id=file.id, role=role)
    contest.session.add(row)
    contest.session.flush()
    return row


def open_round(contest: Contest, *, at: datetime = NOW + timedelta(days=23)) -> Round:
    """Open the round without asking whether it may be."""
    return programme_service.open_round(
        contest.session, actor=contest.actor_of(contest.organiser), round_=contest.round, now=at
    )


def with_further_marking(outcome: str = "replace_farthest", **rules: object) -> Plan:
    """The plan, but an entry whose marks lie 20 points apart or more is marked once more."""
    gap = Gap.model_validate({"points": 20, "then": "further_marking", "outcome": outcome})
    return PLAN.model_copy(update={"rounds": (PLAN.rounds[0].model_copy(update={"gap": gap, **rules}),)})


def assign(contest: Contest, juror: Juror, entry: Entry, *, marking: Marking = Marking.FIRST) -> Assignment:
    """Put an entry on a juror's list."""
    row = Assignment(
        round_id=contest.round.id, juror_id=juror.id, entry_id=entry.id, assigned_at=NOW, marking=marking.value
    )
    contest.session.add(row)
    contest.session.flush()
    return row


MARKS = {"novelty": 2500, "effectiveness": 2400, "feasibility": 1600, "replication": 800, "presentation": 750}


def add_sheet(
    contest: Contest,
    assignment: Assignment,
    *,
    marks: dict[str, int] | None = None,
    status: SheetStatus = SheetStatus.SUBMITTED,
) -> ScoreSheet:
    """Write a sheet; complete and submitted unless told."""
    marks = MARKS if marks is None else marks
    complete = len(marks) == len(contest.rules.rubric)
    sheet = ScoreSheet(
        assignment_id=assignment.id, status=status, marks=marks, saved_at=NOW,
        total_units=total_in_units(contest.rules, marks) if complete else None,
        submitted_at=None if status == SheetStatus.DRAFT else NOW,
    )  # fmt: skip
    contest.session.add(sheet)
    contest.session.flush()
    return sheet


def judge(contest: Contest, entry: Entry, *totals: int) -> None:
    """Give an entry one submitted sheet per total (in points, up to 100), by the first jurors."""
    for juror, total in zip(contest.jurors, totals, strict=False):
        add_sheet(contest, assign(contest, juror, entry), marks=marks_for(total))


def marks_for(total: int) -> dict[str, int]:
    """Marks that add up to `total` points: each criterion filled from the first on."""
    left, marks = total * 100, {}
    for criterion in PLAN.round_rules("written").rubric:
        marks[criterion.key] = min(left, int(criterion.max * 100))
        left -= marks[criterion.key]
    return marks
