"""What goes into the archive, before a byte of it is written: entries, files and the names they get there. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.core.clock import in_zone
from app.core.numbers import format_points
from app.core.papers import Cell, Column, Paper, Row, Signature, Table
from app.core.text import clean, fold, format_phone
from app.documents.parts import (
    SAMPLE_NOTICE,
    SIGN,
    SIGN_AND_SEAL,
    author_names,
    code_of,
    place_of,
    representative_of,
    standing_letterhead,
)
from app.entries.models import Category, Entry, EntryFile, FileRole
from app.handover.models import Mode
from app.handover.queries import Candidate
from app.programmes.plan import Plan

INDEX = "danh-muc.xlsx"
MANIFEST = "manifest.json"
FORMAT = "chamthi.handover/1"

_MODES = {Mode.WRITTEN: "Bài viết", Mode.PRESENTATION: "Thuyết trình"}
_CATEGORIES = {Category.INDIVIDUAL: "Cá nhân", Category.GROUP: "Tập thể"}
_ROLES = {FileRole.MAIN: "bai-du-thi", FileRole.TEXT: "ban-word", FileRole.ATTACHMENT: "kem-theo"}


@dataclass(frozen=True, slots=True)
class Piece:
    """A stored file under its name in the archive."""

    path: str
    name: str
    role: str
    extension: str
    storage_key: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Item:
    """An entry in the archive."""

    candidate: Candidate
    mode: Mode
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Bundle:
    """Everything that one archive holds, and where it comes from."""

    list_id: int
    slug: str
    plan: Plan
    plan_sha256: str
    result_sha256: str
    is_sample: bool
    made_at: datetime
    items: tuple[Item, ...]

    @property
    def local_time(self) -> datetime:
        """When it was made, as people there read it, to the second."""
        return in_zone(self.made_at, self.plan.zone).replace(microsecond=0)

    @property
    def essence(self) -> list[tuple[int, Mode, tuple[Piece, ...]]]:
        """Which entries with which files: if this has changed, the archive is no longer true."""
        return [(item.candidate.standing.entry_id, item.mode, item.pieces) for item in self.items]

    @property
    def receiver(self) -> str:
        """To whom it goes."""
        host = self.plan.host
        return host.upper_committee or host.upper


def make_items(candidates: Sequence[Candidate], modes: Mapping[int, Mode]) -> tuple[Item, ...]:
    """Give every chosen entry its folder and every live file its name."""
    return tuple(Item(c, modes[c.standing.entry_id], tuple(_pieces(c.entry))) for c in candidates)


def _pieces(entry: Entry) -> Iterator[Piece]:
    """ASCII names of our own making: nothing that a sender called a file can leave the folder."""
    folder = folder_of(entry)
    taken: set[str] = set()
    for row in _in_order(entry.files):
        words = _ROLES[FileRole(row.role)]
        if row.role == FileRole.ATTACHMENT:
            # There may be many; what the sender called one tells them apart. The manifest keeps every name in full.
            words = "-".join(part for part in (words, _ascii(row.file.name.rpartition(".")[0], longest=30)) if part)
        extension = re.sub(r"[^a-z0-9]", "", row.file.extension)
        name, number = f"{words}.{extension}", 1
        while name in taken:
            number += 1
            name = f"{words}-{number}.{extension}"
        taken.add(name)
        yield Piece(
            path=f"{folder}/{name}",
            name=clean(row.file.name),
            role=row.role,
            extension=extension,
            storage_key=row.file.storage_key,
            size=row.file.size,
            sha256=row.file.sha256,
        )


def folder_of(entry: Entry) -> str:
    """Where the files of an entry lie: its number makes it unlike any other."""
    return f"bai/{code_of(entry)}-{_ascii(entry.title, longest=40) or 'bai'}"


def _in_order(files: Sequence[EntryFile]) -> list[EntryFile]:
    order = list(_ROLES)
    live = [row for row in files if row.removed_at is None]
    return sorted(live, key=lambda row: (order.index(FileRole(row.role)), row.id or 0))


def _ascii(text: str, *, longest: int) -> str:
    """Write words as "so-hoa-ho-so", cut between two of them."""
    words = re.findall(r"[a-z0-9]+", fold(text))
    made = ""
    for word in words:
        longer = f"{made}-{word}" if made else word[:longest]
        if len(longer) > longest:
            break
        made = longer
    return made


# ---- the manifest ----------------------------------------------------------------------------------------


def manifest_of(bundle: Bundle, members: Sequence[Mapping[str, object]]) -> dict[str, object]:
    """What the manifest says. `members` are path, sha256 and size of every other member of the archive."""
    host = bundle.plan.host
    return {
        "format": FORMAT,
        "programme": bundle.slug,
        "title": bundle.plan.title,
        "sender": host.authority,
        "receiver": bundle.receiver,
        "plan_sha256": bundle.plan_sha256,
        "result_sha256": bundle.result_sha256,
        "is_sample": bundle.is_sample,
        "made_at": bundle.local_time.isoformat(),
        "entries": [_entry_of(item, bundle.plan) for item in bundle.items],
        "files": sorted(members, key=lambda m: str(m["path"])),
    }


def _entry_of(item: Item, plan: Plan) -> dict[str, object]:
    entry, standing = item.candidate.entry, item.candidate.standing
    return {
        "id": entry.id,
        "number": entry.number,
        "title": clean(entry.title),
        "unit": clean(entry.unit_name),
        "category": entry.category,
        "field": entry.field,
        "field_label": plan.field_label(entry.field),
        "form": entry.format,
        "score": format_points(standing.score).replace(",", "."),
        "rank": standing.rank,
        "prize": item.candidate.tier,
        "mode": item.mode.value,
        "files": [{"path": p.path, "name": p.name, "role": p.role} for p in item.pieces],
    }


# ---- the index -------------------------------------------------------------------------------------------


_COLUMNS = (
    Column("STT", 9, kind="integer"),
    Column("Mã bài", 11, align="center"),
    Column("Tên ý tưởng, giải pháp", 46),
    Column("Tác giả/nhóm tác giả", 34),
    Column("Chức vụ, đơn vị, điện thoại (người đại diện)", 38),
    Column("Lĩnh vực", 25),
    Column("Hình thức", 15),
    Column("Điểm", 13, kind="points"),
    Column("Hạng", 11, kind="integer"),
    Column("Giải", 18),
    Column("Dạng dự thi", 18),
    Column("Thư mục và tệp trong hồ sơ", 62),
)


def index_of(bundle: Bundle) -> Paper:
    """Build "Danh mục bài dự thi" for the level above."""
    host = bundle.plan.host
    rows = tuple(Row(_cells(number, item, bundle.plan)) for number, item in enumerate(bundle.items, start=1))
    return Paper(
        standing_letterhead(host, on=bundle.local_time.date()),
        kind="Danh mục bài dự thi",
        title=f"gửi {bundle.receiver}\n{bundle.plan.title}" if bundle.receiver else bundle.plan.title,
        blocks=(Table(_COLUMNS, rows, size=10),),
        signatures=(
            Signature("Người lập danh mục", note=SIGN),
            Signature("Thủ trưởng đơn vị", note=SIGN_AND_SEAL),
        ),
        landscape=True,
        notice=SAMPLE_NOTICE if bundle.is_sample else "",
        size=13,
    )


def _cells(number: int, item: Item, plan: Plan) -> tuple[Cell, ...]:
    entry, standing = item.candidate.entry, item.candidate.standing
    speaker, tier = representative_of(entry), item.candidate.tier
    return (
        number,
        code_of(entry),
        entry.title,
        author_names(entry),
        place_of(speaker, entry) + (f"\nĐT: {format_phone(speaker.phone)}" if speaker.phone else ""),
        plan.field_label(entry.field),
        _form_of(entry, plan),
        standing.score,
        standing.rank,
        plan.prize_rules.labels[tier] if tier else "",
        _MODES[item.mode],
        "\n".join((f"{folder_of(entry)}/", *(piece.path.rpartition("/")[2] for piece in item.pieces))),
    )


def _form_of(entry: Entry, plan: Plan) -> str:
    label = next((rules.label for key, rules in plan.formats.items() if key == entry.format), entry.format)
    return f"{label} ({_CATEGORIES[Category(entry.category)].lower()})"
