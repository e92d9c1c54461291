"""A save that waited for somebody else sees what they did: nothing is overwritten, nothing slips in behind."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from time import sleep

import pytest
from sqlalchemy.orm import sessionmaker
from sqlmodel import Session, select

from app.accounts.models import User
from app.core.database import begin_write
from app.core.errors import Conflict, DomainError, NotFound
from app.jury.forms import PairForm, RecusalForm, ScoreForm
from app.jury.models import Assignment, Juror, ScoreSheet
from app.jury.service import assignment as assigning
from app.jury.service import further, jurors, sheets
from app.programmes import service as programmes
from app.programmes.access import Actor
from app.programmes.models import Round
from app.programmes.queries import get_actor, get_scene
from tests.support.contest import MARKS, add_sheet, assign, make_contest, make_entry, open_round, with_further_marking
from tests.support.factories import NOW

# One writer at a time is SQLite's own rule.
pytestmark = pytest.mark.parametrize("engine_name", ["postgres"])

LATER = NOW + timedelta(days=25)
PLAN = with_further_marking()
RULES = PLAN.round_rules("written")
FULL = {f"marks.{k}": str(v / 100) for k, v in MARKS.items()}


@dataclass(frozen=True)
class Stage:
    """An open round with one entry of two jurors; who acts does so in a session of their own."""

    sessions: sessionmaker[Session]
    entry_id: int
    juror_id: int
    juror_user: int
    organiser: int

    def act(self, session: Session, user_id: int) -> tuple[Actor, Round]:
        """Give the person as an actor, and the round."""
        actor = get_actor(session, scene=get_scene(session, slug="cuoc-thi"), user=session.get_one(User, user_id))
        assert actor.scene.round is not None
        return actor, actor.scene.round


Act = Callable[[Stage, Session], object]


@pytest.fixture
def stage(live_sessions: sessionmaker[Session]) -> Stage:
    with live_sessions() as session:
        contest = make_contest(session, slug="cuoc-thi", jurors=4, plan=PLAN)
        entry = make_entry(contest)
        place, *others = [assign(contest, juror, entry) for juror in contest.jurors[:3]]
        open_round(contest)
        add_sheet(contest, others[0])
        add_sheet(contest, others[1], marks=dict.fromkeys(MARKS, 0))
        session.commit()
        return Stage(live_sessions, entry.id or 0, place.juror_id, contest.jurors[0].user_id, contest.organiser.id or 0)


def save(fields: dict[str, str], *, version: int = 0, submit: bool = False) -> Act:
    def act(stage: Stage, session: Session) -> object:
        actor, round_ = stage.act(session, stage.juror_user)
        form = ScoreForm.read({**fields, "version": str(version)}, rules=RULES)
        return sheets.save_score(
            session, actor=actor, juror_id=stage.juror_id, round_=round_, rules=RULES, entry_id=stage.entry_id,
            form=form, submit=submit, now=LATER,
        )  # fmt: skip

    return act


def recuse(stage: Stage, session: Session) -> object:
    actor, round_ = stage.act(session, stage.juror_user)
    form = RecusalForm(reason="Người quen.")
    return sheets.recuse(
        session, actor=actor, juror_id=stage.juror_id, round_=round_, entry_id=stage.entry_id, form=form, now=LATER
    )


def close(stage: Stage, session: Session) -> object:
    actor, round_ = stage.act(session, stage.organiser)
    return programmes.close_round(session, actor=actor, round_=round_, now=LATER)


def call_further(stage: Stage, session: Session) -> object:
    actor, round_ = stage.act(session, stage.organiser)
    return further.assign_further(session, actor=actor, round_=round_, seed="hat-giong", now=LATER)


def remove(stage: Stage, session: Session) -> object:
    actor, round_ = stage.act(session, stage.organiser)
    pair = PairForm(juror_id=stage.juror_id, entry_id=stage.entry_id)
    return assigning.remove_assignment(session, actor=actor, round_=round_, form=pair, now=LATER)


def dismiss(stage: Stage, session: Session) -> object:
    actor, _ = stage.act(session, stage.organiser)
    juror = session.get_one(Juror, stage.juror_id)
    return jurors.dismiss_juror(session, actor=actor, juror=juror, reason="Ốm.", now=LATER)


def alone(stage: Stage, act: Act) -> None:
    with stage.sessions() as session:
        begin_write(session)
        act(stage, session)
        session.commit()


def wait_behind(stage: Stage, first: Act, second: Act) -> type[DomainError] | None:
    """Let `second` begin before `first` is committed; give how it was refused."""

    def run() -> type[DomainError] | None:
        try:
            alone(stage, second)
        except DomainError as error:
            return type(error)
        return None

    with stage.sessions() as session, ThreadPoolExecutor(1) as pool:
        begin_write(session)
        first(stage, session)
        waiting = pool.submit(run)
        sleep(0.2)
        assert not waiting.done()
        session.commit()
        return waiting.result()


def sheet_of(stage: Stage) -> tuple[str, int, str] | None:
    with stage.sessions() as session:
        query = select(ScoreSheet).join(Assignment).where(Assignment.juror_id == stage.juror_id)
        found = session.exec(query).one_or_none()
        return (found.status, found.version, found.comment) if found else None


def test_of_two_first_saves_one_is_kept(stage: Stage) -> None:
    refused = wait_behind(stage, save({"comment": "một", **FULL}), save({"comment": "hai", **FULL}))

    assert refused is sheets.StaleSheetError
    assert sheet_of(stage) == ("draft", 1, "một")


def test_a_save_of_a_version_that_is_being_replaced_is_stale(stage: Stage) -> None:
    alone(stage, save({"comment": "đầu", **FULL}))

    refused = wait_behind(
        stage, save({"comment": "một", **FULL}, version=1, submit=True), save({"comment": "hai", **FULL}, version=1)
    )

    assert refused is sheets.StaleSheetError
    assert sheet_of(stage) == ("submitted", 2, "một")


@pytest.mark.parametrize(
    ("first", "refusal"), [(close, Conflict), (recuse, Conflict), (dismiss, NotFound), (call_further, Conflict)]
)
def test_a_submitted_sheet_does_not_change_behind_what_ends_it(
    stage: Stage, first: Act, refusal: type[DomainError]
) -> None:
    alone(stage, save({"comment": "đầu", **FULL}, submit=True))

    assert wait_behind(stage, first, save({"comment": "sau", **FULL}, version=1)) is refusal
    sheet = sheet_of(stage)
    assert sheet is not None
    assert sheet[1:] == (1, "đầu")


@pytest.mark.parametrize("first", [remove, dismiss])
def test_no_sheet_is_begun_behind_what_takes_the_entry_away(stage: Stage, first: Act) -> None:
    assert wait_behind(stage, first, save(FULL)) is NotFound
    assert sheet_of(stage) is None


def test_who_was_dismissed_meanwhile_does_not_take_back_a_sheet_that_counts(stage: Stage) -> None:
    alone(stage, save(FULL, submit=True))

    assert wait_behind(stage, dismiss, recuse) is NotFound
