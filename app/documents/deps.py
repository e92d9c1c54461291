"""The contest whose papers are asked for, and who asks."""

from typing import Annotated

from fastapi import Depends

from app.core.errors import NotFound
from app.programmes.access import Actor
from app.programmes.deps import ActorDep


async def require_reader(actor: ActorDep) -> Actor:
    """Let everybody with a role in the contest see its papers' page; a movement has none of these papers."""
    if not actor.roles or actor.plan.kind != "contest":
        raise NotFound
    return actor


ReaderDep = Annotated[Actor, Depends(require_reader)]
