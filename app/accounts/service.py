"""Accounts: making users, inviting them, signing in and out. Tokens leave this module once and are stored as hashes."""

import hashlib
import hmac
import ipaddress
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, func
from sqlalchemy.orm import sessionmaker
from sqlmodel import Session, col, select

from app.accounts import policy
from app.accounts.forms import SHORTEST_PASSWORD
from app.accounts.models import Invitation, SignInAttempt, User, UserSession
from app.accounts.queries import ITS_USER, LIVE_SESSION
from app.core.database import begin_write, hold_keys
from app.core.errors import Conflict, DomainError, Gone, Invalid, NotFound, TooMany, require
from app.core.i18n import N_
from app.core.text import clean, fold, name_key
from app.journal import service as journal

# OWASP's second recommended setting: 19 MiB, two passes; the default takes half a second here.
_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
# Checked where the login is unknown, so that its absence does not answer faster.
_NOBODY: Final = _HASHER.hash(secrets.token_urlsafe(16))

INVITATION_LIFE: Final = timedelta(days=14)
THROTTLE_WINDOW: Final = timedelta(minutes=15)
ATTEMPTS_PER_PAIR: Final = 8
ATTEMPTS_PER_LOGIN: Final = 50
ATTEMPTS_PER_ADDRESS: Final = 100
SEEN_EVERY: Final = timedelta(minutes=5)

_WRONG: Final = N_("Tên đăng nhập hoặc mật khẩu chưa đúng.")

# Asked in every request of no programme and built once: to build a select costs twice as much as to run it.
_SIGNED_IN: Final = select(UserSession, User).join(User, ITS_USER).where(LIVE_SESSION)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session and the secret that the browser keeps."""

    session: UserSession
    token: str


def hash_token(token: str) -> str:
    """Give what is stored of a secret that only a browser or a letter has."""
    return hashlib.sha256(token.encode()).hexdigest()


def _normal(password: str) -> str:
    # Vietnamese keyboards may send decomposed letters; the same password must always match.
    return unicodedata.normalize("NFC", password)


def create_user(
    session: Session,
    *,
    login: str,
    full_name: str,
    now: datetime,
    email: str | None = None,
    phone: str | None = None,
    is_admin: bool = False,
    actor_id: int | None = None,
) -> User:
    """Make an account without a password; an invitation or set_password gives it one."""
    login, full_name = clean(login).casefold(), clean(full_name)
    if not login or " " in login:
        raise Invalid(
            N_("Tên đăng nhập không hợp lệ."),
            fields={"login": N_("Nhập tên đăng nhập, không có khoảng trắng.")},
        )
    if not full_name:
        raise Invalid(N_("Thiếu họ và tên."), fields={"full_name": N_("Mục này bắt buộc.")})
    if session.exec(select(User.id).where(User.login == login)).first() is not None:
        taken = N_("Tên đăng nhập «%(login)s» đã có người dùng.", login=login)
        raise Conflict(taken, fields={"login": taken})
    user = User(
        login=login,
        full_name=full_name,
        name_key=name_key(full_name),
        folded=fold(f"{full_name} {login}"),
        email=email,
        phone=phone,
        is_admin=is_admin,
        created_at=now,
    )
    session.add(user)
    session.flush()
    journal.record(session, kind="user.created", now=now, actor_id=actor_id, subject=f"user:{user.id}")
    return user


def set_password(session: Session, *, user: User, password: str, now: datetime) -> None:
    """Set a password and sign the user out everywhere else."""
    password = _normal(password)
    if len(password) < SHORTEST_PASSWORD:
        short = N_("Mật khẩu cần ít nhất %(n)s ký tự.", n=SHORTEST_PASSWORD)
        raise Invalid(short, fields={"password": short})
    user.password_hash = _HASHER.hash(password)
    session.add(user)
    revoke_sessions(session, user_id=_id(user), now=now)
    journal.record(session, kind="user.password_set", now=now, actor_id=user.id, subject=f"user:{user.id}")


def invite(session: Session, *, user: User, now: datetime, actor_id: int | None = None) -> str:
    """Make a one-time link secret for `user`; earlier unused ones stop working."""
    for old in session.exec(
        select(Invitation).where(Invitation.user_id == _id(user), col(Invitation.used_at).is_(None))
    ):
        old.used_at = now
        session.add(old)
    token = secrets.token_urlsafe(24)
    session.add(
        Invitation(user_id=_id(user), token_hash=hash_token(token), created_at=now, expires_at=now + INVITATION_LIFE)
    )
    session.flush()
    journal.record(session, kind="user.invited", now=now, actor_id=actor_id, subject=f"user:{user.id}")
    return token


def get_invitation(session: Session, *, token: str, now: datetime, to_use: bool = False) -> tuple[Invitation, User]:
    """Give an invitation that may still be used, and whom it is for. Reading it changes nothing."""
    query = select(Invitation).where(Invitation.token_hash == hash_token(token))
    if to_use:
        # Two at once must not both use it: SQLite has one writer anyway, PostgreSQL locks the row, and it is read anew
        # behind the lock, for this session may have seen it unused before.
        query = query.with_for_update().execution_options(populate_existing=True)
    row = session.exec(query).first()
    if row is None:
        raise NotFound
    if row.used_at is not None or row.expires_at <= now:
        raise Gone(
            N_("Liên kết mời đã được dùng hoặc đã hết hạn. Vui lòng đề nghị cơ quan Thường trực gửi liên kết mới.")
        )
    user = session.get_one(User, row.user_id)
    require(policy.refuse_disabled(user))
    return row, user


def accept_invitation(session: Session, *, token: str, password: str, now: datetime) -> User:
    """Set the password and use the link up."""
    invitation, user = get_invitation(session, token=token, now=now, to_use=True)
    set_password(session, user=user, password=password, now=now)
    invitation.used_at = now
    session.add(invitation)
    session.flush()
    return user


# ---- signing in ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Attempt:
    """Who tries to sign in, from where: only keyed hashes of it are stored."""

    login: str
    address: str
    secret: str

    def limits(self) -> dict[str, int]:
        """Give each key and how many failures it may have within the window.

        The pair is strict; the login alone is lenient, or anybody could lock a juror out from anywhere.
        """
        login, address = clean(self.login).casefold(), _network(self.address)
        return {
            self._key(f"pair:{login}:{address}"): ATTEMPTS_PER_PAIR,
            self._key(f"login:{login}"): ATTEMPTS_PER_LOGIN,
            self._key(f"address:{address}"): ATTEMPTS_PER_ADDRESS,
        }

    def _key(self, text: str) -> str:
        return hmac.new(self.secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def _network(address: str) -> str:
    # One household holds 2^64 IPv6 addresses: they count as one.
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else str(parsed)


def refuse_attempt(session: Session, *, attempt: Attempt, now: datetime) -> DomainError | None:
    """Why no further attempt is taken now, or None."""
    limits = attempt.limits()
    counts = dict(
        session.exec(
            select(SignInAttempt.key, func.count())
            .where(col(SignInAttempt.key).in_(limits), col(SignInAttempt.at) > now - THROTTLE_WINDOW)
            .group_by(SignInAttempt.key)
        ).all()
    )
    if any(counts.get(key, 0) >= limit for key, limit in limits.items()):
        return TooMany(N_("Đăng nhập sai quá nhiều lần. Vui lòng đợi 15 phút rồi thử lại."))
    return None


def take_attempt(sessions: sessionmaker[Session], *, attempt: Attempt, now: datetime) -> tuple[int, ...]:
    """Count an attempt before it is checked, in a transaction of its own: it survives the refusal.

    Counted first and one after another, so that many at once cannot pass together. Gives the rows, for
    `forget_attempt` after a success.
    """
    with sessions() as session:
        begin_write(session)
        hold_keys(session, attempt.limits())
        session.exec(delete(SignInAttempt).where(col(SignInAttempt.at) <= now - THROTTLE_WINDOW))
        require(refuse_attempt(session, attempt=attempt, now=now))
        rows = [SignInAttempt(key=key, at=now) for key in attempt.limits()]
        session.add_all(rows)
        session.flush()
        taken = tuple(row.id for row in rows if row.id is not None)
        session.commit()
    return taken


def forget_attempt(session: Session, *, taken: tuple[int, ...]) -> None:
    """Take a successful attempt out of the count of failures."""
    session.exec(delete(SignInAttempt).where(col(SignInAttempt.id).in_(taken)))


def sign_in(
    sessions: sessionmaker[Session], *, attempt: Attempt, password: str, now: datetime, hours: int, browser: str = ""
) -> tuple[User, SignedIn]:
    """Sign a person in, or refuse without telling whether the login exists. Commits by itself."""
    taken = take_attempt(sessions, attempt=attempt, now=now)
    with sessions() as session:
        user = check_password(session, login=attempt.login, password=password)
    if user is None:
        raise Invalid(_WRONG)
    with sessions() as session:
        begin_write(session)
        # Held: a change of the password, or a lock, ends every session that has begun before it; none begins after.
        current = session.get_one(User, _id(user), with_for_update={"read": True})
        if current.password_hash != user.password_hash or current.disabled_at is not None:
            raise Invalid(_WRONG)
        forget_attempt(session, taken=taken)
        signed_in = start_session(session, user=user, now=now, hours=hours, browser=browser)
        session.commit()
    return user, signed_in


def check_password(session: Session, *, login: str, password: str) -> User | None:
    """Give the user whose login and password these are, in the same time whether or not there is one."""
    user = session.exec(select(User).where(User.login == clean(login).casefold())).first()
    stored = user.password_hash if user and user.password_hash else _NOBODY
    try:
        _HASHER.verify(stored, _normal(password))
    except (VerificationError, InvalidHashError):
        return None
    return user if user is not None and user.password_hash and user.disabled_at is None else None


def start_session(session: Session, *, user: User, now: datetime, hours: int, browser: str = "") -> SignedIn:
    """Open a session; the token is given once and only its hash is kept."""
    token = secrets.token_urlsafe(32)
    row = UserSession(
        user_id=_id(user),
        token_hash=hash_token(token),
        created_at=now,
        seen_at=now,
        expires_at=now + timedelta(hours=hours),
        browser=browser[:200],
    )
    session.add(row)
    session.flush()
    journal.record(session, kind="user.signed_in", now=now, actor_id=user.id, subject=f"user:{user.id}")
    return SignedIn(row, token)


def find_signed_in(session: Session, *, token: str, now: datetime) -> tuple[UserSession, User] | None:
    """Give the live session of a browser's token, and its user."""
    found = session.exec(_SIGNED_IN, params={"token_hash": hash_token(token), "now": now}).first()
    return (found[0], found[1]) if found else None


def mark_seen(session: Session, *, row: UserSession, now: datetime) -> None:
    """Remember that a session was used: at most every few minutes, and only in a request that writes anyway."""
    if now - row.seen_at >= SEEN_EVERY:
        row.seen_at = now
        session.add(row)
        session.flush()


def sign_out(session: Session, *, row: UserSession, now: datetime) -> None:
    """End one session."""
    row.revoked_at = now
    session.add(row)
    session.flush()
    journal.record(session, kind="user.signed_out", now=now, actor_id=row.user_id, subject=f"user:{row.user_id}")


def revoke_sessions(session: Session, *, user_id: int, now: datetime) -> None:
    """End every session of a user."""
    for row in session.exec(
        select(UserSession).where(UserSession.user_id == user_id, col(UserSession.revoked_at).is_(None))
    ):
        row.revoked_at = now
        session.add(row)
    session.flush()


# ---- one's own account -----------------------------------------------------------------------------------


def change_password(session: Session, *, user: User, current: str, new: str, now: datetime) -> None:
    """Replace one's own password; every session ends, the caller opens a new one."""
    if check_password(session, login=user.login, password=current) is None:
        raise Invalid(N_("Mật khẩu hiện tại chưa đúng."), fields={"current": N_("Mật khẩu hiện tại chưa đúng.")})
    set_password(session, user=user, password=new, now=now)


def set_language(session: Session, *, user: User, language: str) -> None:
    """Remember the language in which a person reads."""
    user.language = language
    session.add(user)
    session.flush()


def revoke_own_session(session: Session, *, user: User, session_id: int, now: datetime) -> None:
    """End one of one's own sessions elsewhere."""
    row = session.get(UserSession, session_id)
    if row is None or row.user_id != user.id or row.revoked_at is not None:
        raise NotFound
    sign_out(session, row=row, now=now)


# ---- administration --------------------------------------------------------------------------------------


def set_disabled(session: Session, *, actor: User, user: User, disabled: bool, now: datetime) -> None:
    """Lock an account and end its sessions, or open it again."""
    require(policy.refuse_disable(actor, user))
    user.disabled_at = now if disabled else None
    session.add(user)
    if disabled:
        revoke_sessions(session, user_id=_id(user), now=now)
    session.flush()
    journal.record(
        session,
        kind="user.disabled" if disabled else "user.enabled",
        now=now,
        actor_id=actor.id,
        subject=f"user:{user.id}",
    )


def end_sessions(session: Session, *, actor: User, user: User, now: datetime) -> None:
    """Sign a person out everywhere, for an administrator."""
    require(policy.refuse_administer(actor))
    revoke_sessions(session, user_id=_id(user), now=now)
    journal.record(session, kind="user.sessions_revoked", now=now, actor_id=actor.id, subject=f"user:{user.id}")


def _id(user: User) -> int:
    assert user.id is not None
    return user.id
