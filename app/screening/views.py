"""What the pages of screening show: the piles of work by role, the decisions with the names of those who made them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.core.i18n import N_, Message
from app.entries.models import EntryStatus
from app.programmes.access import Actor
from app.programmes.plan import Plan
from app.screening.queries import History, Pile

S = EntryStatus


@dataclass(frozen=True, slots=True)
class Tab:
    """A pile with its heading and what to say when it is empty."""

    pile: Pile
    label: Message
    nothing: Message


def _tab(key: str, label: Message, nothing: Message, *statuses: EntryStatus, own: bool, overdue: bool = False) -> Tab:
    return Tab(Pile(key, frozenset(statuses), is_own=own, is_overdue=overdue), label, nothing)


_UNIT_TABS = (
    _tab("screen", N_("Chờ sơ loại"), N_("Không có bài nào chờ đơn vị sơ loại."), S.SUBMITTED, own=True),
    _tab(
        "confirm",
        N_("Chờ thủ trưởng xác nhận"),
        N_("Không có bài nào chờ thủ trưởng đơn vị xác nhận."),
        S.KEPT,
        own=True,
    ),
    _tab("forward", N_("Chờ gửi lên"), N_("Không có bài nào chờ gửi lên."), S.CONFIRMED, own=True),
    _tab("supplement", N_("Bị trả lại, cần bổ sung"), N_("Không có bài nào bị trả lại."), S.RETURNED, own=True),
    _tab(
        "sent",
        N_("Đã gửi lên"),
        N_("Đơn vị chưa gửi bài nào lên."),
        S.FORWARDED,
        S.ACCEPTED,
        S.INELIGIBLE,
        own=True,
    ),
    _tab("declined", N_("Không chọn"), N_("Không có bài nào bị loại ở đơn vị."), S.DECLINED, own=True),
)
_DISTRICT_TABS = (
    _tab("check", N_("Chờ kiểm tra"), N_("Không có bài nào chờ kiểm tra."), S.FORWARDED, own=False),
    _tab("returned", N_("Đang bổ sung"), N_("Không có bài nào đang chờ đơn vị bổ sung."), S.RETURNED, own=False),
    _tab(
        "late",
        N_("Quá hạn, chưa gửi"),
        N_("Không có bài nào quá hạn mà chưa gửi."),
        S.SUBMITTED,
        S.KEPT,
        S.CONFIRMED,
        S.RETURNED,
        own=False,
        overdue=True,
    ),
    _tab("accepted", N_("Đủ điều kiện"), N_("Chưa có bài nào được tiếp nhận."), S.ACCEPTED, own=False),
    _tab("ineligible", N_("Không đủ điều kiện"), N_("Không có bài nào bị loại."), S.INELIGIBLE, own=False),
)


def list_tabs(actor: Actor) -> list[Tab]:
    """The piles that this person works on: a head's first is what waits for the head."""
    tabs: list[Tab] = []
    if actor.organises or actor.chairs:
        tabs += _DISTRICT_TABS
    if actor.units:
        tabs += _UNIT_TABS
    return tabs


def first_tab(actor: Actor, tabs: Sequence[Tab], counts: Sequence[int]) -> Tab:
    """Where to begin: the first pile of this person's own duty that is not empty."""
    duties: list[str] = []
    if actor.organises or actor.chairs:
        duties += ["check", "late"]
    if actor.head_of:
        duties.append("confirm")
    if actor.clerk_of or not actor.head_of:
        duties += ["supplement", "screen", "forward"]
    waiting = {tab.pile.key for tab, count in zip(tabs, counts, strict=True) if count}
    wanted = next((key for key in duties if key in waiting), None)
    return next((tab for tab in tabs if tab.pile.key == wanted), tabs[0])


def deciders(history: History) -> set[int]:
    """The ids of everybody who decided something about an entry."""
    return {
        *(row.decided_by for row in history.screenings),
        *(row.confirmed_by for row in history.confirmations),
        *(row.decided_by for row in history.checks),
    }


def grade_label(plan: Plan, key: str) -> str:
    """What the plan calls a grade."""
    return next((g.label for g in plan.screening.grades if g.key == key), key)


def confirm_label(plan: Plan, key: str) -> str:
    """What the plan calls the thing that the head confirms."""
    known: dict[str, Any] = {"effectiveness": N_("Mức độ hiệu quả"), "feasibility": N_("Tính khả thi")}
    return next((c.label for c in plan.screening.head_confirms if c.key == key), str(known[key]))
