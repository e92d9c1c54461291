"""Who may score, assign and open, in which state of the round: every actor against every state."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from app.core.errors import Conflict, DomainError, Forbidden
from app.jury import policy
from app.jury.models import Marking, ScoreSheet, SheetStatus
from app.programmes.models import Round
from tests.support.actors import ACTORS, pure_actor, thanh_xuan
from tests.support.contest import PLAN, with_further_marking

AT = datetime(2024, 6, 12, tzinfo=UTC)
ROUNDS = ("none", "not open", "open", "closed")
SHEETS: tuple[str | None, ...] = (None, *SheetStatus)


def round_in(state: str) -> Round | None:
    if state == "none":
        return None
    return Round(
        id=1,
        programme_id=1,
        key="written",
        ordinal=1,
        opened_at=None if state == "not open" else AT,
        closed_at=AT + timedelta(days=20) if state == "closed" else None,
    )


def sheet_in(status: str | None) -> ScoreSheet | None:
    return None if status is None else ScoreSheet(id=1, assignment_id=1, status=status, saved_at=AT)


def kind(refusal: DomainError | None) -> type[DomainError] | None:
    return None if refusal is None else type(refusal)


@pytest.mark.parametrize("state", ROUNDS)
def test_round_work_is_for_open_rounds(state: str) -> None:
    assert kind(policy.refuse_round_work(round_in(state))) is (None if state == "open" else Conflict)


@pytest.mark.parametrize(("who", "state", "recused", "sheet"), list(product(ACTORS, ROUNDS[1:], (False, True), SHEETS)))
def test_score(who: str, state: str, recused: bool, sheet: str | None) -> None:
    round_ = round_in(state)
    assert round_ is not None

    refusal = policy.refuse_score(pure_actor(who), round_=round_, recused_at=AT if recused else None, status=sheet)

    if who != "juror":
        assert kind(refusal) is Forbidden
    elif state != "open" or recused or sheet == SheetStatus.LOCKED:
        assert kind(refusal) is Conflict
    else:
        assert refusal is None


@pytest.mark.parametrize(("who", "state"), list(product(ACTORS, ROUNDS)))
def test_assign(who: str, state: str) -> None:
    refusal = policy.refuse_assign(pure_actor(who), round_=round_in(state))

    if who != "organiser":
        assert kind(refusal) is Forbidden
    else:
        # Open rounds too: somebody falls ill, and their entries go to others.
        assert kind(refusal) is (None if state in {"not open", "open"} else Conflict)


@pytest.mark.parametrize(("who", "state", "sheet"), list(product(ACTORS, ROUNDS, SHEETS)))
def test_unassign(who: str, state: str, sheet: str | None) -> None:
    refusal = policy.refuse_unassign(pure_actor(who), round_=round_in(state), sheet=sheet_in(sheet))

    if who != "organiser":
        assert kind(refusal) is Forbidden
    else:
        allowed = state in {"not open", "open"} and sheet is None
        assert kind(refusal) is (None if allowed else Conflict)


def refuse_open(
    who: str,
    state: str,
    *,
    now: datetime = AT,
    supplements: int = 0,
    until: datetime | None = None,
    unchecked: int = 0,
    accepted: int = 1,
) -> DomainError | None:
    return policy.refuse_open(
        pure_actor(who),
        round_=round_in(state),
        plan=thanh_xuan(),
        now=now,
        supplements=supplements,
        supplement_until=until,
        unchecked=unchecked,
        accepted=accepted,
    )


@pytest.mark.parametrize(("who", "state", "unchecked", "accepted"), list(product(ACTORS, ROUNDS, (0, 1), (0, 1))))
def test_open(who: str, state: str, unchecked: int, accepted: int) -> None:
    refusal = refuse_open(who, state, unchecked=unchecked, accepted=accepted)

    if who != "organiser":
        assert kind(refusal) is Forbidden
    else:
        allowed = state == "not open" and not unchecked and accepted
        assert kind(refusal) is (None if allowed else Conflict)


@pytest.mark.parametrize(("before", "opens"), [(timedelta(seconds=1), False), (timedelta(), True)])
def test_open_waits_for_the_intake_deadline(before: timedelta, opens: bool) -> None:
    closes = thanh_xuan().deadline("intake")
    assert closes is not None

    refusal = refuse_open("organiser", "not open", now=closes - before)

    assert (refusal is None) is opens
    if refusal is not None:
        assert "00:00 ngày 10/06/2024" in str(refusal.message)


def test_open_waits_for_returned_entries_and_says_how_many_and_until_when() -> None:
    until = AT + timedelta(days=3)

    refusal = refuse_open("organiser", "not open", supplements=2, until=until)

    assert refusal is not None
    assert "Còn 2 bài trả lại" in str(refusal.message)
    assert "07:00 ngày 15/06/2024" in str(refusal.message)


@pytest.mark.parametrize(("who", "state"), list(product(ACTORS, ROUNDS)))
def test_unassign_a_further_marking(who: str, state: str) -> None:
    refusal = policy.refuse_unassign(pure_actor(who), round_=round_in(state), sheet=None, marking=Marking.FURTHER)

    assert kind(refusal) is (Conflict if who == "organiser" else Forbidden)


@pytest.mark.parametrize(("who", "state", "marks_further"), list(product(ACTORS, ROUNDS, (False, True))))
def test_further(who: str, state: str, marks_further: bool) -> None:
    plan = with_further_marking() if marks_further else PLAN

    refusal = policy.refuse_further(pure_actor(who), round_=round_in(state), rules=plan.round_rules("written"))

    if who != "organiser":
        assert kind(refusal) is Forbidden
    else:
        assert kind(refusal) is (None if state == "open" and marks_further else Conflict)


def test_refusals_say_which_of_several_reasons_comes_first() -> None:
    closed = round_in("closed")
    assert closed is not None

    recused_and_closed = policy.refuse_score(pure_actor("juror"), round_=closed, recused_at=AT, status="locked")
    unchecked_and_empty = refuse_open("organiser", "not open", unchecked=3, accepted=0)

    assert str(recused_and_closed.message if recused_and_closed else "") == "Vòng chấm đã đóng; phiếu chấm đã khóa."
    assert "Còn 3 bài" in str(unchecked_and_empty.message if unchecked_and_empty else "")
