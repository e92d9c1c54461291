"""What the pages of entries show: the form's boxes, two versions side by side, files, the story, participation."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.datastructures import FormData

from app.core.forms import unpack
from app.core.i18n import N_, Message
from app.core.numbers import format_points
from app.core.text import clean, clean_block, format_phone
from app.entries.forms import typed_rows
from app.entries.models import Author, Entry, EntryFile, EntryFormat, EntryStatus, FileRole, Purpose, Receipt
from app.entries.policy import CATEGORY_LABELS, allowed_extensions
from app.entries.queries import Happening, Participation
from app.files.types import accept_attribute, describe
from app.programmes.plan import Plan, UnitCategory

_UNTICKED = {"", "false", "off", "0"}


def entry_code(entry: Entry) -> str:
    """The receipt number as it is printed; nothing before the first submission."""
    return f"{entry.number:03d}" if entry.number is not None else ""


def masked_phone(phone: str) -> str:
    """A number as those outside its unit see it: enough to tell two apart, not enough to call."""
    shown = format_phone(phone)
    return f"{shown[:4]} ••• {shown[-3:]}"


# ---- the form --------------------------------------------------------------------------------------------------


_TEXTS = ("title", "field", "category", "format", "organisation", "summary", "unit_id")
_AUTHOR_TEXTS = ("full_name", "position", "address", "phone", "share")
EMPTY_AUTHOR: Mapping[str, Any] = {
    **dict.fromkeys(_AUTHOR_TEXTS, ""),
    **dict.fromkeys((p.value for p in Purpose), False),
}


def empty_form() -> dict[str, Any]:
    """Boxes of a new entry: nothing is ticked for anybody."""
    return dict.fromkeys(_TEXTS, "") | {"use_clause": False, "authors": [EMPTY_AUTHOR], "representative": 0}


def entry_form(entry: Entry) -> dict[str, Any]:
    """Boxes of the form as the server has them."""
    return {
        "title": entry.title,
        "field": entry.field,
        "category": entry.category,
        "format": entry.format,
        "organisation": entry.organisation,
        "summary": entry.summary,
        "use_clause": entry.clause_accepted_at is not None,
        "authors": [_author_boxes(a) for a in entry.authors] or [EMPTY_AUTHOR],
        "representative": next((i for i, a in enumerate(entry.authors) if a.is_representative), None),
    }


def _author_boxes(author: Author) -> dict[str, Any]:
    given = {c.purpose for c in author.consents}
    return {
        "full_name": author.full_name,
        "position": author.position,
        "address": author.address,
        "phone": format_phone(author.phone) if author.phone else "",
        "share": format_points(author.share, trim=True) if author.share is not None else "",
        **{purpose.value: purpose in given for purpose in Purpose},
    }


def typed_form(data: FormData) -> dict[str, Any]:
    """Boxes as they were typed, right or wrong; rows are numbered as the messages of the form number them."""
    tree = unpack(data)
    rows = typed_rows(tree.get("authors"))
    chosen = tree.get("representative")
    return {
        **{name: _one(tree.get(name)) for name in _TEXTS},
        "use_clause": _ticked(tree.get("use_clause")),
        "authors": [_typed_boxes(row) for row in rows] or [EMPTY_AUTHOR],
        "representative": next((i for i, row in enumerate(rows) if row.get("row") == chosen), None),
    }


def _typed_boxes(row: Mapping[str, Any]) -> dict[str, Any]:
    texts = {name: _one(row.get(name)) for name in _AUTHOR_TEXTS}
    return {**texts, **{purpose.value: _ticked(row.get(purpose.value)) for purpose in Purpose}}


def _one(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _ticked(value: Any) -> bool:
    return isinstance(value, str) and value.lower() not in _UNTICKED


@dataclass(frozen=True, slots=True)
class Difference:
    """A box that two versions fill differently."""

    label: Message
    stored: str
    typed: str


def list_differences(stored: Mapping[str, Any], typed: Mapping[str, Any], *, plan: Plan) -> list[Difference]:
    """What the server has and what was typed, where they differ."""
    lines = {
        "title": N_("Tên ý tưởng, giải pháp"),
        "field": N_("Lĩnh vực"),
        "category": N_("Loại dự thi"),
        "format": N_("Hình thức"),
        "organisation": N_("Đại diện cho tổ chức"),
        "summary": N_("Tóm tắt"),
        "authors": N_("Tác giả"),
        "use_clause": N_("Điều khoản sử dụng bài dự thi"),
    }
    pairs = ((lines[name], _said(name, stored, plan), _said(name, typed, plan)) for name in lines)
    return [Difference(label, here, there) for label, here, there in pairs if here != there]


def _said(name: str, boxes: Mapping[str, Any], plan: Plan) -> str:
    value = boxes[name]
    if name == "authors":
        return "; ".join(_said_author(i, row, boxes) for i, row in enumerate(value))
    if name == "use_clause":
        return str(N_("đồng ý") if value else N_("chưa đồng ý"))
    if name == "field":
        return plan.field_label(value)
    if name == "category":
        return str(CATEGORY_LABELS.get(value, value))
    if name == "format":
        return plan.formats[value].label if value in plan.formats else value
    return clean_block(value) if name == "summary" else clean(value)


def _said_author(index: int, row: Mapping[str, Any], boxes: Mapping[str, Any]) -> str:
    parts = [clean(row[name]) for name in _AUTHOR_TEXTS]
    if boxes["representative"] == index:
        parts.append(str(N_("người đại diện")))
    parts.append(str(N_("%(n)s mục đồng ý", n=sum(row[p.value] for p in Purpose))))
    return ", ".join(p for p in parts if p)


# ---- files -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Drawer:
    """A place for files of one role, with what may be put into it."""

    role: str
    title: Message
    help: Message
    accept: str
    files: tuple[EntryFile, ...]
    is_single: bool


def list_drawers(entry: Entry, *, plan: Plan) -> list[Drawer]:
    """The places for files that this entry has: the Word text only where the plan asks for one."""
    rules = plan.formats.get(entry.format)  # type: ignore[call-overload]
    roles = [FileRole.MAIN, FileRole.TEXT, FileRole.ATTACHMENT]
    live = [f for f in entry.files if f.removed_at is None]
    if not (rules and rules.needs_text_extract) and all(f.role != FileRole.TEXT for f in live):
        roles.remove(FileRole.TEXT)
    return [_drawer(entry, role, live, plan) for role in roles]


def _drawer(entry: Entry, role: FileRole, live: Sequence[EntryFile], plan: Plan) -> Drawer:
    allowed = allowed_extensions(plan, entry=entry, role=role)
    main = N_("Video dự thi") if entry.format == EntryFormat.VIDEO else N_("Bài viết")
    titles = {
        FileRole.MAIN: main,
        FileRole.TEXT: N_("Bản Word trích xuất nội dung, ý tưởng"),
        FileRole.ATTACHMENT: N_("Tệp kèm theo: sản phẩm, phần mềm, hình ảnh (nếu có)"),
    }
    limit = N_("Nhận: %(kinds)s; mỗi tệp không quá %(size)s.", kinds=describe(allowed), size=_limit(plan))
    return Drawer(
        role=role.value,
        title=titles[role],
        help=limit,
        accept=accept_attribute(allowed),
        files=tuple(f for f in live if f.role == role),
        is_single=role != FileRole.ATTACHMENT,
    )


def _limit(plan: Plan) -> str:
    megabytes = plan.files.max_megabytes
    return f"{megabytes // 1024} GB" if megabytes % 1024 == 0 else f"{megabytes} MB"


def max_bytes(plan: Plan) -> int:
    """The size limit of one file."""
    return plan.files.max_megabytes * 1024 * 1024


# ---- receipt and story -------------------------------------------------------------------------------------------


def receipt_content(receipt: Receipt) -> dict[str, Any]:
    """What a receipt attests, read from its canonical text."""
    content: dict[str, Any] = json.loads(receipt.canonical)
    return content | {"at": datetime.fromisoformat(content["at"])}


def submitter_of(receipt: Receipt, happenings: Iterable[Happening]) -> str:
    """Who submitted what a receipt attests; the receipt itself holds nobody's name."""
    return next((h.actor for h in happenings if h.data.get("receipt") == receipt.sha256), "")


@dataclass(frozen=True, slots=True)
class Episode:
    """A line of an entry's story."""

    kind: str
    at: datetime
    actor: str
    what: Message
    reason: str


_WHAT: dict[str, Message] = {
    "entry.created": N_("Lập bản nháp"),
    "entry.draft": N_("Mở lại để sửa; việc sơ loại và xác nhận làm lại từ đầu"),
    "entry.withdrawn": N_("Đã rút bài dự thi"),
    "entry.kept": N_("Đơn vị sơ loại: chọn bài"),
    "entry.declined": N_("Đơn vị sơ loại: không chọn"),
    "entry.late_allowed": N_("Cho phép gửi sau hạn"),
    "entry.accepted": N_("Tiếp nhận: bài đủ điều kiện dự thi"),
    "entry.ineligible": N_("Kết luận: bài không đủ điều kiện"),
}


def tell_story(happenings: Iterable[Happening], *, plan: Plan) -> list[Episode]:
    """The decisions on an entry in plain words; saving a draft and moving files about is no decision."""
    told = ((h, _what(h, plan)) for h in happenings)
    return [Episode(h.kind, h.at, h.actor, what, h.reason) for h, what in told if what is not None]


def _what(event: Happening, plan: Plan) -> Message | None:
    if event.kind == "entry.submitted":
        return N_("Nộp bài tại đơn vị, số tiếp nhận %(number)s", number=f"{event.data['number']:03d}")
    if event.kind == "entry.confirmed":
        return N_(
            "Thủ trưởng đơn vị xác nhận: hiệu quả «%(effectiveness)s», tính khả thi «%(feasibility)s»",
            **{name: _grade(plan, event.data.get(name)) for name in ("effectiveness", "feasibility")},
        )
    if event.kind == "entry.returned":
        return N_("Trả lại để bổ sung đến hết ngày %(day)s", day=_last_day(event.data.get("until"), plan))
    if event.kind == "entry.forwarded":
        return _forwarded(event, plan)
    return _WHAT.get(event.kind)


def _forwarded(event: Happening, plan: Plan) -> Message:
    if event.data["from"] != EntryStatus.CONFIRMED:
        return N_("Mở lại việc kiểm tra điều kiện")
    if event.data.get("late"):
        return N_("Gửi %(agency)s sau hạn, theo lý do được phép", agency=plan.host.standing_agency)
    return N_("Gửi %(agency)s", agency=plan.host.standing_agency)


def _grade(plan: Plan, key: Any) -> str:
    return next((g.label for g in plan.screening.grades if g.key == key), str(key))


def _last_day(until: Any, plan: Plan) -> str:
    return last_day(datetime.fromisoformat(str(until)), plan=plan) if until else ""


def last_day(until: datetime, *, plan: Plan) -> str:
    """The last day on which a supplement is in time: `until` is the midnight that ends it."""
    return datetime.fromtimestamp(until.timestamp() - 1, plan.zone).strftime("%d/%m/%Y")


# ---- participation ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Board:
    """One kind of unit on the participation board."""

    category: UnitCategory
    rows: tuple[Participation, ...]

    @property
    def done(self) -> int:
        """How many units have sent what is expected of them."""
        return sum(has_sent(row, self.category) for row in self.rows)

    @property
    def silent(self) -> list[Participation]:
        """Units that have sent nothing yet."""
        return [row for row in self.rows if not has_sent(row, self.category)]


def has_sent(row: Participation, category: UnitCategory) -> bool:
    """Whether a unit has sent as many entries as its category expects, one at least."""
    return row.sent >= max(category.min_entries, 1)


def make_boards(rows: Sequence[Participation], *, plan: Plan) -> list[Board]:
    """The units by category in the plan's order; categories without units are left out."""
    boards = [Board(c, tuple(r for r in rows if r.unit.category == c.key)) for c in plan.unit_categories]
    return [board for board in boards if board.rows]
