"""Blind reading: what the entry declares is hidden in its text, and the original is not handed out."""

import pytest
from sqlmodel import Session

from app.entries.models import Category, Entry, FileRole
from app.jury.blinding import HIDDEN, blind_text, blind_title, visible_files
from app.jury.queries import get_entry_to_judge
from tests.support.contest import add_file, make_contest, make_entry


@pytest.fixture
def entry(session: Session) -> Entry:
    made = make_entry(make_contest(session), category=Category.GROUP, authors=("Tạ Thị Ngọc Bích", "Lê Ánh"))
    return get_entry_to_judge(session, entry_id=made.id or 0)  # telephone of each: 0912 000 123


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Tôi là Tạ Thị Ngọc Bích, chuyên viên.", f"Tôi là {HIDDEN}, chuyên viên."),
        ("TẠ THỊ  NGỌC BÍCH đề xuất", f"{HIDDEN} đề xuất"),
        ("gọi 0912.000.123 hoặc +84 912 000 123", f"gọi {HIDDEN} hoặc {HIDDEN}"),
        ("Tại UBND phường Hạ Đình, mỗi ngày có 40 hồ sơ", f"Tại {HIDDEN}, mỗi ngày có 40 hồ sơ"),
        ("Ánh sáng ở phòng chờ", "Ánh sáng ở phòng chờ"),
    ],
)
def test_blind_text_hides_what_the_entry_declares(entry: Entry, text: str, shown: str) -> None:
    assert blind_text([text], entry=entry) == [shown]


def test_blind_text_drops_lines_that_only_name_people(entry: Entry) -> None:
    lines = ["Tác giả: Tạ Thị Ngọc Bích, Lê Ánh", "Đơn vị: UBND phường Hạ Đình", "Đơn vị nào cũng có hàng chờ."]

    assert blind_text(lines, entry=entry) == ["Đơn vị nào cũng có hàng chờ."]


@pytest.mark.parametrize(
    ("author", "text", "shown"),
    [
        ("Ngô Thị Hòa", "Tôi là Ngô Thị Hoà ở phường.", f"Tôi là {HIDDEN} ở phường."),
        ("Ngô Thị Hòa", "NGÔ THỊ HOÀ, NGO THI HOA", f"{HIDDEN}, {HIDDEN}"),
        ("Ngô Thị Hòa", "Người viết: ngô  thị\u00a0hoa.", f"Người viết: {HIDDEN}."),
        ("Ngô Thị Hòa", "ngô thị Hòa\u0300 và bạn", f"{HIDDEN} và bạn"),
        ("Đỗ Đình Đức", "Do Dinh Duc và Ðỗ Đình Đức", f"{HIDDEN} và {HIDDEN}"),
        ("H'Hen Niê", "Chị H’Hen Niê kể", f"Chị {HIDDEN} kể"),
        ("Lê Ánh", "LE ANH, Lê Ánh, lê ánh", f"{HIDDEN}, {HIDDEN}, {HIDDEN}"),
        ("Lê Ánh", "Lễ ánh sáng; lẻ ảnh; trẻ em", "Lễ ánh sáng; lẻ ảnh; trẻ em"),
        ("Tạ Hòa", "chúng ta hòa giải, ta hoàn thành", "chúng ta hòa giải, ta hoàn thành"),
        ("Hoa", "trồng hoa, tô hoà, tỏa sáng", f"trồng {HIDDEN}, tô hoà, tỏa sáng"),
        ("Bùi Hậu", "hậu cần; bùi ngùi", "hậu cần; bùi ngùi"),
        ("An", "An toàn bàn làm việc", f"{HIDDEN} toàn bàn làm việc"),
        ("Hoa", "tệp Hoa_2024, Hoa2; hoan nghênh", f"tệp {HIDDEN}_2024, {HIDDEN}2; hoan nghênh"),
    ],
)
def test_blind_text_hides_a_name_however_it_is_spelt(session: Session, author: str, text: str, shown: str) -> None:
    made = make_entry(make_contest(session), authors=(author,))
    entry = get_entry_to_judge(session, entry_id=made.id or 0)

    assert blind_text([text], entry=entry) == [shown]


@pytest.mark.parametrize("nothing", ["Không", "không có", "–", "KHONG"])
def test_what_stands_in_an_empty_box_is_no_name(session: Session, nothing: str) -> None:
    made = make_entry(make_contest(session))
    made.organisation = nothing
    entry = get_entry_to_judge(session, entry_id=made.id or 0)

    assert blind_text(["Hồ sơ – không có phí"], entry=entry) == ["Hồ sơ – không có phí"]


def test_blind_title_and_lines_of_names_are_found_by_other_spellings(session: Session) -> None:
    made = make_entry(make_contest(session), authors=("Ngô Thị Hòa",), title="Một cửa tại Phuong Ha Dinh – Ngô Thị Hoà")
    entry = get_entry_to_judge(session, entry_id=made.id or 0)

    assert blind_title(entry) == f"Một cửa tại {HIDDEN} – {HIDDEN}"
    assert blind_text(["Tác giả: Ngô Thị Hoà, phường Hạ Ðình"], entry=entry) == []


def files_of(session: Session, *files: tuple[FileRole, str]) -> Entry:
    """An entry with these files besides its main DOCX, read as the jury reads it."""
    contest = make_contest(session)
    made = make_entry(contest)
    for role, extension in files:
        add_file(contest, made, role=role, extension=extension)
    session.expire(made)
    return get_entry_to_judge(session, entry_id=made.id or 0)


def test_visible_files_keep_back_every_document_of_the_entry(session: Session) -> None:
    essay = files_of(session, (FileRole.TEXT, "docx"), (FileRole.ATTACHMENT, "png"))

    assert [f.role for f in visible_files(essay, blind=True)] == [FileRole.ATTACHMENT]
    assert len(visible_files(essay, blind=False)) == 3


@pytest.mark.parametrize("extension", ["doc", "docx", "pdf", "txt"])
def test_visible_files_keep_back_a_document_of_any_kind(session: Session, extension: str) -> None:
    essay = files_of(session)
    essay.files[0].file.extension = extension

    assert visible_files(essay, blind=True) == []


def test_visible_files_of_a_film_keep_back_its_word_text_only(session: Session) -> None:
    film = files_of(session, (FileRole.TEXT, "docx"))
    film.files[0].file.extension = "mp4"

    assert [f.role for f in visible_files(film, blind=True)] == [FileRole.MAIN]
