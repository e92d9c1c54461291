"""Blind reading: what the entry declares is hidden in its text, and the original is not handed out."""

import pytest
from sqlmodel import Session

from app.entries.models import Category, Entry, EntryFormat, FileRole
from app.jury.blinding import HIDDEN, blind_text, visible_files
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


def test_visible_files_keep_back_the_original_that_is_read_on_the_page(session: Session) -> None:
    contest = make_contest(session)
    essay = make_entry(contest)
    attachment = add_file(contest, essay, role=FileRole.ATTACHMENT, extension="png")
    session.expire(essay)
    essay = get_entry_to_judge(session, entry_id=essay.id or 0)

    assert visible_files(essay, blind=True, text_is_shown=True) == [attachment]
    assert len(visible_files(essay, blind=True, text_is_shown=False)) == 2
    assert len(visible_files(essay, blind=False, text_is_shown=True)) == 2


def test_visible_files_of_a_film_keep_back_its_word_text_only(session: Session) -> None:
    contest = make_contest(session)
    film = make_entry(contest)
    film.format = EntryFormat.VIDEO.value
    add_file(contest, film, role=FileRole.TEXT)
    session.flush()
    session.expire(film)
    film = get_entry_to_judge(session, entry_id=film.id or 0)

    assert [f.role for f in visible_files(film, blind=True, text_is_shown=True)] == [FileRole.MAIN]
