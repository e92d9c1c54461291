"""Selects of the programmes slice."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Select, bindparam, func
from sqlalchemy import select as select_columns
from sqlalchemy.orm import aliased, defer, load_only
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key
from sqlmodel import Session, col, select

from app.accounts.models import User, UserSession
from app.accounts.queries import ITS_USER, LIVE_SESSION
from app.core.database import execute, table_of
from app.core.errors import NotFound
from app.programmes.access import Actor, Scene
from app.programmes.imports import Holder
from app.programmes.models import (
    Body,
    CommitteeMember,
    Membership,
    PlanVersion,
    Programme,
    Role,
    Round,
    Unit,
)
from app.programmes.plan import Plan

WITHOUT_TEXT: Final = defer(PlanVersion.canonical)  # type: ignore[arg-type]
"""For selects of versions whose plan `read_plan` gives: its text is long and seldom needed."""
_PLANS: Final[dict[str, Plan]] = {}
_MOST_PLANS: Final = 256

# Asked in every request and built once: to build a select costs twice as much as to run it.
_VERSIONS: Final = aliased(PlanVersion)
_NEWEST: Final = (
    select(func.max(_VERSIONS.number))
    .where(_VERSIONS.programme_id == col(Programme.id))
    .correlate(Programme)
    .scalar_subquery()
)


def _of_scene(*more: Any) -> Select[Any]:
    # A row for each round, one without a round if there is none.
    return (
        select_columns(Programme, PlanVersion, Round, *more)
        .join_from(
            Programme,
            PlanVersion,
            (col(PlanVersion.programme_id) == Programme.id) & (col(PlanVersion.number) == _NEWEST),
        )
        .join(Round, col(Round.programme_id) == Programme.id, isouter=True)
        .where(col(Programme.slug) == bindparam("slug"))
        .order_by(col(Round.ordinal))
        .options(WITHOUT_TEXT)
    )


_SCENE: Final = _of_scene()
# Each round once for each role of who is signed in: few rows, and one statement instead of three.
_VISIT: Final = (
    _of_scene(UserSession, User, Membership.role, Membership.unit_id)
    .join(UserSession, LIVE_SESSION, isouter=True)
    .join(User, ITS_USER, isouter=True)
    .join(
        Membership,
        (col(Membership.user_id) == User.id) & (col(Membership.programme_id) == Programme.id),
        isouter=True,
    )
    # Each column costs: of a person no more than pages show, of a browser's session no more than is written.
    .options(
        load_only(User.id, User.login, User.full_name, User.language, User.is_admin),  # type: ignore[arg-type]
        load_only(UserSession.id, UserSession.user_id, UserSession.seen_at),  # type: ignore[arg-type]
    )
)
_ROUNDS: Final = table_of(Round)
# What may change of a round.
_ROUNDS_AS_THEY_ARE: Final = (
    select_columns(_ROUNDS.c.id, _ROUNDS.c.plan_version_id, _ROUNDS.c.opened_at, _ROUNDS.c.closed_at)
    .where(_ROUNDS.c.programme_id == bindparam("programme_id"))
    .order_by(_ROUNDS.c.ordinal)
)
_HELD_ROUNDS: Final = {
    exclusive: _ROUNDS_AS_THEY_ARE.with_for_update(read=not exclusive) for exclusive in (False, True)
}
_ROLES: Final = select(Membership.role, Membership.unit_id).where(
    Membership.programme_id == bindparam("programme_id"), Membership.user_id == bindparam("user_id")
)


def read_plan(version: PlanVersion) -> Plan:
    """Give the plan of a version. Its text is fetched and read once in this process: a stored version never changes."""
    plan = _PLANS.get(version.sha256)
    if plan is None:
        if len(_PLANS) >= _MOST_PLANS:
            _PLANS.clear()
        plan = _PLANS[version.sha256] = Plan.from_canonical(version.canonical)
    return plan


def find_programme(session: Session, *, slug: str) -> Programme | None:
    """Give the programme of that slug, or None."""
    return session.exec(select(Programme).where(Programme.slug == slug)).first()


def list_programmes(session: Session) -> Sequence[Programme]:
    """Give all programmes, newest first."""
    return session.exec(select(Programme).order_by(col(Programme.id).desc())).all()


def list_current_plans(session: Session) -> Sequence[tuple[Programme, Plan]]:
    """Give every programme with the plan in force, newest first."""
    newest = (
        select(PlanVersion.programme_id, func.max(PlanVersion.number).label("number"))
        .group_by(col(PlanVersion.programme_id))
        .subquery()
    )
    rows = session.exec(
        select(Programme, PlanVersion)
        .join(PlanVersion, col(PlanVersion.programme_id) == Programme.id)
        .join(newest, (newest.c.programme_id == Programme.id) & (newest.c.number == PlanVersion.number))
        .order_by(col(Programme.id).desc())
        .options(WITHOUT_TEXT)
    ).all()
    return [(programme, read_plan(version)) for programme, version in rows]


def list_plan_versions(session: Session, *, programme_id: int) -> Sequence[PlanVersion]:
    """Give the versions of a plan, oldest first."""
    query = select(PlanVersion).where(PlanVersion.programme_id == programme_id)
    return session.exec(query.order_by(col(PlanVersion.number))).all()


def get_plan_version(session: Session, *, programme_id: int) -> PlanVersion:
    """Give the version in force: the newest."""
    query = select(PlanVersion).where(PlanVersion.programme_id == programme_id)
    return session.exec(query.order_by(col(PlanVersion.number).desc()).limit(1)).one()


def get_numbered_version(session: Session, *, programme_id: int, number: int) -> PlanVersion:
    """Give a version by its number; NotFound if there is none."""
    query = select(PlanVersion).where(PlanVersion.programme_id == programme_id, PlanVersion.number == number)
    version = session.exec(query).first()
    if version is None:
        raise NotFound
    return version


def hold_rounds(session: Session, *, programme_id: int, exclusive: bool = False) -> None:
    """Read the rounds as they are now and keep them so until the transaction ends.

    Opening and closing hold them exclusively; what they end (entering, marking, editing the plan) holds them shared, so
    that nothing slips in behind a round that is closing. Held before any other lock, or two would wait for each
    other. The rows of a Scene are the same objects: they are refreshed. SQLite has one writer: what a writing
    transaction has read there stays true until it ends.
    """
    if session.get_bind().dialect.name == "sqlite":
        return
    for row in execute(session, _HELD_ROUNDS[exclusive], {"programme_id": programme_id}).mappings():
        known = session.identity_map.get(identity_key(Round, row["id"]))
        if known is not None:
            for name, value in row.items():
                set_committed_value(known, name, value)


def get_scene(session: Session, *, slug: str) -> Scene:
    """Give the programme of that slug with its plan in force; NotFound if there is none."""
    rows = session.execute(_SCENE, {"slug": slug}).all()
    if not rows:
        raise NotFound
    programme, version, _ = rows[0]
    return _scene(programme, version, [row[2] for row in rows])


def _scene(programme: Programme, version: PlanVersion, rounds: Iterable[Round | None]) -> Scene:
    each = {r.id: r for r in rounds if r is not None}
    return Scene(programme, version, read_plan(version), tuple(each.values()))


def get_actor(session: Session, *, scene: Scene, user: User) -> Actor:
    """Give the user as an actor of the scene, with their roles there (possibly none)."""
    rows = session.exec(_ROLES, params={"programme_id": scene.programme_id, "user_id": user.id}).all()
    return _actor(user, scene, rows)


def _actor(user: User, scene: Scene, roles: Collection[tuple[str, int | None]]) -> Actor:
    return Actor(
        user=user,
        scene=scene,
        roles=frozenset(Role(role) for role, _ in roles),
        clerk_of=frozenset(unit_id for role, unit_id in roles if role == Role.UNIT_CLERK and unit_id is not None),
        head_of=frozenset(unit_id for role, unit_id in roles if role == Role.UNIT_HEAD and unit_id is not None),
    )


class Visited(NamedTuple):
    """A programme as whoever asks finds it; without a session and an actor where nobody is signed in."""

    scene: Scene
    user_session: UserSession | None
    actor: Actor | None


def get_visited(session: Session, *, slug: str, token_hash: str, now: datetime) -> Visited:
    """Give the programme of that slug and who is signed in there by a browser's token; NotFound without programme."""
    rows = session.execute(_VISIT, {"slug": slug, "token_hash": token_hash, "now": now}).all()
    if not rows:
        raise NotFound
    programme, version, _, user_session, user, _, _ = rows[0]
    scene = _scene(programme, version, [row[2] for row in rows])
    if user is None:
        return Visited(scene, None, None)
    roles = {(role, unit_id) for *_, role, unit_id in rows if role is not None}
    return Visited(scene, user_session, _actor(user, scene, roles))


def list_units(session: Session, *, programme_id: int, include_dissolved: bool = False) -> Sequence[Unit]:
    """Give the units of a programme in Vietnamese order."""
    query = select(Unit).where(Unit.programme_id == programme_id)
    if not include_dissolved:
        query = query.where(col(Unit.dissolved_at).is_(None))
    return session.exec(query.order_by(col(Unit.sort_key), col(Unit.id))).all()


def get_unit(session: Session, *, programme_id: int, unit_id: int) -> Unit:
    """Give a unit of this programme; NotFound otherwise."""
    unit = session.get(Unit, unit_id)
    if unit is None or unit.programme_id != programme_id:
        raise NotFound
    return unit


def list_members(session: Session, *, programme_id: int) -> Sequence[tuple[Membership, User, Unit | None]]:
    """Give who has which role, by role and name."""
    rows = session.exec(
        select(Membership, User, Unit)
        .join(User, col(User.id) == Membership.user_id)
        .join(Unit, col(Unit.id) == Membership.unit_id, isouter=True)
        .where(Membership.programme_id == programme_id)
        .order_by(col(Membership.role), col(User.name_key), col(Membership.id))
    ).all()
    return [(m, u, unit) for m, u, unit in rows]


def count_unit_people(session: Session, *, programme_id: int) -> dict[int, int]:
    """Count the clerks and heads of every unit that has any."""
    query = (
        select(Membership.unit_id, func.count())
        .where(Membership.programme_id == programme_id, col(Membership.unit_id).is_not(None))
        .group_by(col(Membership.unit_id))
    )
    return {unit_id: count for unit_id, count in session.exec(query).all() if unit_id is not None}


def count_members(session: Session, *, programme_id: int, role: Role) -> int:
    """Count who has a role in a programme."""
    query = select(func.count()).select_from(Membership)
    return session.exec(query.where(Membership.programme_id == programme_id, Membership.role == role)).one()


def get_membership(session: Session, *, programme_id: int, membership_id: int) -> Membership:
    """Give a role of this programme; NotFound otherwise."""
    membership = session.get(Membership, membership_id)
    if membership is None or membership.programme_id != programme_id:
        raise NotFound
    return membership


def find_membership(session: Session, *, programme_id: int, user_id: int, role: Role) -> Membership | None:
    """Give the person's role that is of no unit, or None."""
    return session.exec(
        select(Membership).where(
            Membership.programme_id == programme_id,
            Membership.user_id == user_id,
            Membership.role == role,
            col(Membership.unit_id).is_(None),
        )
    ).first()


def list_places(session: Session, *, user_id: int) -> list[tuple[int, Role]]:
    """Give every programme and role of a person."""
    rows = session.exec(select(Membership.programme_id, Membership.role).where(Membership.user_id == user_id)).all()
    return [(programme_id, Role(role)) for programme_id, role in rows]


def list_places_by_user(session: Session, *, user_ids: Collection[int]) -> dict[int, set[tuple[int, Role]]]:
    """Give every programme and role of many people."""
    places: dict[int, set[tuple[int, Role]]] = {}
    query = select(Membership.user_id, Membership.programme_id, Membership.role)
    for user_id, programme_id, role in session.exec(query.where(col(Membership.user_id).in_(user_ids))).all():
        places.setdefault(user_id, set()).add((programme_id, Role(role)))
    return places


def list_names(session: Session, *, user_ids: Collection[int]) -> dict[int, str]:
    """Give the names of accounts by id."""
    if not user_ids:
        return {}
    rows = session.exec(select(User.id, User.full_name).where(col(User.id).in_(user_ids))).all()
    return {user_id: name for user_id, name in rows if user_id is not None}


def list_logins(session: Session) -> set[str]:
    """Give every login of the site."""
    return set(session.exec(select(User.login)).all())


def list_holders(session: Session, *, programme_id: int) -> list[Holder]:
    """Give every account of the site with its roles in this programme."""
    places: dict[int, set[tuple[Role, int | None]]] = {}
    query = select(Membership.user_id, Membership.role, Membership.unit_id)
    for user_id, role, unit_id in session.exec(query.where(Membership.programme_id == programme_id)).all():
        places.setdefault(user_id, set()).add((Role(role), unit_id))
    users = session.exec(select(User.id, User.login, User.full_name)).all()
    return [Holder(i, login, name, frozenset(places.get(i, ()))) for i, login, name in users if i is not None]


def list_rosters(session: Session, *, programme_id: int) -> dict[Body, list[CommitteeMember]]:
    """Give all rosters in their order, the empty ones too."""
    rows = session.exec(
        select(CommitteeMember)
        .where(CommitteeMember.programme_id == programme_id)
        .order_by(col(CommitteeMember.ordinal), col(CommitteeMember.id))
    ).all()
    rosters: dict[Body, list[CommitteeMember]] = {body: [] for body in Body}
    for row in rows:
        rosters[Body(row.body)].append(row)
    return rosters


def get_committee_member(session: Session, *, programme_id: int, member_id: int) -> CommitteeMember:
    """Give a line of a roster of this programme; NotFound otherwise."""
    member = session.get(CommitteeMember, member_id)
    if member is None or member.programme_id != programme_id:
        raise NotFound
    return member


def list_committee(session: Session, *, programme_id: int, body: Body) -> Sequence[CommitteeMember]:
    """Give a roster in its order."""
    return session.exec(
        select(CommitteeMember)
        .where(CommitteeMember.programme_id == programme_id, CommitteeMember.body == body)
        .order_by(col(CommitteeMember.ordinal), col(CommitteeMember.id))
    ).all()
