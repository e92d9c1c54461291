"""HTTP plumbing: the one commit of the application, templates, forms of refusal, security headers, cross-site rules."""

import base64
import json
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from anyio import from_thread
from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.orm import sessionmaker
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import cookie_parser
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core import i18n
from app.core.database import writing
from app.core.errors import Busy, Conflict, DomainError, Forbidden, Invalid, NotFound, TooLarge
from app.core.i18n import N_
from app.core.settings import Settings
from app.core.turns import Turns

_log = logging.getLogger(__name__)
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_FLASH = "flash"
_MAX_FIELDS = 4000
_MAX_FIELD_BYTES = 1024 * 1024
_MAX_FORM_BYTES = 4 * 1024 * 1024
_UNREADABLE = N_("Không đọc được biểu mẫu đã gửi. Vui lòng tải lại trang và thử lại.")

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; object-src 'none'; "
    "frame-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action 'self'"
)


# ---- one request, one transaction -------------------------------------------------------------------------


async def _session(request: Request) -> AsyncIterator[Session]:
    """Give a session that commits when the endpoint returns and rolls back when it raises."""
    write = request.method not in SAFE_METHODS
    if write and not getattr(request.state, "body_read", False):
        # First of all: a transaction must never wait for a slow sender.
        await read_form(request)
    turns: Turns = request.app.state.turns
    async with turns.request(write=write) as request.state.turn:
        session = _begin(request, write=write)
        try:
            yield session
        except BaseException:
            await run_in_threadpool(session.close)
            raise
        else:
            await run_in_threadpool(_commit, session)
        finally:
            request.state.session = None


def _begin(request: Request, *, write: bool) -> Session:
    sessions: sessionmaker[Session] = request.app.state.sessions
    # What frames every page (the navigation) asks in the same transaction, as long as there is one.
    session = request.state.session = sessions(bind=writing(sessions.kw["bind"])) if write else sessions()
    return session


def _commit(session: Session) -> None:
    with session:
        session.commit()


async def write_at_once(request: Request, work: Callable[[Session, FormData], Response]) -> Response:
    """Answer with what `work` makes of the form, committed: one writing transaction, one passage through a thread.

    For what people wait for: SessionDep makes three passages of it (dependencies, endpoint, commit), and each costs as
    much as some selects. The endpoint is `async` and takes neither SessionDep nor FormDep.
    """
    data = await read_form(request)
    turns: Turns = request.app.state.turns
    async with turns.request(write=True) as request.state.turn:
        return await run_in_threadpool(_work, request, work, data)


def _work(request: Request, work: Callable[[Session, FormData], Response], data: FormData) -> Response:
    try:
        with _begin(request, write=True) as session:
            answer = work(session, data)
            session.commit()
            return answer
    finally:
        request.state.session = None


def stop_writing(request: Request, session: Session) -> None:
    """Undo what was begun and write no more: what follows reads, perhaps for long, and no writer waits for it."""
    session.rollback()
    sessions: sessionmaker[Session] = request.app.state.sessions
    session.bind = sessions.kw["bind"]
    from_thread.run_sync(request.state.turn.stop_writing)


# scope="function": committed before the response leaves, so that a failed commit is never shown as a success.
SessionDep = Annotated[Session, Depends(_session, scope="function")]


# Dependencies that wait for nothing are `async`: FastAPI sends every other one through a thread of its own.
async def get_settings(request: Request) -> Settings:
    """Give the settings that this application was made with."""
    settings: Settings = request.app.state.settings
    return settings


SettingsDep = Annotated[Settings, Depends(get_settings)]


async def read_form(request: Request) -> FormData:
    """Read an ordinary form within bounds, once; files travel through app.files.intake instead."""
    _refuse_large_form(request)
    try:
        return await request.form(max_files=0, max_fields=_MAX_FIELDS, max_part_size=_MAX_FIELD_BYTES)
    except (MultiPartException, HTTPException) as error:
        raise Invalid(_UNREADABLE) from error


def _refuse_large_form(request: Request) -> None:
    # Browsers always declare the length of a form; what does not is no form of ours.
    declared = request.headers.get("content-length", "0")
    if "transfer-encoding" in request.headers or not (declared.isascii() and declared.isdecimal()):
        raise Invalid(_UNREADABLE)
    if int(declared) > _MAX_FORM_BYTES:
        raise TooLarge(N_("Nội dung gửi lên quá lớn (nhiều nhất %(mb)s MB).", mb=_MAX_FORM_BYTES // 2**20))


FormDep = Annotated[FormData, Depends(read_form)]


async def _apart(request: Request) -> AsyncIterator[None]:
    turns: Turns = request.app.state.turns
    async with turns.apart:
        yield


ApartDep = Annotated[None, Depends(_apart, scope="function")]
"""For a route without SessionDep that opens transactions of its own: only so many of them run at once."""


# ---- templates -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NavItem:
    """A link of the main navigation."""

    label: str
    href: str
    active: bool = False


ContextProcessor = Callable[[Request], dict[str, Any]]


class Templates:
    """Jinja2 with gettext, StrictUndefined, and what every page gets from the slices' context processors."""

    def __init__(self, *, templates: Path, dist: Path) -> None:
        self.env = Environment(
            loader=FileSystemLoader(templates),
            autoescape=select_autoescape(),
            undefined=StrictUndefined,
            extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
            trim_blocks=True,
            lstrip_blocks=True,
        )
        i18n.install(self.env)
        self._manifest = dist / "manifest.json"
        self._read_at = 0
        self._assets: dict[str, str] = {}
        self.env.globals["asset"] = self.asset
        self.processors: list[ContextProcessor] = []

    def asset(self, name: str) -> str:
        """URL of a built asset, with the hash of its content in the name."""
        self._read_manifest()
        return f"/static/{self._assets.get(name, name)}"

    def _read_manifest(self) -> None:
        """Read it again once the front end was built anew: the files that the old one names are gone."""
        try:
            written_at = self._manifest.stat().st_mtime_ns
            if written_at != self._read_at:
                self._assets = json.loads(self._manifest.read_text("utf-8"))
                self._read_at = written_at
        except (FileNotFoundError, ValueError):  # never built, or being written at this moment
            return

    def render(self, request: Request, name: str, context: dict[str, Any]) -> str:
        """Render a template with the common context under the page's own."""
        common: dict[str, Any] = {
            "request": request,
            "user": None,
            "programme": None,
            "nav": [],
            "demo_now": None,
            "lang": i18n.language.get(),
            "messages": read_flash(request),
        }
        for processor in self.processors:
            common |= processor(request)
        return self.env.get_template(name).render(common | context)


def page(request: Request, name: str, /, *, status: int = 200, **context: Any) -> HTMLResponse:
    """Answer with a rendered template."""
    templates: Templates = request.app.state.templates
    response = HTMLResponse(templates.render(request, name, context), status_code=status)
    response.headers["Cache-Control"] = "no-store"
    if _FLASH in request.cookies:
        response.delete_cookie(_FLASH, path="/")
    return response


def redirect(url: str, *, say: i18n.Message | None = None, kind: str = "success") -> RedirectResponse:
    """Answer a POST with a redirect (303) and, if given, a sentence for the next page."""
    response = RedirectResponse(url, status_code=303)
    if say is not None:
        packed = base64.urlsafe_b64encode(json.dumps([kind, str(say)]).encode()).decode()
        response.set_cookie(_FLASH, packed, max_age=60, httponly=True, samesite="lax", path="/")
    return response


def read_flash(request: Request) -> list[dict[str, str]]:
    """Read the sentence that the last redirect left, if any."""
    packed = request.cookies.get(_FLASH)
    if not packed:
        return []
    try:
        kind, text = json.loads(base64.urlsafe_b64decode(packed.encode()))
    except (ValueError, TypeError):
        return []
    return [{"kind": str(kind), "text": str(text)}]


def wants_json(request: Request) -> bool:
    """Tell whether the caller is a program or our own script rather than a person's browser."""
    return request.url.path.startswith("/api/") or "application/json" in request.headers.get("accept", "")


def safe_path(url: str, *, default: str = "/") -> str:
    """`url` if it is a path of this site, else `default`: an open redirect would serve phishers."""
    # Browsers leave tabs and line breaks out: "/\t\\evil.example" is "//evil.example" to them.
    is_path = url.startswith("/") and not url[1:].lstrip("\t\r\n").startswith(("/", "\\"))
    return url if is_path else default


def _host_of(url: str) -> str:
    """The host that a URL names; what cannot be read as a URL is nobody's."""
    try:
        return urlsplit(url).netloc
    except ValueError:
        return "?"


# ---- refusals --------------------------------------------------------------------------------------------


def _refusal_json(error: DomainError) -> JSONResponse:
    fields = {name: str(message) for name, message in error.fields.items()}
    content = {"message": str(error.message), "errors": fields}
    return JSONResponse(content, status_code=error.status, headers={"Cache-Control": "no-store"})


def handle_refusal(request: Request, error: Exception) -> Response:
    """Translate a DomainError and render it as a page, or as JSON for a script."""
    assert isinstance(error, DomainError)
    if wants_json(request):
        return _refusal_json(error)
    return page(
        request,
        "error.html",
        status=error.status,
        code=error.status,
        title=str(error.title),
        message=str(error.message),
        fields={name: str(message) for name, message in error.fields.items()},
    )


def _handle_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == NotFound.status:
        return handle_refusal(request, NotFound())
    refusal = Invalid(N_("Yêu cầu không hợp lệ. Vui lòng quay lại trang trước và thử lại."))
    response = handle_refusal(request, refusal)
    response.status_code = error.status_code
    return response


def _handle_validation(request: Request, error: Exception) -> Response:
    # A path or query that is not what the route expects is a page that does not exist.
    return handle_refusal(request, NotFound())


_CLASHES = {
    "23503", "23505",
    "SQLITE_CONSTRAINT_FOREIGNKEY", "SQLITE_CONSTRAINT_PRIMARYKEY", "SQLITE_CONSTRAINT_UNIQUE",
}  # fmt: skip


def _handle_clash(request: Request, error: Exception) -> Response:
    """Answer 409 to the second of two clicks, or of two people, that the database alone could tell apart."""
    assert isinstance(error, IntegrityError)
    code = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorname", "")
    if code not in _CLASHES:
        raise error
    _log.warning("two writes met: %s", code)
    return handle_refusal(
        request, Conflict(N_("Việc này vừa được thực hiện ở nơi khác. Vui lòng tải lại trang để xem kết quả."))
    )


# A deadlock, a serialisation that failed, SQLite's one writer who did not come to an end: all pass when tried again.
_CONTENTIONS = {"40P01", "40001", "SQLITE_BUSY", "SQLITE_BUSY_SNAPSHOT", "SQLITE_LOCKED"}


def _handle_contention(request: Request, error: Exception) -> Response:
    """Answer 503 to who lost to others at the same time: nothing was written, and our scripts try again."""
    assert isinstance(error, OperationalError)
    code = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorname", "")
    if code not in _CONTENTIONS:
        raise error
    _log.warning("a transaction gave way to another: %s", code)
    return handle_refusal(request, Busy())


def _handle_impossible_value(request: Request, error: Exception) -> Response:
    # A number or a text that no column can hold (an id of thirty digits, a NUL) names nothing that exists.
    _log.warning("a value that the database cannot hold: %s", type(error).__name__)
    return handle_refusal(request, NotFound())


def _handle_crash(request: Request, error: Exception) -> Response:
    message = N_("Hệ thống gặp sự cố ngoài dự kiến. Việc vừa làm chưa được ghi; vui lòng thử lại sau ít phút.")
    response: Response
    if wants_json(request):
        response = JSONResponse({"message": str(message), "errors": {}}, status_code=500)
    else:
        title = str(N_("Sự cố hệ thống"))
        response = page(request, "error.html", status=500, code=500, title=title, message=str(message), fields={})
    # Starlette answers a crash outside of all middlewares.
    for name, value in security_headers(secure=request.app.state.settings.secure_cookies).items():
        response.headers.setdefault(name, value)
    return response


def install(app: FastAPI, *, settings: Settings, templates: Templates) -> None:
    """Put the handlers and middlewares of this module into `app`."""
    app.state.settings = settings
    app.state.templates = templates
    app.state.turns = Turns(one_writer=settings.database.startswith("sqlite"))
    app.add_exception_handler(DomainError, handle_refusal)
    app.add_exception_handler(HTTPException, _handle_http)
    app.add_exception_handler(RequestValidationError, _handle_validation)
    app.add_exception_handler(IntegrityError, _handle_clash)
    app.add_exception_handler(OperationalError, _handle_contention)
    app.add_exception_handler(DataError, _handle_impossible_value)
    app.add_exception_handler(OverflowError, _handle_impossible_value)
    app.add_exception_handler(Exception, _handle_crash)
    app.add_middleware(CrossSiteGuard, base_url=settings.base_url)
    app.add_middleware(LanguageMiddleware)
    app.add_middleware(SecurityHeaders, secure=settings.secure_cookies)


# ---- middlewares (plain ASGI: they never buffer a body) ---------------------------------------------------


def security_headers(*, secure: bool) -> dict[str, str]:
    """Give the headers that every answer carries; `secure` where the site is served over TLS."""
    headers = {
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "X-Frame-Options": "SAMEORIGIN",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    }
    return headers | ({"Strict-Transport-Security": "max-age=31536000"} if secure else {})


def _secured(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    """The header, with every cookie marked for TLS alone."""
    return (name, value + b"; Secure") if name == b"set-cookie" else (name, value)


class SecurityHeaders:
    """Headers that every answer carries, unless the route set its own; under TLS every cookie is Secure."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self.app = app
        self.secure = secure
        self.headers = security_headers(secure=secure)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the headers to the answer's start."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
                if self.secure:
                    message["headers"] = [_secured(name, value) for name, value in message["headers"]]
            await send(message)

        await self.app(scope, receive, send_with_headers)


class LanguageMiddleware:
    """Set the reader's language from their cookie for the length of the request."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the request in that language."""
        if scope["type"] == "http":
            # Not http.cookies: a foreign cookie with an odd name, set for the parent domain, would break every page.
            chosen = cookie_parser(Headers(scope=scope).get("cookie", "")).get("lang", "vi")
            i18n.language.set(chosen if chosen in i18n.LANGUAGES else "vi")
        await self.app(scope, receive, send)


class CrossSiteGuard:
    """Refuse an unsafe request that another site made the browser send: decided on headers, body unread."""

    def __init__(self, app: ASGIApp, *, base_url: str) -> None:
        self.app = app
        self.host = urlsplit(base_url).netloc

    def _is_foreign(self, headers: Headers) -> bool:
        site = headers.get("sec-fetch-site")
        if site is not None:
            return site not in {"same-origin", "none"}
        origin = headers.get("origin")
        return origin is not None and _host_of(origin) not in {self.host, headers.get("host", "")}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let safe and own requests pass."""
        if scope["type"] == "http" and scope["method"] not in SAFE_METHODS and self._is_foreign(Headers(scope=scope)):
            request = Request(scope, receive)
            refusal = Forbidden(
                N_("Yêu cầu đến từ một trang web khác nên bị từ chối. Vui lòng thực hiện ngay trên trang này.")
            )
            await handle_refusal(request, refusal)(scope, receive, send)
            return
        await self.app(scope, receive, send)
