"""People who sign in, how they prove it, and where they are signed in."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from app.core.database import Table, UTCDateTime


class User(Table, table=True):
    """A person with an account. Authors of entries need none."""

    __tablename__ = "users"

    id: int | None = Field(default=None, primary_key=True)
    login: str = Field(unique=True)
    full_name: str
    name_key: str
    folded: str
    email: str | None = None
    phone: str | None = None
    password_hash: str | None = None
    is_admin: bool = False
    language: str = "vi"
    disabled_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    created_at: datetime = Field(sa_type=UTCDateTime)


class Invitation(Table, table=True):
    """A one-time link to set a password. Only its hash is stored; a GET never consumes it."""

    __tablename__ = "invitations"

    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="users.id", index=True)
    token_hash: str = Field(unique=True)
    created_at: datetime = Field(sa_type=UTCDateTime)
    expires_at: datetime = Field(sa_type=UTCDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class UserSession(Table, table=True):
    """A signed-in browser; revocable because it lives here."""

    __tablename__ = "user_sessions"

    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="users.id", index=True)
    token_hash: str = Field(unique=True)
    created_at: datetime = Field(sa_type=UTCDateTime)
    seen_at: datetime = Field(sa_type=UTCDateTime)
    expires_at: datetime = Field(sa_type=UTCDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    browser: str = ""


class SignInAttempt(Table, table=True):
    """A failed sign-in, counted per login and per address (both as keyed hashes)."""

    __tablename__ = "sign_in_attempts"
    __table_args__ = (Index(None, "key", "at"), CheckConstraint("length(key) > 0", name="key"))

    id: int | None = Field(default=None, primary_key=True)
    key: str
    at: datetime = Field(sa_type=UTCDateTime)
