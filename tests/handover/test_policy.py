"""Every actor before every state of the result and of the list."""

from datetime import timedelta

import pytest

from app.accounts.models import User
from app.core.errors import Conflict, Forbidden
from app.handover.models import FinalistList
from app.handover.policy import is_late, refuse_approve, refuse_archive, refuse_select
from app.plans import FOLDER
from app.programmes.access import Actor, Scene
from app.programmes.models import Role
from app.programmes.plan import load_plan
from app.results.models import Result
from tests.support.factories import NOW

PLAN = load_plan(FOLDER / "thanh_xuan_2024.yaml")
DEADLINE = PLAN.deadline("handover")
BEFORE = DEADLINE - timedelta(seconds=1)
OK = type(None)
OTHERS = [(), (Role.UNIT_CLERK,), (Role.UNIT_HEAD,), (Role.JUROR,)]
RESULTS = (None, "proposed", "approved", "published", "superseded")
LISTS = (None, "open", "approved")


def make_actor(*roles, is_admin=False):
    user = User(id=1, login="a", full_name="A", name_key="", folded="", is_admin=is_admin, created_at=NOW)
    return Actor(user=user, scene=Scene(None, None, PLAN, ()), roles=frozenset(roles))


def make_result(state):
    return None if state is None else Result(round_id=1, number=1, plan_version_id=1, status=state, computed_at=NOW)


def make_list(state):
    return (
        None
        if state is None
        else FinalistList(result_id=1, created_at=NOW, approved_at=NOW if state == "approved" else None)
    )


@pytest.mark.parametrize("result", RESULTS)
@pytest.mark.parametrize("list_", LISTS)
def test_organiser_selects_from_an_official_result_until_the_list_is_approved(result, list_):
    refusal = refuse_select(make_actor(Role.ORGANISER), result=make_result(result), list_=make_list(list_))

    free = result in {"approved", "published"} and list_ != "approved"
    assert type(refusal) is (OK if free else Conflict)


@pytest.mark.parametrize("result", RESULTS)
@pytest.mark.parametrize("list_", LISTS)
@pytest.mark.parametrize("chosen", [0, 3])
def test_chair_approves_a_list_with_entries_once(result, list_, chosen):
    refusal = refuse_approve(make_actor(Role.CHAIR), result=make_result(result), list_=make_list(list_), chosen=chosen)

    free = result in {"approved", "published"} and list_ != "approved" and chosen
    assert type(refusal) is (OK if free else Conflict)


@pytest.mark.parametrize("list_", LISTS)
@pytest.mark.parametrize(("now", "reason"), [(BEFORE, ""), (DEADLINE, ""), (DEADLINE, "Chờ Thành phố gia hạn")])
def test_organiser_takes_the_archive_in_time_or_with_a_reason(list_, now, reason):
    refusal = refuse_archive(make_actor(Role.ORGANISER), list_=make_list(list_), now=now, late_reason=reason)

    free = list_ == "approved" and (now < DEADLINE or reason)
    assert type(refusal) is (OK if free else Conflict)


def test_deadline_is_the_first_moment_of_the_thirtieth_of_july():
    organiser = make_actor(Role.ORGANISER)

    assert DEADLINE.isoformat() == "2024-07-30T00:00:00+07:00"
    assert not is_late(organiser, now=BEFORE)
    assert is_late(organiser, now=DEADLINE)


@pytest.mark.parametrize("roles", [*OTHERS, (Role.CHAIR,)])
@pytest.mark.parametrize("is_admin", [False, True])
def test_others_neither_select_nor_take_the_archive(roles, is_admin):
    actor, result, list_ = make_actor(*roles, is_admin=is_admin), make_result("approved"), make_list("approved")

    assert type(refuse_select(actor, result=result, list_=make_list("open"))) is Forbidden
    assert type(refuse_archive(actor, list_=list_, now=BEFORE, late_reason="")) is Forbidden


@pytest.mark.parametrize("roles", [*OTHERS, (Role.ORGANISER,)])
@pytest.mark.parametrize("is_admin", [False, True])
def test_others_do_not_approve(roles, is_admin):
    actor = make_actor(*roles, is_admin=is_admin)

    refusal = refuse_approve(actor, result=make_result("approved"), list_=make_list("open"), chosen=3)

    assert type(refusal) is Forbidden
