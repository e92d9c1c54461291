"""Text for reading on a phone, and what a film is."""

import hashlib
import io
import shutil
import sys
import unicodedata
from pathlib import Path

import pytest

from app.core.storage import LocalStore, new_key, new_temp
from app.files import preview, reader, texts
from app.files.models import File
from app.files.preview import extract_text, probe_video, read_film, read_text
from tests.support import samples

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
LONG = "Giải pháp rút ngắn thời gian trả kết quả hồ sơ tại bộ phận một cửa của phường. " * 12


def docx_of(body: str) -> bytes:
    return samples.packed({"word/document.xml": f"<w:document {W} {MC}><w:body>{body}</w:body></w:document>"})


def p(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def test_docx_gives_paragraphs_and_tables_in_order() -> None:
    assert extract_text(samples.docx("Mở đầu\nNội dung"), "docx") == ["Mở đầu", "Nội dung", "Trước | 15 ngày"]


def test_docx_text_is_nfc_without_control_characters() -> None:
    sent = unicodedata.normalize("NFD", "Ý tưởng\u200b  số hóa")
    assert extract_text(docx_of(p(sent)), "docx") == ["Ý tưởng số hóa"]


def test_docx_lists_breaks_and_tabs() -> None:
    item = "<w:p><w:pPr><w:numPr/></w:pPr><w:r><w:t>một</w:t></w:r></w:p>"
    line = "<w:p><w:r><w:t>a</w:t><w:br/><w:t>b</w:t><w:tab/><w:t>c</w:t></w:r></w:p>"
    assert extract_text(docx_of(item + line), "docx") == ["– một", "a", "b c"]


def test_docx_skips_deleted_text_and_field_codes() -> None:
    body = "<w:p><w:del><w:r><w:delText>cũ</w:delText></w:r></w:del><w:r><w:instrText>PAGE</w:instrText></w:r>"
    assert extract_text(docx_of(body + "<w:ins><w:r><w:t>mới</w:t></w:r></w:ins></w:p>"), "docx") == ["mới"]


def test_docx_nested_tables_and_text_boxes_come_once() -> None:
    inner = f"<w:tbl><w:tr><w:tc>{p('trong')}</w:tc></w:tr></w:tbl>"
    table = f"<w:tbl><w:tr><w:tc>{p('ngoài')}{inner}</w:tc><w:tc>{p('bên')}</w:tc></w:tr></w:tbl>"
    box = f"<w:txbxContent>{p('hộp')}</w:txbxContent>"
    drawing = (
        f"<w:p><w:r><mc:AlternateContent><mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback>"
        "</mc:AlternateContent><w:t>chữ</w:t></w:r></w:p>"
    )
    assert extract_text(docx_of(table + drawing), "docx") == ["ngoài trong | bên", "chữ", "hộp"]


def test_docx_in_content_controls_is_read() -> None:
    assert extract_text(docx_of(f"<w:sdt><w:sdtContent>{p('mục')}</w:sdtContent></w:sdt>"), "docx") == ["mục"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04",
        samples.packed({"a": "b"}),
        samples.packed({"word/document.xml": "<x"}),
        samples.packed({"word/document.xml": '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'}),
        samples.packed({"word/document.xml": b"<x>" + b" " * (20 << 20) + b"</x>"}),
        docx_of("<w:sdt>" * 5000 + "</w:sdt>" * 5000),
    ],
    ids=["empty", "cut", "zip", "not xml", "entity", "bomb", "deep"],
)
def test_docx_that_cannot_be_read_gives_none(data: bytes) -> None:
    assert extract_text(data, "docx") is None


def test_text_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preview, "_CHARACTERS_AT_MOST", 10)
    assert extract_text("một\nhai\nba bốn năm sáu".encode(), "txt") == ["một", "hai", "ba b"]
    monkeypatch.setattr(preview, "_PARAGRAPHS_AT_MOST", 1)
    assert extract_text(b"1\n2", "txt") == ["1"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_txt_of_usual_encodings(encoding: str) -> None:
    assert extract_text("Ý tưởng\r\n\r\nsố hóa".encode(encoding), "txt") == ["Ý tưởng", "số hóa"]


def test_txt_of_windows_1258() -> None:
    assert extract_text("Ti\u00ea\u0301ng Vi\u00ea\u0323t".encode("cp1258"), "txt") == ["Tiếng Việt"]


def test_txt_cut_within_a_letter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preview, "_TXT_BYTES", 8)
    path = tmp_path / "a.txt"
    path.write_bytes("Ý tưởng".encode())
    assert extract_text(path, "txt") == ["Ý tư"]


def test_pdf_lines_are_joined_to_paragraphs(tmp_path: Path) -> None:
    data = samples.pdf(f"{LONG} \\\n\nTrang hai.")
    found = extract_text(data, "pdf")
    assert found is not None
    assert " ".join(found).startswith(LONG.strip()[:400])
    assert found[-1] == "Trang hai."
    assert len(found) == 2


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7 nothing", samples.pdf()[:3000]])
def test_pdf_that_cannot_be_read_gives_none(data: bytes) -> None:
    assert extract_text(data, "pdf") is None


def test_doc_is_read_by_catdoc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """catdoc is a program of the system: here one stands in that notes how it was called."""
    tool = tmp_path / "catdoc"
    tool.write_text('#!/bin/sh\necho "Ý tưởng"\necho "$1 $2 $3"\n')
    tool.chmod(0o755)
    monkeypatch.setattr(preview, "_PATH", str(tmp_path) + ":/bin:/usr/bin")
    assert extract_text(b"x", "doc") == ["Ý tưởng", "-w -d utf-8"]
    tool.unlink()
    monkeypatch.setattr(preview, "_PATH", str(tmp_path))
    assert extract_text(b"x", "doc") is None


@pytest.mark.parametrize("extension", ["xlsx", "zip", "mp4", "", "png"])
def test_other_kinds_have_no_text(extension: str) -> None:
    assert extract_text(samples.docx(), extension) is None


# ---- films ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("container", ["mp4", "mov"])
def test_probe_video(tmp_path: Path, container: str) -> None:
    path = tmp_path / f"a.{container}"
    path.write_bytes(samples.mp4(seconds=3, width=320, height=180, container=container))
    assert probe_video(path) == preview.Film(milliseconds=3000, width=320, height=180, codec="h264")


def test_play_list_named_mp4_opens_no_other_file(tmp_path: Path) -> None:
    (tmp_path / "in.mov").write_bytes(samples.mp4(container="mov"))
    path = tmp_path / "a.mp4"
    path.write_text("ffconcat version 1.0\nfile in.mov\n")
    assert probe_video(path) is None


@pytest.mark.parametrize("cut", [0, 40, 1200])
def test_film_without_a_picture_is_none(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(samples.mp4()[:cut])
    assert probe_video(path) is None


def test_reader_that_takes_too_long_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = tmp_path / "slow.py"
    slow.write_text("import time; time.sleep(60)")
    monkeypatch.setattr(reader, "__file__", str(slow))
    monkeypatch.setattr(preview, "_PATIENCE_S", 0.5)
    with pytest.raises(TimeoutError):
        extract_text(samples.pdf(), "pdf")


def test_a_reading_that_took_too_long_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = LocalStore(tmp_path)
    file = stored(store, samples.pdf(), "pdf")
    with monkeypatch.context() as busy:
        busy.setattr(preview, "_PATIENCE_S", 0.001)
        assert read_text(store, file) is None

    assert read_text(store, file)


def test_reader_cannot_fill_the_memory(tmp_path: Path) -> None:
    import subprocess

    program = (
        "import sys, importlib.util as u\n"
        f"spec = u.spec_from_file_location('reader', {reader.__file__!r})\n"
        "reader = u.module_from_spec(spec); spec.loader.exec_module(reader)\n"
        "reader.limit()\n"
        "bytearray(3 << 30)\n"
    )
    done = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, check=False)
    assert done.returncode != 0
    assert b"MemoryError" in done.stderr


# ---- of a stored file -------------------------------------------------------------------------------------


def stored(store: LocalStore, data: bytes, extension: str) -> File:
    key = new_key()
    with new_temp(store.temp_dir) as (stream, path):
        shutil.copyfileobj(io.BytesIO(data), stream)
        stream.flush()
        store.put_file(key, path)
    digest = hashlib.sha256(data).hexdigest()
    return File(id=1, name=f"a.{extension}", extension=extension, storage_key=key, size=len(data), sha256=digest)


def test_read_text_remembers(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    file = stored(store, samples.docx("Một"), "docx")
    first = read_text(store, file)
    assert first == ("Một", "Trước | 15 ngày")
    store.delete(file.storage_key)
    assert read_text(store, file) is first


def test_read_text_is_kept_on_disk_for_the_next_process(tmp_path: Path) -> None:
    file = stored(LocalStore(tmp_path), samples.docx("Hai"), "docx")
    first = read_text(LocalStore(tmp_path), file)
    LocalStore(tmp_path).delete(file.storage_key)

    assert read_text(LocalStore(tmp_path), file) == first


def test_read_text_of_an_erased_file_is_forgotten(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    file = stored(store, samples.docx("Ba"), "docx")
    read_text(store, file)

    texts.forget(store, sha256=file.sha256, extension="docx")

    assert texts.find(store, sha256=file.sha256, extension="docx") is None
    assert not [path for path in store.cache_dir.rglob("*") if path.is_file()]


def test_read_text_without_a_place_to_keep_it_still_reads(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    store.cache_dir.write_text("a file where a folder should be", "utf-8")

    assert read_text(store, stored(store, samples.docx("Bốn"), "docx")) == ("Bốn", "Trước | 15 ngày")


def test_read_text_that_fails_is_not_kept(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)

    assert read_text(store, stored(store, b"no archive at all", "docx")) is None
    assert not store.cache_dir.exists()


def test_read_film(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    film = read_film(store, stored(store, samples.mp4(), "mp4"))
    assert film is not None
    assert film.milliseconds == 1000
