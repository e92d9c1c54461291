"""Names of files, cleaned."""

import unicodedata

import pytest

from app.files.names import clean_name, extension_of
from app.files.types import EVERYTHING, accept_attribute, describe, format_size


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("Bài dự thi.docx", "Bài dự thi.docx"),
        (unicodedata.normalize("NFD", "Nguyễn Thị Hường.docx"), "Nguyễn Thị Hường.docx"),
        ("/etc/passwd", "passwd"),
        ("..\\..\\x.pdf", "x.pdf"),
        ("a\x00b\r\nc.pdf", "ab c.pdf"),
        ("a\u202efdp.exe", "afdp.exe"),
        ("  a .pdf", "a.pdf"),
        ("a<b>:%22c%22|?*.pdf", "a_b___c____.pdf"),
        ("...", "tep"),
        ("", "tep"),
        ("con.pdf", "_con.pdf"),
        ("LPT1", "_LPT1"),
        ("ữ" * 400 + ".PDF", "ữ" * 146 + ".PDF"),
        ("x" * 400, "x" * 150),
        ("a.tar.gz", "a.tar.gz"),
    ],
)
def test_clean_name(sent: str, kept: str) -> None:
    assert clean_name(sent) == kept
    assert clean_name(kept) == kept


@pytest.mark.parametrize(
    ("name", "extension"), [("a.DOCX", "docx"), ("a", ""), ("a.", ""), ("a.b c", ""), ("a.tar.gz", "gz")]
)
def test_extension_of(name: str, extension: str) -> None:
    assert extension_of(name) == extension


def test_describe_groups_by_what_people_say() -> None:
    assert describe({"doc", "docx", "mp4"}) == "văn bản Word (.docx, .doc), video MP4 hoặc MOV (.mp4)"
    assert set(accept_attribute(EVERYTHING).split(",")) == {f".{extension}" for extension in EVERYTHING}


@pytest.mark.parametrize(
    ("size", "shown"),
    [(0, "0 byte"), (1023, "1023 byte"), (1024, "1 KB"), (13_107_200, "12,5 MB"), (1 << 30, "1 GB")],
)
def test_format_size(size: int, shown: str) -> None:
    assert format_size(size) == shown
