"""What the papers of a contest are made of."""

from dataclasses import dataclass

from sqlmodel import Session

from app.jury import queries as jury
from app.jury.queries import JurorRow
from app.programmes import service as programmes
from app.programmes.access import Scene
from app.programmes.models import Round
from app.programmes.plan import Plan, RoundRules
from app.results import queries as results
from app.results.models import Result
from app.results.queries import CountedSheet, PendingTie, Prize, Ranked


@dataclass(frozen=True, slots=True)
class Subject:
    """The result that papers are about, with the sealed plan and the round behind it."""

    round: Round
    plan: Plan
    rules: RoundRules
    result: Result


def find_subject(session: Session, *, scene: Scene, round_key: str = "") -> Subject | None:
    """Give the newest result of the round with that key, of the last round that has one unless told; or None."""
    for round_ in reversed(scene.rounds):
        if round_key not in ("", round_.key):
            continue
        assert round_.id is not None
        result = results.find_result(session, round_id=round_.id)
        if result is not None:
            plan = programmes.sealed_plan(session, round_=round_)
            return Subject(round_, plan, plan.round_rules(round_.key), result)
    return None


def list_subjects(session: Session, *, scene: Scene) -> list[Subject]:
    """Give the newest result of every round that has one, the first round first."""
    found = (find_subject(session, scene=scene, round_key=round_.key) for round_ in scene.rounds)
    return [subject for subject in found if subject is not None]


def list_prizes(session: Session, *, subject: Subject) -> list[Prize]:
    """Give the awards from the first prize down."""
    return results.list_prizes(session, result=subject.result, tiers=subject.plan.prize_rules.order)


def list_pending(subject: Subject) -> list[PendingTie]:
    """Give the ties that wait for the chair."""
    return results.read_pending(subject.result)


@dataclass(frozen=True, slots=True)
class Scores:
    """Everything on the score summary."""

    ranked: list[Ranked]
    sheets: list[CountedSheet]
    prizes: list[Prize]
    jurors: list[JurorRow]


def get_scores(session: Session, *, subject: Subject) -> Scores:
    """Give the ranked list with every counted sheet and who wrote it."""
    assert subject.round.id is not None
    return Scores(
        ranked=results.list_ranked(session, result=subject.result),
        sheets=results.list_counted_sheets(session, round_id=subject.round.id),
        prizes=list_prizes(session, subject=subject),
        jurors=jury.list_jurors(session, programme_id=subject.round.programme_id, include_left=True),
    )
