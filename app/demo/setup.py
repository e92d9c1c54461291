"""What an operator does before the first act: the accounts, the programme from its plan, the roles, the rosters."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from app.accounts import service as accounts
from app.accounts.models import User
from app.core.clock import real_now, set_demo_clock
from app.core.settings import DEMO_PASSWORD
from app.demo.content import sample
from app.plans import FOLDER
from app.programmes import queries
from app.programmes import service as programmes
from app.programmes.models import Body, Role
from app.programmes.plan import Plan, load_plan

PLAN_FILE = FOLDER / "thanh_xuan_2024.yaml"
_ADMIN, _ORGANISER, _CHAIR = "quantri", "thuky", "truongban"


@dataclass(frozen=True, slots=True)
class Stage:
    """A programme that is ready to be played, and the user ids behind the logins."""

    slug: str
    plan: Plan
    users: dict[str, int]
    units: dict[str, int]


def sample_plan(*, slug: str | None = None, note: str = "") -> Plan:
    """The plan of Thanh Xuân; the copies that `make run` shows carry a note in their titles."""
    plan = load_plan(PLAN_FILE)
    if slug is None:
        return plan
    return plan.model_copy(
        update={"slug": slug, "title": f"{plan.title} ({note})", "short_title": f"{plan.short_title} ({note})"}
    )


def set_stage(session: Session, *, plan: Plan, opens: datetime) -> Stage:
    """Make the accounts that are missing, the programme, its roles and rosters, and set its clock."""
    users = _make_users(session)
    programme = programmes.create_programme(session, plan=plan, now=opens, is_sample=True)
    set_demo_clock(session, scope=programme.slug, shown_at=opens)
    scene = queries.get_scene(session, slug=programme.slug)
    units = {u.key: u for u in queries.list_units(session, programme_id=scene.programme_id)}

    def grant(login: str, role: Role, unit: str | None = None) -> None:
        programmes.grant_role(
            session, scene=scene, user_id=users[login], role=role, now=opens, unit=units[unit] if unit else None
        )

    grant(_ORGANISER, Role.ORGANISER)
    grant(_CHAIR, Role.CHAIR)
    for unit in sample().units:
        grant(f"canbo.{unit.key}", Role.UNIT_CLERK, unit.key)
        grant(f"thutruong.{unit.key}", Role.UNIT_HEAD, unit.key)
    _write_rosters(session, slug=programme.slug, users=users, now=opens)
    return Stage(programme.slug, plan, users, {key: u.id or 0 for key, u in units.items()})


def _make_users(session: Session) -> dict[str, int]:
    known = {u.login: u.id or 0 for u in session.exec(select(User))}
    shared = ""
    for person in sample().people:
        if person.login is None or person.login in known:
            continue
        user = accounts.create_user(
            session,
            login=person.login,
            full_name=person.full_name,
            now=real_now(),
            email=person.email,
            phone=person.phone,
            is_admin=person.login == _ADMIN,
        )
        if shared:
            # Ninety people, one public password: hashing it once is enough for a demonstration.
            user.password_hash = shared
            session.add(user)
        else:
            accounts.set_password(session, user=user, password=DEMO_PASSWORD, now=real_now())
            shared = user.password_hash or ""
        known[person.login] = user.id or 0
    session.flush()
    return known


def _write_rosters(session: Session, *, slug: str, users: dict[str, int], now: datetime) -> None:
    scene = queries.get_scene(session, slug=slug)
    organiser = session.get_one(User, users[_ORGANISER])
    actor = queries.get_actor(session, scene=scene, user=organiser)
    for roster in sample().rosters:
        for seat in roster.seats:
            programmes.add_committee_member(
                session,
                actor=actor,
                body=Body(roster.key),
                full_name=seat.person.full_name,
                position=seat.person.position,
                duty=seat.role,
                now=now,
                user_id=users.get(seat.person.login or ""),
            )
