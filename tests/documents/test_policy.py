"""Every reader before every state of the result."""

import pytest

from app.core.errors import Conflict, Forbidden
from app.documents.policy import PaperName, is_draft, refuse_download
from app.programmes.access import Actor
from app.programmes.models import Role
from app.results.models import Result

STATES = (None, "proposed", "approved", "published", "superseded")
READERS = (Role.UNIT_CLERK, Role.UNIT_HEAD, Role.JUROR)


def make_actor(*roles, is_admin=False):
    from app.accounts.models import User
    from app.programmes.access import Scene

    user = User(id=1, login="a", full_name="A", name_key="", folded="", is_admin=is_admin, created_at=None)
    return Actor(user=user, scene=Scene(None, None, None, ()), roles=frozenset(roles))


def make_result(state):
    return None if state is None else Result(round_id=1, number=1, plan_version_id=1, status=state, computed_at=None)


def answer(actor, paper, state):
    return type(refuse_download(actor, paper, result=make_result(state)))


@pytest.mark.parametrize("role", [Role.ORGANISER, Role.CHAIR])
@pytest.mark.parametrize("state", STATES)
def test_those_who_run_the_contest_take_all_papers_of_a_result(role, state):
    actor = make_actor(role)

    made = {paper: answer(actor, paper, state) for paper in PaperName}

    paid = type(None) if state in {"approved", "published"} else Conflict
    other = Conflict if state is None else type(None)
    assert made == {PaperName.PRIZE_LIST: other, PaperName.SCORE_SUMMARY: other, PaperName.PAYOUTS: paid}


@pytest.mark.parametrize("roles", [(), *((role,) for role in READERS)])
@pytest.mark.parametrize("is_admin", [False, True])
@pytest.mark.parametrize("state", STATES)
def test_everybody_else_takes_the_published_prize_list_alone(roles, is_admin, state):
    actor = make_actor(*roles, is_admin=is_admin)

    made = {paper: answer(actor, paper, state) for paper in PaperName}

    assert made == {
        PaperName.PRIZE_LIST: type(None) if state == "published" else Forbidden,
        PaperName.SCORE_SUMMARY: Forbidden,
        PaperName.PAYOUTS: Forbidden,
    }


@pytest.mark.parametrize(("state", "draft"), [("proposed", True), ("approved", False), ("published", False)])
def test_is_draft_until_approval(state, draft):
    assert is_draft(make_result(state)) is draft
