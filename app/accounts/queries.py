"""Selects of the accounts slice."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import and_, bindparam, func
from sqlmodel import Session, col, select

from app.accounts.models import User, UserSession
from app.core.errors import NotFound
from app.core.text import fold

# Who is signed in: the session of the browser's token (hashed) that lives at `now`, and its user. For selects to join.
LIVE_SESSION: Final = and_(
    col(UserSession.token_hash) == bindparam("token_hash"),
    col(UserSession.revoked_at).is_(None),
    col(UserSession.expires_at) > bindparam("now"),
)
ITS_USER: Final = and_(col(User.id) == UserSession.user_id, col(User.disabled_at).is_(None))


def find_user(session: Session, *, login: str) -> User | None:
    """Give the account of that login, or None."""
    return session.exec(select(User).where(User.login == login)).first()


def get_user(session: Session, *, user_id: int) -> User:
    """Give an account; NotFound otherwise."""
    user = session.get(User, user_id)
    if user is None:
        raise NotFound
    return user


def list_users(session: Session, *, search: str, offset: int, limit: int) -> Sequence[tuple[User, datetime | None]]:
    """Give accounts by name, and when each was last seen; every word of `search` must occur, accents or not."""
    seen = (
        select(UserSession.user_id, func.max(UserSession.seen_at).label("seen"))
        .group_by(col(UserSession.user_id))
        .subquery()
    )
    query = (
        select(User, seen.c.seen)
        .join(seen, seen.c.user_id == User.id, isouter=True)
        .order_by(col(User.name_key), col(User.id))
        .offset(offset)
        .limit(limit)
    )
    for word in fold(search).split():
        query = query.where(col(User.folded).contains(word, autoescape=True))
    return [(user, moment) for user, moment in session.exec(query).all()]


def count_users(session: Session, *, search: str) -> int:
    """Count the accounts that a search finds."""
    query = select(func.count()).select_from(User)
    for word in fold(search).split():
        query = query.where(col(User.folded).contains(word, autoescape=True))
    return session.exec(query).one()


def list_sessions(session: Session, *, user_id: int, now: datetime) -> Sequence[UserSession]:
    """Give where a person is signed in, the latest first."""
    return session.exec(
        select(UserSession)
        .where(UserSession.user_id == user_id, col(UserSession.revoked_at).is_(None), col(UserSession.expires_at) > now)
        .order_by(col(UserSession.created_at).desc(), col(UserSession.id).desc())
    ).all()
