"""A paper as a Word file that its signers can edit: real styles, real tables, heading rows that repeat."""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.table import WD_ALIGN_VERTICAL, WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_BREAK, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from app.core.papers import docx_styles as styles
from app.core.papers import shape
from app.core.papers.model import (
    Annex,
    Block,
    Letterhead,
    Line,
    PageBreak,
    Paper,
    Paragraph,
    Point,
    Run,
    Section,
    Signature,
    Space,
    Table,
)

# Measured: the State's name at 13 points bold, the motto at 14.
_STATE_MM = 97
_MOTTO_MM_PER_POINT = 60.3 / 14
_SIGNING_MM = 22
_CELL_PADDING_MM = 1.2
_RULE_SHARE = 0.4
_OLDEST_ZIP_DATE = (1980, 1, 1, 0, 0, 0)


def render_docx(paper: Paper) -> bytes:
    """The paper as .docx; the same paper gives the same bytes."""
    paper = shape.tidy(paper)
    document = docx.Document()
    styles.dress(document, shape.sizes(paper.size))
    _name(document, paper)
    _lay_out(document.sections[0], landscape=paper.landscape)
    _running_lines(document.sections[0], paper)
    _main_part(document, paper)
    for annex in paper.annexes:
        _annex_part(document, annex, size=paper.size)
    stream = io.BytesIO()
    document.save(stream)
    return _steady(stream.getvalue())


def _name(document: Document, paper: Paper) -> None:
    properties = document.core_properties
    properties.title = shape.document_name(paper)
    properties.author = properties.last_modified_by = properties.comments = ""
    properties.language = "vi-VN"
    issued = paper.letterhead.date if paper.letterhead else None
    stamp = datetime(issued.year, issued.month, issued.day, tzinfo=UTC) if issued else datetime(1970, 1, 1, tzinfo=UTC)
    properties.created = properties.modified = stamp.replace(tzinfo=None)


def _steady(package: bytes) -> bytes:
    """The same package without the moment of its making."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as source, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(zipfile.ZipInfo(name, _OLDEST_ZIP_DATE), source.read(name), zipfile.ZIP_DEFLATED)
    return made.getvalue()


# --- pages ---


def _lay_out(section: Any, *, landscape: bool) -> None:
    across, along = shape.PAGE_MM if not landscape else shape.PAGE_MM[::-1]
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(across), Mm(along)
    section.top_margin, section.bottom_margin = Mm(shape.MARGIN_MM["top"]), Mm(shape.MARGIN_MM["bottom"])
    section.left_margin, section.right_margin = Mm(shape.MARGIN_MM["left"]), Mm(shape.MARGIN_MM["right"])
    section.header_distance, section.footer_distance = Mm(9), Mm(9)
    section.different_first_page_header_footer = True


def _running_lines(section: Any, paper: Paper) -> None:
    """Page number from the second page on; notice and footer on every page. Annexes inherit them."""
    for header in (section.header, section.first_page_header):
        header.is_linked_to_previous = False
        header.paragraphs[0].style = styles.PAGE_NUMBER
        if paper.notice:
            header.add_paragraph(paper.notice, styles.NOTICE)
    _page_field(section.header.paragraphs[0])
    for footer in (section.footer, section.first_page_footer):
        footer.is_linked_to_previous = False
        footer.paragraphs[0].style = styles.FOOTER
        footer.paragraphs[0].add_run(paper.footer)


def _page_field(paragraph: Any) -> None:
    run = paragraph.add_run()
    for kind, text in (("begin", ""), ("", "PAGE"), ("separate", ""), ("text", "2"), ("end", "")):
        if kind == "text":
            run.add_text(text)
            continue
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run._r.append(element)  # noqa: SLF001 - python-docx has no fields


# --- parts ---


def _main_part(document: Document, paper: Paper) -> None:
    width = shape.text_width(landscape=paper.landscape)
    if paper.letterhead:
        _letterhead(document, paper.letterhead, size=paper.size, width=width)
    _titles(document, shape.upper_lines(paper.kind), paper.title, paper.attached_to, width=width)
    _addressed(document, shape.addressees(paper.to))
    _opening(document, paper)
    closing = _Closing(paper.signatures, paper.signed_at, shape.listed(paper.recipients))
    _body(document, paper.blocks, closing, width=width)


def _annex_part(document: Document, annex: Annex, *, size: int) -> None:
    section = document.add_section(WD_SECTION.NEW_PAGE)
    document.paragraphs[-1].style = styles.RULE  # it only carries the break: keep it from opening a page of its own
    _lay_out(section, landscape=annex.landscape)
    _restart_numbers(section)
    width = shape.text_width(landscape=annex.landscape)
    label = [annex.label] if annex.label else []
    _titles(document, label, annex.title.upper(), annex.attached_to, width=width)
    _body(document, annex.blocks, _Closing(annex.signatures, annex.signed_at, []), width=width)


def _restart_numbers(section: Any) -> None:
    layout = section._sectPr  # noqa: SLF001 - python-docx has no page numbering
    if layout.find(qn("w:pgNumType")) is None:  # a second annex inherits it
        numbers = OxmlElement("w:pgNumType")
        numbers.set(qn("w:start"), "1")
        layout.find(qn("w:pgMar")).addnext(numbers)


def _letterhead(document: Document, head: Letterhead, *, size: int, width: float) -> None:
    right = max(_STATE_MM, width * 5 / 9) if width > 200 else _STATE_MM
    table = _plain_table(document, (width - right, right))
    agency = shape.upper_lines(head.agency)
    left_cell, right_cell = table.add_row().cells
    _fill(left_cell, [(line, styles.PARENT) for line in shape.upper_lines(head.parent_agency)])
    _fill(left_cell, [(line, styles.AGENCY) for line in agency])
    _rule(left_cell, _RULE_SHARE * shape.printed_mm(agency, size - 1), room=width - right)
    _fill(right_cell, [(shape.MOTTO[0], styles.STATE), (shape.MOTTO[1], styles.MOTTO)])
    _rule(right_cell, _MOTTO_MM_PER_POINT * size, room=right)
    if not (head.number or head.subject or head.place):
        return
    left_cell, right_cell = table.add_row().cells
    _fill(left_cell, [(shape.number_line(head), styles.NUMBER), (head.subject, styles.SUBJECT)])
    _fill(right_cell, [(shape.place_line(head), styles.PLACE)])


def _titles(document: Document, kind: Sequence[str], title: str, attached: str, *, width: float) -> None:
    lines = [(line, styles.KIND) for line in kind]
    if title:
        lines.append((title, styles.TITLE))
    ruled = lines[-1][0].split("\n") if lines else []
    if attached:
        lines.append((attached, styles.ATTACHED))
    for i, (words, style) in enumerate(lines):
        paragraph = document.add_paragraph(words, style)
        if i == 0:
            paragraph.paragraph_format.space_before = Pt(14)
        elif style == styles.KIND:
            paragraph.paragraph_format.space_before = Pt(0)
    if lines:
        rule = _rule(document, _RULE_SHARE * min(shape.printed_mm(ruled or [attached], 14), width), room=width)
        rule.paragraph_format.space_before = Pt(4)  # clear of the tails of the letters above
        rule.paragraph_format.space_after = Pt(8)


def _addressed(document: Document, to: Sequence[str]) -> None:
    if not to:
        return
    alone = len(to) == 1
    first = document.add_paragraph(f"Kính gửi: {to[0]}" if alone else "Kính gửi:", styles.ADDRESSED)
    first.paragraph_format.space_before = Pt(12)
    if alone:
        first.alignment = styles.ALIGN["center"]
    else:
        first.paragraph_format.left_indent = Mm(25)
    last = first.paragraph_format
    for name in () if alone else to:
        last = document.add_paragraph(name, styles.ADDRESSED).paragraph_format
        last.left_indent, last.first_line_indent = Mm(39.5), Mm(-2.5)
    last.space_after = Pt(12)


def _opening(document: Document, paper: Paper) -> None:
    for line in shape.upper_lines(paper.authority):
        document.add_paragraph(line, styles.AUTHORITY)
    for basis in shape.punctuated(paper.bases):
        document.add_paragraph(basis, styles.BASIS)
    if paper.resolves:
        document.add_paragraph(paper.resolves, styles.AUTHORITY)


# --- blocks ---


@dataclass(frozen=True, slots=True)
class _Closing:
    """What ends a part: who signs where and when, who receives it."""

    signatures: Sequence[Signature]
    signed_at: str
    recipients: Sequence[str]


def _body(document: Document, blocks: Sequence[Block], closing: _Closing, *, width: float) -> None:
    """The blocks and the end, which is never left alone on a page.

    Under a table it is the table's last row: LibreOffice keeps rows together, but not a long table and what follows it.
    """
    kept = shape.kept_block(blocks) if closing.signatures else len(blocks)
    for i, block in enumerate(blocks):
        if i == kept and isinstance(block, Table):
            _end(_table(document, block, width=width, ended=True), blocks[i + 1 :], closing, width=width)
            return
        _block(document, block, width=width, last=i == kept)
    _close(document, closing, width=width)


def _end(cell: Any, blocks: Sequence[Block], closing: _Closing, *, width: float) -> None:
    for block in blocks:
        _block(cell, block, width=width, last=True)
    _close(cell, closing, width=width)
    first = cell.paragraphs[0]
    first._p.getparent().remove(first._p)  # noqa: SLF001 - the cell's own empty paragraph, now above everything
    cell.paragraphs[-1].style = styles.RULE  # a cell ends in a paragraph: a small one


def _block(place: Any, block: Block, *, width: float, last: bool) -> None:
    match block:
        case Table():
            _table(place, block, width=width)
        case PageBreak():
            place.add_paragraph(style=styles.RULE).add_run().add_break(WD_BREAK.PAGE)
        case Space():
            for _ in range(block.lines):
                _dotted(place, "", width=width, dotted=block.dotted)
        case _:
            _prose(place, block, width=width).paragraph_format.keep_with_next = last or None


def _prose(document: Any, block: Paragraph | Section | Point | Line, *, width: float) -> Any:
    match block:
        case Paragraph():
            paragraph = document.add_paragraph(style=styles.BODY)
            paragraph.alignment = styles.ALIGN[block.align]
            if not block.indent:
                paragraph.paragraph_format.first_line_indent = Mm(0)
            _say(paragraph, shape.runs(block.text, bold=block.bold, italic=block.italic))
        case Section():
            return document.add_paragraph(shape.section_words(block), f"Heading {block.level}")
        case Point():
            paragraph = document.add_paragraph(style=styles.BODY)
            if block.level:
                paragraph.paragraph_format.left_indent = Mm(shape.INDENT_MM * block.level)
            _say(paragraph, [Run(block.marker, bold=block.bold_marker), Run(" "), *shape.runs(block.text)])
        case Line():
            return _dotted(document, f"{block.label} {block.value}", width=width, dotted=not block.value)
    return paragraph


def _say(paragraph: Any, runs: Sequence[Run]) -> None:
    for run in runs:
        made = paragraph.add_run(run.text)
        made.bold, made.italic = run.bold or None, run.italic or None


def _dotted(document: Any, words: str, *, width: float, dotted: bool) -> Any:
    """A line to write on: dots from the words to the margin."""
    paragraph = document.add_paragraph(words + ("\t" if dotted else ""), styles.BODY)
    paragraph.alignment = styles.ALIGN["left"]
    if not words:
        paragraph.paragraph_format.first_line_indent = Mm(0)
    if dotted:
        paragraph.paragraph_format.tab_stops.add_tab_stop(Mm(width), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)
    return paragraph


# --- tables of figures ---


def _table(document: Any, table: Table, *, width: float, ended: bool = False) -> Any:
    """Draw a table; `ended`, its last row is one open cell for what must stay with the last entries, and is given."""
    widths = [share * width for share in shape.shares(table, width)]
    drawn = _new_table(document, widths, padding=_CELL_PADDING_MM)
    drawn.style = "Table Grid"
    heads = shape.head_rows(table)
    for boxes in heads:
        _table_row(drawn, boxes, table, style=styles.HEAD_CELL)
    for row in drawn.rows:
        _mark_row(row, "w:tblHeader")
    _merge_down(drawn, heads)
    kept = shape.kept_row(table) if ended else len(table.rows)
    for i, (row, boxes) in enumerate(zip(table.rows, shape.body_rows(table), strict=True)):
        made = _table_row(drawn, boxes, table, style=styles.CELL, keep=row.kind == "group" or i >= kept)
        if row.kind == "plain" and table.row_height:
            made.height, made.height_rule = Mm(table.row_height), WD_ROW_HEIGHT_RULE.AT_LEAST
    if not ended:
        document.add_paragraph(style=styles.RULE)
        return None
    return _open_cell(_new_row(drawn))


def _open_cell(row: Any) -> Any:
    """One cell over the whole row, without lines and insets."""
    cell = row.cells[0].merge(row.cells[-1])
    properties = cell._tc.get_or_add_tcPr()  # noqa: SLF001 - python-docx has neither borders nor margins of a cell
    borders, margins = OxmlElement("w:tcBorders"), OxmlElement("w:tcMar")
    for side in ("left", "bottom", "right"):
        border = OxmlElement(f"w:{side}")
        border.set(qn("w:val"), "nil")
        borders.append(border)
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), "0")
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    properties.append(borders)
    properties.append(margins)
    return cell


def _table_row(drawn: Any, boxes: Sequence[shape.Box], table: Table, *, style: str, keep: bool = False) -> Any:
    row = drawn.add_row()
    _mark_row(row, "w:cantSplit")
    cells = row.cells
    for box in boxes:
        cell = cells[box.column]
        if box.across > 1:
            cell = cell.merge(cells[box.column + box.across - 1])
        cell.vertical_alignment = WD_ALIGN_VERTICAL.CENTER
        paragraph = cell.paragraphs[0]
        paragraph._p.style = styles.style_id(style)  # noqa: SLF001 - by name it costs 3 ms a cell
        paragraph.alignment = styles.ALIGN[box.align]
        run = paragraph.add_run(box.words)
        run.bold = box.bold
        if table.size != 12:  # the size of the style
            run.font.size = Pt(table.size)
        if keep:
            paragraph.paragraph_format.keep_with_next = True
    return row


def _merge_down(drawn: Any, heads: Sequence[Sequence[shape.Box]]) -> None:
    for box in heads[0]:
        if box.down > 1:
            merged = drawn.cell(0, box.column).merge(drawn.cell(box.down - 1, box.column))
            for empty in merged.paragraphs[1:]:
                empty._p.getparent().remove(empty._p)  # noqa: SLF001 - what the lower cell brought along


def _mark_row(row: Any, name: str) -> None:
    properties = row._tr.get_or_add_trPr()  # noqa: SLF001 - python-docx has neither repeated nor unbroken rows
    mark = OxmlElement(name)
    if name == "w:cantSplit":
        properties.insert(0, mark)
    else:
        properties.append(mark)


# --- tables that only hold things in place ---


def _plain_table(document: Any, widths: Sequence[float]) -> Any:
    return _new_table(document, widths, padding=0)


def _new_table(document: Any, widths: Sequence[float], *, padding: float) -> Any:
    table = document.add_table(rows=0, cols=len(widths))
    table.autofit = False
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    margins = OxmlElement("w:tblCellMar")
    for side in ("top", "left", "bottom", "right"):  # in the order of the schema
        margin = OxmlElement(f"w:{side}")
        inset = padding if side in ("left", "right") else padding / 2
        margin.set(qn("w:w"), str(round(Mm(inset).twips)))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    properties = table._tbl.tblPr  # noqa: SLF001 - python-docx has no cell margins
    properties.insert_element_before(margins, "w:tblLook", "w:tblCaption", "w:tblDescription")
    return table


def _fill(cell: Any, lines: Sequence[tuple[str, str]]) -> None:
    """Put lines into a cell, using up its first, empty paragraph."""
    for words, style in lines:
        first = cell.paragraphs[0]
        fresh = len(cell.paragraphs) == 1 and not first.text and first.style.name == "Normal"
        if words:
            (first if fresh else cell.add_paragraph()).style = style
            cell.paragraphs[-1].add_run(words)


def _rule(place: Any, length: float, *, room: float) -> Any:
    """A line of `length` mm in the middle of `room`: a paragraph of its own, so that Word keeps it with the text."""
    rule = place.add_paragraph(style=styles.RULE)
    side = max(0.0, (room - min(length, room)) / 2)
    rule.paragraph_format.left_indent = rule.paragraph_format.right_indent = Mm(side)
    rule.paragraph_format.space_before = Pt(2)
    borders, top = OxmlElement("w:pBdr"), OxmlElement("w:top")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "0"), ("color", "000000")):
        top.set(qn(f"w:{name}"), value)
    borders.append(top)
    properties = rule._p.get_or_add_pPr()  # noqa: SLF001 - python-docx has no paragraph borders
    properties.insert_element_before(borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc")
    return rule


# --- the foot ---


def _close(document: Any, closing: _Closing, *, width: float) -> None:
    signatures, signed_at, recipients = closing.signatures, closing.signed_at, closing.recipients
    if not signatures:
        _received(document, recipients)
        return
    space = document.add_paragraph(style=styles.RULE)
    space.paragraph_format.keep_with_next = True
    space.paragraph_format.space_after = Pt(6)
    if len(signatures) == 1:
        table = _plain_table(document, (width * 0.45, width * 0.55))
        _signature_rows(table, signatures, signed_at, beside=recipients)
    else:
        table = _plain_table(document, (width / len(signatures),) * len(signatures))
        _signature_rows(table, signatures, signed_at, beside=())
        document.add_paragraph(style=styles.RULE)
        _received(document, recipients)


def _received(place: Any, recipients: Sequence[str]) -> None:
    if recipients:
        place.add_paragraph("Nơi nhận:", styles.RECIPIENTS)
        for name in recipients:
            item = place.add_paragraph(name, styles.RECIPIENT).paragraph_format
            item.left_indent, item.first_line_indent = Mm(2), Mm(-2)


def _signature_rows(table: Any, signatures: Sequence[Signature], signed_at: str, *, beside: Sequence[str]) -> None:
    """Rows, not empty lines, between title and name: names stand level whatever stands above them."""
    count = len(signatures)
    if signed_at:
        _fill(_new_row(table).cells[-1], [(signed_at, styles.PLACE)])
    rows = [_new_row(table) for _ in range(4)]
    for signature, *cells in zip(signatures, *(row.cells[-count:] for row in rows), strict=True):
        _fill(cells[0], [(line, styles.SIGNER) for line in shape.signer_lines(signature)])
        _fill(cells[1], [(signature.note, styles.HINT)])
        _fill(cells[3], [(signature.name, styles.SIGNED)])
    rows[2].height, rows[2].height_rule = Mm(_SIGNING_MM), WD_ROW_HEIGHT_RULE.AT_LEAST
    if beside:
        lead = rows[0].cells[0].merge(rows[-1].cells[0])
        for empty in lead.paragraphs[1:]:
            empty._p.getparent().remove(empty._p)  # noqa: SLF001 - what the merged cells brought along
        _received(lead, beside)
        first = lead.paragraphs[0]
        first._p.getparent().remove(first._p)  # noqa: SLF001 - the cell's own empty paragraph, now above the list
    for row, _ in pairwise(table.rows):
        for paragraph in (p for cell in row.cells for p in cell.paragraphs):
            paragraph.paragraph_format.keep_with_next = True


def _new_row(table: Any) -> Any:
    row = table.add_row()
    _mark_row(row, "w:cantSplit")
    return row
