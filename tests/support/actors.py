"""People and entries without a database, for matrices of policies: unit 1 is «own», unit 2 is another's."""

from datetime import UTC, datetime
from functools import cache

from app.accounts.models import User
from app.entries.models import Author, Consent, Entry, EntryFile, EntryStatus, Purpose
from app.files.models import File
from app.plans import FOLDER
from app.programmes.access import Actor, Scene
from app.programmes.models import PlanVersion, Programme, Role, Round
from app.programmes.plan import Plan, load_plan

OWN, OTHER = 1, 2
ACTORS = ("clerk", "head", "other clerk", "other head", "organiser", "chair", "juror", "administrator", "nobody")
_SENT = {EntryStatus.FORWARDED, EntryStatus.ACCEPTED, EntryStatus.RETURNED, EntryStatus.INELIGIBLE}
_AT = datetime(2024, 5, 20, tzinfo=UTC)


@cache
def thanh_xuan() -> Plan:
    """The plan of the sample contest."""
    return load_plan(FOLDER / "thanh_xuan_2024.yaml")


def pure_scene(*, opened: bool = False) -> Scene:
    """A contest that takes entries, or whose judging has opened."""
    programme = Programme(id=1, slug="thanh-xuan-2024", kind="contest", title="Cuộc thi", created_at=_AT)
    version = PlanVersion(id=1, programme_id=1, number=1, canonical="", sha256="", created_at=_AT)
    round_ = Round(id=1, programme_id=1, key="written", ordinal=1, opened_at=_AT if opened else None)
    return Scene(programme, version, thanh_xuan(), (round_,))


def pure_actor(name: str, *, opened: bool = False) -> Actor:
    """One of ACTORS."""
    user = User(id=7, login="a", full_name="A", name_key="", folded="", is_admin=name == "administrator")
    roles = {"organiser": {Role.ORGANISER}, "chair": {Role.CHAIR}, "juror": {Role.JUROR}}.get(name, set())
    unit = frozenset({OTHER if name.startswith("other") else OWN})
    return Actor(
        user=user,
        scene=pure_scene(opened=opened),
        roles=frozenset(roles),
        clerk_of=unit if name.endswith("clerk") else frozenset(),
        head_of=unit if name.endswith("head") else frozenset(),
    )


def pure_entry(status: str = EntryStatus.DRAFT, **values: object) -> Entry:
    """A complete entry of the own unit in this status."""
    fields = {
        "unit_id": OWN,
        "field": "one_stop",
        "category": "individual",
        "format": "essay",
        "summary": "Tóm tắt",
        "clause_accepted_at": _AT,
    } | values
    entry = Entry(
        id=1,
        programme_id=1,
        unit_name="UBND phường Hạ Đình",
        title="Mã QR",
        status=status,
        number=None if status == EntryStatus.DRAFT else 12,
        forwarded_at=_AT if status in _SENT else None,
        **fields,
    )
    entry.authors = [pure_author()]
    entry.files = [pure_file("docx")]
    return entry


def pure_author(**values: object) -> Author:
    """An author with everything that a plan asks of one."""
    fields = {
        "full_name": "Nguyễn Thị Hồng Phượng",
        "address": "Số 1 phố Mẫu",
        "phone": "+84912345678",
        "is_representative": True,
    } | values
    author = Author(entry_id=1, ordinal=0, name_key="", name_folded="", **fields)
    author.consents = [Consent(author_id=1, purpose=p.value, given_at=_AT, recorded_by=7) for p in Purpose]
    return author


def pure_file(extension: str, *, role: str = "main", removed: bool = False) -> EntryFile:
    """A file of an entry."""
    row = EntryFile(entry_id=1, file_id=1, role=role, removed_at=_AT if removed else None)
    row.file = File(id=1, name=f"bai.{extension}", extension=extension, media_type="", size=1, sha256="")
    return row
