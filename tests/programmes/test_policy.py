"""Who may do what to a programme: every actor against every action and state."""

from dataclasses import replace
from typing import Any

import pytest

from app.accounts.models import User
from app.core.clock import real_now
from app.core.errors import DomainError
from app.programmes import policy
from app.programmes.access import Actor, Scene
from app.programmes.models import Kind, PlanVersion, Programme, Role, Round
from tests.support.contest import PLAN

NOW = real_now()
ROUND = Round(id=1, programme_id=1, key="written", ordinal=1)
OPENED = Round(id=1, programme_id=1, key="written", ordinal=1, opened_at=NOW, plan_version_id=1)
SCENE = Scene(
    programme=Programme(id=1, slug="a", kind=Kind.CONTEST, title="", created_at=NOW),
    version=PlanVersion(id=1, programme_id=1, number=1, canonical="", sha256="", created_at=NOW),
    plan=PLAN,
    rounds=(ROUND,),
)


def user(number: int, **values: Any) -> User:
    return User(id=number, login=f"u{number}", full_name="", name_key="", folded="", created_at=NOW, **values)


ACTORS = {
    "organiser": Actor(user(1), SCENE, frozenset({Role.ORGANISER})),
    "chair": Actor(user(2), SCENE, frozenset({Role.CHAIR})),
    "juror": Actor(user(3), SCENE, frozenset({Role.JUROR})),
    "clerk": Actor(user(4), SCENE, frozenset({Role.UNIT_CLERK}), clerk_of=frozenset({1})),
    "head": Actor(user(5), SCENE, frozenset({Role.UNIT_HEAD}), head_of=frozenset({1})),
    "admin": Actor(user(6, is_admin=True), SCENE),
    "stranger": Actor(user(7), SCENE),
}


def status(refusal: DomainError | None) -> int | None:
    return refusal.status if refusal else None


def allowed(action: Any) -> set[str]:
    refusals = {name: status(action(actor)) for name, actor in ACTORS.items()}
    assert set(refusals.values()) <= {None, 403}
    return {name for name, refusal in refusals.items() if refusal is None}


def test_organise() -> None:
    assert allowed(policy.refuse_organise) == {"organiser"}


def test_see_settings() -> None:
    assert allowed(policy.refuse_see_settings) == {"organiser", "chair", "admin"}


def test_manage_people() -> None:
    assert allowed(policy.refuse_manage_people) == {"organiser", "admin"}


def test_edit_plan_before_and_after_judging_opened() -> None:
    assert allowed(policy.refuse_edit_plan) == {"organiser"}
    sealed = replace(SCENE, rounds=(OPENED,))
    after = {name: status(policy.refuse_edit_plan(replace(actor, scene=sealed))) for name, actor in ACTORS.items()}
    assert after == dict.fromkeys(ACTORS, 403) | {"organiser": 409}


def test_grant_role_to_another_and_to_oneself() -> None:
    def to(user_id: int | None, role: Role) -> set[str]:
        return allowed(lambda a: policy.refuse_grant_role(a, user_id=user_id or a.user_id, role=role))

    assert to(99, Role.UNIT_CLERK) == {"organiser", "admin"}
    assert to(None, Role.UNIT_CLERK) == {"admin"}


def test_the_chair_is_chosen_by_an_administrator_alone() -> None:
    assert allowed(lambda a: policy.refuse_grant_role(a, user_id=99, role=Role.CHAIR)) == {"admin"}
    assert allowed(lambda a: policy.refuse_revoke_role(a, role=Role.CHAIR, organisers=2)) == {"admin"}


def test_revoke_role_keeps_the_last_organiser() -> None:
    def one_left(actor: Actor) -> DomainError | None:
        return policy.refuse_revoke_role(actor, role=Role.ORGANISER, organisers=1)

    assert {name for name, actor in ACTORS.items() if status(one_left(actor)) == 409} == {"organiser", "admin"}
    two_left = {n for n, a in ACTORS.items() if policy.refuse_revoke_role(a, role=Role.ORGANISER, organisers=2) is None}
    assert two_left == {"organiser", "admin"}
    assert allowed(lambda a: policy.refuse_revoke_role(a, role=Role.JUROR, organisers=1)) == {"organiser", "admin"}


@pytest.mark.parametrize(
    ("values", "places", "organiser", "admin"),
    [
        ({"password_hash": "x"}, [(1, Role.UNIT_CLERK)], None, None),
        ({"password_hash": "x"}, [(1, Role.UNIT_HEAD), (1, Role.UNIT_CLERK)], None, None),
        ({"password_hash": "x"}, [(1, Role.JUROR)], 403, None),
        ({}, [(1, Role.JUROR)], None, None),
        ({}, [(1, Role.CHAIR)], 403, None),
        ({}, [(1, Role.JUROR), (2, Role.CHAIR)], 403, None),
        ({"password_hash": "x"}, [(1, Role.CHAIR)], 403, None),
        ({"password_hash": "x"}, [(1, Role.ORGANISER)], 403, None),
        ({"password_hash": "x"}, [(1, Role.JUROR), (2, Role.JUROR)], 403, None),
        ({"password_hash": "x", "is_admin": True}, [(1, Role.JUROR)], 403, None),
        ({"is_admin": True}, [(1, Role.JUROR)], 403, None),
        ({"password_hash": "x"}, [(2, Role.JUROR)], 404, None),
        ({}, [], 404, None),
    ],
)
def test_invite_member(
    values: dict[str, Any], places: list[tuple[int, Role]], organiser: int | None, admin: int | None
) -> None:
    target = user(50, **values)
    answers = {n: status(policy.refuse_invite_member(a, user=target, places=places)) for n, a in ACTORS.items()}
    assert answers == dict.fromkeys(ACTORS, 403) | {"organiser": organiser, "admin": admin}


def test_set_clock_only_in_a_demonstration() -> None:
    assert allowed(lambda actor: policy.refuse_set_clock(actor, demo=True)) == {"organiser", "admin"}
    assert allowed(lambda actor: policy.refuse_set_clock(actor, demo=False)) == set()
