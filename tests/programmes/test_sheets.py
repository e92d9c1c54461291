"""Small tables from XLSX and CSV: text in, text out, within bounds."""

import io
import unicodedata
import zipfile
from datetime import date

import pytest
import xlsxwriter

from app.core.errors import Invalid
from app.programmes import sheets
from app.programmes.imports import UNIT_COLUMNS


def workbook(*rows: tuple[object, ...], before: int = 0) -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet, day = book.add_worksheet(), book.add_format({"num_format": "dd/mm/yyyy"})
        for number, row in enumerate(rows, start=before):
            for column, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(number, column, value, day)  # type: ignore[arg-type]
                else:
                    sheet.write(number, column, value)
    return stream.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        "Tên đơn vị,Nhóm\nUBND phường Hạ Đình,ward\n".encode(),
        "\ufeffTên đơn vị;Nhóm\r\nUBND phường Hạ Đình;ward\r\n".encode(),
        "Tên đơn vị\tNhóm\nUBND phường Hạ Đình\tward".encode(),
        "Tên đơn vị\tNhóm\r\nUBND phường Hạ Đình\tward\r\n".encode("utf-16"),  # «Unicode Text» of an older Excel
        unicodedata.normalize("NFD", "Tên đơn vị,Nhóm\nUBND phường Hạ Đình,ward").encode(),
        workbook(("Tên đơn vị", "Nhóm"), ("UBND phường  Hạ Đình ", "ward")),
    ],
)
def test_the_same_table_in_every_form(content: bytes) -> None:
    assert sheets.read_table(content, name="don-vi.csv") == [["Tên đơn vị", "Nhóm"], ["UBND phường Hạ Đình", "ward"]]


def test_quoted_cell_may_hold_the_separator() -> None:
    cells = sheets.read_table('Tên,Nhóm\n"Phòng, ban",x\n'.encode(), name="a.csv")
    assert cells[1] == ["Phòng, ban", "x"]


def test_numbers_dates_and_formulas_come_as_text() -> None:
    content = workbook((988123456, 8.5, "=1+1", date(2024, 6, 10)), ("@SUM(A1)", "-2+3", "", ""))
    cells = sheets.read_table(content, name="a.xlsx")
    assert cells[0] == ["988123456", "8.5", "0", "10/06/2024"]
    assert cells[1][:2] == ["@SUM(A1)", "-2+3"]


def test_formula_like_text_of_a_csv_stays_text() -> None:
    text = '=HYPERLINK("http://a.example","x")'
    assert sheets.read_table(f"Tên,Nhóm\n'{text}',w".encode(), name="a.csv")[1][0].startswith("'=HYPERLINK")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Chưa chọn tệp"),
        (b"\n\n \n", "không có dòng nào"),
        (b"PK\x03\x04 not a workbook", "Không đọc được tệp Excel"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "lưu lại dưới dạng .xlsx"),
        (b"%PDF-1.7", "Chỉ nhận tệp .xlsx hoặc .csv"),
        ("Tên đơn vị".encode("cp1258", "replace") + b"\xff\xfe\xd4", "UTF-8"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"a,b\n" * 2001, "quá lớn"),
        (b",".join([b"a"] * 31), "quá lớn"),
    ],
)
def test_what_is_no_table_is_refused_with_a_way_out(content: bytes, sentence: str) -> None:
    with pytest.raises(Invalid) as refused:
        sheets.read_table(content, name="a.csv")
    assert sentence in str(refused.value.fields["file"])


def test_workbook_that_unpacks_to_gigabytes_is_not_read() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(70 * 1024 * 1024))
    assert len(stream.getvalue()) < sheets.MAX_BYTES
    with pytest.raises(Invalid) as refused:
        sheets.read_table(stream.getvalue(), name="a.xlsx")
    assert "quá lớn" in str(refused.value.message)


def test_headings_are_found_under_a_title_and_rows_keep_their_numbers() -> None:
    content = workbook(
        ("DANH SÁCH ĐƠN VỊ",), (), ("STT", "TÊN ĐƠN VỊ", "Nhóm đơn vị"), (1, "A", "x"), (), (2, "B", "y")
    )
    cells = sheets.read_table(content, name="a.xlsx")
    found = sheets.find_records(cells, columns=UNIT_COLUMNS, needed=("name", "category"))
    assert [(r.number, r.values) for r in found] == [
        (4, {"name": "A", "category": "x"}),
        (6, {"name": "B", "category": "y"}),
    ]


def test_rows_keep_the_numbers_that_the_sender_sees() -> None:
    content = workbook(("Tên đơn vị", "Nhóm"), ("A", "x"), before=3)
    cells = sheets.read_table(content, name="a.xlsx")
    found = sheets.find_records(cells, columns=UNIT_COLUMNS, needed=("name", "category"))
    assert [r.number for r in found] == [5]


def test_missing_heading_is_named() -> None:
    with pytest.raises(Invalid) as refused:
        sheets.find_records([["Tên đơn vị", "Ghi chú"]], columns=UNIT_COLUMNS, needed=("name", "category"))
    assert "«Nhóm đơn vị»" in str(refused.value.message)


def test_cells_survive_the_page_and_are_checked_again() -> None:
    cells = [["Tên", "Nhóm"], ["=1+1", '"quoted" <b>']]
    assert sheets.unpack_cells(sheets.pack(cells)) == cells


@pytest.mark.parametrize(
    "text", ["", "{", '{"a": 1}', "[1]", "[[1]]", '[["a", null]]', "[" * 100_000, "[" + "[],", "null"]
)
def test_cells_that_were_tampered_with_are_refused(text: str) -> None:
    with pytest.raises(Invalid):
        sheets.unpack_cells(text)


def test_written_table_reads_back_and_holds_no_formula() -> None:
    content = sheets.write_table(["Tên", "Nhóm"], [["=1+1", "ward"]], title="Don vi")
    assert sheets.read_table(content, name="a.xlsx") == [["Tên", "Nhóm"], ["=1+1", "ward"]]
