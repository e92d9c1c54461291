"""Who may open the pages of entries: people of a unit, organisers, the chair; to others these pages do not exist."""

from typing import Annotated

from fastapi import Depends, Path

from app.core.errors import NotFound
from app.programmes.access import Actor
from app.programmes.deps import ActorDep
from app.programmes.models import Kind

RowId = Annotated[int, Path(ge=1, le=2**31 - 1)]
"""An id in a path: what no table can hold is a page that does not exist."""


def require_party(actor: ActorDep) -> Actor:
    """Give the actor if they have anything to do with entries of this contest."""
    if actor.scene.programme.kind != Kind.CONTEST or not (actor.units or actor.organises or actor.chairs):
        raise NotFound
    return actor


PartyDep = Annotated[Actor, Depends(require_party)]
