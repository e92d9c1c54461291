import io
import re
import shutil
import subprocess
import unicodedata
import zipfile
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import docx
import pypdfium2
import pytest
from docx.oxml.ns import qn
from docx.shared import Mm
from python_calamine import CalamineWorkbook

from app.core.papers import (
    ROOM,
    Annex,
    Column,
    Letterhead,
    Line,
    MissingFontsError,
    PageBreak,
    Paper,
    PaperError,
    Paragraph,
    Point,
    Row,
    Run,
    Section,
    Signature,
    Space,
    Table,
    amount_in_words,
    find_fonts,
    render_docx,
    render_pdf,
    render_xlsx,
)
from tests.support.needs import office

INJECTIONS = ["=cmd|' /C calc'!A0", "+84988123456", "-2+3", "@SUM(A1)", "\t=1+1", '=HYPERLINK("http://x")']
MARKUP = ['#read("/etc/passwd")', "*không đậm*", "$x^2$", "= Không phải đề mục", "@ai", "<nhãn>", "\\u{41} // hết"]
HEAD = Letterhead(
    parent_agency="Thành phố Hà Nội",
    agency="Ủy ban nhân dân\nquận Thanh Xuân",
    number="05/QĐ-UBND",
    place="Thanh Xuân",
    date=date(2024, 8, 5),
)
COLUMNS = (
    Column("STT", 10, kind="integer"),
    Column("Tên ý tưởng, giải pháp", 70),
    Column("GK1", 15, kind="points", over="Điểm của giám khảo"),
    Column("GK2", 15, kind="points", over="Điểm của giám khảo"),
    Column("Điểm", 15, kind="points"),
    Column("Mức thưởng (đồng)", 30, kind="money"),
)


def prize_table(count=3, title="Số hóa hồ sơ"):
    plain = [Row((i, f"{title} {i}", 875, 900, Fraction(26_000, 3), 2_000_000)) for i in range(1, count + 1)]
    return Table(
        COLUMNS,
        (
            Row(kind="group", label="I. Tập thể"),
            *plain,
            Row((None, None, None, None, None, 2_000_000 * count), "total", "Tổng cộng"),
        ),
        numbered=True,
    )


DECISION = Paper(
    HEAD,
    kind="Quyết định",
    title="Về việc tặng Giấy khen",
    authority="Chủ tịch Ủy ban nhân dân quận",
    bases=("Căn cứ Luật Thi đua, khen thưởng;", "Theo đề nghị của Trưởng phòng Nội vụ"),
    resolves="QUYẾT ĐỊNH:",
    blocks=(
        Point("Điều 1.", "Tặng Giấy khen cho các tập thể, cá nhân.", bold_marker=True),
        Point("a)", ("Tổng số ", Run("18.300.000 đồng", bold=True), ";"), level=1),
        Paragraph("Quyết định có hiệu lực từ ngày ký./."),
    ),
    signatures=(Signature("Chủ tịch", "Võ Đăng Dũng", ("TM. Ủy ban nhân dân",)),),
    recipients=("Như Điều 3", "Lưu: VT, NV"),
    annexes=(
        Annex("Danh sách đạt giải", (prize_table(30), amount_in_words(60_000_000)), "Phụ lục I", landscape=True),
        Annex("Danh sách chi tiền", (prize_table(2),), "Phụ lục II", "(Kèm theo Quyết định số 05/QĐ-UBND)"),
    ),
    notice="MẪU – DỮ LIỆU GIẢ ĐỊNH",
)
SHEET = Paper(
    replace(HEAD, number="/DS-UBND"),
    kind="Danh sách đạt giải",
    title="Cuộc thi năm 2024",
    blocks=(prize_table(), amount_in_words(6_000_000)),
    signed_at="Thanh Xuân, ngày 05 tháng 8 năm 2024",
    signatures=(
        Signature("Người lập biểu", note="(Ký, ghi rõ họ tên)"),
        Signature("Kế toán trưởng", note="(Ký, ghi rõ họ tên)"),
        Signature("Thủ trưởng đơn vị", "Nguyễn Văn Hòa", note="(Ký, ghi rõ họ tên, đóng dấu)"),
    ),
    landscape=True,
    size=13,
)
LETTER = Paper(
    Letterhead("Phòng Nội vụ", number="/NV", place="Thanh Xuân", subject="V/v gửi hồ sơ dự thi"),
    to=("Ban Tổ chức Cuộc thi", "Sở Nội vụ"),
    blocks=(
        Section("I. Kết quả"),
        Section("1. Số bài", 2),
        Line("Người nhận:"),
        Line("Điện thoại:", "0988 123 456"),
        Space(2, dotted=True),
        PageBreak(),
        Section("a) Chi tiết", 3),
        Paragraph("Trân trọng./.", align="left", indent=False),
    ),
    signatures=(Signature("Trưởng phòng", "Lê Thị Hà"),),
    recipients=("Như trên",),
    footer="Mã đối chiếu: 3f9a",
)


@pytest.fixture(scope="module")
def fonts(tmp_path_factory):
    """What the front-end build lays out, or the same files where npm puts them."""
    try:
        return find_fonts()
    except MissingFontsError:
        package = Path(__file__).parents[2] / "frontend/node_modules/@expo-google-fonts/tinos"
        folder = tmp_path_factory.mktemp("fonts")
        for face in package.glob("*/*.ttf"):
            shutil.copy(face, folder)
        if not any(folder.iterdir()):
            raise
        return folder


def pdf_pages(data):
    document = pypdfium2.PdfDocument(data)
    pages = [page.get_textpage().get_text_bounded() for page in document]
    document.close()
    return [unicodedata.normalize("NFC", page) for page in pages]


def squeezed(text):
    return re.sub(r"[\s\u200b\ufffe-]+", "", text)


def assert_in_order(text, pieces):
    place = 0
    for piece in pieces:
        found = squeezed(text).find(squeezed(piece), place)
        assert found >= 0, piece
        place = found + 1


def xml(package, name):
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return archive.read(name).decode()


def all_words(document):
    return "\n".join(node.text or "" for node in document.element.body.iter(qn("w:t")))


# --- Word ---


def test_render_docx_pages_follow_the_decree():
    document = docx.Document(io.BytesIO(render_docx(DECISION)))
    shapes = [(s.page_width, s.page_height) for s in document.sections]
    assert [(round(w / Mm(1)), round(h / Mm(1))) for w, h in shapes] == [(210, 297), (297, 210), (210, 297)]
    for section in document.sections:
        margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
        assert [round(m / Mm(1)) for m in margins] == [20, 20, 30, 15]
        assert section.different_first_page_header_footer


def test_render_docx_page_number_on_all_pages_but_the_first_of_each_part():
    document = docx.Document(io.BytesIO(render_docx(DECISION)))
    first = document.sections[0]
    assert "PAGE" in "".join(n.text for n in first.header._element.iter(qn("w:instrText")))
    assert not list(first.first_page_header._element.iter(qn("w:instrText")))
    starts = [s._sectPr.findall(qn("w:pgNumType")) for s in document.sections]
    assert [[n.get(qn("w:start")) for n in found] for found in starts] == [[], ["1"], ["1"]]
    assert all(s.header.is_linked_to_previous for s in list(document.sections)[1:])


def test_render_docx_one_typeface_in_every_slot():
    package = render_docx(DECISION)
    fonts = re.findall(r"<w:rFonts [^>]*>", xml(package, "word/styles.xml") + xml(package, "word/document.xml"))
    slots = {tuple(sorted(re.findall(r'w:(\w+)="([^"]*)"', font))) for font in fonts}
    assert slots == {tuple((slot, "Times New Roman") for slot in ("ascii", "cs", "eastAsia", "hAnsi"))}


def test_render_docx_styles_are_real_and_plain():
    document = docx.Document(io.BytesIO(render_docx(DECISION)))
    by_style = {p.style.name: p for p in document.paragraphs}
    assert by_style["Căn cứ"].style.font.italic
    assert by_style["Tên loại"].style.font.bold
    assert by_style["Nội dung"].style.font.size.pt == 14
    assert all(style.style_id.isascii() for style in document.styles)


def test_render_docx_bases_are_punctuated():
    document = docx.Document(io.BytesIO(render_docx(DECISION)))
    bases = [p.text for p in document.paragraphs if p.style.name == "Căn cứ"]
    assert bases == ["Căn cứ Luật Thi đua, khen thưởng;", "Theo đề nghị của Trưởng phòng Nội vụ."]


def test_render_docx_table_headings_repeat_and_span():
    document = docx.Document(io.BytesIO(render_docx(SHEET)))
    table = next(t for t in document.tables if t.style.name == "Table Grid")
    repeated = [row._tr.trPr.find(qn("w:tblHeader")) is not None for row in table.rows]
    assert repeated == [True] * 3 + [False] * 6
    assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)
    assert [c.text for c in table.rows[0].cells] == [
        "STT",
        "Tên ý tưởng, giải pháp",
        "Điểm của giám khảo",
        "Điểm của giám khảo",
        "Điểm",
        "Mức thưởng (đồng)",
    ]
    assert [c.text for c in table.rows[1].cells][2:4] == ["GK1", "GK2"]
    assert [c.text for c in table.rows[4].cells] == ["1", "Số hóa hồ sơ 1", "8,75", "9,00", "86,67", "2.000.000"]
    assert [c.text for c in table.rows[7].cells] == ["Tổng cộng"] * 5 + ["6.000.000"]


def signed_list(count):
    words = amount_in_words(2_000_000 * count)
    signer = (Signature("Chủ tịch", "Võ Đăng Dũng"),)
    return Paper(HEAD, kind="Danh sách", blocks=(prize_table(count), words), signatures=signer, landscape=True)


def test_render_docx_signatures_stay_with_the_last_entries():
    rows = docx.Document(io.BytesIO(render_docx(signed_list(5)))).tables[1].rows
    kept = [row.cells[0].paragraphs[0].paragraph_format.keep_with_next is True for row in rows[:-1]]
    head, group, early, last = [False] * 3, [True], [False] * 3, [True] * 3
    assert kept == [*head, *group, *early, *last]
    # LibreOffice keeps rows together, but not a table of three pages and what follows it: the end is a row.
    assert rows[-1].cells[0].text.strip().startswith("(Bằng chữ: Mười triệu đồng)")
    assert rows[-1].cells[0].tables[0].rows[-1].cells[-1].text == "Võ Đăng Dũng"


def test_render_docx_names_of_signers_stand_level():
    document = docx.Document(io.BytesIO(render_docx(SHEET)))
    signed = document.tables[-1].rows[-1].cells[0].tables[0]
    rows = [[cell.text for cell in row.cells] for row in signed.rows]
    assert rows[0] == ["", "", "Thanh Xuân, ngày 05 tháng 8 năm 2024"]
    assert rows[1] == ["NGƯỜI LẬP BIỂU", "KẾ TOÁN TRƯỞNG", "THỦ TRƯỞNG ĐƠN VỊ"]
    assert rows[-1] == ["", "", "Nguyễn Văn Hòa"]


def test_render_docx_decomposed_text_becomes_composed():
    paper = replace(DECISION, title=unicodedata.normalize("NFD", DECISION.title), notice="\x00a\u200bb\ufffec")
    package = render_docx(paper)
    assert unicodedata.is_normalized("NFC", xml(package, "word/document.xml"))
    assert "Về việc tặng Giấy khen" in all_words(docx.Document(io.BytesIO(package)))


def test_render_docx_carries_no_trace_of_who_made_it_or_when():
    package = render_docx(DECISION)
    properties = docx.Document(io.BytesIO(package)).core_properties
    assert (properties.author, properties.last_modified_by, properties.comments) == ("", "", "")
    assert properties.title == "Quyết định Về việc tặng Giấy khen"
    assert package == render_docx(DECISION)


@pytest.mark.parametrize("paper", [DECISION, SHEET, LETTER, Paper(None), Paper(HEAD)])
def test_render_docx_word_can_open_it_again(paper):
    document = docx.Document(io.BytesIO(render_docx(paper)))
    assert len(document.sections) == 1 + len(paper.annexes)


# --- PDF ---


def test_render_pdf_words_in_order(fonts):
    text = "\n".join(pdf_pages(render_pdf(DECISION, fonts)))
    assert_in_order(text, ["MẪU – DỮ LIỆU GIẢ ĐỊNH", "THÀNH PHỐ HÀ NỘI", "ỦY BAN NHÂN DÂN", "QUẬN THANH XUÂN"])
    assert_in_order(
        text,
        [
            "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
            "Độc lập - Tự do - Hạnh phúc",
            "Thanh Xuân, ngày 05 tháng 8 năm 2024",
            "QUYẾT ĐỊNH",
            "Về việc tặng Giấy khen",
            "CHỦ TỊCH ỦY BAN NHÂN DÂN QUẬN",
            "khen thưởng;",
            "phòng Nội vụ.",
            "Điều 1. Tặng",
            "a) Tổng số 18.300.000 đồng;",
            "TM. ỦY BAN NHÂN DÂN",
            "Võ Đăng Dũng",
            "Phụ lục I",
            "DANH SÁCH ĐẠT GIẢI",
            "I. Tập thể",
            "86,67",
            "Tổng cộng",
            "(Bằng chữ: Sáu mươi triệu đồng)",
            "Phụ lục II",
        ],
    )


def test_render_pdf_pages_of_each_part_are_counted_apart(fonts):
    pages = pdf_pages(render_pdf(replace(DECISION, notice=""), fonts))
    numbers = [page.splitlines()[0].strip() for page in pages]
    assert [n if n.isdigit() else "" for n in numbers] == ["", "", "2", ""]


def test_render_pdf_headings_repeat_on_every_page(fonts):
    pages = pdf_pages(render_pdf(replace(DECISION, annexes=DECISION.annexes[:1]), fonts))[1:]
    assert all("STT" in page and "GK2" in page for page in pages[:-1])


def test_render_pdf_signatures_stay_with_the_last_entries(fonts):
    for count in range(10, 20):
        last = pdf_pages(render_pdf(signed_list(count), fonts))[-1]
        assert_in_order(last, [f"Số hóa hồ sơ {count - 1}", "Tổng cộng", "Bằng chữ", "CHỦ TỊCH", "Võ Đăng Dũng"])


def test_render_pdf_same_paper_same_bytes_in_tinos_alone(fonts):
    data = render_pdf(DECISION, fonts)
    assert data == render_pdf(DECISION, fonts)
    document = pypdfium2.PdfDocument(data)
    names = {
        obj.get_font().get_base_name() for page in document for obj in page.get_objects() if hasattr(obj, "get_font")
    }
    document.close()
    assert {name.split("+")[-1].split("-")[0] for name in names} == {"Tinos"}


def test_render_pdf_words_are_never_markup(fonts):
    paper = Paper(HEAD, title=MARKUP[0], blocks=tuple(Paragraph(m) for m in MARKUP), footer=MARKUP[1])
    assert_in_order("\n".join(pdf_pages(render_pdf(paper, fonts))), MARKUP)


def test_render_pdf_long_words_stay_inside_the_margins(fonts):
    address = "https://chamthi.example/" + "rat-dai/" * 30
    table = Table(COLUMNS, (Row((1, address + " " + "Nguyễn Thị Hoàng Ánh " * 30, 1, 1, 1, 1)),))
    document = pypdfium2.PdfDocument(render_pdf(Paper(HEAD, blocks=(Paragraph(address), table)), fonts))
    rights = [
        text.get_rect(i)[2] for text in (page.get_textpage() for page in document) for i in range(text.count_rects())
    ]
    document.close()
    assert max(rights) <= (210 - 15) * 72 / 25.4 + 1


@pytest.mark.parametrize("paper", [LETTER, SHEET, Paper(None), Paper(Letterhead("Phòng Nội vụ"))])
def test_render_pdf_any_shape_of_paper(paper, fonts):
    assert render_pdf(paper, fonts).startswith(b"%PDF-")


def test_render_pdf_without_fonts_says_what_to_do(tmp_path):
    with pytest.raises(MissingFontsError, match="make build"):
        render_pdf(DECISION, tmp_path)


# --- worksheets ---


def test_render_xlsx_numbers_are_numbers_and_words_are_words():
    rows = CalamineWorkbook.from_filelike(io.BytesIO(render_xlsx(SHEET))).get_sheet_by_index(0).to_python()
    assert [1, "Số hóa hồ sơ 1", 8.75, 9, 86.67, 2_000_000] in rows
    assert ["Tổng cộng", "", "", "", "", 6_000_000] in rows
    words = "\n".join(str(cell) for row in rows for cell in row)
    assert_in_order(
        words,
        [
            "THÀNH PHỐ HÀ NỘI",
            "Độc lập - Tự do - Hạnh phúc",
            f"Số: {ROOM}/DS-UBND",
            "DANH SÁCH ĐẠT GIẢI",
            "Điểm của giám khảo",
            "(6)",
            "I. Tập thể",
            "(Bằng chữ: Sáu triệu đồng)",
            "Thanh Xuân, ngày 05 tháng 8 năm 2024",
            "KẾ TOÁN TRƯỞNG",
            "(Ký, ghi rõ họ tên, đóng dấu)",
            "Nguyễn Văn Hòa",
        ],
    )


def test_render_xlsx_formulas_are_never_made():
    table = Table((Column("A", 1), Column("B", 1)), tuple(Row((word, word)) for word in INJECTIONS))
    package = render_xlsx(Paper(None, title=INJECTIONS[0], blocks=(table, Paragraph(INJECTIONS[2]))))
    assert "<f>" not in xml(package, "xl/worksheets/sheet1.xml")
    assert "hyperlink" not in xml(package, "xl/worksheets/sheet1.xml")
    assert 'quotePrefix="1"' in xml(package, "xl/styles.xml")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(package)).get_sheet_by_index(0).to_python()
    assert [row for row in rows if row[0] == row[1] != ""] == [[w.replace("\t", " ")] * 2 for w in INJECTIONS]


def test_render_xlsx_formats_and_page():
    package = render_xlsx(SHEET)
    styles, sheet = xml(package, "xl/styles.xml"), xml(package, "xl/worksheets/sheet1.xml")
    assert 'formatCode="[$-42A]#,##0"' in styles
    assert 'formatCode="[$-42A]0.00"' in styles
    assert 'paperSize="9"' in sheet
    assert 'orientation="landscape"' in sheet
    assert 'fitToHeight="0"' in sheet
    assert 'state="frozen"' in sheet
    assert "_xlnm.Print_Titles" in xml(package, "xl/workbook.xml")
    assert package == render_xlsx(SHEET)


def test_render_xlsx_page_number_on_all_pages_but_the_first_of_each_sheet():
    package = render_xlsx(replace(SHEET, notice="MẪU", footer="Mã & số"), SHEET)
    for name, notice in (("sheet1", "MẪU"), ("sheet2", "")):
        sheet = xml(package, f"xl/worksheets/{name}.xml")
        assert 'differentFirst="1"' in sheet
        assert 'useFirstPageNumber="1"' in sheet  # each counts from its own first page
        later, first = (re.search(f"<{part}Header>(.*?)</{part}Header>", sheet, re.DOTALL) for part in ("odd", "first"))
        assert later
        assert first
        assert "&amp;P" in later[1]
        assert "&amp;P" not in first[1]
        assert notice in later[1]
        assert notice in first[1]
    assert xml(package, "xl/worksheets/sheet1.xml").count("Mã &amp;&amp; số") == 2


def test_render_xlsx_title_has_its_rule():
    rows = CalamineWorkbook.from_filelike(io.BytesIO(render_xlsx(SHEET))).get_sheet_by_index(0).to_python()
    under = rows[[row[0] for row in rows].index(SHEET.title) + 1][0]
    assert under
    assert set(under) == {"_"}


def test_render_xlsx_sheets_have_lawful_and_distinct_names():
    odd = replace(SHEET, kind="Danh sách: [chi] tiền/thưởng của Cuộc thi năm 2024?")
    names = CalamineWorkbook.from_filelike(io.BytesIO(render_xlsx(odd, odd, SHEET))).sheet_names
    assert names == ["Danh sách chi tiền thưởng của c", "Danh sách chi tiền thưởng của 2", "Danh sách đạt giải"]


@pytest.mark.parametrize(
    "paper",
    [
        Paper(HEAD),
        Paper(HEAD, blocks=(prize_table(), Table(COLUMNS[:2], ()))),
        Paper(HEAD, blocks=(Table(COLUMNS, (Row((1,)),)),)),
        Paper(HEAD, blocks=(Table(COLUMNS, (Row((Fraction(1, 3), "", 1, 1, 1, 1)),)),)),
        Paper(HEAD, blocks=(Table(COLUMNS[:2], ()),), signatures=(Signature("A"),) * 3),
    ],
)
def test_render_xlsx_tables_that_do_not_fit_are_refused(paper):
    with pytest.raises(PaperError):
        render_xlsx(paper)


# --- another program's eyes ---


@pytest.mark.parametrize(
    ("made", "kind", "pieces"),
    [
        (
            lambda: ("paper.docx", render_docx(DECISION)),
            "txt:Text (encoded):UTF8",
            ["THÀNH PHỐ HÀ NỘI", "QUYẾT ĐỊNH", "khen thưởng;", "Điều 1. Tặng", "Võ Đăng Dũng", "Phụ lục I", "86,67"],
        ),
        (
            lambda: ("paper.xlsx", render_xlsx(SHEET)),
            "csv:Text - txt - csv (StarCalc):44,34,76",
            ["DANH SÁCH ĐẠT GIẢI", "86,67", "2.000.000", "6.000.000", "Sáu triệu đồng", "Nguyễn Văn Hòa"],
        ),
    ],
)
def test_libreoffice_opens_what_we_made(made, kind, pieces, tmp_path):
    name, data = made()
    (tmp_path / name).write_bytes(data)
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [office(), "--headless", profile, "--convert-to", kind, "--outdir", str(tmp_path), str(tmp_path / name)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    made_of = tmp_path / f"paper.{kind[:3]}"
    assert_in_order(unicodedata.normalize("NFC", made_of.read_text(encoding="utf-8-sig")), pieces)
