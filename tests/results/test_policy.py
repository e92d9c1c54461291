"""Who may close a round, in which state, and what keeps it open: every actor against every state."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from app.core.errors import Conflict, Forbidden
from app.programmes.models import Round
from app.results import policy
from tests.support.actors import ACTORS, pure_actor

AT = datetime(2024, 6, 12, tzinfo=UTC)
ROUNDS = ("none", "not open", "open", "closed")


def round_in(state: str) -> Round | None:
    if state == "none":
        return None
    return Round(
        id=1, programme_id=1, key="written", ordinal=1, opened_at=None if state == "not open" else AT,
        closed_at=AT + timedelta(days=20) if state == "closed" else None,
    )  # fmt: skip


@pytest.mark.parametrize(("who", "state", "missing", "further"), list(product(ACTORS, ROUNDS, (0, 2), (0, 1))))
def test_close(who: str, state: str, missing: int, further: int) -> None:
    refusal = policy.refuse_close(pure_actor(who), round_=round_in(state), missing=missing, further=further)

    if who != "organiser":
        assert isinstance(refusal, Forbidden)
    elif state == "open" and not missing and not further:
        assert refusal is None
    else:
        assert isinstance(refusal, Conflict)


def test_close_says_what_is_missing_before_what_must_be_marked_again() -> None:
    both = policy.refuse_close(pure_actor("organiser"), round_=round_in("open"), missing=2, further=1)
    further = policy.refuse_close(pure_actor("organiser"), round_=round_in("open"), missing=0, further=1)

    assert both is not None
    assert further is not None
    assert "thiếu 2 phiếu" in str(both.message)
    assert "còn 1 bài chênh lệch điểm" in str(further.message)
