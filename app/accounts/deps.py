"""Who is asking: the signed-in user of a request."""

from typing import Annotated

from fastapi import Depends, Request
from sqlmodel import Session

from app.accounts import policy, service
from app.accounts.models import User, UserSession
from app.core.clock import real_now
from app.core.database import keep
from app.core.errors import SignInRequired, require
from app.core.settings import Settings
from app.core.web import SAFE_METHODS, SessionDep

COOKIE = "chamthi_session"


def find_user(request: Request, session: SessionDep) -> User | None:
    """Give the signed-in user, or None. Asked once, remembered on the request for the page's header."""
    if hasattr(request.state, "user"):
        known: User | None = request.state.user
        return known
    token = request.cookies.get(COOKIE)
    found = service.find_signed_in(session, token=token, now=real_now()) if token else None
    remember(request, found)
    note_seen(request, session)
    if found is None:
        return None
    keep(session, found[1])
    return found[1]


def remember(request: Request, found: tuple[UserSession, User] | None) -> None:
    """Keep who is signed in on the request."""
    request.state.user_session, request.state.user = found or (None, None)


def note_seen(request: Request, session: Session) -> None:
    """Note that the browser's session was used, in a request that writes anyway."""
    row: UserSession | None = request.state.user_session
    if row is not None and request.method not in SAFE_METHODS:
        service.mark_seen(session, row=row, now=real_now())


MaybeUserDep = Annotated[User | None, Depends(find_user)]


async def require_user(user: MaybeUserDep) -> User:
    """Give the signed-in user, or ask to sign in."""
    if user is None:
        raise SignInRequired
    return user


UserDep = Annotated[User, Depends(require_user)]


async def require_session(request: Request, _user: UserDep) -> UserSession:
    """Give the browser's own session."""
    row: UserSession = request.state.user_session
    return row


UserSessionDep = Annotated[UserSession, Depends(require_session)]


async def require_administrator(user: UserDep) -> User:
    """Give the signed-in administrator of the site, or refuse."""
    require(policy.refuse_administer(user))
    return user


AdministratorDep = Annotated[User, Depends(require_administrator)]


def client_address(request: Request, *, settings: Settings) -> str:
    """Give the caller's address: what trusted proxies say of it, never what the caller says of itself."""
    address = request.client.host if request.client else ""
    hops = [hop.strip() for hop in request.headers.get("x-forwarded-for", "").split(",") if hop.strip()]
    # Each proxy appends who called it, so the list is believed from its end for as long as proxies of ours wrote it.
    while address in settings.trusted_proxies and hops:
        address = hops.pop()
    return address
