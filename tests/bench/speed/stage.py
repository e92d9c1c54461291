"""The contests that are measured: one that is being judged and one that is closed, 200 entries × 10 sheets each."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from sqlmodel import Session, select

from app.accounts import service as accounts
from app.accounts.models import User
from app.core import migrate
from app.core.clock import real_now
from app.core.database import begin_write, make_engine, make_sessions
from app.core.storage import LocalStore, new_temp
from app.entries.models import Category, Entry
from app.files.models import File
from app.jury.models import Assignment, ScoreSheet, SheetStatus
from app.jury.rubric import total_in_units
from app.results import service as results
from tests.support.contest import Contest, make_contest, make_entry, marks_for, open_round
from tests.support.factories import NOW
from tests.support.samples import docx

ENTRIES = 200
JURORS = 10
_WORDS = 600
_SENTENCE = "Giải pháp rút ngắn thời gian trả kết quả hồ sơ, công khai từng bước xử lý và giảm đi lại cho người dân. "


@dataclass(frozen=True)
class Sheet:
    """A sheet that a juror may save: of which entry, in which version it stood at the start."""

    id: int
    entry_id: int
    version: int


@dataclass(frozen=True)
class Juror:
    """A signed-in juror with their drafts and submitted sheets."""

    token: str
    drafts: list[Sheet] = field(default_factory=list)
    submitted: list[Sheet] = field(default_factory=list)


@dataclass(frozen=True)
class Stage:
    """What the browsers need to know."""

    judging: str  # path of the contest that is being judged
    closed: str  # path of the closed one
    jurors: list[Juror]
    organiser: str  # token, in the closed contest
    titles: list[str]  # of the judging contest, by number
    closed_titles: list[str]


def set_stage(url: str, data_dir: Path, *, entries: int = ENTRIES, jurors: int = JURORS) -> Stage:
    """Migrate the database at `url` and fill it."""
    migrate.upgrade(url)
    rng = random.Random(20240610)
    with _writing(url) as session:
        judging = _fill(session, "dang-cham", entries, jurors, rng, drafts=True)
        _store_documents(session, data_dir)
        closed = _fill(session, "da-dong", entries, jurors, rng, drafts=False)
        results.close_round(
            session, actor=closed.actor_of(closed.organiser), round_=closed.round, now=NOW + timedelta(days=40)
        )
        signed_in = [_sign_in(session, judging.juror_user(i)) for i in range(jurors)]
        return Stage(
            judging=judging.url("")[:-1],
            closed=closed.url("")[:-1],
            jurors=[_juror(session, judging, i, token) for i, token in enumerate(signed_in)],
            organiser=_sign_in(session, closed.organiser),
            titles=_titles(session, judging),
            closed_titles=_titles(session, closed),
        )


@contextmanager
def _writing(url: str) -> Iterator[Session]:
    engine = make_engine(url)
    with make_sessions(engine)() as session:
        begin_write(session)
        yield session
        session.commit()
    engine.dispose()


def _fill(session: Session, slug: str, entries: int, jurors: int, rng: random.Random, *, drafts: bool) -> Contest:
    contest = make_contest(session, slug=slug, jurors=jurors)
    for number in range(entries):
        category = Category.GROUP if number % 3 == 0 else Category.INDIVIDUAL
        make_entry(contest, title=f"Ý tưởng {slug} {number:04d}: trả kết quả tại nhà", category=category)
    open_round(contest)
    rules, round_id = contest.rules, contest.round.id
    ids = session.exec(select(Entry.id).where(Entry.programme_id == contest.scene.programme_id)).all()
    pairs = [(juror.id, entry_id) for juror in contest.jurors for entry_id in ids]
    rows = [Assignment(round_id=round_id, juror_id=j, entry_id=e, assigned_at=NOW) for j, e in pairs]
    session.add_all(rows)
    session.flush()
    for index, row in enumerate(rows):
        draft = drafts and index % 2 == 0
        marks = marks_for(rng.randrange(40, 96))
        session.add(
            ScoreSheet(
                assignment_id=row.id,
                status=SheetStatus.DRAFT if draft else SheetStatus.SUBMITTED,
                marks=marks,
                total_units=total_in_units(rules, marks),
                saved_at=NOW,
                submitted_at=None if draft else NOW,
            )
        )
    session.flush()
    return contest


def _store_documents(session: Session, data_dir: Path) -> None:
    """Put a Word file of some pages behind every row."""
    store = LocalStore(data_dir)
    content = docx("\n".join([_SENTENCE * 4] * (_WORDS // (4 * len(_SENTENCE.split())))))
    for file in session.exec(select(File)):
        with new_temp(store.temp_dir) as (stream, path):
            stream.write(content)
            stream.flush()
            store.put_file(file.storage_key, path)


def _sign_in(session: Session, user: User) -> str:
    return accounts.start_session(session, user=user, now=real_now(), hours=12).token


def _juror(session: Session, contest: Contest, index: int, token: str) -> Juror:
    rows = session.exec(
        select(ScoreSheet.id, Assignment.entry_id, ScoreSheet.version, ScoreSheet.status)
        .join(Assignment, Assignment.id == ScoreSheet.assignment_id)
        .where(Assignment.juror_id == contest.jurors[index].id)
        .order_by(Assignment.entry_id)
    ).all()
    juror = Juror(token)
    for sheet_id, entry_id, version, status in rows:
        kept = juror.drafts if status == SheetStatus.DRAFT else juror.submitted
        kept.append(Sheet(sheet_id, entry_id, version))
    return juror


def _titles(session: Session, contest: Contest) -> list[str]:
    query = select(Entry.title).where(Entry.programme_id == contest.scene.programme_id)
    return list(session.exec(query.order_by(Entry.number)).all())
