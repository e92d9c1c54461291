"""Small tables that people send: XLSX or CSV in, rows of plain text out, within bounds; and an XLSX to fill in.

A cell is text, whatever it looks like: «=1+1» stays «=1+1», and a telephone number that a spreadsheet made a number
comes back without its «.0».
"""

import codecs
import csv
import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import xlsxwriter
from python_calamine import CalamineError, CalamineWorkbook

from app.core.errors import Invalid
from app.core.i18n import N_
from app.core.text import clean, fold

MAX_BYTES = 2 * 1024 * 1024
MAX_ROWS = 2000
MAX_COLUMNS = 30
MAX_CELL = 500
# A spreadsheet is a ZIP: two megabytes can unpack to gigabytes.
_MAX_UNPACKED = 60 * 1024 * 1024
_HEADER_WITHIN = 15

Cells = list[list[str]]


@dataclass(frozen=True, slots=True)
class Record:
    """A row under known columns, and the row's number in the sheet."""

    number: int
    values: dict[str, str]


def read_table(content: bytes, *, name: str) -> Cells:
    """Read the first sheet that holds anything. Invalid tells what to do instead."""
    if not content:
        raise _refuse(N_("Chưa chọn tệp, hoặc tệp rỗng."))
    # Content decides; the name only says what a plain text means to be.
    cells = _read_workbook(content) if content.startswith(b"PK") else _read_csv(content, name=name)
    if not any(any(row) for row in cells):
        raise _refuse(N_("Tệp không có dòng nào."))
    return check_bounds(cells)


def check_bounds(cells: Cells) -> Cells:
    """Refuse a table that is larger than any real one."""
    if len(cells) > MAX_ROWS or any(len(row) > MAX_COLUMNS for row in cells):
        raise _refuse(
            N_("Bảng quá lớn: nhiều nhất %(rows)s dòng và %(columns)s cột.", rows=MAX_ROWS, columns=MAX_COLUMNS)
        )
    return [[cell[:MAX_CELL] for cell in row] for row in cells]


def _refuse(message: Any) -> Invalid:
    return Invalid(message, fields={"file": message})


def _read_workbook(content: bytes) -> Cells:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _MAX_UNPACKED:
                raise _refuse(N_("Tệp sau khi giải nén quá lớn nên không đọc được."))
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        for sheet_name in book.sheet_names:
            # Without skipping: the numbers must be those that the sender sees beside the rows.
            rows = book.get_sheet_by_name(sheet_name).to_python(skip_empty_area=False, nrows=MAX_ROWS + 1)
            if rows:
                return [[_cell(value) for value in row] for row in rows]
    except (CalamineError, zipfile.BadZipFile, OSError) as error:
        raise _refuse(N_("Không đọc được tệp Excel này. Hãy lưu lại dưới dạng .xlsx rồi thử lại.")) from error
    return []


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    if isinstance(value, date) and not isinstance(value, datetime):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return clean(str(value))


def _read_csv(content: bytes, *, name: str) -> Cells:
    # Older Excel writes no UTF-8; its «Unicode Text» is UTF-16 with tabs.
    encoding = "utf-16" if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    if content.startswith((b"\xd0\xcf\x11\xe0", b"%PDF")) or (encoding != "utf-16" and b"\x00" in content[:4096]):
        raise _refuse(N_("Chỉ nhận tệp .xlsx hoặc .csv. Với tệp .xls, hãy mở bằng Excel và lưu lại dưới dạng .xlsx."))
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise _refuse(
            N_("Tệp CSV phải là văn bản UTF-8. Trong Excel chọn «CSV UTF-8» khi lưu, hoặc gửi tệp .xlsx.")
        ) from error
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max((";", ",", "\t"), key=first.count)
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        return [[clean(cell) for cell in row] for row, _ in zip(rows, range(MAX_ROWS + 1), strict=False)]
    except csv.Error as error:
        raise _refuse(N_("Không đọc được tệp CSV này.")) from error


def find_records(cells: Cells, *, columns: dict[str, Sequence[str]], needed: Sequence[str]) -> list[Record]:
    """Find the heading row and give the rows under it. `columns` maps a key to the headings that mean it."""
    meanings = {fold(heading): key for key, headings in columns.items() for heading in headings}
    for top, row in enumerate(cells[:_HEADER_WITHIN]):
        places: dict[str, int] = {}
        for place, heading in enumerate(row):
            key = meanings.get(fold(heading))
            if key is not None:
                places.setdefault(key, place)
        if all(key in places for key in needed):
            return [
                Record(number, {key: row[place] if place < len(row) else "" for key, place in places.items()})
                for number, row in enumerate(cells[top + 1 :], start=top + 2)
                if any(row)
            ]
    wanted = ", ".join(f"«{columns[key][0]}»" for key in needed)
    raise _refuse(N_("Không tìm thấy dòng tiêu đề có các cột %(columns)s.", columns=wanted))


def pack(cells: Cells) -> str:
    """Give raw cells as text for the page between preview and confirmation."""
    return json.dumps(cells, ensure_ascii=False, separators=(",", ":"))


def unpack_cells(text: str) -> Cells:
    """Read raw cells back from a page: nothing of it is believed, every check runs again."""
    try:
        cells = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _refuse(N_("Không đọc được nội dung xem trước. Vui lòng chọn lại tệp.")) from error
    if not (isinstance(cells, list) and all(isinstance(row, list) for row in cells)):
        raise _refuse(N_("Không đọc được nội dung xem trước. Vui lòng chọn lại tệp."))
    if not all(isinstance(cell, str) for row in cells for cell in row):
        raise _refuse(N_("Không đọc được nội dung xem trước. Vui lòng chọn lại tệp."))
    return check_bounds([[clean(cell) for cell in row] for row in cells])


def write_table(headings: Sequence[str], rows: Sequence[Sequence[str]], *, title: str) -> bytes:
    """Make a workbook of one sheet, every cell a text."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet(title)
        bold = book.add_format({"bold": True, "bg_color": "#E7EDF6", "border": 1, "text_wrap": True})
        sheet.freeze_panes(1, 0)
        for column, heading in enumerate(headings):
            width = max([len(heading), *(len(row[column]) for row in rows)])
            sheet.set_column(column, column, min(max(width + 3, 14), 60))
            sheet.write_string(0, column, heading, bold)
            for number, row in enumerate(rows, start=1):
                sheet.write_string(number, column, row[column])
    return stream.getvalue()
