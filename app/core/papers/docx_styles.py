"""The styles of the Word file: those that officials see in Word's list, sized by Nghị định 30/2020."""

from dataclasses import dataclass
from typing import Any

from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from app.core.papers.shape import INDENT_MM, Sizes
from app.core.text import fold

FONT = "Times New Roman"
ALIGN = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
    "justify": WD_ALIGN_PARAGRAPH.JUSTIFY,
}

BODY = "Nội dung"
BASIS = "Căn cứ"
STATE = "Quốc hiệu"
MOTTO = "Tiêu ngữ"
PARENT = "Cơ quan chủ quản"
AGENCY = "Cơ quan ban hành"
NUMBER = "Số, ký hiệu"
SUBJECT = "Trích yếu công văn"
PLACE = "Địa danh, ngày tháng"
KIND = "Tên loại"
TITLE = "Trích yếu"
ATTACHED = "Kèm theo"
AUTHORITY = "Thẩm quyền ban hành"
ADDRESSED = "Kính gửi"
RECIPIENTS = "Nơi nhận"
RECIPIENT = "Nơi nhận - danh sách"
SIGNER = "Quyền hạn, chức vụ"
HINT = "Chỗ ký"
SIGNED = "Họ tên người ký"
HEAD_CELL = "Đầu bảng"
CELL = "Ô bảng"
RULE = "Đường kẻ"
PAGE_NUMBER = "Số trang"
NOTICE = "Dòng lưu ý"
FOOTER = "Chân trang"


@dataclass(frozen=True, slots=True)
class _Face:
    size: float
    align: str = "center"
    bold: bool = False
    italic: bool = False
    indent: bool = False
    before: float = 0
    after: float = 0
    keep: bool = False
    red: bool = False


def _faces(sizes: Sizes) -> dict[str, _Face]:
    body, state = sizes.body, sizes.state
    return {
        BODY: _Face(body, "justify", indent=True, after=6),
        BASIS: _Face(body, "justify", italic=True, indent=True, after=6),
        STATE: _Face(state, bold=True),
        MOTTO: _Face(body, bold=True),
        PARENT: _Face(sizes.agency),
        AGENCY: _Face(sizes.agency, bold=True),
        NUMBER: _Face(13),
        SUBJECT: _Face(sizes.agency),
        PLACE: _Face(body, italic=True),
        KIND: _Face(14, bold=True, before=14, keep=True),
        TITLE: _Face(body, bold=True, keep=True),
        ATTACHED: _Face(body, italic=True, keep=True),
        AUTHORITY: _Face(body, bold=True, before=6, after=6, keep=True),
        ADDRESSED: _Face(body, "left", after=3),
        RECIPIENTS: _Face(12, "left", bold=True, italic=True, keep=True),
        RECIPIENT: _Face(11, "left", keep=True),
        SIGNER: _Face(body, bold=True, keep=True),
        HINT: _Face(body - 1, italic=True, keep=True),
        SIGNED: _Face(body, bold=True),
        HEAD_CELL: _Face(12, bold=True, keep=True),
        CELL: _Face(12, "left"),
        RULE: _Face(2, keep=True),
        PAGE_NUMBER: _Face(body),
        NOTICE: _Face(10, bold=True, red=True),
        FOOTER: _Face(9),
    }


def style_id(name: str) -> str:
    """Word's own ids are ASCII."""
    return fold(name).title().replace(" ", "")


def dress(document: Document, sizes: Sizes) -> None:
    """Give a new document its styles, one typeface and the Vietnamese language."""
    _set_defaults(document, sizes.body)
    for name, face in _faces(sizes).items():
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.element.styleId = style_id(name)
        style.base_style, style.quick_style = document.styles["Normal"], True
        _apply(style, face)
    for level, face in enumerate(_headings(sizes.body), start=1):
        _apply(document.styles[f"Heading {level}"], face)
    _one_typeface(document)
    rule = document.styles[RULE].paragraph_format
    rule.line_spacing_rule, rule.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(5)


def _headings(size: float) -> tuple[_Face, ...]:
    plain = {"align": "justify", "bold": True, "indent": True, "before": 6, "after": 6, "keep": True}
    return (_Face(size, **plain), _Face(size, **plain), _Face(size, italic=True, **plain))  # type: ignore[arg-type]


def _apply(style: Any, face: _Face) -> None:
    font, shape = style.font, style.paragraph_format
    font.size, font.bold, font.italic = Pt(face.size), face.bold, face.italic
    font.color.rgb = RGBColor(0xB0, 0, 0) if face.red else RGBColor(0, 0, 0)
    shape.alignment = ALIGN[face.align]
    shape.first_line_indent = Mm(INDENT_MM) if face.indent else Mm(0)
    shape.space_before, shape.space_after = Pt(face.before), Pt(face.after)
    shape.line_spacing = 1.0
    shape.keep_with_next = face.keep or None
    shape.widow_control = True


def _set_defaults(document: Document, size: float) -> None:
    normal = document.styles["Normal"]
    normal.font.size = Pt(size)
    normal.paragraph_format.space_after = Pt(0)
    normal.paragraph_format.line_spacing = 1.0
    defaults = document.styles.element.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")
    language = defaults.find(qn("w:lang"))
    settings = document.settings.element
    for element in (language, settings.find(qn("w:themeFontLang"))):
        for name in ("w:val", "w:eastAsia"):
            element.set(qn(name), "vi-VN")
    settings.find(qn("w:decimalSymbol")).set(qn("w:val"), ",")
    settings.find(qn("w:listSeparator")).set(qn("w:val"), ";")
    mode = settings.find(f"{qn('w:compat')}/{qn('w:compatSetting')}[@{qn('w:name')}='compatibilityMode']")
    mode.set(qn("w:val"), "15")  # or Word opens the file as one of an older version


def _one_typeface(document: Document) -> None:
    """Theme fonts win over named ones, and letters of the East Asian slot fall to another face: name all four."""
    for properties in document.styles.element.iter(qn("w:rPr")):
        fonts = properties.find(qn("w:rFonts"))
        if fonts is None:
            fonts = OxmlElement("w:rFonts")
            properties.insert(0, fonts)
        fonts.attrib.clear()
        for slot in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
            fonts.set(qn(slot), FONT)
