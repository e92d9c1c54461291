"""The organiser: who is in the jury, who leaves it, and which conflicts stand in the way."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session
from starlette.responses import Response

from app.accounts.models import User
from app.core.errors import Conflict, DomainError, Invalid, NotFound
from app.core.forms import unpack
from app.core.i18n import N_
from app.core.web import FormDep, SessionDep, page, redirect
from app.jury import policy, queries, views
from app.jury.deps import PREFIX, OrganiserViewDep, base_url, round_of
from app.jury.forms import CONFLICT_LABELS, ConflictForm, DismissalForm, JurorForm, RecusalForm
from app.jury.models import Juror, JurorConflict
from app.jury.routes.assignment import seed_of
from app.jury.service import assignment as assigning
from app.jury.service import jurors as members_service
from app.programmes import queries as programme_queries
from app.programmes.access import Actor
from app.programmes.deps import NowDep
from app.programmes.policy import refuse_organise

router = APIRouter(prefix=PREFIX)


@router.get("/members")
def members(request: Request, actor: OrganiserViewDep, session: SessionDep, juror: int | None = None) -> HTMLResponse:
    """Show the jury; with `juror` the form to change that seat."""
    if juror is None:
        return _members_page(request, session, actor)
    seat = queries.get_juror(session, programme_id=actor.programme_id, juror_id=juror)
    return _members_page(request, session, actor, typed=views.juror_fields(seat))


def _members_page(
    request: Request,
    session: Session,
    actor: Actor,
    *,
    typed: Mapping[str, Any] | None = None,
    error: DomainError | None = None,
) -> HTMLResponse:
    jurors = queries.list_jurors(session, programme_id=actor.programme_id)
    units = programme_queries.list_units(session, programme_id=actor.programme_id)
    edited = next((j for j in jurors if typed and str(j.user.id) == str(typed.get("user_id"))), None)
    if edited is not None and edited.unit is not None and edited.unit not in units:
        units = [*units, edited.unit]  # dissolved since: kept until somebody chooses another
    return page(
        request,
        "jury/members.html",
        status=error.status if error else 200,
        jurors=jurors,
        edited=edited,
        people=_people(session, actor, without={j.user.id for j in jurors}),
        units=units,
        values=typed or {},
        errors=error.fields if error else {},
        error=error,
        refusal=refuse_organise(actor),
    )


def _people(session: Session, actor: Actor, *, without: Collection[int | None]) -> list[User]:
    """Everybody who has a role in this programme and no seat in the jury, once, in the order of names."""
    members = programme_queries.list_members(session, programme_id=actor.programme_id)
    users = {u.id: u for _, u, _ in members if u.id not in without}
    return sorted(users.values(), key=lambda u: u.name_key)


@router.post("/members")
def appoint(request: Request, actor: OrganiserViewDep, session: SessionDep, data: FormDep, now: NowDep) -> Response:
    """Appoint a juror, or change their unit, expertise and capacity."""
    try:
        with session.begin_nested():
            members_service.appoint_juror(session, actor=actor, form=JurorForm.parse(data), now=now)
    except Invalid as error:
        return _members_page(request, session, actor, typed=unpack(data), error=error)
    return redirect(f"{base_url(actor)}/members", say=N_("Đã ghi thành viên Ban Giám khảo."))


@router.get("/members/{juror_id}/dismiss")
def dismiss_page(request: Request, juror_id: int, actor: OrganiserViewDep, session: SessionDep) -> HTMLResponse:
    """Show what happens to a juror's entries when they leave the jury."""
    juror = queries.get_juror(session, programme_id=actor.programme_id, juror_id=juror_id)
    return _dismiss_page(request, session, actor, juror)


def _dismiss_page(
    request: Request, session: Session, actor: Actor, juror: Juror, *, error: DomainError | None = None
) -> HTMLResponse:
    round_, juror_id = round_of(actor), juror.id or 0
    progress = queries.progress_by_juror(session, round_id=round_.id or 0).get(juror_id)
    return page(
        request,
        "jury/dismiss.html",
        status=error.status if error else 200,
        juror=juror,
        name=session.get_one(User, juror.user_id).full_name,
        owed=members_service.list_owed(session, actor=actor, juror_id=juror_id),
        submitted=progress.submitted if progress else 0,
        errors=error.fields if error else {},
        refusal=policy.refuse_dismiss(actor, juror),
    )


@router.post("/members/{juror_id}/dismiss")
def dismiss(
    request: Request, juror_id: int, actor: OrganiserViewDep, session: SessionDep, data: FormDep, now: NowDep
) -> Response:
    """Take a juror off the jury; if they owed entries, propose at once who takes them."""
    juror = queries.get_juror(session, programme_id=actor.programme_id, juror_id=juror_id)
    try:
        reason = DismissalForm.parse(data).reason
        released = members_service.dismiss_juror(session, actor=actor, juror=juror, reason=reason, now=now)
    except Invalid as error:
        return _dismiss_page(request, session, actor, juror, error=error)
    if not released:
        return redirect(f"{base_url(actor)}/members", say=N_("Đã đưa khỏi Ban Giám khảo."))
    if not assigning.list_short_entries(session, actor=actor, round_=round_of(actor)):
        # A proposal is about the first marking, and that lacks nobody.
        return redirect(
            f"{base_url(actor)}/progress",
            say=N_("Đã rút %(n)s bài khỏi giám khảo này; lượt chấm đầu không thiếu giám khảo.", n=released),
        )
    return _propose_successors(session, actor, released=released, now=now)


def _propose_successors(session: Session, actor: Actor, *, released: int, now: datetime) -> Response:
    round_, target = round_of(actor), f"{base_url(actor)}/assignment"
    try:
        assigning.propose_assignment(session, actor=actor, round_=round_, seed=seed_of(actor, round_), now=now)
    except Conflict as error:
        said = N_(
            "Đã rút %(n)s bài khỏi giám khảo này, nhưng chưa lập được phương án: %(why)s", n=released, why=error.message
        )
        return redirect(target, say=said, kind="warning")
    return redirect(
        target, say=N_("Đã rút %(n)s bài khỏi giám khảo này; phương án giao lại đang chờ bạn chấp nhận.", n=released)
    )


@router.get("/conflicts")
def conflicts(request: Request, actor: OrganiserViewDep, session: SessionDep) -> HTMLResponse:
    """Show conflicts of interest and why each is one."""
    return _conflicts_page(request, session, actor)


def _conflicts_page(
    request: Request,
    session: Session,
    actor: Actor,
    *,
    typed: Mapping[str, Any] | None = None,
    error: DomainError | None = None,
    refused: views.RefusedReason | None = None,
) -> HTMLResponse:
    everybody = queries.list_jurors(session, programme_id=actor.programme_id, include_left=True)
    entries = queries.list_accepted(session, programme_id=actor.programme_id)
    return page(
        request,
        "jury/conflicts.html",
        status=error.status if error else Invalid.status if refused else 200,
        conflicts=queries.list_conflicts(session, programme_id=actor.programme_id),
        jurors=[row for row in everybody if row.juror.left_at is None],
        names={row.juror.id: row.user.full_name for row in everybody},
        entries={e.id: e for e in entries},
        labels=CONFLICT_LABELS,
        refused=refused,
        values=typed or {},
        errors=error.fields if error else {},
        error=error,
        refusal=refuse_organise(actor),
    )


@router.post("/conflicts")
def add_conflict(
    request: Request, actor: OrganiserViewDep, session: SessionDep, data: FormDep, now: NowDep
) -> Response:
    """Record a conflict that the organiser knows of."""
    try:
        with session.begin_nested():
            members_service.set_conflict(session, actor=actor, form=ConflictForm.parse(data), now=now)
    except Invalid as error:
        return _conflicts_page(request, session, actor, typed=dict(data), error=error)
    return redirect(f"{base_url(actor)}/conflicts", say=N_("Đã ghi nhận xung đột lợi ích."))


@router.post("/conflicts/{conflict_id}/dismiss")
def dismiss_conflict(
    request: Request, conflict_id: int, actor: OrganiserViewDep, session: SessionDep, data: FormDep, now: NowDep
) -> Response:
    """Decide that a flagged pair is no conflict."""
    conflict = session.get(JurorConflict, conflict_id)
    if conflict is None:
        raise NotFound
    queries.get_juror(session, programme_id=actor.programme_id, juror_id=conflict.juror_id)
    try:
        reason = RecusalForm.parse({"reason": data.get("reason")}).reason
    except Invalid as error:
        refused = views.refused_reason(conflict_id, error, data.get("reason"))
        return _conflicts_page(request, session, actor, refused=refused)
    members_service.dismiss_conflict(session, actor=actor, conflict=conflict, reason=reason, now=now)
    return redirect(f"{base_url(actor)}/conflicts", say=N_("Đã ghi quyết định; lần tính sau không đánh dấu lại."))
