"""What a sheet of units or people would change, row by row."""

import pytest

from app.programmes.imports import (
    Holder,
    check_people,
    check_units,
    slug,
    suggest_login,
)
from app.programmes.models import Role, Unit
from tests.support.contest import PLAN

HEADINGS = ["Tên đơn vị", "Nhóm đơn vị", "Mã"]
PEOPLE = ["Họ và tên", "Đơn vị", "Vai trò", "Điện thoại", "Thư điện tử", "Tên đăng nhập"]


def unit(number: int, name: str, key: str = "") -> Unit:
    return Unit(id=number, programme_id=1, key=key or slug(name), name=name, category="ward", sort_key="", folded="")


HA_DINH, KIM_GIANG = unit(1, "UBND phường Hạ Đình", "ha-dinh"), unit(2, "UBND phường Kim Giang", "kim-giang")
HANH = Holder(7, "hanhntm", "Nguyễn Thị Minh Hạnh", frozenset({(Role.UNIT_CLERK, 1)}))
OTHER = Holder(8, "chair", "Trần Văn Chủ")


def units_of(*rows: list[str]) -> list[tuple[str, str, bool, list[str]]]:
    checked = check_units([HEADINGS, *rows], plan=PLAN, present=[HA_DINH])
    return [(row.key, row.category, row.is_new, [str(e) for e in row.errors]) for row in checked]


def people_of(*rows: list[str]) -> list[tuple[str, Role | None, bool, bool, list[str]]]:
    checked = check_people(
        [PEOPLE, *rows], units=[HA_DINH, KIM_GIANG], members=[HANH], accounts={h.login: h for h in (HANH, OTHER)}
    )
    return [(r.login, r.role, r.known, r.is_new, [str(e) for e in r.errors]) for r in checked]


def test_new_unit_gets_a_key_of_its_name() -> None:
    assert units_of(["UBND phường Kim Giang", "UBND phường", ""]) == [("ubnd-phuong-kim-giang", "ward", True, [])]


def test_unit_there_already_is_skipped_however_it_is_spelt() -> None:
    assert units_of(["ubnd phường HẠ ĐÌNH", "ward", ""]) == [("ha-dinh", "ward", False, [])]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (["", "ward", "tram"], "Thiếu tên đơn vị."),
        (["---", "ward", ""], "Tên đơn vị không hợp lệ."),
        (["Phòng Y tế", "làng", ""], "Không có nhóm «làng»; các nhóm: Phòng, ban, đơn vị"),
        (["Phòng Y tế", "Phòng, ban, đơn vị", "Phòng Y tế"], "Mã «Phòng Y tế» chưa đúng"),
        (["Phòng Y tế", "Phòng, ban, đơn vị", "ha-dinh"], "Mã «ha-dinh» đã có đơn vị khác dùng."),
    ],
)
def test_faulty_unit_says_why(row: list[str], sentence: str) -> None:
    [(_, _, is_new, errors)] = units_of(row)
    assert not is_new
    assert sentence in errors[0]


def test_unit_named_twice_in_the_sheet_is_flagged_with_the_first_row() -> None:
    rows = units_of(["Phòng Y tế", "department", ""], ["phòng y tế", "department", ""])
    assert [row[2] for row in rows] == [True, False]
    assert rows[1][3] == ["Trùng với dòng 2 của tệp."]


def test_units_that_differ_by_a_tone_are_two() -> None:
    rows = units_of(["Trường Hòa Bình", "school", ""], ["Trường Hoa Bình", "school", ""])
    assert [(row[0], row[2]) for row in rows] == [("truong-hoa-binh", True), ("truong-hoa-binh-2", True)]


@pytest.mark.parametrize("name", ["UBND phuong Ha Dinh", "UBND  PHƯỜNG HẠ ĐÌNH."])
def test_unit_is_known_without_accents_and_in_capitals(name: str) -> None:
    assert units_of([name, "ward", ""]) == [("ha-dinh", "ward", False, [])]


@pytest.mark.parametrize(
    ("name", "key"),
    [("UBND phường Hạ Đình", "ubnd-phuong-ha-dinh"), ("2/9", "dv-2-9"), ("Đội Quản lý trật tự", "doi-quan-ly-trat-tu")],
)
def test_slug(name: str, key: str) -> None:
    assert slug(name) == key


def test_login_is_given_name_and_initials_and_numbered_where_taken() -> None:
    taken = {"huongntt"}
    assert suggest_login("Nguyễn Thị Thu Hương", taken=taken) == "huongntt2"
    assert suggest_login("Đỗ Văn Đạt", taken=taken) == "datdv"
    assert suggest_login("An", taken=taken) == "an"


def test_new_clerk_and_head() -> None:
    rows = people_of(
        ["Nguyễn Thị Thu Hương", "UBND phường Hạ Đình", "", "0988 123 456", "", ""],
        ["Lê Văn An", "kim-giang", "Thủ trưởng đơn vị", "", "an@a.vn", "An.LV"],
    )
    assert rows == [
        ("huongntt", Role.UNIT_CLERK, False, True, []),
        ("an.lv", Role.UNIT_HEAD, False, True, []),
    ]


def test_known_person_in_the_same_place_is_skipped() -> None:
    rows = people_of(["Nguyễn Thị Minh Hạnh", "UBND phường Hạ Đình", "Cán bộ", "", "", ""])
    assert rows == [("hanhntm", Role.UNIT_CLERK, True, False, [])]


def test_known_person_of_the_unit_takes_another_role_with_the_same_account() -> None:
    rows = people_of(["Nguyễn Thị Minh Hạnh", "UBND phường Hạ Đình", "Thủ trưởng", "", "", ""])
    assert rows == [("hanhntm", Role.UNIT_HEAD, False, True, [])]


def test_namesake_in_another_unit_gets_an_account_of_their_own() -> None:
    rows = people_of(["Nguyễn Thị Minh Hạnh", "UBND phường Kim Giang", "Cán bộ", "", "", ""])
    assert rows == [("hanhntm2", Role.UNIT_CLERK, False, True, [])]


def test_one_person_in_two_roles_of_a_sheet_gets_one_account() -> None:
    rows = people_of(
        ["Lê Văn An", "UBND phường Hạ Đình", "Cán bộ", "", "", ""],
        ["Lê Văn An", "UBND phường Hạ Đình", "Thủ trưởng", "", "", ""],
    )
    assert [(row[0], row[3]) for row in rows] == [("anlv", True), ("anlv", True)]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (["", "UBND phường Hạ Đình", "", "0988123456", "", ""], "Mục này bắt buộc."),
        (["Lê Văn An", "UBND phường Xa", "", "", "", ""], "Không có đơn vị «UBND phường Xa»"),
        (["Lê Văn An", "", "", "", "", ""], "Không có đơn vị «»"),
        (["Lê Văn An", "kim-giang", "bảo vệ", "", "", ""], "Vai trò «bảo vệ» không rõ"),
        (["Lê Văn An", "kim-giang", "", "12", "", ""], "Số điện thoại chưa đúng"),
        (["Lê Văn An", "kim-giang", "", "", "không", ""], "Địa chỉ thư điện tử chưa đúng."),
        (["Lê Văn An", "kim-giang", "", "", "", "chair"], "«chair» đã có người khác dùng."),
        (["Lê Văn An", "kim-giang", "", "", "", "tên có dấu"], "Tên đăng nhập gồm 2 đến 60 ký tự"),
    ],
)
def test_faulty_person_says_why(row: list[str], sentence: str) -> None:
    [(_, _, _, is_new, errors)] = people_of(row)
    assert not is_new
    assert sentence in " ".join(errors)


def test_login_of_two_people_in_a_sheet_is_flagged() -> None:
    rows = people_of(
        ["Lê Văn An", "kim-giang", "", "", "", "an"],
        ["Lê Thị An", "ha-dinh", "", "", "", "an"],
    )
    assert [row[3] for row in rows] == [True, False]
    assert rows[1][4] == ["Tên đăng nhập «an» có hai lần trong tệp."]


def test_person_named_twice_is_flagged() -> None:
    rows = people_of(["Lê Văn An", "kim-giang", "", "", "", ""], ["Lê văn an", "kim-giang", "", "", "", ""])
    assert rows[1][4] == ["Trùng với dòng 2 của tệp."]


def test_lines_of_the_template_that_nobody_filled_in_are_left_out() -> None:
    assert people_of(["", "UBND phường Hạ Đình", "Cán bộ đầu mối của đơn vị", "", "", ""]) == []
    assert units_of(["", "UBND phường", ""]) == []
