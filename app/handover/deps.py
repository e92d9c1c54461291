"""Who sees the hand-over: the organisers and the chair; to others it does not exist."""

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from sqlmodel import Session

from app.core.errors import NotFound
from app.programmes.access import Actor
from app.programmes.deps import ActorDep, actor_of


async def require_handover_view(actor: ActorDep) -> Actor:
    """Let organisers and the chair of a contest in."""
    return _visible_to(actor)


HandoverViewDep = Annotated[Actor, Depends(require_handover_view)]


def _visible_to(actor: Actor) -> Actor:
    if not (actor.organises or actor.chairs) or actor.plan.kind != "contest":
        raise NotFound
    return actor


def enter(request: Request, session: Session, *, programme: str) -> tuple[Actor, datetime]:
    """The same by hand, for an endpoint that opens its transactions itself; with the programme's time."""
    actor, now = actor_of(session, request, programme=programme)
    return _visible_to(actor), now
