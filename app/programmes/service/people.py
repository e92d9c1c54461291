"""Who has which role in a programme, and the accounts that are made for it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from app.accounts import queries as accounts_queries
from app.accounts import service as accounts
from app.accounts.models import User
from app.core.errors import Conflict, Invalid, require
from app.core.i18n import N_
from app.core.text import sort_key
from app.journal import service as journal
from app.programmes import policy, queries
from app.programmes.access import Actor, Scene
from app.programmes.forms import PersonForm
from app.programmes.imports import PersonRow, suggest_login
from app.programmes.models import UNIT_ROLES, Membership, Role, Unit


@dataclass(frozen=True, slots=True)
class AddedPerson:
    """Somebody who got a role; `token` is the secret of a one-time link if the account is new."""

    user: User
    role: Role
    unit: Unit | None
    token: str | None


@dataclass(frozen=True, slots=True)
class RoleChange:
    """A role that was given or is being taken."""

    programme_id: int
    user_id: int
    role: Role
    is_given: bool
    now: datetime
    actor_id: int | None


RoleWatcher = Callable[[Session, RoleChange], None]
_watchers: list[RoleWatcher] = []


def watch_roles(watcher: RoleWatcher) -> RoleWatcher:
    """Have `watcher` called at every change of a role, for what other slices keep by roles, as the jury its seats.

    What it raises refuses the change.
    """
    _watchers.append(watcher)
    return watcher


def _tell(session: Session, membership: Membership, *, is_given: bool, now: datetime, actor_id: int | None) -> None:
    change = RoleChange(
        membership.programme_id,
        membership.user_id,
        Role(membership.role),
        is_given=is_given,
        now=now,
        actor_id=actor_id,
    )
    for watcher in _watchers:
        watcher(session, change)


def grant_role(
    session: Session,
    *,
    scene: Scene,
    user_id: int,
    role: Role,
    now: datetime,
    unit: Unit | None = None,
    actor: Actor | None = None,
) -> Membership:
    """Give a role; giving it twice changes nothing. `actor` is None only on the command line."""
    if actor is not None:
        require(policy.refuse_grant_role(actor, user_id=user_id, role=role))
    if (role in UNIT_ROLES) != (unit is not None):
        raise Invalid(N_("Vai trò của đơn vị phải kèm đơn vị; vai trò khác thì không."))
    unit_id = unit.id if unit else None
    query = select(Membership).where(
        Membership.programme_id == scene.programme_id, Membership.user_id == user_id, Membership.role == role
    )
    query = query.where(Membership.unit_id == unit_id)
    if (existing := session.exec(query).first()) is not None:
        return existing
    membership = Membership(programme_id=scene.programme_id, user_id=user_id, role=role, unit_id=unit_id)
    session.add(membership)
    session.flush()
    journal.record(
        session,
        kind="role.granted",
        now=now,
        actor_id=actor.user_id if actor else None,
        programme_id=scene.programme_id,
        subject=f"user:{user_id}",
        data={"role": role.value, "unit": unit_id},
    )
    _tell(session, membership, is_given=True, now=now, actor_id=actor.user_id if actor else None)
    return membership


def revoke_role(session: Session, *, actor: Actor, membership: Membership, now: datetime) -> None:
    """Take a role away; a programme always keeps an organiser."""
    organisers = queries.count_members(session, programme_id=actor.programme_id, role=Role.ORGANISER)
    require(policy.refuse_revoke_role(actor, role=Role(membership.role), organisers=organisers))
    session.delete(membership)
    session.flush()
    journal.record(
        session,
        kind="role.revoked",
        now=now,
        actor_id=actor.user_id,
        programme_id=actor.programme_id,
        subject=f"user:{membership.user_id}",
        data={"role": membership.role, "unit": membership.unit_id},
    )
    _tell(session, membership, is_given=False, now=now, actor_id=actor.user_id)


def add_person(session: Session, *, actor: Actor, form: PersonForm, now: datetime) -> AddedPerson:
    """Give a role to a person, with a new account and a one-time link if they have none."""
    require(policy.refuse_manage_people(actor))
    unit = _unit_of(session, actor=actor, form=form)
    user = accounts_queries.find_user(session, login=form.login) if form.login else None
    if user is not None and sort_key(user.full_name) != sort_key(form.full_name):
        taken = N_("Tên đăng nhập «%(login)s» đã có người khác dùng.", login=form.login)
        raise Conflict(taken, fields={"login": taken})
    token = None
    if user is None:
        login = form.login or suggest_login(form.full_name, taken=queries.list_logins(session))
        user, token = _new_account(
            session, actor=actor, login=login, full_name=form.full_name, email=form.email, phone=form.phone, now=now
        )
    assert user.id is not None
    grant_role(session, scene=actor.scene, user_id=user.id, role=form.role, unit=unit, actor=actor, now=now)
    return AddedPerson(user, form.role, unit, token)


def _unit_of(session: Session, *, actor: Actor, form: PersonForm) -> Unit | None:
    if form.role not in UNIT_ROLES:
        return None
    if form.unit is None:
        missing = N_("Vai trò này phải kèm đơn vị.")
        raise Invalid(missing, fields={"unit": missing})
    unit = queries.get_unit(session, programme_id=actor.programme_id, unit_id=form.unit)
    if unit.dissolved_at is not None:
        gone = N_("Đơn vị này đã giải thể.")
        raise Invalid(gone, fields={"unit": gone})
    return unit


def _new_account(
    session: Session,
    *,
    actor: Actor,
    login: str,
    full_name: str,
    email: str | None,
    phone: str | None,
    now: datetime,
) -> tuple[User, str]:
    user = accounts.create_user(
        session, login=login, full_name=full_name, email=email, phone=phone, now=now, actor_id=actor.user_id
    )
    return user, accounts.invite(session, user=user, now=now, actor_id=actor.user_id)


def invite_member(session: Session, *, actor: Actor, user: User, now: datetime) -> str:
    """Make a new one-time link for a person of this programme."""
    places = queries.list_places(session, user_id=user.id or 0)
    require(policy.refuse_invite_member(actor, user=user, places=places))
    return accounts.invite(session, user=user, now=now, actor_id=actor.user_id)


def import_people(session: Session, *, actor: Actor, rows: Sequence[PersonRow], now: datetime) -> list[AddedPerson]:
    """Give the new roles of a sheet that was checked in this same transaction."""
    require(policy.refuse_manage_people(actor))
    added: list[AddedPerson] = []
    for row in rows:
        if not row.is_new or row.role is None:
            continue
        user, token = accounts_queries.find_user(session, login=row.login), None
        if user is None:
            user, token = _new_account(
                session,
                actor=actor,
                login=row.login,
                full_name=row.full_name,
                email=row.email,
                phone=row.phone,
                now=now,
            )
        assert user.id is not None
        grant_role(session, scene=actor.scene, user_id=user.id, role=row.role, unit=row.unit, actor=actor, now=now)
        added.append(AddedPerson(user, row.role, row.unit, token))
    return added
