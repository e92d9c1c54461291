"""The programme of a URL, its time, and the person who acts in it."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from sqlmodel import Session
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from app.accounts import deps as accounts_deps
from app.accounts import service as accounts
from app.core.clock import demo_now, in_zone, real_now
from app.core.database import keep
from app.core.errors import Invalid, SignInRequired, TooLarge, require
from app.core.i18n import N_
from app.core.settings import Settings
from app.core.web import SessionDep
from app.programmes import policy, queries, sheets
from app.programmes.access import Actor, Scene

_OVERHEAD = 64 * 1024


@dataclass(frozen=True, slots=True)
class Visit:
    """A request to a programme: which, at what time there, and who acts if somebody is signed in."""

    scene: Scene
    now: datetime
    actor: Actor | None

    def require_actor(self) -> Actor:
        """Give who acts, or ask to sign in."""
        if self.actor is None:
            raise SignInRequired
        return self.actor


def visit(request: Request, programme: str, session: SessionDep) -> Visit:
    """Read at one go what every page of a programme needs, and remember it for the page's header.

    One function and one select, not a chain of dependencies: FastAPI walks every chain anew and gives each link a
    thread, and each select more costs more than all the rows of this one.
    """
    found = _visit(request, session, programme)
    accounts_deps.note_seen(request, session)
    return found


def _visit(request: Request, session: Session, programme: str) -> Visit:
    token = request.cookies.get(accounts_deps.COOKIE, "")
    scene, user_session, actor = queries.get_visited(
        session, slug=programme, token_hash=accounts.hash_token(token), now=real_now()
    )
    accounts_deps.remember(request, (user_session, actor.user) if user_session and actor else None)
    keep(session, scene.programme, *([actor.user] if actor else []))
    request.state.scene, request.state.actor = scene, actor
    return Visit(scene, _time_of(request, session, scene), actor)


def _time_of(request: Request, session: Session, scene: Scene) -> datetime:
    """The server's time, or in demo mode what the programme's demo clock shows."""
    settings: Settings = request.app.state.settings
    shown = demo_now(session, scope=scene.programme.slug) if settings.demo else None
    if shown is not None:
        request.state.demo_now = in_zone(shown, scene.plan.zone).strftime("%H:%M %d/%m/%Y")
    return shown or real_now()


VisitDep = Annotated[Visit, Depends(visit)]


async def get_scene(found: VisitDep) -> Scene:
    """Give the programme named in the path."""
    return found.scene


SceneDep = Annotated[Scene, Depends(get_scene)]


async def get_now(found: VisitDep) -> datetime:
    """Give the programme's time."""
    return found.now


NowDep = Annotated[datetime, Depends(get_now)]


async def get_actor(found: VisitDep) -> Actor:
    """Give the signed-in person as an actor of the programme, or ask to sign in."""
    return found.require_actor()


ActorDep = Annotated[Actor, Depends(get_actor)]


async def find_actor(found: VisitDep) -> Actor | None:
    """Give the actor if somebody is signed in: for public pages that show more to some."""
    return found.actor


MaybeActorDep = Annotated[Actor | None, Depends(find_actor)]


async def require_settings_reader(actor: ActorDep) -> Actor:
    """Give an actor who may read the programme's settings, or refuse."""
    require(policy.refuse_see_settings(actor))
    return actor


SettingsReaderDep = Annotated[Actor, Depends(require_settings_reader)]


@dataclass(frozen=True, slots=True)
class SentSheet:
    """A small table as it was sent."""

    name: str
    content: bytes


async def read_sheet(request: Request) -> SentSheet:
    """Read one small file within bounds. Declared first by a route, so that no transaction waits for a slow sender."""
    request.state.body_read = True
    form = await MultiPartParser(request.headers, _bounded(request), max_files=1, max_fields=20).parse()
    file = form.get("file")
    if not isinstance(file, UploadFile):
        return SentSheet("", b"")
    try:
        return SentSheet(file.filename or "", await file.read())
    finally:
        await file.close()


async def _bounded(request: Request) -> AsyncGenerator[bytes, None]:
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > sheets.MAX_BYTES + _OVERHEAD:
            raise TooLarge(N_("Tệp quá lớn: danh sách nhập nhiều nhất %(mb)s MB.", mb=sheets.MAX_BYTES // 2**20))
        yield chunk


async def get_sheet(request: Request) -> SentSheet:
    """Read the sheet of a form, or refuse a body that is no such form."""
    try:
        return await read_sheet(request)
    except (MultiPartException, KeyError) as error:
        raise Invalid(N_("Không đọc được biểu mẫu đã gửi. Vui lòng tải lại trang và thử lại.")) from error


SheetDep = Annotated[SentSheet, Depends(get_sheet)]


def actor_of(session: Session, request: Request, *, programme: str) -> tuple[Actor, datetime]:
    """Give the signed-in person as an actor of `programme`, and its time, in a session of the caller's own.

    For routes that take no SessionDep because they stream a body: they ask once before it and once after.
    """
    found = _visit(request, session, programme)
    return found.require_actor(), found.now
