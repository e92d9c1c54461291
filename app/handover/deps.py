"""Who sees the hand-over: the organisers and the chair; to others it does not exist."""

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from sqlmodel import Session

from app.accounts.deps import find_user, require_user
from app.core.errors import NotFound
from app.core.settings import Settings
from app.programmes.access import Actor
from app.programmes.deps import ActorDep, get_actor, get_now, get_scene


def require_handover_view(actor: ActorDep) -> Actor:
    """Let organisers and the chair of a contest in."""
    if not (actor.organises or actor.chairs) or actor.plan.kind != "contest":
        raise NotFound
    return actor


HandoverViewDep = Annotated[Actor, Depends(require_handover_view)]


def enter(request: Request, session: Session, *, programme: str, settings: Settings) -> tuple[Actor, datetime]:
    """The same by hand, for an endpoint that opens its transactions itself; with the programme's time."""
    user = require_user(find_user(request, session))
    scene = get_scene(request, programme, session, user)
    now = get_now(request, scene, session, settings)
    return require_handover_view(get_actor(request, user, scene, session, now)), now
