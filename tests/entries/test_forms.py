"""What a clerk types: cleaned, refused field by field, empty rows dropped."""

import unicodedata

import pytest

from app.core.errors import Invalid
from app.entries.forms import EntryForm
from app.entries.models import Category, Purpose
from tests.support.forms import author_boxes, entry_boxes


def refused(boxes: dict[str, str | list[str]]) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        EntryForm.parse(boxes)
    return {name: str(message) for name, message in caught.value.fields.items()}


def test_form_of_a_complete_entry() -> None:
    form = EntryForm.parse(entry_boxes())
    assert (form.category, form.representative_index) == (Category.INDIVIDUAL, 0)
    assert form.authors[0].phone == "+84912345678"
    assert form.authors[0].consents == list(Purpose)


def test_form_turns_nfd_into_nfc_and_trims() -> None:
    name = unicodedata.normalize("NFD", "  Công  Tằng Tôn Nữ\u200b Diệu Quỳnh ")
    form = EntryForm.parse(entry_boxes({"authors.0.full_name": name, "title": unicodedata.normalize("NFD", "Ý tưởng")}))
    assert form.authors[0].full_name == "Công Tằng Tôn Nữ Diệu Quỳnh"
    assert form.title == "Ý tưởng"


@pytest.mark.parametrize("phone", ["12345", "không có", "0123456789", "+1 202 555 0100", "09123456789"])
def test_form_refuses_a_phone_that_is_none(phone: str) -> None:
    words = "Số điện thoại chưa đúng. Nhập 10 chữ số, ví dụ 0912 345 678."
    assert refused(entry_boxes({"authors.0.phone": phone})) == {"authors.0.phone": words}


def test_form_asks_for_the_form_of_presentation_and_supposes_none() -> None:
    assert refused(entry_boxes({"format": None})) == {"format": "Mục này bắt buộc."}


def test_form_refuses_two_representatives() -> None:
    words = "Nhóm tác giả có đúng một người đại diện; vui lòng chỉ chọn một."
    assert refused(entry_boxes({"representative": ["0", "1"]}, authors=2)) == {"representative": words}


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("title", " ", "Mục này bắt buộc."),
        ("title", "a" * 301, "Nội dung quá dài (tối đa 300 ký tự)."),
        ("summary", "a" * 5001, "Nội dung quá dài (tối đa 5000 ký tự)."),
        ("category", "team", "Vui lòng chọn một trong các giá trị có sẵn."),
        ("format", "poem", "Vui lòng chọn một trong các giá trị có sẵn."),
        ("version", "x", "Vui lòng nhập một số nguyên."),
        ("authors.0.full_name", "a" * 121, "Nội dung quá dài (tối đa 120 ký tự)."),
    ],
)
def test_form_refuses_beside_the_field(name: str, value: str, words: str) -> None:
    assert refused(entry_boxes({name: value})) == {name: words}


def test_form_drops_empty_rows_and_numbers_messages_by_what_is_left() -> None:
    boxes = entry_boxes(authors=2) | author_boxes(7, "Người Thứ Ba", phone="sai")
    boxes |= author_boxes(5, "", position="", address=" ", phone="", participation="true")
    assert list(refused(boxes)) == ["authors.2.phone"]
    kept = EntryForm.parse({**boxes, "authors.7.phone": "", "representative": "7"})
    assert [a.row for a in kept.authors] == ["0", "1", "7"]
    assert kept.representative_index == 2


def test_form_without_a_box_ticked_consents_to_nothing() -> None:
    boxes = entry_boxes({f"authors.0.{purpose.value}": None for purpose in Purpose} | {"use_clause": None})
    form = EntryForm.parse(boxes)
    assert form.authors[0].consents == []
    assert form.use_clause is False


@pytest.mark.parametrize(
    ("shares", "words"),
    [
        (("60", ""), "Đã ghi tỷ lệ đóng góp thì phải ghi cho mọi thành viên."),
        (("60", "30"), "Tổng tỷ lệ đóng góp của các thành viên phải bằng 100."),
    ],
)
def test_form_refuses_shares_that_do_not_add_up(shares: tuple[str, str], words: str) -> None:
    boxes = entry_boxes({f"authors.{i}.share": share for i, share in enumerate(shares)}, authors=2)
    assert refused(boxes) == {"authors": words}


@pytest.mark.parametrize(("share", "words"), [("nhiều", "chưa đúng"), ("0", "từ trên 0"), ("100,5", "từ trên 0")])
def test_form_refuses_a_share_that_is_none(share: str, words: str) -> None:
    assert words in refused(entry_boxes({"authors.0.share": share}, authors=2))["authors.0.share"]


def test_form_reads_shares_exactly() -> None:
    form = EntryForm.parse(entry_boxes({"authors.0.share": "33,33 %", "authors.1.share": "66.67"}, authors=2))
    assert [a.share for a in form.authors] == [3333, 6667]


def test_form_of_one_person_has_no_share() -> None:
    form = EntryForm.parse(entry_boxes({"authors.0.share": "40"}))
    assert form.authors[0].share is None
