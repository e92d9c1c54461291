"""The round of a programme, and the juror who asks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request

from app.core.errors import Conflict, NotFound
from app.core.i18n import N_
from app.core.web import SessionDep
from app.jury import queries
from app.programmes import service as programmes
from app.programmes.access import Actor
from app.programmes.deps import ActorDep, visit
from app.programmes.models import Round
from app.programmes.plan import RoundRules

PREFIX = "/c/{programme}/jury"


def base_url(actor: Actor) -> str:
    """Path of the jury's pages."""
    return PREFIX.format(programme=actor.scene.programme.slug)


def round_of(actor: Actor) -> Round:
    """Give the current round; a movement has none."""
    if actor.scene.round is None:
        raise NotFound
    return actor.scene.round


async def require_round(actor: ActorDep) -> Round:
    """Give the current round."""
    return round_of(actor)


RoundDep = Annotated[Round, Depends(require_round)]


async def require_organiser_view(actor: ActorDep) -> Actor:
    """Let organisers and the chair see pages about the jury; to others these pages do not exist."""
    if not (actor.organises or actor.chairs):
        raise NotFound
    return actor


OrganiserViewDep = Annotated[Actor, Depends(require_organiser_view)]


@dataclass(frozen=True, slots=True)
class Seat:
    """A juror at work: who, in which round, under which rules, when."""

    actor: Actor
    juror_id: int
    round: Round
    rules: RoundRules
    now: datetime

    @property
    def round_id(self) -> int:
        """The round's id."""
        assert self.round.id is not None
        return self.round.id


def require_seat(request: Request, programme: str, session: SessionDep) -> Seat:
    """Give the juror's seat. Before the round opens jurors see nothing of the entries.

    It calls `visit` by itself: another dependency is another thread.
    """
    found = visit(request, programme, session)
    actor = found.require_actor()
    round_ = round_of(actor)
    juror_id = queries.find_seat(session, programme_id=actor.programme_id, user_id=actor.user_id)
    if juror_id is None or not actor.judges:
        raise NotFound
    if round_.opened_at is None:
        raise Conflict(N_("Vòng chấm chưa mở. Khi mở chấm, các bài được phân công sẽ hiện ở đây."))
    rules = programmes.sealed_plan(session, round_=round_).round_rules(round_.key)
    return Seat(actor, juror_id, round_, rules, found.now)


SeatDep = Annotated[Seat, Depends(require_seat)]
