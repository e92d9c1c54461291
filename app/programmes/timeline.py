"""The phases of a plan as a person reads them: what is over, what is on, what comes, and the dates in words."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from app.core.i18n import N_, Message
from app.core.text import format_date
from app.programmes.plan import Phase, Plan

State = Literal["done", "current", "next"]


@dataclass(frozen=True, slots=True)
class PhaseView:
    """One step of the timeline."""

    key: str
    label: str
    when: Message | str
    state: State
    note: str


def list_phases(plan: Plan, *, now: datetime) -> list[PhaseView]:
    """Give the phases in the plan's order with their state at `now`."""
    views: list[PhaseView] = []
    previous: datetime | None = None
    for phase in plan.phases:
        opens, closes = plan.opening(phase.key), plan.deadline(phase.key)
        # A phase without an opening of its own follows the one before it.
        undated = opens is None and closes is None
        state: State = "next" if undated else _state(opens or previous, closes, now=now)
        note = "" if _repeats(phase) else phase.note
        views.append(PhaseView(phase.key, phase.label, describe_span(phase), state, note))
        previous = closes or previous
    return views


def _repeats(phase: Phase) -> bool:
    """Whether the note only says the deadline over again: «trước ngày 10/6/2024»."""
    if phase.closes is None or phase.closes.hour or not phase.note.lower().startswith("trước ngày"):
        return False
    numbers = [int(digits) for digits in re.findall(r"\d+", phase.note)]
    return numbers == [phase.closes.day, phase.closes.month, phase.closes.year]


def _state(opens: datetime | None, closes: datetime | None, *, now: datetime) -> State:
    if closes is not None and closes <= now:
        return "done"
    return "current" if opens is None or opens <= now else "next"


def describe_span(phase: Phase) -> Message | str:
    """Say the span of a phase as an office writes it: «từ ngày 13/05/2024, trước ngày 10/06/2024»."""
    if phase.opens is None and phase.closes is None:
        return ""
    if phase.closes is None:
        assert phase.opens is not None
        return N_("từ %(opens)s", opens=_moment(phase.opens))
    if phase.opens is None:
        return describe_deadline(phase.closes)
    return N_("từ %(opens)s, %(closes)s", opens=_moment(phase.opens), closes=describe_deadline(phase.closes))


def describe_deadline(closes: datetime) -> Message:
    """Say a local deadline: midnight is «trước ngày», any other hour is told."""
    if (closes.hour, closes.minute) == (0, 0):
        return N_("trước ngày %(day)s", day=format_date(closes.date()))
    return N_("đến %(moment)s", moment=_moment(closes))


def _moment(moment: datetime) -> Message:
    if (moment.hour, moment.minute) == (0, 0):
        return N_("ngày %(day)s", day=format_date(moment.date()))
    return N_("%(hour)s ngày %(day)s", hour=f"{moment:%H:%M}", day=format_date(moment.date()))
