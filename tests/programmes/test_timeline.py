"""Phases as a person reads them."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from app.plans import FOLDER
from app.programmes.plan import load_plan
from app.programmes.timeline import list_phases
from tests.support.contest import PLAN

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


@pytest.mark.parametrize(
    ("moment", "states"),
    [
        (datetime(2024, 5, 1, tzinfo=HANOI), ["next", "next", "next"]),
        (datetime(2024, 5, 20, tzinfo=HANOI), ["current", "next", "next"]),
        (datetime(2024, 6, 9, 23, 59, 59, tzinfo=HANOI), ["current", "next", "next"]),
        (datetime(2024, 6, 10, tzinfo=HANOI), ["done", "current", "next"]),
        (datetime(2024, 7, 20, tzinfo=HANOI), ["done", "done", "current"]),
        (datetime(2024, 7, 30, tzinfo=HANOI), ["done", "done", "done"]),
    ],
)
def test_states_follow_the_clock(moment: datetime, states: list[str]) -> None:
    assert [phase.state for phase in list_phases(PLAN, now=moment)] == states


def test_dates_are_told_as_an_office_tells_them() -> None:
    views = list_phases(PLAN, now=datetime(2024, 5, 20, tzinfo=HANOI))
    assert str(views[0].when) == "từ ngày 13/05/2024, trước ngày 10/06/2024"
    assert str(views[2].when) == "trước ngày 30/07/2024"


def test_note_that_repeats_the_deadline_is_left_out() -> None:
    views = list_phases(PLAN, now=datetime(2024, 5, 20, tzinfo=HANOI))
    assert [view.note for view in views] == ["", "", ""]


def test_deadline_with_an_hour_tells_it() -> None:
    phases = [phase.model_copy(update={"closes": datetime(2024, 6, 10, 22)}) for phase in PLAN.phases]  # noqa: DTZ001
    views = list_phases(PLAN.model_copy(update={"phases": tuple(phases)}), now=datetime(2024, 6, 1, tzinfo=HANOI))
    assert str(views[0].when) == "từ ngày 13/05/2024, đến 22:00 ngày 10/06/2024"
    assert views[0].note == "trước ngày 10/6/2024"


def test_phase_without_dates_is_still_to_come() -> None:
    plan = load_plan(FOLDER / "ninh_hoa_2022.yaml")
    views = list_phases(plan, now=datetime(2024, 1, 1, tzinfo=HANOI))
    assert [(view.state, str(view.when)) for view in views][-1] == ("next", "")
