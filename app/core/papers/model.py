r"""What an official paper says, apart from how it is drawn.

A paper is a value: the same one becomes a Word file, a PDF and a worksheet. Strings are plain text; a line
break in one ("ỦY BAN NHÂN DÂN\nQUẬN THANH XUÂN") is a line break on paper. What must be capital letters by
Nghị định 30/2020 is made so by the renderers.
"""

import datetime as dt
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from app.core.money import dong_in_words

ROOM = "\u00a0" * 10  # left blank to be written by hand: f"số {ROOM}/QĐ-UBND"
Align = Literal["left", "center", "right", "justify"]
ColumnKind = Literal["text", "integer", "money", "points"]
RowKind = Literal["plain", "group", "subtotal", "total"]
Cell = str | int | Fraction | None


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of words in one face."""

    text: str
    bold: bool = False
    italic: bool = False


Text = str | tuple[Run | str, ...]


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The head of the first page: who issues, under whom, number, place and date; the State's motto stands beside.

    `number` is what follows "Số:"; begun with "/" ("/QĐ-UBND") it leaves room for the number to be given by hand.
    Empty, the line is absent (lists and sheets carry none). `place` empty: no line of place and date.
    `subject` is the "V/v …" of an official letter.
    """

    agency: str
    parent_agency: str = ""
    number: str = ""
    place: str = ""
    date: dt.date | None = None
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: Text
    align: Align = "justify"
    indent: bool = True
    bold: bool = False
    italic: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A heading inside the text: 1 "I. KẾT QUẢ" in capitals, 2 "1. Phạm vi" bold, 3 bold italic."""

    text: str
    level: Literal[1, 2, 3] = 1


@dataclass(frozen=True, slots=True)
class Point:
    """Text after its marker: "Điều 1." (bold by `bold_marker`), "1.", "a)", "-". `level` 1 moves one step in."""

    marker: str
    text: Text
    bold_marker: bool = False
    level: Literal[0, 1] = 0


@dataclass(frozen=True, slots=True)
class Line:
    """A field of a form: the label, then what is known, or dots to the margin to write on by hand."""

    label: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `over` is a heading that spans neighbours with the same one.

    `width` is a share of the table, best thought of in millimetres.

    Values by kind: "money" and "integer" are integers, "points" integer hundredths or exact fractions of them.
    A string always prints as it is.
    """

    heading: str
    width: float
    kind: ColumnKind = "text"
    align: Align | None = None
    over: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One value a column. In group, subtotal and total rows `label` takes the leading cells that are None."""

    cells: tuple[Cell, ...] = ()
    kind: RowKind = "plain"
    label: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """`numbered` adds the row (1), (2)…; `row_height` in millimetres leaves room to sign by hand; `size` in points."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    numbered: bool = False
    row_height: float = 0
    size: float = 12


@dataclass(frozen=True, slots=True)
class Space:
    """Empty lines, for writing by hand if `dotted`."""

    lines: int = 1
    dotted: bool = False


@dataclass(frozen=True, slots=True)
class PageBreak:
    pass


Block = Paragraph | Section | Point | Line | Table | Space | PageBreak


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signs: authority ("TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH"), title, the hint where to sign, the name."""

    title: str
    name: str = ""
    authority: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Annex:
    """A part on its own pages with its own page numbers: "Phụ lục I", its title, what it is attached to."""

    title: str
    blocks: tuple[Block, ...]
    label: str = ""
    attached_to: str = ""
    landscape: bool = False
    signatures: tuple[Signature, ...] = ()
    signed_at: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """One official paper.

    `kind` and `title` are the two lines of the title ("QUYẾT ĐỊNH" / "Về việc …"), `attached_to` the line
    "(Kèm theo …)" under it. `authority` ("CHỦ TỊCH ỦY BAN NHÂN DÂN …"), `bases` and `resolves` ("QUYẾT ĐỊNH:") are
    the opening of a decision; bases get their ";" and the last its ".". `to` are those addressed by "Kính gửi:".
    `signed_at` is place and date above the signatures, for papers without them in the letterhead. `notice`
    stands in red on every page ("MẪU – DỮ LIỆU GIẢ ĐỊNH"), `footer` in small letters at the foot of every page.
    `size` is 14 or 13: the decree's two sets of sizes.
    """

    letterhead: Letterhead | None
    kind: str = ""
    title: str = ""
    attached_to: str = ""
    to: tuple[str, ...] = ()
    authority: str = ""
    bases: tuple[str, ...] = ()
    resolves: str = ""
    blocks: tuple[Block, ...] = ()
    signatures: tuple[Signature, ...] = ()
    signed_at: str = ""
    recipients: tuple[str, ...] = ()
    annexes: tuple[Annex, ...] = ()
    landscape: bool = False
    notice: str = ""
    footer: str = ""
    size: Literal[13, 14] = 14


def amount_in_words(amount: int, *, label: str = "Bằng chữ") -> Paragraph:
    """The line under a table of money: "(Bằng chữ: Mười tám triệu ba trăm nghìn đồng)"."""
    return Paragraph(f"({label}: {dong_in_words(amount)})", italic=True)
