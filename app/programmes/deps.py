"""The programme of a URL, its time, and the person who acts in it."""

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request

from app.accounts.deps import MaybeUserDep, UserDep
from app.core.clock import demo_now, in_zone, real_now
from app.core.web import SessionDep, SettingsDep
from app.programmes import queries
from app.programmes.access import Actor, Scene


def get_scene(request: Request, programme: str, session: SessionDep, _user: MaybeUserDep) -> Scene:
    """Give the programme named in the path, and remember it for the page's header."""
    scene = queries.get_scene(session, slug=programme)
    request.state.scene = scene
    return scene


SceneDep = Annotated[Scene, Depends(get_scene)]


def get_now(request: Request, scene: SceneDep, session: SessionDep, settings: SettingsDep) -> datetime:
    """Give the programme's time: the server's, or in demo mode what its demo clock shows."""
    shown = demo_now(session, scope=scene.programme.slug) if settings.demo else None
    if shown is not None:
        request.state.demo_now = in_zone(shown, scene.plan.zone).strftime("%H:%M %d/%m/%Y")
    return shown or real_now()


NowDep = Annotated[datetime, Depends(get_now)]


def get_actor(request: Request, user: UserDep, scene: SceneDep, session: SessionDep, _now: NowDep) -> Actor:
    """Give the signed-in person as an actor of the programme."""
    actor = queries.get_actor(session, scene=scene, user=user)
    request.state.actor = actor
    return actor


ActorDep = Annotated[Actor, Depends(get_actor)]


def find_actor(
    request: Request, user: MaybeUserDep, scene: SceneDep, session: SessionDep, _now: NowDep
) -> Actor | None:
    """Give the actor if somebody is signed in: for public pages that show more to some."""
    if user is None:
        return None
    return get_actor(request, user, scene, session, _now)


MaybeActorDep = Annotated[Actor | None, Depends(find_actor)]
