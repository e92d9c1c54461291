"""What all renderers must draw alike: the words of a paper as they are printed, and the grid of a table."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from fractions import Fraction
from itertools import groupby
from typing import Any, TypeVar

from app.core.money import format_dong
from app.core.numbers import format_points
from app.core.papers.model import (
    ROOM,
    Align,
    Block,
    Cell,
    Column,
    Letterhead,
    Line,
    Paper,
    Paragraph,
    Point,
    Row,
    Run,
    Section,
    Signature,
    Table,
    Text,
)
from app.core.text import format_date_line, is_kept

MOTTO = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")
PAGE_MM = (210, 297)
MARGIN_MM = {"top": 20, "bottom": 20, "left": 30, "right": 15}
INDENT_MM = 10
_LEAST_COLUMN_MM = 11.5
# What stays with the signatures: a page of totals and signatures alone could be laid behind any table.
_LAST_ROWS = 2
_LAST_BLOCKS = 2
_SHORT_CELL = 200
_T = TypeVar("_T")


class PaperError(ValueError):
    """The paper cannot be drawn: its tables do not fit their columns."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """The decree's two sets: motto of the State 13, the rest 14; or 12 and 13."""

    state: float
    agency: float
    body: float


def sizes(size: int) -> Sizes:
    return Sizes(state=size - 1, agency=size - 1, body=size)


@dataclass(frozen=True, slots=True)
class Box:
    """A cell of the drawn table. `value` is the number behind the words, for a worksheet."""

    words: str
    column: int
    across: int = 1
    down: int = 1
    align: Align = "left"
    bold: bool = False
    value: int | Fraction | None = None


def tidy(thing: _T) -> _T:
    """The same value with every string in NFC and without what no paper can show; spaces stay as they are."""
    if isinstance(thing, str):
        return _plain(thing)  # type: ignore[return-value]  # a str comes back for a str
    if isinstance(thing, tuple):
        return tuple(tidy(item) for item in thing)  # type: ignore[return-value]
    if is_dataclass(thing) and not isinstance(thing, type):
        changes: dict[str, Any] = {f.name: tidy(getattr(thing, f.name)) for f in fields(thing)}
        return replace(thing, **changes)
    return thing


def _plain(text: str) -> str:
    # Spaces that do not break are kept: they leave room to write by hand.
    lines = (re.sub(r"[^\S\u00a0\u2007\u202f]+", " ", line) for line in re.split(r"\r\n|[\r\n\v\f\u2028\u2029]", text))
    return unicodedata.normalize("NFC", "\n".join("".join(c for c in line if is_kept(c)) for line in lines))


def runs(text: Text, *, bold: bool = False, italic: bool = False) -> list[Run]:
    """`text` as runs, each with its final face."""
    parts = (text,) if isinstance(text, str) else text
    made = (part if isinstance(part, Run) else Run(part) for part in parts)
    return [Run(r.text, bold=r.bold or bold, italic=r.italic or italic) for r in made if r.text]


def number_line(head: Letterhead) -> str:
    """As "Số: 05/QĐ-UBND"; a number that begins with "/" leaves room before it."""
    if not head.number:
        return ""
    return f"Số: {ROOM if head.number.startswith('/') else ''}{head.number}"


def place_line(head: Letterhead) -> str:
    return format_date_line(head.place, head.date) if head.place else ""


def punctuated(items: Sequence[str]) -> list[str]:
    """Each ends in ";", the last in "."."""
    bare = [item.rstrip(" ;.,") for item in items]
    return [item + ("." if i == len(bare) - 1 else ";") for i, item in enumerate(bare)]


def listed(items: Sequence[str]) -> list[str]:
    """The same with a dash before each: recipients, several addressees."""
    return [f"- {item}" for item in punctuated([item.removeprefix("-").strip() for item in items])]


def section_words(section: Section) -> str:
    return section.text.upper() if section.level == 1 else section.text


def upper_lines(text: str) -> list[str]:
    return text.upper().split("\n") if text else []


def shares(table: Table, room: float) -> list[float]:
    """Column widths that add up to 1, in a table `room` mm wide: none too narrow for "STT"."""
    least = min(_LEAST_COLUMN_MM / room, 1 / len(table.columns))
    total = sum(column.width for column in table.columns)
    wide = sum(column.width for column in table.columns if column.width / total > least)
    rest = 1 - least * sum(column.width / total <= least for column in table.columns)
    return [least if c.width / total <= least else c.width / wide * rest for c in table.columns]


def text_width(*, landscape: bool) -> float:
    """Millimetres between the side margins."""
    return PAGE_MM[landscape] - MARGIN_MM["left"] - MARGIN_MM["right"]


def head_rows(table: Table) -> list[list[Box]]:
    """The heading: one row, or two where a heading spans columns, and the row of column numbers."""
    spans = _spans(table.columns)
    two = any(over for over, _, _ in spans)
    top: list[Box] = []
    under: list[Box] = []
    for over, start, count in spans:
        named = [
            Box(column.heading, start + i, down=1 if over or not two else 2, align="center", bold=True)
            for i, column in enumerate(table.columns[start : start + count])
        ]
        if over:
            top.append(Box(over, start, across=count, align="center", bold=True))
            under += named
        else:
            top += named
    rows = [top, under] if two else [top]
    if table.numbered:
        rows.append([Box(f"({i + 1})", i, align="center") for i in range(len(table.columns))])
    return rows


def _spans(columns: Sequence[Column]) -> list[tuple[str, int, int]]:
    spans, start = [], 0
    for over, members in groupby(columns, key=lambda column: column.over):
        count = len(list(members))
        spans.append((over, start, count))
        start += count
    return spans


def body_row(table: Table, row: Row) -> list[Box]:
    """The boxes of one row; the label of a group or total takes the leading empty cells."""
    if row.cells and len(row.cells) != len(table.columns):
        raise PaperError(f"A row of {len(row.cells)} cells in a table of {len(table.columns)} columns.")
    if row.kind == "plain":
        return [_box(table.columns[i], i, cell) for i, cell in enumerate(row.cells)]
    cells = row.cells or (None,) * len(table.columns)
    led = next((i for i, cell in enumerate(cells) if cell is not None), len(cells))
    label = [Box(row.label, 0, across=led, align="left" if row.kind == "group" else "center", bold=True)] if led else []
    return label + [_box(table.columns[i], i, cells[i], bold=True) for i in range(led, len(cells))]


def body_rows(table: Table) -> list[list[Box]]:
    return [body_row(table, row) for row in table.rows]


def _box(column: Column, index: int, cell: Cell, *, bold: bool = False) -> Box:
    value = cell if isinstance(cell, int | Fraction) else None
    align = column.align or ("left" if column.kind == "text" else "right" if column.kind == "money" else "center")
    return Box(cell_words(column, cell), index, align=align, bold=bold, value=value)


def cell_words(column: Column, cell: Cell) -> str:
    """A cell as it is printed."""
    if cell is None or isinstance(cell, str):
        return cell or ""
    if column.kind == "points":
        return format_points(cell)
    if isinstance(cell, Fraction) and cell.denominator != 1:
        raise PaperError(f"«{column.heading}» takes whole numbers, not {cell}.")
    return format_dong(int(cell))


def kept_block(blocks: Sequence[Block]) -> int:
    """The first block that stays on the page of the signatures: the last table, if only a line or two follow it."""
    tables = [i for i, block in enumerate(blocks) if isinstance(block, Table)]
    if tables and len(blocks) - 1 - tables[-1] <= _LAST_BLOCKS and _is_prose(blocks[tables[-1] + 1 :]):
        return tables[-1]
    return len(blocks) - 1


def _is_prose(blocks: Sequence[Block]) -> bool:
    return all(isinstance(block, Paragraph | Point | Line) for block in blocks)


def kept_row(table: Table) -> int:
    """The first row that stays on the page of the signatures: the last entries of a table, with their totals."""
    first, entries = len(table.rows), 0
    for i in range(len(table.rows) - 1, -1, -1):
        row = table.rows[i]
        if row.kind == "group" or any(isinstance(c, str) and len(c) > _SHORT_CELL for c in row.cells):
            break
        entries += row.kind == "plain"
        if entries > _LAST_ROWS:
            break
        first = i
    return first


def same_width(tables: Iterable[Table]) -> int:
    """The number of columns that all tables of a worksheet share."""
    counts = {len(table.columns) for table in tables}
    if len(counts) != 1:
        raise PaperError("A worksheet needs tables, and all of them with the same number of columns.")
    return counts.pop()


def addressees(to: Sequence[str]) -> list[str]:
    """One stands on the line of "Kính gửi:", several in a list."""
    return listed(to) if len(to) > 1 else [name.rstrip(" ;.,") for name in to]


def signer_lines(signature: Signature) -> list[str]:
    return [line for part in (*signature.authority, signature.title) for line in upper_lines(part)]


def document_name(paper: Paper) -> str:
    """What a viewer shows as the title of the file."""
    head = paper.letterhead
    parts = (paper.kind, paper.title or (head.subject if head else ""))
    return " ".join(" ".join(parts).split()) or (head.agency if head else "")


def printed_mm(lines: Sequence[str], size: float) -> float:
    """Roughly how wide the longest line prints in bold: the decree allows a rule of a third to a half of it."""
    narrow = "iìíỉĩịljtfr.,:;'()!|"

    def ems(char: str) -> float:
        if char.isspace():
            return 0.25
        return 0.32 if char in narrow else 0.72 if char.isupper() else 0.5

    return max((sum(map(ems, line)) for line in lines), default=0) * size * 25.4 / 72
