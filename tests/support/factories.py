"""Rows for tests: typed functions, valid by default, flushed. Each slice adds its own below its heading.

`now` and texts have defaults so that a test says only what it is about.
"""

from datetime import UTC, datetime
from itertools import count

from sqlmodel import Session

from app.accounts.models import User
from app.core.text import fold, name_key, sort_key
from app.programmes.models import Kind, Membership, Programme, Role, Unit

NOW = datetime(2024, 5, 20, 2, 0, tzinfo=UTC)
_serial = count(1)


# ---- accounts ---------------------------------------------------------------------------------------------


def make_user(
    session: Session, *, full_name: str = "Nguyễn Thị Minh Hạnh", login: str | None = None, **values: object
) -> User:
    """Make a person with an account; `login` is unique by itself."""
    user = User(
        login=login or f"user{next(_serial)}",
        full_name=full_name,
        name_key=name_key(full_name),
        folded=fold(full_name),
        created_at=NOW,
        **values,
    )
    session.add(user)
    session.flush()
    return user


# ---- programmes -------------------------------------------------------------------------------------------


def make_programme(session: Session, *, slug: str | None = None, **values: object) -> Programme:
    """Make a contest without a plan."""
    fields = {
        "kind": Kind.CONTEST,
        "title": "Cuộc thi ý tưởng cải cách hành chính",
        "created_at": NOW,
    } | values
    programme = Programme(slug=slug or f"cuoc-thi-{next(_serial)}", **fields)
    session.add(programme)
    session.flush()
    return programme


def make_unit(session: Session, programme: Programme, *, name: str = "UBND phường Hạ Đình", **values: object) -> Unit:
    """Make a unit of `programme`; its key is unique by itself."""
    fields = {"category": "ward", "key": f"don-vi-{next(_serial)}"} | values
    unit = Unit(programme_id=programme.id, name=name, sort_key=sort_key(name), folded=fold(name), **fields)
    session.add(unit)
    session.flush()
    return unit


def give_role(
    session: Session, user: User, programme: Programme, role: Role, *, unit: Unit | None = None
) -> Membership:
    """Give `user` a role in `programme`; unit roles name their unit."""
    membership = Membership(programme_id=programme.id, user_id=user.id, role=role, unit_id=unit.id if unit else None)
    session.add(membership)
    session.flush()
    return membership
