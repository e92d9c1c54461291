"""Sign a test's browser in without the cost of a password hash."""

from sqlmodel import Session

from app.accounts import service
from app.accounts.deps import COOKIE
from app.accounts.models import User
from app.core.clock import real_now
from tests.support.client import Client


def sign_in(session: Session, client: Client, user: User) -> Client:
    """Give `client` a live session of `user`, and the client back."""
    signed_in = service.start_session(session, user=user, now=real_now(), hours=12, browser="Firefox trên Windows")
    client.cookies.set(COOKIE, signed_in.token)
    return client
