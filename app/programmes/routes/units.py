"""The units of a programme: list, add, change, dissolve, and bring in from a sheet after a preview."""
# ruff: noqa: FAST003 - {programme} is read by SceneDep

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from app.core.errors import Conflict, DomainError, Invalid, require
from app.core.i18n import N_
from app.core.web import FormDep, SessionDep, redirect
from app.programmes import policy, queries, service, sheets
from app.programmes.access import Actor
from app.programmes.deps import ActorDep, NowDep, SettingsReaderDep, SheetDep
from app.programmes.forms import UnitForm
from app.programmes.imports import UNIT_COLUMNS, check_units
from app.programmes.models import Unit
from app.programmes.routes.frame import base_url, settings_page
from app.programmes.sheets import Cells

router = APIRouter()

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/c/{programme}/settings/units")
def units_page(request: Request, session: SessionDep, actor: SettingsReaderDep) -> Response:
    """List the units."""
    return _units_page(request, session, actor)


def _units_page(
    request: Request,
    session: Session,
    actor: Actor,
    *,
    typed: Mapping[str, Any] | None = None,
    error: DomainError | None = None,
) -> Response:
    units = queries.list_units(session, programme_id=actor.programme_id, include_dissolved=True)
    staff = queries.count_unit_people(session, programme_id=actor.programme_id)
    labels = {c.key: c.label for c in actor.plan.unit_categories}
    return settings_page(
        request,
        "units",
        actor,
        tab="units",
        error=error,
        typed=typed or {},
        units=[
            {"unit": u, "category": labels.get(u.category, u.category), "people": staff.get(u.id or 0, 0)}
            for u in units
        ],
        active=sum(u.dissolved_at is None for u in units),
        categories=list(labels.items()),
        headings=[columns[0] for columns in UNIT_COLUMNS.values()],
    )


@router.post("/c/{programme}/settings/units")
def create_unit(request: Request, data: FormDep, session: SessionDep, actor: ActorDep, now: NowDep) -> Response:
    """Add a unit."""
    require(policy.refuse_manage_people(actor))
    try:
        unit = service.create_unit(session, actor=actor, form=UnitForm.parse(data), now=now)
    except (Invalid, Conflict) as error:
        session.rollback()
        return _units_page(request, session, actor, typed=data, error=error)
    return redirect(f"{base_url(actor)}/units", say=N_("Đã thêm %(name)s.", name=unit.name))


@router.get("/c/{programme}/settings/units/template.xlsx")
def template(actor: SettingsReaderDep) -> Response:
    """Give a workbook to fill in, with the categories of this programme as examples."""
    rows = [("", c.label, "") for c in actor.plan.unit_categories]
    content = sheets.write_table([columns[0] for columns in UNIT_COLUMNS.values()], rows, title="Don vi")
    return _download(content, "mau-don-vi.xlsx")


def _download(content: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type=XLSX, headers=headers)


@router.post("/c/{programme}/settings/units/import")
def preview_import(request: Request, sheet: SheetDep, session: SessionDep, actor: ActorDep) -> Response:
    """Read the sheet and show what it would do. Nothing is saved."""
    require(policy.refuse_manage_people(actor))
    try:
        cells = sheets.read_table(sheet.content, name=sheet.name)
        return _preview(request, session, actor, cells=cells)
    except Invalid as error:
        return _units_page(request, session, actor, error=error)


def _preview(request: Request, session: Session, actor: Actor, *, cells: Cells) -> Response:
    present = queries.list_units(session, programme_id=actor.programme_id, include_dissolved=True)
    rows = check_units(cells, plan=actor.plan, present=present)
    return settings_page(request, "units_import", actor, tab="units", rows=rows, cells=sheets.pack(cells))


@router.post("/c/{programme}/settings/units/import/confirm")
def import_units(request: Request, data: FormDep, session: SessionDep, actor: ActorDep, now: NowDep) -> Response:
    """Check the previewed cells again and add the units that are new."""
    require(policy.refuse_manage_people(actor))
    try:
        cells = sheets.unpack_cells(str(data.get("cells", "")))
        present = queries.list_units(session, programme_id=actor.programme_id, include_dissolved=True)
        rows = check_units(cells, plan=actor.plan, present=present)
    except Invalid as error:
        return _units_page(request, session, actor, error=error)
    made = service.import_units(session, actor=actor, rows=rows, now=now)
    return redirect(f"{base_url(actor)}/units", say=N_("Đã thêm %(n)s đơn vị từ tệp.", n=len(made)))


# ---- one unit (after /template.xlsx and /import, which would read as a unit's number) ----------------------


@router.get("/c/{programme}/settings/units/{unit_id}")
def unit_page(request: Request, session: SessionDep, actor: SettingsReaderDep, unit_id: int) -> Response:
    """Show one unit, its clerks and heads."""
    unit = queries.get_unit(session, programme_id=actor.programme_id, unit_id=unit_id)
    return _unit_page(request, session, actor, unit=unit, typed={"name": unit.name, "category": unit.category})


def _unit_page(
    request: Request,
    session: Session,
    actor: Actor,
    *,
    unit: Unit,
    typed: Mapping[str, Any],
    error: DomainError | None = None,
) -> Response:
    people = queries.list_members(session, programme_id=actor.programme_id)
    return settings_page(
        request,
        "unit",
        actor,
        tab="units",
        error=error,
        unit=unit,
        typed=typed,
        categories=[(c.key, c.label) for c in actor.plan.unit_categories],
        people=[(membership, user) for membership, user, at in people if at is not None and at.id == unit.id],
    )


@router.post("/c/{programme}/settings/units/{unit_id}")
def update_unit(
    request: Request, data: FormDep, session: SessionDep, actor: ActorDep, now: NowDep, unit_id: int
) -> Response:
    """Rename a unit or move it to another category."""
    require(policy.refuse_manage_people(actor))
    unit = queries.get_unit(session, programme_id=actor.programme_id, unit_id=unit_id)
    try:
        service.update_unit(session, actor=actor, unit=unit, form=UnitForm.parse(data), now=now)
    except (Invalid, Conflict) as error:
        session.rollback()
        return _unit_page(request, session, actor, unit=unit, typed=data, error=error)
    return redirect(f"{base_url(actor)}/units", say=N_("Đã lưu %(name)s.", name=unit.name))


@router.post("/c/{programme}/settings/units/{unit_id}/dissolve")
def dissolve_unit(session: SessionDep, actor: ActorDep, now: NowDep, unit_id: int) -> Response:
    """Mark a unit as dissolved."""
    require(policy.refuse_manage_people(actor))
    unit = queries.get_unit(session, programme_id=actor.programme_id, unit_id=unit_id)
    service.dissolve_unit(session, actor=actor, unit=unit, now=now)
    return redirect(f"{base_url(actor)}/units", say=N_("Đã đánh dấu %(name)s giải thể.", name=unit.name))


@router.post("/c/{programme}/settings/units/{unit_id}/restore")
def restore_unit(session: SessionDep, actor: ActorDep, now: NowDep, unit_id: int) -> Response:
    """Take back that a unit was dissolved."""
    require(policy.refuse_manage_people(actor))
    unit = queries.get_unit(session, programme_id=actor.programme_id, unit_id=unit_id)
    service.restore_unit(session, actor=actor, unit=unit, now=now)
    return redirect(f"{base_url(actor)}/units", say=N_("%(name)s tham gia trở lại.", name=unit.name))
