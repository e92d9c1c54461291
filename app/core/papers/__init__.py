"""Official papers: one content model, three renderers, in the form of Nghị định 30/2020. Read model.py first."""

from app.core.papers.fonts import MissingFontsError, find_fonts
from app.core.papers.model import (
    ROOM,
    Annex,
    Block,
    Cell,
    Column,
    Letterhead,
    Line,
    PageBreak,
    Paper,
    Paragraph,
    Point,
    Row,
    Run,
    Section,
    Signature,
    Space,
    Table,
    Text,
    amount_in_words,
)
from app.core.papers.shape import PaperError
from app.core.papers.to_docx import render_docx
from app.core.papers.to_pdf import render_pdf
from app.core.papers.to_xlsx import render_xlsx

__all__ = [
    "ROOM",
    "Annex",
    "Block",
    "Cell",
    "Column",
    "Letterhead",
    "Line",
    "MissingFontsError",
    "PageBreak",
    "Paper",
    "PaperError",
    "Paragraph",
    "Point",
    "Row",
    "Run",
    "Section",
    "Signature",
    "Space",
    "Table",
    "Text",
    "amount_in_words",
    "find_fonts",
    "render_docx",
    "render_pdf",
    "render_xlsx",
]
