"""Small real files of every kind that a contest takes, made by code; and the bodies that browsers send them in."""

import io
import struct
import zipfile
import zlib
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

BOUNDARY = "----chamthi-test-boundary"
DEFAULT_TEXT = "Giải pháp rút ngắn thời gian trả kết quả hồ sơ tại bộ phận một cửa phường Hạ Đình."


@cache
def docx(text: str = DEFAULT_TEXT) -> bytes:
    """Make a Word file with one paragraph per line and a table."""
    from docx import Document

    document = Document()
    for line in text.splitlines():
        document.add_paragraph(line)
    table = document.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text = "Trước"
    table.rows[0].cells[1].text = "15 ngày"
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


@cache
def xlsx() -> bytes:
    """Make an Excel file."""
    import xlsxwriter

    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        book.add_worksheet().write(0, 0, "Số liệu")
    return stream.getvalue()


@cache
def pdf(text: str = DEFAULT_TEXT) -> bytes:
    """Make a PDF with a page per line."""
    import typst

    with TemporaryDirectory() as folder:
        source = Path(folder) / "text.typ"
        source.write_text("\n#pagebreak()\n".join(text.splitlines()), "utf-8")
        return bytes(typst.compile(str(source)))


@cache
def mp4(*, seconds: int = 1, width: int = 160, height: int = 90, container: str = "mp4") -> bytes:
    """Make a short H.264 film that a browser plays."""
    import av
    import numpy as np

    with TemporaryDirectory() as folder:
        path = Path(folder) / "film"
        with av.open(str(path), "w", format=container, options={"movflags": "faststart"}) as film:
            track = film.add_stream("libx264", rate=10)
            track.width, track.height, track.pix_fmt = width, height, "yuv420p"
            for at in range(seconds * 10):
                picture = np.full((height, width, 3), at * 7 % 256, dtype=np.uint8)
                film.mux(track.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
            film.mux(track.encode())
        return path.read_bytes()


def png() -> bytes:
    """Make a picture of one pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixel = zlib.compress(b"\x00\xff\x00\x00")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixel) + chunk(b"IEND", b"")


def exe() -> bytes:
    """Make what looks like a Windows program."""
    return b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00" + bytes(48) + b"PE\x00\x00" + bytes(400)


def packed(members: dict[str, bytes | str]) -> bytes:
    """Make a ZIP."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return stream.getvalue()


def repacked(source: bytes, members: dict[str, bytes | str]) -> bytes:
    """Copy a ZIP with members added or replaced."""
    with zipfile.ZipFile(io.BytesIO(source)) as archive:
        kept: dict[str, bytes | str] = {name: archive.read(name) for name in archive.namelist()}
    return packed(kept | members)


def multipart(*parts: tuple[str, str | None, bytes]) -> bytes:
    """Make the body of a form: (field, file name or None, value), as Chromium writes it."""
    body = b""
    for field, name, value in parts:
        filename = "" if name is None else f'; filename="{name.replace(chr(34), "%22")}"'
        kind = "" if name is None else "Content-Type: application/octet-stream\r\n"
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"{filename}\r\n{kind}\r\n'
        body += head.encode() + value + b"\r\n"
    return body + f"--{BOUNDARY}--\r\n".encode()


MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"


def ole(*names: str) -> bytes:
    """Make an OLE file whose directory holds these names; the streams are empty."""
    entries = b"".join(
        (name.encode("utf-16-le") + b"\0\0").ljust(64, b"\0") + struct.pack("<H", 2 * len(name) + 2) + bytes(62)
        for name in ("Root Entry", *names)
    )
    sectors = -(-len(entries) // 512)
    chain = [0xFFFFFFFD, *range(2, sectors + 1), 0xFFFFFFFE]
    table = struct.pack("<128I", *chain, *[0xFFFFFFFF] * (128 - len(chain)))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6xIIII", 62, 3, 0xFFFE, 9, 6, 0, 1, 1, 0)
    header += struct.pack("<IIIII", 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    return header + table + entries.ljust(sectors * 512, b"\0")
