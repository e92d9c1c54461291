"""Pages of signing in, of one's own account, and of the site's accounts."""

from collections.abc import Callable, Mapping, Sequence
from math import ceil
from typing import Annotated, Any
from urllib.parse import quote, urlencode, urlsplit

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.responses import Response

from app.accounts import policy, queries, service
from app.accounts.deps import (
    COOKIE,
    AdministratorDep,
    MaybeUserDep,
    UserDep,
    UserSessionDep,
    client_address,
)
from app.accounts.forms import ChangePasswordForm, LanguageForm, PasswordForm, SignInForm, UserForm
from app.accounts.models import User
from app.accounts.views import SampleGroup, describe_browser
from app.core.clock import real_now
from app.core.database import begin_write
from app.core.errors import Conflict, DomainError, Invalid, SignInRequired, TooMany
from app.core.i18n import LANGUAGES, N_
from app.core.settings import DEMO_PASSWORD, Settings
from app.core.text import clean
from app.core.web import (
    SAFE_METHODS,
    ApartDep,
    FormDep,
    SessionDep,
    SettingsDep,
    handle_refusal,
    page,
    read_form,
    redirect,
    safe_path,
    wants_json,
)

router = APIRouter(include_in_schema=False)

LANGUAGE_COOKIE = "lang"
_YEAR = 365 * 24 * 3600
_PER_PAGE = 50
# Characters: several times our longest form. Nobody who is not signed in makes us build pages of megabytes.
_MOST_CARRIED = 256 * 1024
_CARRIED = "carried:"  # begins the names of boxes that the sign-in form holds for another form
Boxes = Sequence[tuple[str, str]]


# ---- signing in ------------------------------------------------------------------------------------------


@router.get("/sign-in")
def sign_in_page(
    request: Request,
    user: MaybeUserDep,
    settings: SettingsDep,
    next: str = "/",  # noqa: A002 - the word people see in the address
    login: str = "",
) -> Response:
    """Show the form; who is signed in already goes on."""
    if user is not None:
        return redirect(safe_path(next))
    return _sign_in_page(request, settings, login=login, goal=next)


@router.post("/sign-in")
def sign_in(request: Request, data: FormDep, settings: SettingsDep, _apart: ApartDep) -> Response:
    """Sign in. No session of the request is open: a counted failure must outlive the refusal."""
    login, goal = clean(str(data.get("login", ""))), str(data.get("next", "/"))
    carried = [(name.removeprefix(_CARRIED), v) for name, v in _texts_of(data) if name.startswith(_CARRIED)]
    try:
        form = SignInForm.parse({name: v for name, v in _texts_of(data) if not name.startswith(_CARRIED)})
        user, signed_in = service.sign_in(
            request.app.state.sessions,
            attempt=service.Attempt(
                login=form.login,
                address=client_address(request, settings=settings),
                secret=settings.secret_key.get_secret_value(),
            ),
            password=form.password,
            now=real_now(),
            hours=settings.session_hours,
            browser=request.headers.get("user-agent", ""),
        )
    except (Invalid, TooMany) as error:
        return _sign_in_page(request, settings, login=login, goal=goal, error=error, carried=carried)
    response: Response = RedirectResponse(safe_path(form.next), status_code=303)
    if carried:
        # Never by itself: on a shared machine somebody else may have signed in than who typed it.
        response = page(request, "accounts/carried.html", user=user, goal=safe_path(form.next), carried=carried)
    _remember(response, token=signed_in.token, settings=settings)
    if LANGUAGE_COOKIE not in request.cookies:
        _set_language(response, user.language)
    return response


def _sign_in_page(
    request: Request,
    settings: Settings,
    *,
    login: str,
    goal: str,
    error: DomainError | None = None,
    carried: Boxes = (),
) -> HTMLResponse:
    goal = safe_path(goal)
    return page(
        request,
        "accounts/sign_in.html",
        status=error.status if error else 200,
        login=login,
        goal=goal,
        error=error,
        errors=error.fields if error else {},
        carried=[(_CARRIED + name, value) for name, value in carried],
        groups=() if carried else _sample_groups(request, settings),
        password=DEMO_PASSWORD if settings.demo else "",
        fill=lambda name: "/sign-in?" + urlencode({"login": name, "next": goal}),
    )


async def ask_to_sign_in(request: Request, error: Exception) -> Response:
    """Lead to the sign-in form. What a form was sending when its session had ended is carried, to be sent on after."""
    assert isinstance(error, SignInRequired)
    if wants_json(request):
        return handle_refusal(request, error)
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    if request.method in SAFE_METHODS:
        return redirect(f"/sign-in?next={quote(path, safe='/')}", say=error.message, kind="info")
    carried = await _boxes_of(request)
    goal = path if carried else _came_from(request)
    return await run_in_threadpool(
        _sign_in_page, request, request.app.state.settings, login="", goal=goal, error=error, carried=carried
    )


async def _boxes_of(request: Request) -> Boxes:
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return ()
    data = _texts_of(await read_form(request))
    # A form with a password of its own is typed again.
    has_secret = any("password" in name or name == "current" for name, _ in data)
    return () if has_secret or sum(len(name) + len(value) for name, value in data) > _MOST_CARRIED else data


def _texts_of(data: FormData) -> Boxes:
    return [(name, value) for name, value in data.multi_items() if isinstance(value, str)]


def _came_from(request: Request) -> str:
    try:
        before = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return "/"
    path = before.path + (f"?{before.query}" if before.query else "")
    return safe_path(path) if before.netloc == request.headers.get("host") else "/"


def _sample_groups(request: Request, settings: Settings) -> Sequence[SampleGroup]:
    """Give the sample's sign-ins in demo mode. Who they are is known to a slice above this one."""
    listed: Callable[[Session], Sequence[SampleGroup]] | None = getattr(request.app.state, "list_sample_sign_ins", None)
    if not settings.demo or listed is None:
        return ()
    with request.app.state.sessions() as session:
        return listed(session)


def _remember(response: Response, *, token: str, settings: Settings) -> None:
    response.set_cookie(
        COOKIE,
        token,
        max_age=settings.session_hours * 3600,
        httponly=True,
        samesite="lax",
        path="/",
    )


@router.post("/sign-out")
def sign_out(request: Request, session: SessionDep, user: MaybeUserDep) -> Response:
    """End this browser's session; without one there is nothing to refuse."""
    if user is not None:
        service.sign_out(session, row=request.state.user_session, now=real_now())
    response = redirect("/", say=N_("Đã đăng xuất."))
    response.delete_cookie(COOKIE, path="/")
    return response


# ---- invitations -----------------------------------------------------------------------------------------


@router.get("/invitation/{token}")
def invitation_page(request: Request, session: SessionDep, token: str) -> Response:
    """Show whom the link is for and ask for a password. Opening it changes nothing."""
    _, user = service.get_invitation(session, token=token, now=real_now())
    return _invitation_page(request, user=user, token=token)


@router.post("/invitation/{token}")
def accept_invitation(
    request: Request, data: FormDep, session: SessionDep, settings: SettingsDep, token: str
) -> Response:
    """Set the password, use the link up, sign in."""
    now = real_now()
    _, user = service.get_invitation(session, token=token, now=now)
    try:
        form = PasswordForm.parse(data)
    except Invalid as error:
        return _invitation_page(request, user=user, token=token, error=error)
    service.accept_invitation(session, token=token, password=form.password, now=now)
    signed_in = service.start_session(
        session, user=user, now=now, hours=settings.session_hours, browser=request.headers.get("user-agent", "")
    )
    response = redirect("/", say=N_("Đã đặt mật khẩu và đăng nhập. Tên đăng nhập: %(login)s.", login=user.login))
    _remember(response, token=signed_in.token, settings=settings)
    return response


def _invitation_page(request: Request, *, user: User, token: str, error: Invalid | None = None) -> HTMLResponse:
    return page(
        request,
        "accounts/invitation.html",
        status=error.status if error else 200,
        invited=user,
        action=f"/invitation/{quote(token)}",
        error=error,
        errors=error.fields if error else {},
    )


# ---- one's own account -----------------------------------------------------------------------------------


@router.get("/account")
def account(request: Request, user: UserDep, row: UserSessionDep, session: SessionDep) -> Response:
    """Show one's own account."""
    return _account_page(request, session, user)


def _account_page(request: Request, session: Session, user: User, *, error: DomainError | None = None) -> HTMLResponse:
    assert user.id is not None
    own = request.state.user_session.id
    rows = queries.list_sessions(session, user_id=user.id, now=real_now())
    return page(
        request,
        "accounts/account.html",
        status=error.status if error else 200,
        rows=[{"row": r, "browser": describe_browser(r.browser), "own": r.id == own} for r in rows],
        error=error,
        errors=error.fields if error else {},
    )


@router.post("/account/password")
def change_password(
    request: Request, data: FormDep, session: SessionDep, user: UserDep, settings: SettingsDep
) -> Response:
    """Change one's own password: signed out everywhere, signed in anew here."""
    now = real_now()
    try:
        form = ChangePasswordForm.parse(data)
        attempt = service.Attempt(
            login=user.login,
            address=client_address(request, settings=settings),
            secret=settings.secret_key.get_secret_value(),
        )
        # The request's own transaction holds the write lock of SQLite; counting needs it for a moment.
        session.rollback()
        taken = service.take_attempt(request.app.state.sessions, attempt=attempt, now=now)
        begin_write(session)
        user = queries.get_user(session, user_id=user.id or 0)
        service.change_password(session, user=user, current=form.current, new=form.password, now=now)
        service.forget_attempt(session, taken=taken)
    except (Invalid, TooMany) as error:
        session.rollback()
        return _account_page(request, session, user, error=error)
    signed_in = service.start_session(
        session, user=user, now=now, hours=settings.session_hours, browser=request.headers.get("user-agent", "")
    )
    response = redirect("/account", say=N_("Đã đổi mật khẩu. Các thiết bị khác đã bị đăng xuất."))
    _remember(response, token=signed_in.token, settings=settings)
    return response


@router.post("/account/sessions/{session_id}/revoke")
def revoke_session(session: SessionDep, user: UserDep, session_id: int) -> Response:
    """Sign out one of one's own browsers."""
    service.revoke_own_session(session, user=user, session_id=session_id, now=real_now())
    return redirect("/account", say=N_("Đã đăng xuất thiết bị đó."))


@router.post("/language")
def choose_language(data: FormDep, session: SessionDep, user: MaybeUserDep) -> Response:
    """Choose the language to read in."""
    form = LanguageForm.parse(data)
    if user is not None:
        service.set_language(session, user=user, language=form.lang)
    response = redirect(safe_path(form.next))
    _set_language(response, form.lang)
    return response


def _set_language(response: Response, language: str) -> None:
    if language in LANGUAGES:
        response.set_cookie(LANGUAGE_COOKIE, language, max_age=_YEAR, httponly=True, samesite="lax", path="/")


# ---- administration --------------------------------------------------------------------------------------


@router.get("/admin/users")
def users(
    request: Request,
    session: SessionDep,
    admin: AdministratorDep,
    q: str = "",
    number: Annotated[int, Query(ge=1, le=100_000, alias="page")] = 1,
) -> Response:
    """List and search accounts."""
    return _users_page(request, session, admin, search=q, number=number)


def _users_page(
    request: Request,
    session: Session,
    admin: User,
    *,
    search: str = "",
    number: int = 1,
    typed: Mapping[str, Any] | None = None,
    error: DomainError | None = None,
) -> HTMLResponse:
    search = clean(search)
    total = queries.count_users(session, search=search)
    found = queries.list_users(session, search=search, offset=(number - 1) * _PER_PAGE, limit=_PER_PAGE)
    return page(
        request,
        "accounts/users.html",
        status=error.status if error else 200,
        rows=[{"user": u, "seen": seen, "disable": policy.refuse_disable(admin, u)} for u, seen in found],
        total=total,
        search=search,
        number=number,
        pages=ceil(total / _PER_PAGE),
        url="/admin/users?" + urlencode({"q": search}) + "&page=",
        typed=typed or {},
        error=error,
        errors=error.fields if error else {},
    )


@router.post("/admin/users")
def create_user(
    request: Request, data: FormDep, session: SessionDep, admin: AdministratorDep, settings: SettingsDep
) -> Response:
    """Make an account and show its one-time link."""
    now = real_now()
    try:
        form = UserForm.parse(data)
        user = service.create_user(
            session,
            login=form.login,
            full_name=form.full_name,
            email=form.email,
            phone=form.phone,
            now=now,
            actor_id=admin.id,
        )
    except (Invalid, Conflict) as error:
        session.rollback()
        return _users_page(request, session, admin, typed=data, error=error)
    token = service.invite(session, user=user, now=now, actor_id=admin.id)
    return _invited_page(request, settings, user=user, token=token)


@router.post("/admin/users/{user_id}/invite")
def invite(
    request: Request, session: SessionDep, admin: AdministratorDep, settings: SettingsDep, user_id: int
) -> Response:
    """Make a new one-time link; earlier ones stop working."""
    user = queries.get_user(session, user_id=user_id)
    token = service.invite(session, user=user, now=real_now(), actor_id=admin.id)
    return _invited_page(request, settings, user=user, token=token)


def _invited_page(request: Request, settings: Settings, *, user: User, token: str) -> HTMLResponse:
    link = f"{settings.base_url.rstrip('/')}/invitation/{token}"
    return page(request, "accounts/invited.html", invited=user, link=link, days=service.INVITATION_LIFE.days)


@router.post("/admin/users/{user_id}/disable")
def disable(session: SessionDep, admin: AdministratorDep, user_id: int) -> Response:
    """Lock an account."""
    user = queries.get_user(session, user_id=user_id)
    service.set_disabled(session, actor=admin, user=user, disabled=True, now=real_now())
    return _back_to(user, N_("Đã khóa tài khoản %(name)s.", name=user.full_name))


@router.post("/admin/users/{user_id}/enable")
def enable(session: SessionDep, admin: AdministratorDep, user_id: int) -> Response:
    """Open a locked account again."""
    user = queries.get_user(session, user_id=user_id)
    service.set_disabled(session, actor=admin, user=user, disabled=False, now=real_now())
    return _back_to(user, N_("Đã mở khóa tài khoản %(name)s.", name=user.full_name))


@router.post("/admin/users/{user_id}/sign-out")
def sign_user_out(session: SessionDep, admin: AdministratorDep, user_id: int) -> Response:
    """End every session of a person."""
    user = queries.get_user(session, user_id=user_id)
    service.end_sessions(session, actor=admin, user=user, now=real_now())
    return _back_to(user, N_("Đã đăng xuất %(name)s khỏi mọi thiết bị.", name=user.full_name))


def _back_to(user: User, say: Any) -> Response:
    return redirect("/admin/users?" + urlencode({"q": user.login}), say=say)
