"""The units of a programme: added one by one or from a sheet, renamed, dissolved."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, select

from app.core.errors import Conflict, Invalid, require
from app.core.i18n import N_
from app.core.text import clean, fold, sort_key
from app.journal import service as journal
from app.programmes import policy
from app.programmes.access import Actor
from app.programmes.forms import UnitForm
from app.programmes.imports import UnitRow, free_key, slug
from app.programmes.models import Unit


def add_unit(session: Session, *, programme_id: int, key: str, name: str, category: str) -> Unit:
    """Add a unit to the tree."""
    name = clean(name)
    unit = Unit(
        programme_id=programme_id, key=key, name=name, category=category, sort_key=sort_key(name), folded=fold(name)
    )
    session.add(unit)
    session.flush()
    return unit


def create_unit(session: Session, *, actor: Actor, form: UnitForm, now: datetime) -> Unit:
    """Add a unit that an organiser typed; its key is made of its name."""
    require(policy.refuse_manage_people(actor))
    _check(session, actor=actor, form=form)
    taken = set(session.exec(select(Unit.key).where(Unit.programme_id == actor.programme_id)).all())
    key = free_key(slug(form.name), taken=taken)
    unit = add_unit(session, programme_id=actor.programme_id, key=key, name=form.name, category=form.category)
    _record(session, "unit.added", actor=actor, unit=unit, now=now)
    return unit


def update_unit(session: Session, *, actor: Actor, unit: Unit, form: UnitForm, now: datetime) -> Unit:
    """Rename a unit or move it to another category. Entries keep the name under which they came."""
    require(policy.refuse_manage_people(actor))
    _check(session, actor=actor, form=form, unit=unit)
    unit.name, unit.category = form.name, form.category
    unit.sort_key, unit.folded = sort_key(form.name), fold(form.name)
    session.add(unit)
    session.flush()
    _record(session, "unit.changed", actor=actor, unit=unit, now=now)
    return unit


def _check(session: Session, *, actor: Actor, form: UnitForm, unit: Unit | None = None) -> None:
    if actor.plan.category_of_unit(form.category) is None:
        unknown = N_("Vui lòng chọn một trong các giá trị có sẵn.")
        raise Invalid(unknown, fields={"category": unknown})
    query = select(Unit).where(Unit.programme_id == actor.programme_id, Unit.sort_key == sort_key(form.name))
    other = session.exec(query).first()
    if other is not None and (unit is None or other.id != unit.id):
        taken = N_("Đã có đơn vị «%(name)s» trong danh sách.", name=other.name)
        raise Conflict(taken, fields={"name": taken})


def dissolve_unit(session: Session, *, actor: Actor, unit: Unit, now: datetime) -> None:
    """Mark a unit as dissolved: it takes no further part, what it sent stays."""
    require(policy.refuse_manage_people(actor))
    if unit.dissolved_at is not None:
        raise Conflict(N_("Đơn vị này đã được đánh dấu giải thể."))
    unit.dissolved_at = now
    session.add(unit)
    session.flush()
    _record(session, "unit.dissolved", actor=actor, unit=unit, now=now)


def restore_unit(session: Session, *, actor: Actor, unit: Unit, now: datetime) -> None:
    """Take back that a unit was dissolved."""
    require(policy.refuse_manage_people(actor))
    if unit.dissolved_at is None:
        raise Conflict(N_("Đơn vị này đang hoạt động."))
    unit.dissolved_at = None
    session.add(unit)
    session.flush()
    _record(session, "unit.restored", actor=actor, unit=unit, now=now)


def import_units(session: Session, *, actor: Actor, rows: Sequence[UnitRow], now: datetime) -> list[Unit]:
    """Add the new units of a sheet that was checked in this same transaction."""
    require(policy.refuse_manage_people(actor))
    made = [
        add_unit(session, programme_id=actor.programme_id, key=row.key, name=row.name, category=row.category)
        for row in rows
        if row.is_new
    ]
    for unit in made:
        _record(session, "unit.added", actor=actor, unit=unit, now=now)
    return made


def _record(session: Session, kind: str, *, actor: Actor, unit: Unit, now: datetime) -> None:
    journal.record(
        session,
        kind=kind,
        now=now,
        actor_id=actor.user_id,
        programme_id=actor.programme_id,
        subject=f"unit:{unit.id}",
        data={"category": unit.category, "key": unit.key},
    )
