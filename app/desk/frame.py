"""What frames every page: the main navigation."""

from typing import Any

from fastapi import Request
from sqlmodel import Session

from app.desk import queries
from app.desk.navigation import list_places, list_site_places, runs
from app.programmes.access import Actor, Scene


def navigation(request: Request) -> dict[str, Any]:
    """Give the navigation of the page that is being made."""
    scene: Scene | None = getattr(request.state, "scene", None)
    path = request.url.path
    if scene is None:
        return {"nav": list_site_places(getattr(request.state, "user", None), path=path)}
    actor: Actor | None = getattr(request.state, "actor", None)
    published = not runs(actor) and _is_published(request, scene)
    return {"nav": list_places(scene, actor, path=path, published=published)}


def _is_published(request: Request, scene: Scene) -> bool:
    # A page of refusal is made after the transaction has ended; it goes without this link.
    session: Session | None = getattr(request.state, "session", None)
    return session is not None and queries.is_published(session, programme_id=scene.programme_id)
