"""Rows for tests: typed functions, valid by default, flushed. Each slice adds its own below its heading.

`now` and texts have defaults so that a test says only what it is about.
"""

from datetime import UTC, datetime
from itertools import count

from sqlmodel import Session, select

from app.accounts.models import User
from app.core.text import fold, name_key, sort_key
from app.entries.forms import EntryForm
from app.entries.models import Entry, EntryFile, FileRole
from app.entries.queries import get_entry
from app.entries.service import attach_file, create_entry
from app.files.models import File
from app.files.types import TYPES
from app.plans import FOLDER as PLANS
from app.programmes.access import Actor, Scene
from app.programmes.models import UNIT_ROLES, Kind, Membership, Programme, Role, Unit
from app.programmes.plan import load_plan
from app.programmes.queries import get_actor, get_scene
from app.programmes.service import create_programme

NOW = datetime(2024, 5, 20, 2, 0, tzinfo=UTC)
_serial = count(1)


# ---- accounts ---------------------------------------------------------------------------------------------


def make_user(
    session: Session, *, full_name: str = "Nguyễn Thị Minh Hạnh", login: str | None = None, **values: object
) -> User:
    """Make a person with an account; `login` is unique by itself."""
    user = User(
        login=login or f"user{next(_serial)}",
        full_name=full_name,
        name_key=name_key(full_name),
        folded=fold(full_name),
        created_at=NOW,
        **values,
    )
    session.add(user)
    session.flush()
    return user


# ---- programmes -------------------------------------------------------------------------------------------


def make_programme(session: Session, *, slug: str | None = None, **values: object) -> Programme:
    """Make a contest without a plan."""
    fields = {
        "kind": Kind.CONTEST,
        "title": "Cuộc thi ý tưởng cải cách hành chính",
        "created_at": NOW,
    } | values
    programme = Programme(slug=slug or f"cuoc-thi-{next(_serial)}", **fields)
    session.add(programme)
    session.flush()
    return programme


def make_unit(session: Session, programme: Programme, *, name: str = "UBND phường Hạ Đình", **values: object) -> Unit:
    """Make a unit of `programme`; its key is unique by itself."""
    fields = {"category": "ward", "key": f"don-vi-{next(_serial)}"} | values
    unit = Unit(programme_id=programme.id, name=name, sort_key=sort_key(name), folded=fold(name), **fields)
    session.add(unit)
    session.flush()
    return unit


def give_role(
    session: Session, user: User, programme: Programme, role: Role, *, unit: Unit | None = None
) -> Membership:
    """Give `user` a role in `programme`; unit roles name their unit."""
    membership = Membership(programme_id=programme.id, user_id=user.id, role=role, unit_id=unit.id if unit else None)
    session.add(membership)
    session.flush()
    return membership


# ---- entries ----------------------------------------------------------------------------------------------


def make_contest(session: Session, *, slug: str = "thanh-xuan-2024") -> Scene:
    """Make the contest of Thanh Xuân from its plan: 34 units, one round."""
    plan = load_plan(PLANS / "thanh_xuan_2024.yaml").model_copy(update={"slug": slug})
    create_programme(session, plan=plan, now=NOW)
    return get_scene(session, slug=slug)


def unit_of(session: Session, scene: Scene, key: str = "ha-dinh") -> Unit:
    """Give a unit of the plan."""
    return session.exec(select(Unit).where(Unit.programme_id == scene.programme_id, Unit.key == key)).one()


def make_actor(
    session: Session, scene: Scene, *roles: Role, unit: str = "ha-dinh", user: User | None = None, **values: object
) -> Actor:
    """Make a person with these roles; unit roles are of `unit`."""
    person = user or make_user(session, **values)
    home = unit_of(session, scene, unit)
    for role in roles:
        give_role(session, person, scene.programme, role, unit=home if role in UNIT_ROLES else None)
    return get_actor(session, scene=scene, user=person)


def entry_form(**values: str) -> dict[str, str]:
    """A complete individual entry as a browser posts it; another value replaces a box, None takes it away."""
    boxes: dict[str, str | None] = {
        "title": "Mã QR tra cứu tiến độ hồ sơ tại Bộ phận Một cửa",
        "field": "one_stop",
        "category": "individual",
        "format": "essay",
        "summary": "Dán mã QR trên phiếu hẹn để người dân tự tra cứu tiến độ.",
        "use_clause": "true",
        "version": "1",
        "representative": "0",
        **author_boxes(0),
    }
    return {name: value for name, value in (boxes | values).items() if value is not None}


def author_boxes(row: int, *, full_name: str = "Nguyễn Thị Hồng Phượng", **values: str | None) -> dict[str, str | None]:
    """One author's row, with every consent."""
    boxes = {
        "full_name": full_name,
        "position": "Công chức Tư pháp – Hộ tịch",
        "address": "Số 1 phố Mẫu, phường Hạ Đình",
        "phone": "0912 345 678",
        "participation": "true",
        "publication": "true",
        "payment": "true",
        "handover": "true",
    }
    return {f"authors.{row}.{name}": value for name, value in (boxes | values).items()}


def make_entry(
    session: Session,
    clerk: Actor,
    *,
    unit: Unit | None = None,
    main: bool = True,
    now: datetime = NOW,
    **values: str | None,
) -> Entry:
    """Make a draft through its service, complete unless `main=False`."""
    home = unit or session.get_one(Unit, min(clerk.clerk_of))
    form = EntryForm.parse(entry_form(**values))
    entry = create_entry(session, actor=clerk, unit=home, form=form, now=now)
    if main:
        add_file(session, clerk, entry, extension="mp4" if entry.format == "video" else "docx")
        if entry.format == "video":
            add_file(session, clerk, entry, role=FileRole.TEXT)
    return get_entry(session, actor=clerk, entry_id=entry.id)


def add_file(
    session: Session, clerk: Actor, entry: Entry, *, extension: str = "docx", role: FileRole = FileRole.MAIN
) -> EntryFile:
    """Put the row of a file on the entry; its bytes lie nowhere."""
    n = next(_serial)
    file = File(
        programme_id=entry.programme_id,
        name=f"bai-{n}.{extension}",
        media_type=TYPES[extension].media_type,
        extension=extension,
        size=1000,
        sha256=f"{n:064x}",
        storage_key=f"{n:032x}",
        uploaded_by=clerk.user_id,
        uploaded_at=NOW,
    )
    session.add(file)
    session.flush()
    loaded = get_entry(session, actor=clerk, entry_id=entry.id)
    return attach_file(session, actor=clerk, entry=loaded, file=file, role=role, now=NOW)
