"""The rosters of Ban Tổ chức, Ban Giám khảo and Tổ thư ký, as they stand on the papers."""
# ruff: noqa: FAST003 - {programme} is read by SceneDep

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from app.core.errors import DomainError, Invalid, require
from app.core.i18n import N_
from app.core.web import FormDep, SessionDep, redirect
from app.programmes import policy, queries, service
from app.programmes.access import Actor
from app.programmes.deps import ActorDep, NowDep, SettingsReaderDep
from app.programmes.forms import CommitteeForm
from app.programmes.labels import BODY_LABELS
from app.programmes.models import Body
from app.programmes.routes.frame import base_url, settings_page

router = APIRouter()


@router.get("/c/{programme}/settings/rosters")
def rosters_page(request: Request, session: SessionDep, actor: SettingsReaderDep) -> Response:
    """Show the rosters."""
    return _rosters_page(request, session, actor)


def _rosters_page(
    request: Request,
    session: Session,
    actor: Actor,
    *,
    typed: Mapping[str, Any] | None = None,
    error: DomainError | None = None,
) -> Response:
    rosters = queries.list_rosters(session, programme_id=actor.programme_id)
    return settings_page(
        request,
        "rosters",
        actor,
        tab="rosters",
        error=error,
        typed=typed or {},
        rosters=[(body, BODY_LABELS[body], rosters[body]) for body in Body],
        bodies=[(body.value, BODY_LABELS[body]) for body in Body],
    )


@router.post("/c/{programme}/settings/rosters")
def add_member(request: Request, data: FormDep, session: SessionDep, actor: ActorDep, now: NowDep) -> Response:
    """Add a line at the end of a roster."""
    require(policy.refuse_organise(actor))
    try:
        form = CommitteeForm.parse(data)
    except Invalid as error:
        return _rosters_page(request, session, actor, typed=data, error=error)
    service.add_committee_member(
        session,
        actor=actor,
        body=form.body,
        full_name=form.full_name,
        position=form.position,
        duty=form.duty,
        now=now,
    )
    say = N_("Đã thêm %(name)s vào %(body)s.", name=form.full_name, body=BODY_LABELS[form.body])
    return redirect(f"{base_url(actor)}/rosters#{form.body}", say=say)


@router.post("/c/{programme}/settings/rosters/{member_id}/remove")
def remove_member(session: SessionDep, actor: ActorDep, now: NowDep, member_id: int) -> Response:
    """Take a line off its roster."""
    member = service.remove_committee_member(session, actor=actor, member_id=member_id, now=now)
    return redirect(f"{base_url(actor)}/rosters#{member.body}", say=N_("Đã xóa %(name)s.", name=member.full_name))


@router.post("/c/{programme}/settings/rosters/{member_id}/move")
def move_member(data: FormDep, session: SessionDep, actor: ActorDep, now: NowDep, member_id: int) -> Response:
    """Move a line one place up or down."""
    up = data.get("to") == "up"
    member = service.move_committee_member(session, actor=actor, member_id=member_id, up=up, now=now)
    return redirect(f"{base_url(actor)}/rosters#{member.body}")
