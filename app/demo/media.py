"""Makes the files of an entry: Word texts, short real films, pictures, sheets and small programs.

Everything is made by code from the entry itself and comes out byte for byte the same on every run.
"""

import re
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Literal

import docx
import numpy as np
import typst
import xlsxwriter
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt

from app.demo.ideas import DATA
from app.demo.shapes import Attachment, Entry, Unit

if TYPE_CHECKING:
    from av.container import OutputContainer

FileKind = Literal["essay", "text_extract", "video", "image", "sheet", "software"]
Frame = np.ndarray[Any, np.dtype[np.uint8]]

_WIDTH, _HEIGHT, _RATE = 640, 360, 20
_HOLD, _SLIDE = 12, 6
_BAR_HEIGHT = 10
_MADE_AT = datetime(2024, 5, 20, 8, tzinfo=UTC)
_COLOURS = {
    "leadership": ("#7a1f2b", "#a8434f"),
    "institutions": ("#1f3d7a", "#3f62a8"),
    "procedures": ("#0f5c4d", "#2f8573"),
    "one_stop": ("#8a4b08", "#b8742a"),
    "apparatus": ("#463a7a", "#6b5da8"),
    "civil_service": ("#135e7a", "#3586a6"),
    "public_finance": ("#2f5d1c", "#568a3f"),
    "it": ("#30363d", "#5a636e"),
}
_CARD = b"""
#set page(width: 640pt, height: 360pt, margin: (x: 44pt, y: 40pt), fill: rgb(sys.inputs.colour))
#set text(lang: "vi", fill: white, size: eval(sys.inputs.size))
#set par(leading: 0.7em)
#place(top + left, text(size: 12pt, sys.inputs.kicker))
#align(horizon, text(weight: "bold", sys.inputs.words))
"""
_POSTER = b"""
#set page(width: 800pt, height: 500pt, margin: 0pt, fill: white)
#set text(lang: "vi", size: 17pt)
#set par(leading: 0.65em)
#rect(width: 100%, height: 170pt, inset: 36pt, fill: rgb(sys.inputs.colour), align(
  horizon, text(fill: white, weight: "bold", size: 24pt, sys.inputs.title)))
#block(inset: (x: 36pt, y: 14pt), sys.inputs.summary)
#place(bottom + left, dx: 36pt, dy: -34pt, grid(columns: 4, gutter: 18pt, ..json(bytes(sys.inputs.steps)).map(step =>
  rect(width: 166pt, height: 74pt, radius: 6pt, inset: 10pt, fill: rgb(sys.inputs.second), align(
    horizon + center, text(fill: white, size: 14pt, step))))))
"""


@dataclass(frozen=True, slots=True)
class SampleFile:
    """A file ready to be uploaded."""

    kind: FileKind
    name: str
    content_type: str
    data: bytes


def files_of(entry: Entry, unit: Unit) -> tuple[SampleFile, ...]:
    """All files of an entry: the essay, or the film and its Word extract, then what goes with it."""
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    attached = tuple(_attachment(entry, kind) for kind in entry.attachments)
    text = essay_docx(entry, unit)
    if entry.format == "essay":
        return (SampleFile("essay", f"Bài dự thi {entry.key}.docx", word, text), *attached)
    return (
        SampleFile("video", f"Video {entry.key}.mp4", "video/mp4", video_mp4(entry)),
        SampleFile("text_extract", f"Bản trích nội dung {entry.key}.docx", word, text),
        *attached,
    )


def _attachment(entry: Entry, kind: Attachment) -> SampleFile:
    if kind == "image":
        return SampleFile("image", f"Hình minh họa {entry.key}.png", "image/png", image_png(entry))
    if kind == "sheet":
        sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        return SampleFile("sheet", f"Bảng tính {entry.key}.xlsx", sheet, sheet_xlsx(entry))
    return SampleFile("software", f"Phần mềm {entry.key}.zip", "application/zip", software_zip(entry))


# Word


def essay_docx(entry: Entry, unit: Unit) -> bytes:
    """The written entry as its author would hand it in: heading, who and where, then the text."""
    document = docx.Document()
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Times New Roman", Pt(14)
    _centred(document, "BÀI DỰ THI", size=14)
    _centred(document, entry.title, size=15)
    for line in _who(entry, unit):
        document.add_paragraph(line)
    document.add_paragraph().add_run(f"Tóm tắt: {entry.summary}").italic = True
    for block in entry.text.split("\n\n"):
        _add_block(document, block)
    properties = document.core_properties
    properties.title, properties.author = entry.title, entry.representative.full_name
    properties.created = properties.modified = _MADE_AT.replace(tzinfo=None)
    out = BytesIO()
    document.save(out)
    return _with_fixed_times(out.getvalue())


def _centred(document: docx.document.Document, text: str, *, size: int) -> None:
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = paragraph.add_run(text)
    run.bold, run.font.size = True, Pt(size)


def _who(entry: Entry, unit: Unit) -> list[str]:
    chief = entry.representative
    names = "; ".join(f"{author.person.full_name} ({author.person.position})" for author in entry.authors)
    label = "Nhóm tác giả" if entry.category == "group" else "Tác giả"
    contact = "Đại diện nhóm" if entry.category == "group" else "Liên hệ"
    return [
        f"{label}: {names}",
        f"Đơn vị: {unit.name}",
        f"{contact}: {chief.full_name}, {chief.address}, điện thoại {chief.phone}",
    ]


def _add_block(document: docx.document.Document, block: str) -> None:
    if is_heading(block):
        document.add_paragraph().add_run(block).bold = True
        return
    paragraph = document.add_paragraph(block)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    paragraph.paragraph_format.first_line_indent = Pt(28)


def is_heading(block: str) -> bool:
    """A numbered or unpunctuated short line heads a part of the text."""
    return len(block) < 70 and not re.search(r"[.?!”…)]$", block)


def _with_fixed_times(archive: bytes) -> bytes:
    """The same ZIP with every member dated alike, because zipfile stamps the clock into it."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(archive)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(_member(name), old.read(name))
    return out.getvalue()


def _member(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, date_time=_MADE_AT.timetuple()[:6])
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


# Film


def video_mp4(entry: Entry) -> bytes:
    """Some three seconds of H.264: three coloured cards that slide past a growing bar, no name of author or unit."""
    import av

    options = {"movflags": "+faststart", "fflags": "+bitexact"}
    # A real file, because putting the index first makes the muxer open what it wrote a second time.
    with TemporaryDirectory() as folder:
        path = Path(folder) / "film.mp4"
        with av.open(str(path), "w", format="mp4", options=options) as film:
            _encode(film, _frames([_card(entry, *words) for words in _cards(entry)]))
        return path.read_bytes()


def _encode(film: "OutputContainer", frames: list[Frame]) -> None:
    import av

    stream = film.add_stream("libx264", rate=_RATE, options={"crf": "30", "preset": "veryfast"})
    stream.width, stream.height, stream.pix_fmt = _WIDTH, _HEIGHT, "yuv420p"
    stream.codec_context.thread_count = 1
    for picture in frames:
        film.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
    film.mux(stream.encode(None))


def _cards(entry: Entry) -> tuple[tuple[int, str, str, str], ...]:
    return (
        (0, "Ý tưởng, giải pháp cải cách hành chính", entry.title, "28pt"),
        (1, "Tóm tắt", entry.summary, "20pt"),
        (0, "Video dự thi", "Trích đoạn. Nội dung đầy đủ trong bản Word kèm theo.", "24pt"),
    )


def _card(entry: Entry, shade: int, kicker: str, words: str, size: str) -> Frame:
    inputs = {"colour": _COLOURS[entry.field][shade], "kicker": kicker, "words": words, "size": size}
    return _pixels(_png(_CARD, inputs, ppi=72))


def _frames(cards: list[Frame]) -> list[Frame]:
    made: list[Frame] = []
    for place, card in enumerate(cards):
        made += [card] * _HOLD
        if place + 1 < len(cards):
            pair = np.concatenate([card, cards[place + 1]], axis=1)
            made += [pair[:, _offset(step) : _offset(step) + _WIDTH] for step in range(_SLIDE)]
    return [_with_bar(frame, place, len(made)) for place, frame in enumerate(made)]


def _offset(step: int) -> int:
    return _WIDTH * (step + 1) // (_SLIDE + 1)


def _with_bar(frame: Frame, place: int, total: int) -> Frame:
    painted = np.ascontiguousarray(frame).copy()
    painted[-_BAR_HEIGHT:, : _WIDTH * (place + 1) // total] = (255, 205, 60)
    return painted


def _pixels(png: bytes) -> Frame:
    import av

    with av.open(BytesIO(png), "r", format="png_pipe") as picture:
        return next(picture.decode(video=0)).to_ndarray(format="rgb24").astype(np.uint8)


# Pictures, sheets, programs


def image_png(entry: Entry) -> bytes:
    """A poster of the idea: title, summary and the four steps that every pilot goes through."""
    first, second = _COLOURS[entry.field]
    steps = '["1. Đo hiện trạng", "2. Làm thử quy mô nhỏ", "3. So trước và sau", "4. Nhân rộng"]'
    inputs = {"colour": first, "second": second, "title": entry.title, "summary": entry.summary, "steps": steps}
    return _png(_POSTER, inputs, ppi=96)


def _png(source: bytes, inputs: dict[str, str], *, ppi: float) -> bytes:
    compiler = typst.Compiler(source, ignore_system_fonts=True)
    png = compiler.compile(format="png", ppi=ppi, sys_inputs=inputs)
    if not isinstance(png, bytes):
        raise TypeError("A card must fit on one page.")
    return png


def sheet_xlsx(entry: Entry) -> bytes:
    """Eight weeks of figures, marked as an illustration, with the change computed by formulas."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"title": entry.title, "created": _MADE_AT.replace(tzinfo=None)})
    sheet = book.add_worksheet("Theo dõi")
    bold, percent = book.add_format({"bold": True}), book.add_format({"num_format": "0.0%"})
    sheet.set_column("A:D", 18)
    sheet.write("A1", entry.title, bold)
    sheet.write("A2", "Số liệu minh họa kèm bài dự thi")
    sheet.write_row("A4", ("Tuần", "Số lượt", "Số lượt vướng", "Tỷ lệ"), bold)
    for row, (visits, stuck) in enumerate(_weeks(entry), start=5):
        sheet.write_row(f"A{row}", (row - 4, visits, stuck))
        sheet.write_formula(f"D{row}", f"=C{row}/B{row}", percent, stuck / visits)
    book.close()
    return _with_fixed_times(out.getvalue())


def _weeks(entry: Entry) -> list[tuple[int, int]]:
    random = Random(f"sheet {entry.key}")
    return [
        (visits := random.randint(180, 260), round(visits * (0.24 - 0.018 * week + random.uniform(-0.01, 0.01))))
        for week in range(8)
    ]


def software_zip(entry: Entry) -> bytes:
    """The little program that the entry speaks of: a page that runs in any browser, and how to start it."""
    out = BytesIO()
    page = (DATA / "software" / f"{entry.key}.html").read_text(encoding="utf-8")
    told = f"{entry.title}\n\nMở tệp index.html bằng trình duyệt; không cần cài đặt, không cần mạng.\n"
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(_member("DOC_TRUOC.txt"), told)
        archive.writestr(_member("index.html"), page)
    return out.getvalue()
