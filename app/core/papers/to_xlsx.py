"""Papers that are tables, as a workbook: real numbers, words that stay words, ready to print on A4."""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from app.core.numbers import format_points
from app.core.papers import shape
from app.core.papers.model import (
    Block,
    Column,
    Letterhead,
    Line,
    PageBreak,
    Paper,
    Paragraph,
    Point,
    Section,
    Signature,
    Space,
    Table,
)

_FONT = "Times New Roman"
# The locale makes LibreOffice write dots; Excel writes what the reader's Windows is set to.
_NUMBER_FORMATS = {"money": "[$-42A]#,##0", "integer": "0", "points": "[$-42A]0.00", "text": "[$-42A]#,##0"}
_PIXELS_PER_MM = 96 / 25.4
_UNIT_PIXELS = 7  # the width of a digit in the workbook's default face: the unit of column widths
_POINTS_PER_MM = 72 / 25.4
_UNDERSCORE_MM = 8 / 2 * 25.4 / 72  # half an em at 8 points
_FORMULA_STARTS = ("=", "+", "-", "@")
_SIGNING_ROWS = 4
_RULE_SHARE = 0.4
_MM_PER_INCH = 25.4
_MOTTO_MM_PER_POINT = 60.3 / 14


def render_xlsx(*papers: Paper) -> bytes:
    """One worksheet a paper, and one an annex; the same papers give the same bytes.

    Raises PaperError if a part has no table, or tables of different numbers of columns.
    """
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(
        stream,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        },
    )
    first = papers[0].letterhead if papers else None
    _name(book, papers, issued=first.date if first else None)
    names: set[str] = set()
    for part in (part for paper in papers for part in _parts(shape.tidy(paper))):
        _Sheet(book, part, name=_sheet_name(part, names)).draw()
    book.close()
    return stream.getvalue()


@dataclass(frozen=True, slots=True)
class _Part:
    """What stands on one worksheet."""

    paper: Paper
    kind: tuple[str, ...]
    title: str
    attached_to: str
    head: Letterhead | None
    blocks: tuple[Block, ...]
    signatures: tuple[Signature, ...]
    signed_at: str
    recipients: tuple[str, ...]
    landscape: bool


def _parts(paper: Paper) -> list[_Part]:
    main = _Part(
        paper,
        tuple(shape.upper_lines(paper.kind)),
        paper.title,
        paper.attached_to,
        paper.letterhead,
        paper.blocks,
        paper.signatures,
        paper.signed_at,
        tuple(shape.listed(paper.recipients)),
        paper.landscape,
    )
    annexes = [
        _Part(
            paper,
            (a.label,) if a.label else (),
            a.title.upper(),
            a.attached_to,
            None,
            a.blocks,
            a.signatures,
            a.signed_at,
            (),
            a.landscape,
        )
        for a in paper.annexes
    ]
    return [main, *annexes]


def _name(book: Any, papers: Sequence[Paper], *, issued: date | None) -> None:
    day = issued or date(1970, 1, 1)
    stamp = datetime(day.year, day.month, day.day, tzinfo=UTC).replace(tzinfo=None)
    title = shape.document_name(shape.tidy(papers[0])) if papers else ""
    book.set_properties({"title": title, "author": "", "created": stamp})


def _sheet_name(part: _Part, taken: set[str]) -> str:
    """Excel's rules: at most 31 characters, none of those it forbids, unlike any other."""
    words = " ".join(part.kind) or part.title or "Bảng"
    plain = re.sub(r"[\[\]:*?/\\\s]+", " ", words).strip(" '").capitalize() or "Bảng"
    name, number = plain[:31].strip(" '"), 1
    while name.casefold() in taken:
        number += 1
        name = f"{plain[: 30 - len(str(number))].strip()} {number}"
    taken.add(name.casefold())
    return name


class _Worksheet(Worksheet):  # type: ignore[misc]
    """A worksheet whose first page has a header of its own, which XlsxWriter does not know: it bears no number."""

    first_header = ""

    def _write_header_footer(self) -> None:
        self._xml_start_tag("headerFooter", [("differentFirst", 1)])
        for name, words in (
            ("oddHeader", self.header),
            ("oddFooter", self.footer),
            ("firstHeader", self.first_header),
            ("firstFooter", self.footer),
        ):
            self._xml_data_element(name, words)
        self._xml_end_tag("headerFooter")


class _Sheet:
    """One worksheet, drawn from the top down; `row` is the next free row."""

    def __init__(self, book: Any, part: _Part, *, name: str) -> None:
        self.book = book
        self.part = part
        self.tables = [block for block in part.blocks if isinstance(block, Table)]
        self.count = shape.same_width(self.tables)
        self.size = part.paper.size
        self.sheet = book.add_worksheet(name, worksheet_class=_Worksheet)
        self.row = 0
        self.formats: dict[tuple[Any, ...], Any] = {}
        room = shape.text_width(landscape=part.landscape)
        self.widths = [share * room for share in shape.shares(self.tables[0], room)]

    def draw(self) -> None:
        self._prepare()
        if self.part.head:
            self._letterhead(self.part.head)
        self._titles()
        frozen = False
        for block in self.part.blocks:
            if isinstance(block, Table) and not frozen:
                frozen = True
                self._freeze(block)
            self._block(block)
        self._closing()

    def _prepare(self) -> None:
        sheet = self.sheet
        for i, width in enumerate(self.widths):
            sheet.set_column(i, i, width * _PIXELS_PER_MM / _UNIT_PIXELS - 0.71)
        sheet.set_paper(9)
        if self.part.landscape:
            sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.center_horizontally()
        margins = {side: mm / _MM_PER_INCH for side, mm in shape.MARGIN_MM.items()}
        sheet.set_margins(**margins)
        sheet.hide_gridlines(2)
        paper = self.part.paper
        notice = f'&"{_FONT},Bold"&10&KB00000{_literal(paper.notice)}' if paper.notice else ""
        margin = {"margin": 9 / _MM_PER_INCH}
        sheet.set_header(f'&C&"{_FONT},Regular"&{self.size}&P\n{notice}', margin)
        sheet.first_header = f"&C\n{notice}"
        sheet.set_footer(f'&C&"{_FONT},Regular"&9{_literal(paper.footer)}' if paper.footer else "", margin)
        sheet.set_start_page(1)

    # --- writing ---

    def _format(self, **properties: Any) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self.formats:
            base = {"font_name": _FONT, "font_size": self.size, "valign": "vcenter", "text_wrap": True}
            self.formats[key] = self.book.add_format(base | properties)
        return self.formats[key]

    def _words(self, first: int, last: int, words: str, *, row: int | None = None, down: int = 1, **face: Any) -> None:
        """Words in the columns `first` to `last`; they stay words even after someone edits the cell."""
        row = self.row if row is None else row
        if words.lstrip().startswith(_FORMULA_STARTS):
            face["quote_prefix"] = True
        style = self._format(**face)
        if first != last or down > 1:
            self.sheet.merge_range(row, first, row + down - 1, last, "", style)
        self.sheet.write_string(row, first, words, style)

    def _line(self, words: str, *, first: int = 0, last: int | None = None, **face: Any) -> None:
        """A row of its own, as high as its words need: a spreadsheet never fits merged cells by itself."""
        last = self.count - 1 if last is None else last
        size = face.get("font_size", self.size)
        room = sum(self.widths[first : last + 1])
        self.sheet.set_row(self.row, _height(words, room, size, bold=face.get("bold", False)))
        self._words(first, last, words, **face)
        self.row += 1

    def _parts_of_width(self, count: int) -> list[tuple[int, int]]:
        """The columns in `count` neighbouring groups, about equally wide."""
        if count > self.count:
            raise shape.PaperError(f"{count} columns of signatures over a table of {self.count} columns.")
        total, bounds = sum(self.widths), [0]
        for i in range(1, count):
            free = range(bounds[-1] + 1, self.count - (count - i) + 1)
            bounds.append(min(free, key=lambda c: abs(sum(self.widths[:c]) - total * i / count)))
        bounds.append(self.count)
        return [(bounds[i], bounds[i + 1] - 1) for i in range(count)]

    # --- the head ---

    def _letterhead(self, head: Letterhead) -> None:
        (first, split), (right, last) = self._parts_of_width(2)
        agency = shape.upper_lines(head.agency)
        small, full = self.size - 1, self.size
        left_lines: list[tuple[str, dict[str, Any]]] = [
            (line, {"font_size": small}) for line in shape.upper_lines(head.parent_agency)
        ]
        left_lines += [(line, {"font_size": small, "bold": True}) for line in agency]
        left_lines.append(_rule(_RULE_SHARE * shape.printed_mm(agency, small)))
        right_lines: list[tuple[str, dict[str, Any]]] = [
            (shape.MOTTO[0], {"font_size": small, "bold": True}),
            (shape.MOTTO[1], {"font_size": full, "bold": True}),
            _rule(_MOTTO_MM_PER_POINT * full),
        ]
        depth = max(len(left_lines), len(right_lines))
        left_lines += [("", {})] * (depth - len(left_lines))
        right_lines += [("", {})] * (depth - len(right_lines))
        left_lines += [(shape.number_line(head), {"font_size": 13}), (head.subject, {"font_size": small})]
        right_lines += [(shape.place_line(head), {"italic": True}), ("", {})]
        for (left, left_face), (said, right_face) in zip(left_lines, right_lines, strict=True):
            if not left and not said:
                continue
            rooms = (sum(self.widths[first : split + 1]), sum(self.widths[right : last + 1]))
            heights = (
                _height(words, room, face.get("font_size", full), bold=face.get("bold", False))
                for words, room, face in ((left, rooms[0], left_face), (said, rooms[1], right_face))
                if words
            )
            self.sheet.set_row(self.row, max(heights))
            self._words(first, split, left, align="center", **left_face)
            self._words(right, last, said, align="center", **right_face)
            self.row += 1

    def _titles(self) -> None:
        self.row += 1 if self.row else 0
        for line in self.part.kind:
            self._line(line, align="center", bold=True, font_size=14)
        if self.part.title:
            self._line(self.part.title, align="center", bold=True)
        if self.part.attached_to:
            self._line(self.part.attached_to, align="center", italic=True)
        ruled = self.part.title.split("\n") if self.part.title else list(self.part.kind)
        if ruled:
            words, face = _rule(_RULE_SHARE * min(shape.printed_mm(ruled, self.size), sum(self.widths)))
            self._line(words, align="center", **face)
        self.row += 1

    def _freeze(self, table: Table) -> None:
        depth = len(shape.head_rows(table))
        self.sheet.freeze_panes(self.row + depth, 0)
        self.sheet.repeat_rows(self.row, self.row + depth - 1)

    # --- blocks ---

    def _block(self, block: Block) -> None:
        match block:
            case Table():
                self._table(block)
            case Space():
                self.row += block.lines
            case PageBreak():
                self.sheet.set_h_pagebreaks([self.row])
            case Paragraph():
                words = "".join(run.text for run in shape.runs(block.text))
                align = "left" if block.align == "justify" else block.align
                self._line(words, align=align, bold=block.bold, italic=block.italic)
            case Section():
                self._line(shape.section_words(block), align="left", bold=True, italic=block.level == 3)
            case Point():
                words = "".join(run.text for run in shape.runs(block.text))
                self._line(f"{block.marker} {words}", align="left", indent=block.level)
            case Line():
                self._line(f"{block.label} {block.value or '…' * 20}", align="left")

    def _table(self, table: Table) -> None:
        heads = shape.head_rows(table)
        for boxes, height in zip(heads, self._head_heights(heads, table.size), strict=True):
            self.sheet.set_row(self.row, height)
            for box in boxes:
                face: dict[str, Any] = {"align": "center", "border": 1, "bold": box.bold, "font_size": table.size}
                last = box.column + box.across - 1
                self._words(box.column, last, box.words, down=box.down, **face)
            self.row += 1
        for row, boxes in zip(table.rows, shape.body_rows(table), strict=True):
            least = table.row_height * _POINTS_PER_MM if row.kind == "plain" else 0
            self.sheet.set_row(self.row, max(least, *(self._box_height(box, table.size) for box in boxes)))
            for box in boxes:
                self._box(box, table)
            self.row += 1

    def _head_heights(self, heads: Sequence[Sequence[shape.Box]], size: float) -> list[float]:
        """A heading over two rows may need more than what stands beside it: the lower row gives it."""
        heights = [max(self._box_height(b, size) for b in boxes if b.down == 1) for boxes in heads]
        over_two = [self._box_height(b, size) for b in heads[0] if b.down > 1]
        if over_two:
            heights[1] = max(heights[1], max(over_two) - heights[0])
        return heights

    def _box_height(self, box: shape.Box, size: float) -> float:
        return _height(box.words, self._room(box), size, bold=box.bold)

    def _box(self, box: shape.Box, table: Table) -> None:
        face: dict[str, Any] = {"align": box.align, "border": 1, "bold": box.bold, "font_size": table.size}
        last = box.column + box.across - 1
        if box.value is None:
            self._words(box.column, last, box.words, **face)
            return
        column = table.columns[box.column]
        style = self._format(num_format=_NUMBER_FORMATS[column.kind], **face)
        self.sheet.write_number(self.row, box.column, _number(column, box.value), style)

    def _room(self, box: shape.Box) -> float:
        return sum(self.widths[box.column : box.column + box.across])

    # --- the foot ---

    def _closing(self) -> None:
        signatures, recipients = self.part.signatures, self.part.recipients
        if not signatures and not recipients:
            return
        self.row += 1
        places = self._parts_of_width(max(2, len(signatures)))
        signed = places[-len(signatures) :] if signatures else []
        if signatures and self.part.signed_at:
            self._line(self.part.signed_at, first=places[-1][0], last=places[-1][1], align="center", italic=True)
        top = self.row
        if signatures:
            self._signatures(signatures, signed)
        if recipients:
            beside = len(signatures) <= 1
            self._recipients(recipients, places[0], row=top if beside else self.row + 1)

    def _signatures(self, signatures: Sequence[Signature], places: Sequence[tuple[int, int]]) -> None:
        titles = [shape.signer_lines(signature) for signature in signatures]
        depth = max(map(len, titles))
        for i in range(depth):
            self._across(places, [lines[i] if i < len(lines) else "" for lines in titles], bold=True)
        self._across(places, [signature.note for signature in signatures], italic=True, font_size=self.size - 1)
        self.row += _SIGNING_ROWS
        self._across(places, [signature.name for signature in signatures], bold=True)

    def _across(self, places: Sequence[tuple[int, int]], words: Sequence[str], **face: Any) -> None:
        size = face.get("font_size", self.size)
        rooms = [sum(self.widths[first : last + 1]) for first, last in places]
        tall = max(_height(w, room, size, bold=True) for w, room in zip(words, rooms, strict=True))
        self.sheet.set_row(self.row, tall)
        for (first, last), said in zip(places, words, strict=True):
            self._words(first, last, said, align="center", **face)
        self.row += 1

    def _recipients(self, recipients: Sequence[str], place: tuple[int, int], *, row: int) -> None:
        first, last = place
        self._words(first, last, "Nơi nhận:", row=row, align="left", bold=True, italic=True, font_size=12)
        for i, name in enumerate(recipients, start=1):
            self._words(first, last, name, row=row + i, align="left", font_size=11)


def _rule(length: float) -> tuple[str, dict[str, Any]]:
    """The rule as the State's own models draw it: underscores."""
    return "_" * round(length / _UNDERSCORE_MM), {"font_size": 8, "valign": "top"}


def _number(column: Column, value: int | Fraction) -> Decimal:
    """What the cell holds: the figure of the paper, not one that only looks like it when rounded."""
    if column.kind == "points":
        return Decimal(format_points(value).replace(",", "."))
    return Decimal(int(value))


def _height(words: str, room: float, size: float, *, bold: bool) -> float:
    """Points for a row that holds `words` in `room` mm; spreadsheets do not fit rows to words when a file is opened."""
    lines = sum(_lines(line, room - 2, size * (1 if bold else 0.92)) for line in words.split("\n"))
    return float(lines * size * 1.25 + 5)


def _lines(words: str, room: float, size: float) -> int:
    lines, used = 1, 0.0
    space = shape.printed_mm([" "], size)
    for word in words.split():
        wide = shape.printed_mm([word], size)
        if used and used + space + wide > room:
            lines, used = lines + 1, 0.0
        used += (space if used else 0) + wide
    return lines


def _literal(words: str) -> str:
    return words.replace("&", "&&")
