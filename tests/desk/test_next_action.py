"""The one next action, as a table: role and state in, action out. Pure: no database."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from app.accounts.models import User
from app.desk.next_action import Action, list_actions
from app.desk.situation import (
    Bundle,
    Finals,
    JuryWork,
    Meeting,
    Pile,
    Queue,
    Situation,
    Staff,
    Stage,
    Turnout,
    find_stage,
    make_turnout,
)
from app.desk.waiting import list_meters, list_waits
from app.entries.models import EntryStatus
from app.programmes.access import Actor, Scene
from app.programmes.models import Kind, PlanVersion, Programme, Role, Round
from tests.support.contest import PLAN
from tests.support.factories import NOW

UNIT, OTHER = 7, 8
DEADLINE = PLAN.deadline("intake")
assert DEADLINE is not None
PROGRAMME = Programme(id=1, slug="cuoc-thi", kind=Kind.CONTEST, title=PLAN.title, created_at=NOW)
WARD = PLAN.unit_categories[0]


def scene(*, opened: bool = False, closed: bool = False, kind: Kind = Kind.CONTEST) -> Scene:
    """A scene whose only round is where it is told to be."""
    round_ = Round(
        id=1,
        programme_id=1,
        key="written",
        ordinal=1,
        opened_at=NOW if opened else None,
        closed_at=NOW if closed else None,
    )
    version = PlanVersion(id=1, programme_id=1, number=1, canonical="", sha256="", created_at=NOW)
    return Scene(PROGRAMME.model_copy(update={"kind": kind}), version, PLAN, (round_,))


def actor(*roles: Role, admin: bool = False) -> Actor:
    """A person with these roles; of UNIT where the role is a unit's."""
    user = User(id=5, login="a", full_name="A", name_key="a", folded="a", is_admin=admin, created_at=NOW)
    return Actor(
        user,
        scene(),
        frozenset(roles),
        clerk_of=frozenset({UNIT}) if Role.UNIT_CLERK in roles else frozenset(),
        head_of=frozenset({UNIT}) if Role.UNIT_HEAD in roles else frozenset(),
    )


def at(stage: Stage, *piles: Pile | str, now: datetime = NOW, **parts: Any) -> Situation:
    """A situation; a status stands for one entry of UNIT in it."""
    made = tuple(p if isinstance(p, Pile) else Pile(UNIT, p, 1) for p in piles)
    sealed = stage in {Stage.JUDGING, Stage.PROPOSED, Stage.APPROVED, Stage.PUBLISHED}
    return Situation(
        stage=stage,
        now=now,
        is_sealed=sealed,
        opens=PLAN.opening("intake"),
        closes=DEADLINE,
        judging_closes=PLAN.deadline("judging"),
        handover_closes=PLAN.deadline("handover"),
        entries=Bundle(made, DEADLINE, now),
        **parts,
    )


AFTER = DEADLINE + timedelta(hours=1)
WORK = JuryWork(jurors=9, owed=168, submitted=100)
CLERK, HEAD, JUROR, ORGANISER, CHAIR = (
    Role.UNIT_CLERK,
    Role.UNIT_HEAD,
    Role.JUROR,
    Role.ORGANISER,
    Role.CHAIR,
)

TABLE: list[tuple[Role, Situation, str, bool]] = [
    # the clerk of a unit
    (CLERK, at(Stage.BEFORE), "not_open", False),
    (CLERK, at(Stage.INTAKE), "enter", True),
    (CLERK, at(Stage.INTAKE, "draft"), "finish", True),
    (CLERK, at(Stage.INTAKE, "draft", "submitted"), "screen", True),
    (CLERK, at(Stage.INTAKE, "draft", "submitted", "confirmed"), "forward", True),
    (CLERK, at(Stage.INTAKE, "draft", "confirmed", "returned"), "supplement", True),
    (CLERK, at(Stage.INTAKE, "kept"), "await_head", False),
    (CLERK, at(Stage.INTAKE, "forwarded"), "enter_more", False),
    (CLERK, at(Stage.INTAKE, "declined", "withdrawn"), "enter", True),
    (CLERK, at(Stage.INTAKE, Pile(None, "confirmed", 3)), "enter", True),
    (CLERK, at(Stage.CHECKING, "confirmed", now=AFTER), "overdue", True),
    (CLERK, at(Stage.CHECKING, Pile(UNIT, "confirmed", 1, may_be_late=True), now=AFTER), "forward", True),
    (
        CLERK,
        at(Stage.CHECKING, Pile(UNIT, "returned", 1, supplement_until=AFTER + timedelta(days=2)), now=AFTER),
        "supplement",
        True,
    ),
    (CLERK, at(Stage.CHECKING, Pile(UNIT, "returned", 1, supplement_until=AFTER), now=AFTER), "overdue", True),
    (CLERK, at(Stage.CHECKING, "accepted", now=AFTER), "await_check", False),
    (CLERK, at(Stage.JUDGING, "accepted", "draft", now=AFTER), "unit_judged", False),
    (CLERK, at(Stage.APPROVED, "accepted", now=AFTER), "unit_judged", False),
    (CLERK, at(Stage.PUBLISHED, "accepted", now=AFTER), "read_result", False),
    # the head of a unit
    (HEAD, at(Stage.BEFORE), "not_open", False),
    (HEAD, at(Stage.INTAKE, "draft", "submitted"), "head_clear", False),
    (HEAD, at(Stage.INTAKE, "kept", "confirmed"), "confirm", True),
    (HEAD, at(Stage.INTAKE, "confirmed"), "await_clerk", False),
    (HEAD, at(Stage.CHECKING, "kept", now=AFTER), "overdue", True),
    (HEAD, at(Stage.CHECKING, Pile(UNIT, "kept", 1, may_be_late=True), now=AFTER), "confirm", True),
    (HEAD, at(Stage.JUDGING, "accepted", now=AFTER), "unit_judged", False),
    (HEAD, at(Stage.PUBLISHED, now=AFTER), "read_result", False),
    # a juror
    (JUROR, at(Stage.INTAKE), "jury_waits", False),
    (JUROR, at(Stage.CHECKING), "jury_waits", False),
    (JUROR, at(Stage.JUDGING), "no_assignment", False),
    (JUROR, at(Stage.JUDGING, queue=Queue(4, 0, 0, 12)), "score", True),
    (JUROR, at(Stage.JUDGING, queue=Queue(4, 3, 1, 12)), "score", True),
    (JUROR, at(Stage.JUDGING, queue=Queue(4, 4)), "all_scored", False),
    (JUROR, at(Stage.PROPOSED, queue=Queue(4, 4)), "jury_closed", False),
    (JUROR, at(Stage.APPROVED), "jury_closed", False),
    (JUROR, at(Stage.PUBLISHED), "read_result", False),
    # the organiser
    (ORGANISER, at(Stage.BEFORE), "complete_plan", True),
    (ORGANISER, at(Stage.INTAKE), "intake", False),
    (ORGANISER, at(Stage.INTAKE, turnout=(Turnout(WARD, 11, 9),)), "remind", True),
    (ORGANISER, at(Stage.INTAKE, Pile(None, "forwarded", 2), turnout=(Turnout(WARD, 11, 9),)), "check", True),
    (ORGANISER, at(Stage.CHECKING, "forwarded", "accepted"), "check", True),
    (ORGANISER, at(Stage.CHECKING, "returned"), "nothing_accepted", True),
    (ORGANISER, at(Stage.CHECKING, "accepted"), "appoint", True),
    (ORGANISER, at(Stage.CHECKING, "accepted", jury=JuryWork(jurors=9, short=1)), "assign", True),
    (
        ORGANISER,
        at(Stage.CHECKING, "accepted", jury=JuryWork(jurors=9, short=1, proposal_waits=True)),
        "accept_proposal",
        True,
    ),
    (ORGANISER, at(Stage.CHECKING, "accepted", jury=JuryWork(jurors=9)), "open", True),
    (
        ORGANISER,
        at(
            Stage.CHECKING,
            "accepted",
            Pile(None, "confirmed", 1, supplement_until=AFTER + timedelta(days=2)),
            now=AFTER,
            jury=JuryWork(jurors=9),
        ),
        "await_supplements",
        False,
    ),
    (ORGANISER, at(Stage.JUDGING, jury=WORK), "follow_jury", False),
    (ORGANISER, at(Stage.JUDGING, jury=replace(WORK, short=1)), "assign", True),
    (ORGANISER, at(Stage.JUDGING, jury=replace(WORK, further=1)), "assign_further", True),
    (ORGANISER, at(Stage.JUDGING, jury=replace(WORK, submitted=168)), "close", True),
    (ORGANISER, at(Stage.PROPOSED, meeting=Meeting(ties=1, unexplained=2)), "explain", True),
    (ORGANISER, at(Stage.PROPOSED, meeting=Meeting(ties=1)), "await_ties", False),
    (ORGANISER, at(Stage.PROPOSED), "await_approval", False),
    (ORGANISER, at(Stage.APPROVED), "publish", True),
    (ORGANISER, at(Stage.PUBLISHED), "choose_finals", True),
    (ORGANISER, at(Stage.PUBLISHED, finals=Finals(14)), "await_finals", False),
    (ORGANISER, at(Stage.PUBLISHED, finals=Finals(14, approved=True)), "hand_over", True),
    (ORGANISER, at(Stage.PUBLISHED, finals=Finals(14, approved=True, handed_over=True)), "finished", False),
    # the chair
    (CHAIR, at(Stage.BEFORE), "chair_intake", False),
    (CHAIR, at(Stage.INTAKE), "chair_intake", False),
    (CHAIR, at(Stage.CHECKING), "chair_intake", False),
    (CHAIR, at(Stage.JUDGING, jury=WORK), "chair_judging", False),
    (CHAIR, at(Stage.PROPOSED, meeting=Meeting(ties=1, unexplained=2)), "decide_ties", True),
    (CHAIR, at(Stage.PROPOSED, meeting=Meeting(unexplained=2)), "explain", True),
    (CHAIR, at(Stage.PROPOSED), "approve", True),
    (CHAIR, at(Stage.APPROVED), "await_publication", False),
    (CHAIR, at(Stage.PUBLISHED), "chair_published", False),
    (CHAIR, at(Stage.PUBLISHED, finals=Finals(14)), "approve_finals", True),
    (CHAIR, at(Stage.PUBLISHED, finals=Finals(14, approved=True)), "chair_published", False),
]


@pytest.mark.parametrize(
    ("role", "situation", "key", "todo"),
    TABLE,
    ids=[f"{role}-{s.stage}-{key}-{i}" for i, (role, s, key, _) in enumerate(TABLE)],
)
def test_next_action(role: Role, situation: Situation, key: str, *, todo: bool) -> None:
    (action,) = list_actions(actor(role), situation)
    assert (action.key, action.is_todo) == (key, todo)
    assert str(action.title)
    assert str(action.text)
    assert "%(" not in f"{action.title}{action.text}{action.label}"


def test_after_a_round_s_result_the_organiser_prepares_the_next_round() -> None:
    judged = scene(opened=True, closed=True)
    following = judged.rounds[0].model_copy(update={"id": 2, "ordinal": 2, "opened_at": None, "closed_at": None})
    host = replace(actor(ORGANISER), scene=replace(judged, rounds=(*judged.rounds, following)))

    (action,) = list_actions(host, at(Stage.PUBLISHED))

    assert (action.key, action.path) == ("next_round", "/jury/assignment")


def test_next_action_is_told_for_every_role_in_every_stage() -> None:
    stages = [stage for stage in Stage if stage != Stage.MOVEMENT]
    assert {(role, s.stage) for role, s, _, _ in TABLE} >= {
        (role, stage)
        for role in (JUROR, ORGANISER, CHAIR)
        for stage in stages
        if (role, stage) != (JUROR, Stage.BEFORE)
    }
    for role in Role:
        for stage in stages:
            assert len(list_actions(actor(role), at(stage))) == 1


@pytest.mark.parametrize(
    ("staff", "key"),
    [
        (Staff(), "no_organiser"),
        (Staff(organisers=1), "no_chair"),
        (Staff(organisers=1, chairs=1, units_without_clerk=2), "no_clerk"),
        (Staff(organisers=1, chairs=1), "staffed"),
    ],
)
def test_administrator_gives_the_missing_roles(staff: Staff, key: str) -> None:
    (action,) = list_actions(actor(admin=True), at(Stage.INTAKE, staff=staff))
    assert action.key == key


def test_administrator_leaves_units_alone_once_judging_has_begun() -> None:
    staff = Staff(organisers=1, chairs=1, units_without_clerk=2)
    (action,) = list_actions(actor(admin=True), at(Stage.JUDGING, staff=staff))
    assert action.key == "staffed"


def _keys(actions: list[Action]) -> list[str]:
    return [action.key for action in actions]


def test_several_roles_put_what_waits_first() -> None:
    situation = at(Stage.JUDGING, jury=WORK, queue=Queue(4, 1, 0, 12))
    assert _keys(list_actions(actor(ORGANISER, JUROR), situation)) == ["score", "follow_jury"]


def test_several_roles_with_the_same_action_hear_it_once() -> None:
    situation = at(Stage.CHECKING, "kept", now=AFTER)
    assert _keys(list_actions(actor(CLERK, HEAD), situation)) == ["overdue"]


def test_clerk_who_is_head_as_well_does_both() -> None:
    situation = at(Stage.INTAKE, "submitted", "kept")
    assert _keys(list_actions(actor(CLERK, HEAD), situation)) == ["confirm", "screen"]


def test_chair_who_organises_decides_first() -> None:
    situation = at(Stage.PROPOSED, meeting=Meeting(ties=1))
    assert _keys(list_actions(actor(CHAIR, ORGANISER), situation)) == ["decide_ties", "await_ties"]


def test_movement_leads_to_its_plan() -> None:
    assert _keys(list_actions(actor(*Role, admin=True), at(Stage.MOVEMENT))) == ["movement"]


def test_juror_is_led_to_the_next_entry_itself() -> None:
    (action,) = list_actions(actor(JUROR), at(Stage.JUDGING, queue=Queue(4, 1, 0, 12)))
    assert (str(action.label), action.path) == ("Chấm tiếp", "/jury/entries/12/score")
    (action,) = list_actions(actor(JUROR), at(Stage.JUDGING, queue=Queue(4, 0, 0, 12)))
    assert str(action.label) == "Bắt đầu chấm"


def test_due_is_the_supplement_date_where_there_is_one() -> None:
    until = NOW + timedelta(days=3)
    situation = at(Stage.INTAKE, Pile(UNIT, "returned", 1, supplement_until=until), Pile(UNIT, "returned", 1))
    (action,) = list_actions(actor(CLERK), situation)
    assert action.due == until
    assert str(action.title) == "Bổ sung 2 bài bị trả lại"
    (action,) = list_actions(actor(CLERK), at(Stage.INTAKE, "confirmed"))
    assert action.due == DEADLINE


# ---- stages ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("opened", "closed", "result", "now", "stage"),
    [
        (False, False, None, datetime.fromisoformat("2024-05-01T00:00+07:00"), Stage.BEFORE),
        (False, False, None, datetime.fromisoformat("2024-05-13T00:00+07:00"), Stage.INTAKE),
        (False, False, None, DEADLINE - timedelta(seconds=1), Stage.INTAKE),
        (False, False, None, DEADLINE, Stage.CHECKING),
        (True, False, None, DEADLINE, Stage.JUDGING),
        (True, True, "proposed", DEADLINE, Stage.PROPOSED),
        (True, True, "approved", DEADLINE, Stage.APPROVED),
        (True, True, "published", DEADLINE, Stage.PUBLISHED),
    ],
)
def test_stage(*, opened: bool, closed: bool, result: str | None, now: datetime, stage: Stage) -> None:
    assert find_stage(scene(opened=opened, closed=closed), result=result, now=now) == stage


def test_stage_of_a_movement_is_its_own() -> None:
    assert find_stage(scene(kind=Kind.MOVEMENT), result=None, now=NOW) == Stage.MOVEMENT


def test_turnout_counts_units_that_sent_enough() -> None:
    category = WARD.model_copy(update={"min_entries": 2, "required": True})
    turnout = make_turnout(category, {0: 3, 1: 4, 2: 1, 5: 2})
    assert (turnout.units, turnout.sent, turnout.silent) == (10, 3, 7)
    encouraged = make_turnout(WARD.model_copy(update={"min_entries": 0}), {0: 3, 1: 4})
    assert (encouraged.units, encouraged.sent) == (7, 4)


# ---- what waits --------------------------------------------------------------------------------------------------


def _waits(who: Actor, situation: Situation) -> dict[str, int]:
    return {str(wait.label): wait.count for group in list_waits(who, situation) for wait in group.waits}


def test_waits_of_a_unit_hold_its_own_entries_only() -> None:
    situation = at(Stage.INTAKE, "draft", "kept", "returned", "accepted", Pile(None, "kept", 9), Pile(OTHER, "kept", 5))
    assert _waits(actor(CLERK), situation) == {
        "Bị trả lại, cần bổ sung": 1,
        "Bản nháp": 1,
        "Chờ thủ trưởng xác nhận": 1,
        "Đã gửi lên": 1,
    }


def test_waits_of_the_host_hold_no_draft() -> None:
    situation = at(Stage.INTAKE, Pile(None, EntryStatus.DRAFT, 9), Pile(None, "forwarded", 2), Pile(None, "kept", 4))
    assert _waits(actor(ORGANISER), situation) == {"Chờ kiểm tra điều kiện": 2}


def test_waits_of_the_board() -> None:
    situation = at(Stage.PROPOSED, "accepted", meeting=Meeting(ties=1, unexplained=3))
    assert _waits(actor(CHAIR), situation) == {
        "Đủ điều kiện dự thi": 1,
        "Trường hợp bằng điểm chờ Trưởng Ban quyết định": 1,
        "Mức giải để trống chưa ghi lý do": 3,
    }
    assert _waits(actor(CHAIR), at(Stage.PROPOSED)) == {"Kết quả chờ phê duyệt": 1}
    assert _waits(actor(CHAIR), at(Stage.APPROVED)) == {"Kết quả chờ công bố": 1}
    assert _waits(actor(CHAIR), at(Stage.PUBLISHED, finals=Finals(14))) == {
        "Bài trong danh sách gửi lên, chờ phê duyệt": 14
    }


def test_nobody_without_a_duty_has_waits() -> None:
    situation = at(Stage.JUDGING, "kept", Pile(None, "forwarded", 2), jury=WORK)
    assert list_waits(actor(JUROR), situation) == []
    assert list_waits(actor(admin=True), situation) == []


def test_meters_by_role() -> None:
    situation = at(Stage.JUDGING, jury=WORK, queue=Queue(4, 1), turnout=(Turnout(WARD, 11, 9),))
    seen = {role: [(meter.value, meter.maximum) for meter in list_meters(actor(role), situation)] for role in Role}
    assert seen == {
        Role.UNIT_CLERK: [],
        Role.UNIT_HEAD: [],
        Role.JUROR: [(1, 4)],
        Role.ORGANISER: [(100, 168), (9, 11)],
        Role.CHAIR: [(100, 168), (9, 11)],
    }
