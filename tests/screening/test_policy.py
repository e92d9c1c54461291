"""Who may screen, confirm, forward and check, in which state, until when."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import product

import pytest

from app.core.errors import Conflict, DomainError, Forbidden, Invalid
from app.entries.models import Entry, EntryStatus
from app.programmes.access import Actor
from app.screening import policy
from tests.support.actors import ACTORS, pure_actor, pure_entry, thanh_xuan

S = EntryStatus
DUE = thanh_xuan().deadline("intake")
assert DUE is not None
SECOND = timedelta(seconds=1)
EARLY = DUE - timedelta(days=7)

ACTIONS: dict[str, Callable[[Actor, Entry], DomainError | None]] = {
    "screen": policy.refuse_screen,
    "confirm": policy.refuse_confirm,
    "forward": lambda actor, entry: policy.refuse_forward(actor, entry, now=EARLY),
    "allow_late": policy.refuse_allow_late,
    "check": policy.refuse_check,
    "recheck": policy.refuse_recheck,
}
ALLOWED: dict[str, tuple[set[str], set[EntryStatus]]] = {
    "screen": ({"clerk", "head"}, {S.SUBMITTED}),
    "confirm": ({"head"}, {S.KEPT}),
    "forward": ({"clerk", "head"}, {S.CONFIRMED}),
    "allow_late": ({"organiser"}, {S.SUBMITTED, S.KEPT, S.CONFIRMED, S.RETURNED}),
    "check": ({"organiser"}, {S.FORWARDED}),
    "recheck": ({"organiser"}, {S.ACCEPTED, S.INELIGIBLE}),
}


@pytest.mark.parametrize("opened", [False, True], ids=["taking entries", "judging"])
@pytest.mark.parametrize(("who", "action"), list(product(ACTORS, ACTIONS)))
def test_matrix_of_actor_state_and_action(who: str, action: str, opened: bool) -> None:
    actor = pure_actor(who, opened=opened)
    people, states = ALLOWED[action]
    for status in S:
        refusal = ACTIONS[action](actor, pure_entry(status))
        if who not in people:
            expected: type | None = Forbidden
        elif opened or status not in states:
            expected = Conflict
        else:
            expected = None
        assert type(refusal) is (expected or type(None)), (who, status, action)


@pytest.mark.parametrize(
    ("now", "in_time"), [(DUE - SECOND, True), (DUE, False), (DUE + SECOND, False), (DUE + timedelta(days=9), False)]
)
def test_forward_closes_at_midnight_of_the_named_day(now: datetime, in_time: bool) -> None:
    refusal = policy.refuse_forward(pure_actor("clerk"), pure_entry(S.CONFIRMED), now=now)
    assert (refusal is None) is in_time
    if refusal is not None:
        assert str(refusal.message) == (
            "Đã hết hạn gửi bài (00:00 ngày 10/06/2024). Bài vẫn được giữ nguyên; muốn gửi muộn, "
            "đề nghị Phòng Nội vụ cho phép và ghi rõ lý do."
        )


def test_forward_late_passes_with_an_organiser_s_reason() -> None:
    entry = pure_entry(S.CONFIRMED, late_reason="Mất điện cả phường ngày 09/6")
    assert policy.refuse_forward(pure_actor("clerk"), entry, now=DUE + SECOND) is None


@pytest.mark.parametrize(("after", "in_time"), [(-SECOND, True), (timedelta(0), False)])
def test_forward_of_a_returned_entry_has_its_own_date(after: timedelta, in_time: bool) -> None:
    until = DUE + timedelta(days=3)
    refusal = policy.refuse_forward(
        pure_actor("clerk"), pure_entry(S.CONFIRMED), now=until + after, supplement_until=until
    )
    assert (refusal is None) is in_time


def test_forward_of_an_incomplete_entry_is_refused() -> None:
    entry = pure_entry(S.CONFIRMED, format="video")
    refusal = policy.refuse_forward(pure_actor("clerk"), entry, now=EARLY)
    assert isinstance(refusal, Invalid)
    assert "files" in refusal.fields
