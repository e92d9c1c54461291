"""The application: every slice mounted, and nothing else. `create_app(settings)` is the site map."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, pass_context
from jinja2.runtime import Context
from sqlalchemy.orm import sessionmaker
from sqlmodel import Session

from app.accounts import routes as accounts
from app.core import storage
from app.core.api import API
from app.core.clock import in_zone
from app.core.database import make_engine, make_sessions
from app.core.errors import SignInRequired
from app.core.i18n import gettext
from app.core.migrate import is_current
from app.core.money import dong_in_words, format_dong
from app.core.numbers import format_points
from app.core.paths import FRONTEND
from app.core.settings import Settings
from app.core.text import format_phone
from app.core.web import SessionDep, Templates, install
from app.desk import routes as desk
from app.desk.frame import navigation
from app.documents import routes as documents
from app.entries import routes as entries
from app.files.types import format_size
from app.handover import routes as handover
from app.jury import api as jury_api
from app.jury import routes as jury
from app.programmes import api as programmes_api
from app.programmes import routes as programmes
from app.programmes.sample import list_sample_sign_ins
from app.results import api as results_api
from app.results import routes as results
from app.screening import routes as screening

DIST = FRONTEND / "dist"
health = APIRouter()


@health.get("/healthz", include_in_schema=False)
def healthz(session: SessionDep) -> JSONResponse:
    """Tell that the site answers, that its database does, and that `chamthi migrate` was run after an update."""
    if not is_current(session.connection()):
        return JSONResponse({"status": "run chamthi migrate"}, status_code=503)
    return JSONResponse({"status": "ok"})


def _routers() -> list[APIRouter]:
    """Every slice. Routes are tried one after another, so that the jury, where people wait for saves, comes first."""
    return [
        jury.router,
        health,
        desk.router,
        accounts.router,
        programmes.router,
        entries.router,
        screening.router,
        results.router,
        documents.router,
        handover.router,
        programmes_api.router,
        jury_api.router,
        results_api.router,
    ]


def create_app(settings: Settings, *, sessions: sessionmaker[Session] | None = None) -> FastAPI:
    """Make the application. Tests pass their own session factory."""
    app = FastAPI(title="Chấm Thi", docs_url=None, redoc_url=None, openapi_url=f"{API}/openapi.json")
    app.state.sessions = sessions or make_sessions(make_engine(settings.database))
    app.state.list_sample_sign_ins = list_sample_sign_ins
    app.state.store = storage.make_store(settings)
    templates = Templates(templates=FRONTEND / "templates", dist=DIST)
    _add_filters(templates.env)
    templates.processors += [_page_context, navigation]
    install(app, settings=settings, templates=templates)
    app.add_exception_handler(SignInRequired, accounts.ask_to_sign_in)
    for router in _routers():
        app.include_router(router)
    DIST.mkdir(exist_ok=True)
    app.mount("/static", StaticFiles(directory=DIST), name="static")
    return app


def application() -> FastAPI:
    """Give uvicorn the application that the environment describes."""
    return create_app(Settings())


def _page_context(request: Request) -> dict[str, Any]:
    """What every page's header shows: who is signed in, which programme, what its demo clock says."""
    scene = getattr(request.state, "scene", None)
    return {
        "user": getattr(request.state, "user", None),
        "programme": scene.programme if scene else None,
        "plan": scene.plan if scene else None,
        "actor": getattr(request.state, "actor", None),
        "demo": request.app.state.settings.demo,
        "demo_now": getattr(request.state, "demo_now", None),
    }


def _add_filters(env: Environment) -> None:
    env.filters["dong"] = format_dong
    env.filters["dong_words"] = dong_in_words
    env.filters["points"] = format_points
    env.filters["when"] = _when
    env.filters["due"] = _due
    env.filters["size"] = format_size
    env.filters["day"] = _day
    env.filters["phone"] = format_phone


def _local(context: Context, moment: datetime) -> datetime:
    """The moment as people read it where the page's programme is; a page of none is read in Hà Nội."""
    plan = context.get("plan")
    return in_zone(moment, plan.zone) if plan else in_zone(moment)


@pass_context
def _when(context: Context, moment: datetime | None) -> str:
    """Date and hour."""
    return _local(context, moment).strftime("%H:%M %d/%m/%Y") if moment else ""


@pass_context
def _due(context: Context, moment: datetime | None) -> str:
    """A deadline after «trước»: «00:00 10/06/2024» is read as the night of the tenth, «ngày 10/06/2024» is not."""
    if moment is None:
        return ""
    local = _local(context, moment)
    at_midnight = (local.hour, local.minute) == (0, 0)
    return gettext("ngày %(day)s") % {"day": local.strftime("%d/%m/%Y")} if at_midnight else _when(context, moment)


@pass_context
def _day(context: Context, moment: datetime | None) -> str:
    return _local(context, moment).strftime("%d/%m/%Y") if moment else ""
