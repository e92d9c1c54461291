"""Who has which role: list, add, renew a link, take away, and bring in clerks and heads from a sheet."""
# ruff: noqa: FAST003 - {programme} is read by SceneDep

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from app.accounts import queries as accounts
from app.accounts import service as accounts_service
from app.core.errors import Conflict, DomainError, Forbidden, Invalid, require
from app.core.i18n import N_
from app.core.settings import Settings
from app.core.web import FormDep, SessionDep, SettingsDep, redirect
from app.programmes import policy, queries, service, sheets
from app.programmes.access import Actor
from app.programmes.deps import ActorDep, NowDep, SettingsReaderDep, SheetDep
from app.programmes.forms import PersonForm
from app.programmes.imports import IMPORTED_ROLES, PEOPLE_COLUMNS, PersonRow, check_people
from app.programmes.labels import ROLE_LABELS
from app.programmes.models import UNIT_ROLES, Role
from app.programmes.routes.frame import base_url, settings_page
from app.programmes.sheets import Cells

router = APIRouter()

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/c/{programme}/settings/people")
def people_page(request: Request, session: SessionDep, actor: SettingsReaderDep) -> Response:
    """List the people by role."""
    return _people_page(request, session, actor)


def _people_page(
    request: Request,
    session: Session,
    actor: Actor,
    *,
    typed: Mapping[str, Any] | None = None,
    error: DomainError | None = None,
) -> Response:
    members = queries.list_members(session, programme_id=actor.programme_id)
    units = queries.list_units(session, programme_id=actor.programme_id)
    places = queries.list_places_by_user(session, user_ids={m.user_id for m, _, _ in members})
    organisers = sum(m.role == Role.ORGANISER for m, _, _ in members)
    return settings_page(
        request,
        "people",
        actor,
        tab="people",
        error=error,
        typed=typed or {},
        groups=[
            {
                "role": role,
                "label": label,
                "of_unit": role in UNIT_ROLES,
                "people": [
                    (m, user, unit, policy.refuse_invite_member(actor, user=user, places=places[m.user_id]) is None)
                    for m, user, unit in members
                    if m.role == role
                ],
                "refuse_revoke": policy.refuse_revoke_role(actor, role=role, organisers=organisers),
            }
            for role, label in ROLE_LABELS.items()
        ],
        total=len({user.id for _, user, _ in members}),
        roles=[(r.value, label) for r, label in ROLE_LABELS.items() if policy.refuse_choose_chair(actor, r) is None],
        units=[(unit.id, unit.name) for unit in units],
        without_clerk=_without(units, members, Role.UNIT_CLERK),
        without_head=_without(units, members, Role.UNIT_HEAD),
        headings=[columns[0] for columns in PEOPLE_COLUMNS.values()],
    )


def _without(units: Sequence[Any], members: Sequence[Any], role: Role) -> list[str]:
    served = {m.unit_id for m, _, _ in members if m.role == role}
    return [unit.name for unit in units if unit.id not in served]


@router.post("/c/{programme}/settings/people")
def add_person(
    request: Request, data: FormDep, session: SessionDep, actor: ActorDep, settings: SettingsDep, now: NowDep
) -> Response:
    """Give a person a role, with an account and a one-time link if they are new."""
    require(policy.refuse_manage_people(actor))
    try:
        added = service.add_person(session, actor=actor, form=PersonForm.parse(data), now=now)
    except (Invalid, Conflict, Forbidden) as error:
        session.rollback()
        return _people_page(request, session, actor, typed=data, error=error)
    if added.token is None:
        say = N_("Đã giao vai trò cho %(name)s, dùng tài khoản sẵn có.", name=added.user.full_name)
        return redirect(f"{base_url(actor)}/people", say=say)
    return _links_page(request, actor, settings, added=[added])


def _links_page(
    request: Request, actor: Actor, settings: Settings, *, added: Sequence[service.AddedPerson]
) -> Response:
    """Show the links: this once, since only their hashes are kept."""
    begin = f"{settings.base_url.rstrip('/')}/invitation/"
    return settings_page(
        request,
        "people_links",
        actor,
        tab="people",
        added=[{"person": a, "role": ROLE_LABELS[a.role], "link": begin + a.token if a.token else ""} for a in added],
        days=accounts_service.INVITATION_LIFE.days,
    )


@router.get("/c/{programme}/settings/people/template.xlsx")
def template(session: SessionDep, actor: SettingsReaderDep) -> Response:
    """Give a workbook to fill in: two lines for every unit."""
    units = queries.list_units(session, programme_id=actor.programme_id)
    rows = [("", unit.name, ROLE_LABELS[role].text, "", "", "") for unit in units for role in IMPORTED_ROLES]
    content = sheets.write_table([columns[0] for columns in PEOPLE_COLUMNS.values()], rows, title="Nguoi")
    headers = {"Content-Disposition": 'attachment; filename="mau-nguoi.xlsx"', "Cache-Control": "no-store"}
    return Response(content, media_type=XLSX, headers=headers)


@router.post("/c/{programme}/settings/people/import")
def preview_import(request: Request, sheet: SheetDep, session: SessionDep, actor: ActorDep) -> Response:
    """Read the sheet and show what it would do. Nothing is saved."""
    require(policy.refuse_manage_people(actor))
    try:
        cells = sheets.read_table(sheet.content, name=sheet.name)
        rows = _check(session, actor, cells=cells)
    except Invalid as error:
        return _people_page(request, session, actor, error=error)
    return settings_page(
        request, "people_import", actor, tab="people", rows=rows, cells=sheets.pack(cells), labels=ROLE_LABELS
    )


def _check(session: Session, actor: Actor, *, cells: Cells) -> list[PersonRow]:
    holders = queries.list_holders(session, programme_id=actor.programme_id)
    return check_people(
        cells,
        units=queries.list_units(session, programme_id=actor.programme_id),
        members=[h for h in holders if h.places],
        accounts={h.login: h for h in holders},
    )


@router.post("/c/{programme}/settings/people/import/confirm")
def import_people(
    request: Request, data: FormDep, session: SessionDep, actor: ActorDep, settings: SettingsDep, now: NowDep
) -> Response:
    """Check the previewed cells again, make the accounts and show their links."""
    require(policy.refuse_manage_people(actor))
    try:
        rows = _check(session, actor, cells=sheets.unpack_cells(str(data.get("cells", ""))))
        added = service.import_people(session, actor=actor, rows=rows, now=now)
    except (Invalid, Conflict) as error:
        session.rollback()
        return _people_page(request, session, actor, error=error)
    if not added:
        return redirect(f"{base_url(actor)}/people", say=N_("Không có ai mới để thêm."), kind="info")
    return _links_page(request, actor, settings, added=added)


@router.post("/c/{programme}/settings/people/{membership_id}/revoke")
def revoke_role(session: SessionDep, actor: ActorDep, now: NowDep, membership_id: int) -> Response:
    """Take a role away."""
    require(policy.refuse_manage_people(actor))
    membership = queries.get_membership(session, programme_id=actor.programme_id, membership_id=membership_id)
    service.revoke_role(session, actor=actor, membership=membership, now=now)
    return redirect(f"{base_url(actor)}/people", say=N_("Đã thu hồi vai trò."))


@router.post("/c/{programme}/settings/people/{membership_id}/invite")
def invite_member(
    request: Request, session: SessionDep, actor: ActorDep, settings: SettingsDep, now: NowDep, membership_id: int
) -> Response:
    """Make a new one-time link for a person of the programme."""
    require(policy.refuse_manage_people(actor))
    membership = queries.get_membership(session, programme_id=actor.programme_id, membership_id=membership_id)
    user = accounts.get_user(session, user_id=membership.user_id)
    token = service.invite_member(session, actor=actor, user=user, now=now)
    unit = None
    if membership.unit_id is not None:
        unit = queries.get_unit(session, programme_id=actor.programme_id, unit_id=membership.unit_id)
    added = service.AddedPerson(user, Role(membership.role), unit, token)
    return _links_page(request, actor, settings, added=[added])
