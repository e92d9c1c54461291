"""Who is asking: the signed-in user of a request."""

from typing import Annotated

from fastapi import Depends, Request

from app.accounts import service
from app.accounts.models import User, UserSession
from app.core.clock import real_now
from app.core.errors import SignInRequired
from app.core.web import SessionDep

COOKIE = "chamthi_session"


def find_user(request: Request, session: SessionDep) -> User | None:
    """Give the signed-in user, or None. Remembered on the request for the page's header."""
    token = request.cookies.get(COOKIE)
    found = service.find_signed_in(session, token=token, now=real_now()) if token else None
    request.state.user_session = found[0] if found else None
    request.state.user = found[1] if found else None
    return found[1] if found else None


MaybeUserDep = Annotated[User | None, Depends(find_user)]


def require_user(user: MaybeUserDep) -> User:
    """Give the signed-in user, or ask to sign in."""
    if user is None:
        raise SignInRequired
    return user


UserDep = Annotated[User, Depends(require_user)]


def require_session(request: Request, _user: UserDep) -> UserSession:
    """Give the browser's own session."""
    row: UserSession = request.state.user_session
    return row


UserSessionDep = Annotated[UserSession, Depends(require_session)]
