"""Home pages: what waits for the person who signed in. And the page that explains the JSON addresses."""
# ruff: noqa: FAST003 - {programme} is read by ActorDep

from collections.abc import Mapping, Sequence
from datetime import datetime

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.deps import MaybeUserDep
from app.core.api import API
from app.core.clock import list_nows
from app.core.errors import NotFound
from app.core.web import SessionDep, SettingsDep, page
from app.desk import queries, views
from app.programmes.access import Actor
from app.programmes.deps import ActorDep, NowDep
from app.programmes.policy import refuse_set_clock
from app.programmes.routes.public import list_of_programmes

router = APIRouter(include_in_schema=False)


@router.get("/")
def home(request: Request, session: SessionDep, user: MaybeUserDep, settings: SettingsDep) -> Response:
    """Show what waits for the person in each of their programmes; the public gets the list of programmes."""
    if user is None:
        return list_of_programmes(request, session, demo=settings.demo)
    actors = queries.list_actors(session, user=user)
    nows = list_nows(session, scopes=[actor.scene.programme.slug for actor in actors], demo=settings.demo)
    boards = _boards(session, actors, {a.programme_id: nows[a.scene.programme.slug] for a in actors})
    return page(
        request,
        "desk/home.html",
        boards=views.in_order_of_need(boards),
        greeting=views.greet(user, boards),
        accounts=views.Accounts(*queries.count_accounts(session)) if user.is_admin else None,
        others=queries.list_other_programmes(session, actors=actors),
    )


@router.get("/c/{programme}/desk")
def desk(request: Request, session: SessionDep, actor: ActorDep, settings: SettingsDep, now: NowDep) -> Response:
    """Show what waits for the person in one programme: the one next action, the rest, the timeline."""
    if not (actor.roles or actor.administers):
        raise NotFound
    (board,) = _boards(session, [actor], {actor.programme_id: now})
    return page(
        request,
        "desk/desk.html",
        board=board,
        accounts=views.Accounts(*queries.count_accounts(session)) if actor.administers else None,
        may_set_clock=refuse_set_clock(actor, demo=settings.demo) is None,
    )


def _boards(session: Session, actors: Sequence[Actor], nows: Mapping[int, datetime]) -> list[views.Board]:
    situations = queries.read_situations(session, actors=actors, nows=nows)
    names = queries.list_unit_names(session, actors=actors)
    return [views.make_board(actor, situations[actor.programme_id], unit_names=names) for actor in actors]


@router.get(f"{API}/docs")
def api_docs(request: Request, _user: MaybeUserDep) -> Response:
    """Explain the JSON addresses, from our own assets."""
    return page(request, "api_docs.html", description=f"{API}/openapi.json")
