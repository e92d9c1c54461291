import random
import sqlite3
import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import text

EXPECTED = [
    "Nguyễn Thị An",
    "Nguyễn Văn An",
    "Lê Ánh",
    "Trần Thị Ánh",
    "Đỗ Thị Ân",
    "Hoàng Văn Ẩn",
    "Lê Đức Bình",
    "Vũ Hoàng Dũng",
    "Phạm Minh Đăng",
    "Bùi Văn Hậu",
    "Ngô Thị Hòa",
    "Bùi Văn Hưng",
]
LETTERS = list("aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệoòỏõóọôồổỗốộơờởỡớợuùủũúụưừửữứựyỳỷỹýỵ")


def nfd(value):
    return unicodedata.normalize("NFD", value)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (nfd("Nguyễn Ánh"), "Nguyễn Ánh"),
        ("  Trần\t\u00a0 Văn \n Ba ", "Trần Văn Ba"),
        ("a\u200bb\ufeffc\u00add\u202ee\x00f\x1b", "abcdef"),
        ("e\u200b\u0302", "ê"),
        ("\ud800x\uffff", "x"),
        ("", ""),
    ],
)
def test_clean_text(raw, expected):
    assert text.clean(raw) == expected


def test_clean_block_keeps_lines_and_one_empty_line():
    raw = "\r\n  Một  hai \r\n\r\n\n\n ba\u2028" + nfd("bốn") + "\x0b\n"
    assert text.clean_block(raw) == "Một hai\n\nba\nbốn"


@given(st.text())
def test_clean_any_text_is_stable_and_storable(raw):
    once = text.clean(raw)
    assert text.clean(once) == once
    assert unicodedata.is_normalized("NFC", once)
    once.encode()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("hòa", "hoà"),
        ("Ủy ban", "uỷ  BAN"),
        ("Đường", "duong"),
        ("Ðường", "Đường"),
        ("UBND-P.5", "ubnd p 5"),
        (nfd("Thủy"), "thuỷ"),
        ("H'Hen Niê", "H’Hen Nie"),
        ("Cải cách (TTHC)", "cai cach, tthc."),
    ],
)
def test_fold_spellings_meet(one, other):
    assert text.fold(one) == text.fold(other)


@given(st.text() | st.text(alphabet="aăâđÐHoòà\u0300'’-. \u00a0\u200bßﬁ"))
def test_fold_in_place_folds_the_same_and_knows_where_each_letter_stood(raw):
    plain, places = text.fold_in_place(raw)
    assert " ".join(plain.split()) == text.fold(raw)
    assert len(plain) == len(places)
    assert places == sorted(places)
    assert all(
        text.fold(raw[place]) == letter or letter in text.fold(raw[place])
        for place, letter in zip(places, plain, strict=True)
        if letter != " "
    )


def test_fold_text_is_plain():
    assert text.fold("  Số hóa «Một cửa» – ĐỢT 2 ") == "so hoa mot cua dot 2"


def test_name_key_domain_vector():
    shuffled = random.Random(1).sample(EXPECTED, len(EXPECTED))
    assert sorted(shuffled, key=text.name_key) == EXPECTED


def test_name_key_given_name_with_its_tone_comes_before_the_middle_name():
    names = ["Trần Văn An", "Lê Anh Án", "Bùi Anh Bá", "Lê Ba", "An"]
    assert sorted(names, key=text.name_key) == ["An", "Trần Văn An", "Lê Anh Án", "Lê Ba", "Bùi Anh Bá"]


def test_name_key_spellings_of_one_name_are_equal():
    keys = {text.name_key(n) for n in ("Ngô Thị Hòa", "ngô thị hoà", nfd("NGÔ THỊ HOÀ"), " Ngô  Thị Hòa ")}
    assert len(keys) == 1


def test_name_key_sorts_alike_in_sqlite_and_python():
    keys = [text.name_key(n) for n in EXPECTED] + [text.name_key(f"Lê {a}{b}") for a in LETTERS for b in "acn"]
    connection = sqlite3.connect(":memory:")
    connection.execute("create table t (k text)")
    connection.executemany("insert into t values (?)", [(k,) for k in keys])
    rows = [r[0] for r in connection.execute("select k from t order by k collate binary")]
    connection.close()
    assert rows == sorted(keys) == sorted(keys, key=str.encode)


@given(st.text())
def test_keys_are_ascii(raw):
    for key in (text.name_key(raw), text.sort_key(raw)):
        assert key.isascii()
        assert key.isprintable()
        assert key == key.strip()


def test_sort_key_letters_and_tones():
    assert sorted(random.Random(2).sample(LETTERS, len(LETTERS)), key=text.sort_key) == LETTERS


def test_sort_key_numbers_by_value():
    titles = ["Trường 10", "Trường 2", "Trường 02b", "Trường", "Trường Ánh", "Tổ 11", "Tổ 9"]
    assert sorted(titles, key=text.sort_key) == [
        "Tổ 9",
        "Tổ 11",
        "Trường",
        "Trường 2",
        "Trường 02b",
        "Trường 10",
        "Trường Ánh",
    ]


def test_sort_key_a_word_ends_before_a_longer_word():
    titles = ["Ban Tổ chức", "Bang", "Ban"]
    assert sorted(titles, key=text.sort_key) == ["Ban", "Ban Tổ chức", "Bang"]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("0988.123.456", "+84988123456"),
        (" 098 812 3456 ", "+84988123456"),
        ("+84 988-123-456", "+84988123456"),
        ("+84 (0)988 123 456", "+84988123456"),
        ("0084988123456", "+84988123456"),
        ("84988123456", "+84988123456"),
        ("024 3822 1234", "+842438221234"),
        ("(0258) 3822.123", "+842583822123"),
        ("842438221234", "+842438221234"),
    ],
)
def test_normalize_phone_usual_spellings(raw, expected):
    assert text.normalize_phone(raw) == expected


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "123",
        "01681234567",
        "0618123456",
        "098812345",
        "09881234567",
        "0243822123",
        "x0988123456",
        "1900 1234",
        "+1 202 555 0143",
        "٠٩٨٨١٢٣٤٥٦",
        "0988123456 máy lẻ 2",
    ],
)
def test_normalize_phone_other_numbers_refused(raw):
    with pytest.raises(text.InvalidPhoneError, match="Số điện thoại chưa đúng"):
        text.normalize_phone(raw)


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("+84988123456", "0988 123 456"),
        ("+842438221234", "024 3822 1234"),
        ("+842583822123", "0258 3822 123"),
        ("không có", "không có"),
    ],
)
def test_format_phone(stored, shown):
    assert text.format_phone(stored) == shown


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2020, 1, 5), "Hà Nội, ngày 05 tháng 01 năm 2020"),
        (date(2024, 2, 29), "Hà Nội, ngày 29 tháng 02 năm 2024"),
        (date(2024, 6, 9), "Hà Nội, ngày 09 tháng 6 năm 2024"),
        (date(2024, 12, 10), "Hà Nội, ngày 10 tháng 12 năm 2024"),
    ],
)
def test_format_date_line(day, expected):
    assert text.format_date_line("Hà Nội", day) == expected


def test_format_date_line_without_a_day_leaves_room():
    assert text.format_date_line("Hà Nội", None).split() == ["Hà", "Nội,", "ngày", "tháng", "năm"]


def test_format_date():
    assert text.format_date(date(2024, 6, 5)) == "05/06/2024"
