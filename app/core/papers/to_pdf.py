"""A paper as PDF: typst draws paper.typ, the words travel as JSON and are never read as markup."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import typst

from app.core.papers import shape
from app.core.papers.fonts import find_fonts
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

_TEMPLATE = Path(__file__).with_name("paper.typ")
# A row as tall as a page must be allowed to break; shorter rows stay whole.
_LONG_CELL = 900


def render_pdf(paper: Paper, fonts: Path) -> bytes:
    """The paper as a PDF/A-2b file, set in the Tinos of the folder `fonts`; the same paper gives the same bytes."""
    # PDF/A wants a date: the paper's own, so that the same paper stays the same file.
    issued = paper.letterhead.date if paper.letterhead else None
    stamp = int(datetime(issued.year, issued.month, issued.day, tzinfo=UTC).timestamp()) if issued else 0
    compiler = typst.Compiler(
        str(_TEMPLATE),
        font_paths=[str(find_fonts(fonts))],
        ignore_system_fonts=True,
        sys_inputs={"paper": json.dumps(_payload(shape.tidy(paper)), ensure_ascii=False)},
    )
    return cast("bytes", compiler.compile(format="pdf", pdf_standards="a-2b", timestamp=stamp))


def _payload(paper: Paper) -> dict[str, Any]:
    return {
        "name": shape.document_name(paper),
        "size": paper.size,
        "notice": paper.notice,
        "footer": paper.footer,
        "parts": [_main_part(paper), *(_annex_part(annex) for annex in paper.annexes)],
    }


def _main_part(paper: Paper) -> dict[str, Any]:
    return {
        "head": _head(paper.letterhead) if paper.letterhead else None,
        "kind": shape.upper_lines(paper.kind),
        "title": paper.title,
        "attached": paper.attached_to,
        "to": shape.addressees(paper.to),
        "authority": shape.upper_lines(paper.authority),
        "bases": shape.punctuated(paper.bases),
        "resolves": paper.resolves,
        "blocks": _blocks(paper.blocks, landscape=paper.landscape),
        "kept_block": _kept_block(paper),
        "signatures": _signatures(paper.signatures),
        "signed_at": paper.signed_at,
        "recipients": shape.listed(paper.recipients),
        "landscape": paper.landscape,
    }


def _annex_part(annex: Annex) -> dict[str, Any]:
    return {
        "head": None,
        "kind": [annex.label] if annex.label else [],
        "title": annex.title.upper(),
        "attached": annex.attached_to,
        "to": [],
        "authority": [],
        "bases": [],
        "resolves": "",
        "blocks": _blocks(annex.blocks, landscape=annex.landscape),
        "kept_block": _kept_block(annex),
        "signatures": _signatures(annex.signatures),
        "signed_at": annex.signed_at,
        "recipients": [],
        "landscape": annex.landscape,
    }


def _head(head: Letterhead) -> dict[str, Any]:
    return {
        "parent": shape.upper_lines(head.parent_agency),
        "agency": shape.upper_lines(head.agency),
        "number": shape.number_line(head),
        "subject": head.subject,
        "place": shape.place_line(head),
        "state": shape.MOTTO[0],
        "motto": shape.MOTTO[1],
    }


def _signatures(signatures: tuple[Signature, ...]) -> list[dict[str, Any]]:
    return [{"authority": shape.signer_lines(s), "note": s.note, "name": s.name} for s in signatures]


def _blocks(blocks: tuple[Block, ...], *, landscape: bool) -> list[dict[str, Any]]:
    return [_block(block, shape.text_width(landscape=landscape)) for block in blocks]


def _kept_block(part: Paper | Annex) -> int:
    return shape.kept_block(part.blocks) if part.signatures else len(part.blocks)


def _block(block: Block, room: float) -> dict[str, Any]:
    match block:
        case Paragraph():
            drawn = asdict(block) | {"runs": _runs(shape.runs(block.text, bold=block.bold, italic=block.italic))}
        case Point():
            drawn = asdict(block) | {"runs": _runs(shape.runs(block.text))}
        case Section():
            drawn = {"level": block.level, "words": shape.section_words(block)}
        case Table():
            drawn = _table(block, room)
        case Line() | Space() | PageBreak():
            drawn = asdict(block)
    return drawn | {"type": type(block).__name__.lower()}


def _runs(runs: list[Run]) -> list[dict[str, Any]]:
    return [asdict(run) for run in runs]


def _table(table: Table, room: float) -> dict[str, Any]:
    return {
        "shares": shape.shares(table, room),
        "size": table.size,
        "row_height": table.row_height,
        "kept_row": shape.kept_row(table),
        "head": [_row("head", boxes) for boxes in shape.head_rows(table)],
        "rows": [_row(row.kind, boxes) for row, boxes in zip(table.rows, shape.body_rows(table), strict=True)],
    }


def _row(kind: str, boxes: list[shape.Box]) -> dict[str, Any]:
    drawn = [{"words": b.words, "across": b.across, "down": b.down, "align": b.align, "bold": b.bold} for b in boxes]
    return {"kind": kind, "boxes": drawn, "long": any(len(b.words) > _LONG_CELL for b in boxes)}
