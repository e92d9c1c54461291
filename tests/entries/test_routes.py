"""The pages of entries through HTTP: happy path, who gets in, and every bad input with its words."""

import hashlib
import html
import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlmodel import Session, col, func, select

from app.accounts.service import set_password
from app.core.clock import real_now
from app.core.settings import DEMO_PASSWORD
from app.entries.models import Entry, EntryStatus
from app.files.models import File
from app.programmes.models import Role
from tests.support import samples
from tests.support.contest import make_entry, open_round
from tests.support.factories import give_role
from tests.support.forms import author_boxes, entry_boxes
from tests.support.people import JSON, People
from tests.support.samples import MULTIPART, multipart

S = EntryStatus


def words(response: httpx.Response) -> str:
    """What a person reads, on one line."""
    body = re.sub(r"(?s)<(script|style|template|noscript|svg).*?</\1>", " ", response.text)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def box(response: httpx.Response, name: str) -> str:
    """What an input holds."""
    found = re.search(rf'name="{re.escape(name)}" value="([^"]*)"', response.text)
    assert found, name
    return found[1]


def error_of(response: httpx.Response, name: str) -> str:
    """What stands beside a field."""
    found = re.search(rf'(?s)data-error-for="{re.escape(name)}"(?! hidden).*?<span>(.*?)</span>', response.text)
    return found[1] if found else ""


# ---- from the form to the receipt ---------------------------------------------------------------------------------


def test_entry_from_the_form_to_its_receipt(people: People) -> None:
    entry_id = people.new_entry()
    url = people.url(f"entries/{entry_id}")
    draft = people.clerk.get(url)
    assert "Chưa tải lên tệp bài viết." in words(draft)
    assert "Bài dự thi chưa đủ để nộp; vui lòng bổ sung các mục còn thiếu." in words(draft)
    assert people.upload(entry_id).json() == {"location": url}
    answer = people.clerk.post(f"{url}/submit")
    assert answer.status_code == 303
    receipt = people.clerk.get(answer.headers["location"])
    assert receipt.status_code == 200
    assert "Số tiếp nhận 001" in words(receipt)
    assert "09:00" in words(receipt)
    assert "Tác giả Lê Văn Số 0" in words(receipt)
    assert f"Người nộp {people.contest.clerk.full_name}" in words(receipt)
    assert hashlib.sha256(samples.docx()).hexdigest() in receipt.text
    text = people.clerk.get(answer.headers["location"] + "/text")
    assert hashlib.sha256(text.content).hexdigest() in receipt.text
    shown = people.clerk.get(url)
    assert "Đã nộp tại đơn vị" in words(shown)
    assert "Nộp bài tại đơn vị, số tiếp nhận 001" in words(shown)


def test_receipt_of_what_was_edited_since_names_no_authors(people: People) -> None:
    entry_id = people.submitted_entry()
    url = people.url(f"entries/{entry_id}")
    people.clerk.post(f"{url}/reopen")
    people.clerk.post(f"{url}/edit", data=entry_boxes({"authors.0.full_name": "Lê Văn Khác"}))
    (receipt,) = re.findall(r'href="([^"]*/receipts/\d+)"', people.clerk.get(url).text)
    assert "Lê Văn Khác" not in words(people.clerk.get(receipt))


def test_name_in_one_case_is_asked_about_and_kept(people: People) -> None:
    boxes = entry_boxes({"authors.0.full_name": "TRẦN THỊ BÌNH", "authors.1.full_name": "lê văn an"}, authors=3)
    entry_id = people.new_entry(boxes)
    shown = words(people.clerk.get(people.url(f"entries/{entry_id}")))
    assert "Xem lại cách viết hoa của tên: TRẦN THỊ BÌNH, lê văn an." in shown
    form = people.clerk.get(people.url(f"entries/{entry_id}/edit")).text
    assert len(re.findall(r"data-name-hint>", form)) == 2


def test_new_form_chooses_no_form_of_presentation_for_anybody(people: People) -> None:
    form = people.clerk.get(people.url("entries/new")).text
    assert re.findall(r'name="format" value="(\w+)"( checked)?', form) == [("essay", ""), ("video", "")]
    refused = people.clerk.post(people.url("entries/new"), data=entry_boxes({"format": None}))
    assert error_of(refused, "format") == "Mục này bắt buộc."


def test_upload_of_a_plain_browser_is_redirected(people: People) -> None:
    entry_id = people.new_entry()
    answer = people.upload(entry_id, headers={}, in_query=False)
    assert (answer.status_code, answer.headers["location"]) == (303, people.url(f"entries/{entry_id}"))
    assert "Đã nhận tệp «Bài dự thi.docx»." in words(people.clerk.get(answer.headers["location"]))


def test_file_comes_back_byte_for_byte_and_shows_only_what_runs_nothing(people: People) -> None:
    entry_id = people.new_entry()
    people.upload(entry_id, "Bài dự thi.pdf", samples.pdf())
    row = people.entry(entry_id).files[0]
    url = people.url(f"entries/{entry_id}/files/{row.id}")
    assert people.clerk.get(url).content == samples.pdf()
    assert people.clerk.get(f"{url}?inline=1").headers["content-disposition"].startswith("inline")
    people.upload(entry_id, "Phụ lục.docx", role="attachment")
    other = people.entry(entry_id).files[-1]
    word = people.clerk.get(people.url(f"entries/{entry_id}/files/{other.id}?inline=1"))
    assert word.headers["content-disposition"].startswith("attachment")
    assert people.clerk.head(url).headers["content-length"] == str(len(samples.pdf()))


def test_removed_file_is_gone_from_page_and_download(people: People) -> None:
    entry_id = people.new_entry()
    people.upload(entry_id)
    row = people.entry(entry_id).files[0].id
    url = people.url(f"entries/{entry_id}/files/{row}")
    assert people.clerk.post(f"{url}/remove").status_code == 303
    assert people.clerk.get(url).status_code == 404
    assert "Chưa tải lên tệp bài viết." in words(people.clerk.get(people.url(f"entries/{entry_id}")))


def test_reopened_entry_is_submitted_again_under_its_number(people: People) -> None:
    entry_id = people.submitted_entry()
    url = people.url(f"entries/{entry_id}")
    assert people.clerk.post(f"{url}/reopen").status_code == 303
    assert people.clerk.get(f"{url}/edit").status_code == 200
    answer = people.clerk.post(f"{url}/submit")
    assert "Số tiếp nhận 001" in words(people.clerk.get(answer.headers["location"]))
    assert words(people.clerk.get(url)).count("Nộp bài tại đơn vị, số tiếp nhận 001") == 2


def test_withdrawn_entry_says_why_and_can_do_nothing_more(people: People) -> None:
    entry_id = people.submitted_entry()
    url = people.url(f"entries/{entry_id}")
    empty = people.clerk.post(f"{url}/withdraw", data={"reason": "  "})
    assert empty.status_code == 422
    assert error_of(empty, "reason") == "Mục này bắt buộc."
    assert people.clerk.post(f"{url}/withdraw", data={"reason": "Trùng ý tưởng"}).status_code == 303
    shown = people.clerk.get(url)
    assert "Trùng ý tưởng" in words(shown)
    assert f'action="{url}/' not in shown.text


# ---- every bad input ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"title": ""}, "title", "Mục này bắt buộc."),
        ({"authors.0.phone": "gọi số nội bộ"}, "authors.0.phone", "Số điện thoại chưa đúng. Nhập 10 chữ số"),
        ({"representative": ["0", "1"]}, "representative", "Nhóm tác giả có đúng một người đại diện"),
        ({"authors.0.share": "60"}, "authors", "Đã ghi tỷ lệ đóng góp thì phải ghi cho mọi thành viên."),
        ({"field": "poetry"}, "field", "Vui lòng chọn một lĩnh vực của cuộc thi."),
    ],
)
def test_refused_form_says_it_beside_the_field_and_keeps_everything(
    people: People, session: Session, changes: dict[str, str], field: str, said: str
) -> None:
    answer = people.clerk.post(people.url("entries/new"), data=entry_boxes(changes, authors=2))
    assert answer.status_code == 422
    assert said in error_of(answer, field)
    for name, value in entry_boxes(changes, authors=2).items():
        if name in {"title", "authors.0.phone", "authors.1.full_name", "authors.1.address", "authors.0.share"}:
            assert box(answer, name) == value
    assert "Dán mã QR trên phiếu hẹn" in answer.text
    ticked = [tag for tag in re.findall(r"<input[^>]*>", answer.text) if 'type="checkbox"' in tag and " checked" in tag]
    assert len(ticked) == 9
    assert session.exec(select(func.count(col(Entry.id)))).one() == 0


def test_refused_form_keeps_rows_in_place_when_one_was_removed(people: People) -> None:
    boxes = entry_boxes() | author_boxes(4, "Người Thứ Hai", phone="sai") | {"category": "group", "representative": "4"}
    answer = people.clerk.post(people.url("entries/new"), data=boxes)
    assert error_of(answer, "authors.1.phone").startswith("Số điện thoại chưa đúng")
    assert box(answer, "authors.1.full_name") == "Người Thứ Hai"
    assert re.search(r'name="representative" value="1"[^>]* checked', answer.text)


def test_new_form_ticks_nothing_for_anybody(people: People) -> None:
    page = people.clerk.get(people.url("entries/new")).text
    assert not re.search(r'type="checkbox"[^>]* checked', page)


def test_nfd_names_are_stored_and_found_as_nfc(people: People) -> None:
    name = "Công Tằng Tôn Nữ Diệu Quỳnh"
    entry_id = people.new_entry(entry_boxes({"authors.0.full_name": unicodedata.normalize("NFD", name)}))
    assert people.entry(entry_id).authors[0].full_name == name
    found = people.clerk.get(people.url("entries"), params={"q": unicodedata.normalize("NFD", "diệu quỳnh")})
    assert name in found.text


def test_group_with_one_author_cannot_be_submitted(people: People) -> None:
    entry_id = people.new_entry(entry_boxes({"category": "group"}))
    people.upload(entry_id)
    answer = people.clerk.post(people.url(f"entries/{entry_id}/submit"))
    assert answer.status_code == 422
    assert "Tập thể là nhóm tác giả từ 02 người trở lên; bài này mới có 1." in words(answer)
    assert people.entry(entry_id).status == S.DRAFT


@pytest.mark.parametrize(
    ("name", "data", "role", "status", "said"),
    [
        ("Bài.docx", b"", "main", 422, "Tệp «Bài.docx» rỗng (0 byte)."),
        ("Bài.docx", samples.exe(), "main", 422, "nội dung thật là chương trình chạy trên Windows (.exe)"),
        ("Bài.exe", samples.exe(), "main", 422, "thuộc loại không được nhận"),
        ("Phim.mp4", None, "main", 422, "thuộc loại không được nhận"),
        ("Bài.docx", None, "other", 422, "giá trị có sẵn"),
    ],
    ids=["0 bytes", "exe named docx", "exe", "video as an essay", "no such role"],
)
def test_refused_upload_says_why_and_keeps_nothing(
    people: People, session: Session, name: str, data: bytes | None, role: str, status: int, said: str
) -> None:
    entry_id = people.new_entry()
    answer = people.upload(entry_id, name, data, role=role)
    assert answer.status_code == status
    assert said in str(answer.json())
    assert session.exec(select(func.count(col(File.id)))).one() == 0


def test_file_of_the_wrong_kind_for_its_role_is_refused_after_the_body_too(people: People, session: Session) -> None:
    """The role came as a field of the body, so the headers allowed what any role may be."""
    entry_id = people.new_entry()
    answer = people.upload(entry_id, "Ảnh.png", samples.png(), in_query=False)
    assert answer.status_code == 422
    assert "Tệp «Ảnh.png» không dùng được làm tệp bài dự thi. Chỉ nhận: văn bản Word" in answer.json()["errors"]["file"]
    assert session.exec(select(func.count(col(File.id)))).one() == 0
    assert people.upload(entry_id, "Ảnh.png", samples.png(), role="attachment", in_query=False).status_code == 200


def test_file_over_the_limit_is_refused_on_its_headers(people: People) -> None:
    entry_id = people.new_entry()
    limit = people.contest.plan.files.max_megabytes * 1024 * 1024
    answer = people.clerk.post(
        people.url(f"entries/{entry_id}/files?role=main"),
        content=b"x",
        headers={"content-type": samples.MULTIPART, "content-length": str(limit + 1_000_000)} | JSON,
    )
    assert answer.status_code == 413
    assert answer.json()["errors"]["file"] == "Tệp vượt quá giới hạn 1 GB. Vui lòng giảm dung lượng rồi tải lại."


def test_refused_upload_of_a_plain_browser_shows_the_entry_with_the_words(people: People) -> None:
    entry_id = people.new_entry()
    answer = people.upload(entry_id, "Bài.docx", b"", headers={})
    assert answer.status_code == 422
    assert "Tệp «Bài.docx» rỗng (0 byte)" in error_of(answer, "file")
    assert "Mã QR tra cứu tiến độ" in words(answer)


def test_second_submit_is_refused_and_makes_no_second_receipt(people: People) -> None:
    entry_id = people.submitted_entry()
    url = people.url(f"entries/{entry_id}")
    answer = people.clerk.post(f"{url}/submit")
    assert answer.status_code == 409
    assert "Bài dự thi đã nộp, số tiếp nhận 001; không nộp lần nữa." in words(answer)
    assert answer.text.count(f"{url}/receipts/") == 1


def test_receipt_says_that_the_unit_has_not_forwarded_yet(people: People) -> None:
    entry_id = people.submitted_entry()
    entry = people.clerk.get(people.url(f"entries/{entry_id}")).text
    receipt = entry.split(f"entries/{entry_id}/receipts/")[1].split('"')[0]
    answer = people.clerk.get(people.url(f"entries/{entry_id}/receipts/{receipt}"))
    assert "Bài chưa gửi lên cấp trên" in words(answer)
    assert "Hạn gửi: trước ngày 10/06/2024." in words(answer)
    assert people.url(f"screening/{entry_id}") in answer.text


def test_stale_edit_shows_both_and_keeps_what_was_typed(people: People) -> None:
    entry_id = people.new_entry()
    url = people.url(f"entries/{entry_id}/edit")
    assert people.clerk.post(url, data=entry_boxes({"title": "Của thẻ thứ nhất"})).status_code == 303
    second = people.clerk.post(url, data=entry_boxes({"title": "Của thẻ thứ hai", "summary": "Tóm tắt khác"}))
    assert second.status_code == 409
    assert "vừa được lưu ở một cửa sổ khác" in words(second)
    assert "Tên ý tưởng, giải pháp Của thẻ thứ nhất Của thẻ thứ hai" in words(second)
    assert box(second, "title") == "Của thẻ thứ hai"
    assert "Tóm tắt khác</textarea>" in second.text
    assert people.entry(entry_id).title == "Của thẻ thứ nhất"
    again = entry_boxes({"title": "Của thẻ thứ hai", "version": box(second, "version")})
    assert people.clerk.post(url, data=again).status_code == 303
    assert people.entry(entry_id).title == "Của thẻ thứ hai"


def test_refused_edit_does_not_forget_the_version_it_came_from(people: People) -> None:
    """A mistake in the older tab must not turn it into the newer one."""
    entry_id = people.new_entry()
    url = people.url(f"entries/{entry_id}/edit")
    people.clerk.post(url, data=entry_boxes({"title": "Của thẻ thứ nhất"}))
    wrong = people.clerk.post(url, data=entry_boxes({"authors.0.phone": "sai"}))
    assert (wrong.status_code, box(wrong, "version")) == (422, "1")
    absurd = people.clerk.post(url, data=entry_boxes({"version": "9" * 5000}))
    assert (absurd.status_code, box(absurd, "version")) == (422, "2")


def test_edit_of_a_submitted_entry_keeps_what_was_typed(people: People) -> None:
    entry_id = people.submitted_entry()
    answer = people.clerk.post(people.url(f"entries/{entry_id}/edit"), data=entry_boxes({"title": "Gõ dở"}))
    assert answer.status_code == 409
    assert box(answer, "title") == "Gõ dở"
    assert "muốn sửa, hãy bấm «Mở lại để sửa»" in words(answer)


# ---- who gets in -----------------------------------------------------------------------------------------------------


READS = ("", "/edit", "/receipts/1", "/files/1")
WRITES = ("/edit", "/files?role=main", "/files/1/remove", "/submit", "/reopen", "/withdraw")


def test_another_unit_s_entry_is_not_found(people: People) -> None:
    entry_id = people.submitted_entry()
    url = people.url(f"entries/{entry_id}")
    answers = {path: people.other_clerk.get(f"{url}{path}").status_code for path in READS}
    assert set(answers.values()) == {404}, answers
    boxes = entry_boxes({"reason": "x"})
    answers = {path: people.other_clerk.post(f"{url}{path}", data=boxes).status_code for path in WRITES}
    assert set(answers.values()) == {404}, answers
    assert people.entry(entry_id).status == S.SUBMITTED


@pytest.mark.parametrize("who", ["head", "organiser", "chair"])
def test_changes_are_the_clerk_s_alone(people: People, who: str) -> None:
    entry_id = people.submitted_entry()
    file_id = people.entry(entry_id).files[0].id
    paths = [path.replace("/1/", f"/{file_id}/") for path in WRITES]
    url, boxes = people.url(f"entries/{entry_id}"), entry_boxes({"reason": "x"})
    answers = {path: getattr(people, who).post(f"{url}{path}", data=boxes).status_code for path in paths}
    assert set(answers.values()) == {403}, answers
    assert people.entry(entry_id).status == S.SUBMITTED


def test_draft_does_not_exist_for_organisers(people: People) -> None:
    entry_id = people.new_entry()
    assert people.organiser.get(people.url(f"entries/{entry_id}")).status_code == 404
    assert people.head.get(people.url(f"entries/{entry_id}")).status_code == 200


def test_phone_is_full_for_its_unit_only(people: People) -> None:
    entry_id = people.submitted_entry()
    url = people.url(f"entries/{entry_id}")
    assert "0912 345 678" in words(people.clerk.get(url))
    seen = words(people.organiser.get(url))
    assert "0912 ••• 678" in seen
    assert "0912 345 678" not in seen


def test_pages_ask_to_sign_in(people: People) -> None:
    for path in ("entries", "entries/new", "entries/participation", "entries/1", "entries/1/edit"):
        url = people.url(path)
        answer = people.stranger.get(url)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/sign-in?next={url}")
        assert people.stranger.get(url, headers=JSON).status_code == 401
    for path in ("new", "1/edit", *(f"1{path}" for path in WRITES)):
        assert people.stranger.post(people.url(f"entries/{path}"), headers=JSON).status_code == 401, path


@pytest.mark.parametrize("who", ["stranger", "admin"])
def test_pages_do_not_exist_for_those_without_a_part(people: People, who: str) -> None:
    browser = people.browser(getattr(people.contest, who))
    for path in ("entries", "entries/new", "entries/participation"):
        assert browser.get(people.url(path)).status_code == 404


def test_entry_that_cannot_be_is_not_found(people: People) -> None:
    for entry_id in ("0", "999999", "99999999999999999999", "-1", "x"):
        assert people.clerk.get(people.url(f"entries/{entry_id}")).status_code == 404


def test_receipt_of_another_entry_is_not_found(people: People) -> None:
    first, second = people.submitted_entry(), people.submitted_entry()
    receipt = (
        people.clerk.get(people.url(f"entries/{second}")).text.split(f"entries/{second}/receipts/")[1].split('"')[0]
    )
    assert people.clerk.get(people.url(f"entries/{first}/receipts/{receipt}")).status_code == 404


def test_entering_before_the_opening_says_from_when(people: People) -> None:
    people.at(datetime(2024, 5, 12, 16, 59, tzinfo=UTC))
    answer = people.clerk.get(people.url("entries/new"))
    assert answer.status_code == 409
    assert "từ 13/05/2024" in words(answer)
    assert "Cuộc thi chưa mở nhận bài" in words(people.clerk.get(people.url("entries")))


def test_nothing_moves_after_judging_has_opened(people: People) -> None:
    entry_id = people.new_entry()
    open_round(people.contest)
    people.session.commit()
    url = people.url(f"entries/{entry_id}")
    for path in ("edit", "submit", "withdraw"):
        answer = people.clerk.post(f"{url}/{path}", data=entry_boxes({"reason": "x"}))
        assert answer.status_code == 409
        assert "Cuộc thi đã mở chấm; bài dự thi không thay đổi được nữa." in words(answer)
    assert people.upload(entry_id).status_code == 409
    assert "Cuộc thi đã mở chấm" in words(people.clerk.get(url))


# ---- several units -------------------------------------------------------------------------------------------


def test_clerk_of_two_units_chooses_one(people: People) -> None:
    contest = people.contest
    assert '<select class="form-select" id="f-unit_id"' not in people.clerk.get(people.url("entries/new")).text
    give_role(people.session, contest.clerk, contest.scene.programme, Role.UNIT_CLERK, unit=contest.other_unit)
    url = people.url("entries/new")
    assert '<select class="form-select" id="f-unit_id"' in people.clerk.get(url).text
    none = people.clerk.post(url, data=entry_boxes())
    assert (none.status_code, error_of(none, "unit_id")) == (422, "Vui lòng chọn đơn vị gửi bài.")
    chosen = people.clerk.post(url, data=entry_boxes({"unit_id": str(contest.other_unit.id)}))
    entry = people.entry(int(chosen.headers["location"].rsplit("/", 1)[1]))
    assert entry.unit_name == "UBND phường Nhân Chính"


def test_entering_for_a_unit_that_is_not_one_s_own_is_refused(people: People) -> None:
    other = str(people.contest.other_unit.id)
    assert people.clerk.post(people.url("entries/new"), data=entry_boxes({"unit_id": other})).status_code == 403
    assert people.clerk.post(people.url("entries/new"), data=entry_boxes({"unit_id": "999999"})).status_code == 404


# ---- lists ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["entries", "entries/participation"])
def test_list_asks_the_same_for_1_row_and_for_30(people: People, path: str, count_queries: Callable) -> None:
    def asked() -> int:
        with count_queries() as counted:
            assert people.organiser.get(people.url(path)).status_code == 200
        return counted.count

    make_entry(people.contest)
    asked()
    one = asked()
    for _ in range(29):
        make_entry(people.contest, authors=("Một", "Hai", "Ba"))
    assert asked() == one


def test_list_pages_and_keeps_its_filters(people: People) -> None:
    for n in range(51):
        make_entry(people.contest, title=f"Ý tưởng thứ {n}")
    first = people.clerk.get(people.url("entries"), params={"q": "y tuong", "status": "accepted"})
    assert "51 bài khớp với «y tuong», trang 1 trên 2" in words(first)
    assert "q=y+tuong&amp;status=accepted&amp;field=&amp;category=&amp;unit=&amp;page=2" in first.text
    second = people.clerk.get(people.url("entries"), params={"q": "y tuong", "status": "accepted", "page": 2})
    assert second.text.count("stack-title") == 1


def test_list_stands_any_query(people: People) -> None:
    queries: list[tuple[dict[str, str], int]] = [
        ({"page": "0"}, 404),
        ({"page": "x"}, 404),
        ({"page": "99999999999999999999"}, 404),
        ({"page": "7"}, 200),
        ({"unit": ""}, 200),
        ({"unit": "x"}, 200),
        ({"unit": "99999999999999"}, 200),
        ({"status": "no\x00thing", "field": "\x00", "category": "'"}, 200),
        ({"q": "\x00' OR 1=1 --"}, 200),
    ]
    answers = [people.clerk.get(people.url("entries"), params=params).status_code for params, _ in queries]
    assert answers == [status for _, status in queries]


def test_empty_lists_say_what_to_do(people: People) -> None:
    assert "Bạn nhập bài thay cho tác giả; tác giả không cần tài khoản." in words(
        people.clerk.get(people.url("entries"))
    )
    make_entry(people.contest)
    assert "Không có bài nào khớp" in words(people.clerk.get(people.url("entries?q=zzz")))


def test_markup_in_names_is_shown_as_text(people: People) -> None:
    entry_id = people.new_entry(entry_boxes({"title": "<script>alert(1)</script>", "authors.0.full_name": '"><b>x'}))
    for path in ("entries", f"entries/{entry_id}", f"entries/{entry_id}/edit"):
        page = people.clerk.get(people.url(path)).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page
        assert '"><b>x' not in page


def test_participation_names_who_has_sent_nothing(people: People) -> None:
    make_entry(people.contest, status=S.FORWARDED)
    seen = words(people.organiser.get(people.url("entries/participation")))
    assert "UBND phường Bắt buộc: ít nhất 1 bài Đơn vị đã gửi đủ 1 trên 11 đơn vị" in seen
    assert "Trường học công lập Khuyến khích: ít nhất 1 bài" in seen
    silent = re.search(r"1 trên 11 đơn vị 1 trên 11 đơn vị Chưa gửi đủ: (.*?)\.", seen)
    assert silent
    assert "UBND phường Nhân Chính" in silent[1]
    assert "UBND phường Hạ Đình" not in silent[1]
    own = words(people.clerk.get(people.url("entries/participation")))
    assert "UBND phường Hạ Đình" in own
    assert "Nhân Chính" not in own


def test_countdown_goes_by_the_contest_s_clock(people: People) -> None:
    people.at(datetime(2024, 6, 9, 16, 59, 0, tzinfo=UTC))
    page = people.clerk.get(people.url("entries")).text
    assert 'data-until="2024-06-10T00:00:00+07:00"' in page
    assert 'data-now="2024-06-09T16:59:0' in page
    people.at(datetime(2024, 6, 9, 17, 0, 0, tzinfo=UTC) + timedelta(seconds=1))
    assert "Đã hết hạn gửi bài (00:00 10/06/2024)." in words(people.clerk.get(people.url("entries")))


# ---- the session ends while somebody types ---------------------------------------------------------------------

FORM = {"content-type": "application/x-www-form-urlencoded"}


def hidden_boxes(response: httpx.Response) -> dict[str, str]:
    """What the page sends along without showing it."""
    found = re.findall(r'(?s)<input type="hidden" name="([^"]*)" value="([^"]*)">', response.text)
    return {name: html.unescape(value) for name, value in found if name != "lang"}


@pytest.fixture
def sign_in_again(people: People) -> Callable[..., httpx.Response]:
    """Fill in the sign-in form of a page and send everything that stands in it."""
    set_password(people.session, user=people.contest.clerk, password=DEMO_PASSWORD, now=real_now())
    people.session.commit()

    def send(page: httpx.Response, password: str = DEMO_PASSWORD) -> httpx.Response:
        boxes = hidden_boxes(page) | {"login": people.contest.clerk.login, "password": password}
        return people.stranger.post("/sign-in", data=boxes)

    return send


def test_create_after_the_session_ended_is_carried_through_the_sign_in(
    people: People, sign_in_again: Callable[..., httpx.Response]
) -> None:
    url = people.url("entries/new")
    page = people.stranger.post(url, data=entry_boxes({"title": "Gõ «cả» buổi", "summary": "Một.\r\n\r\nHai."}))
    assert page.status_code == 401
    assert "Nội dung bạn vừa gửi chưa mất" in words(page)
    answer = sign_in_again(page)
    # Nothing is sent by itself: the page says in whose name it would be.
    assert people.session.exec(select(Entry)).all() == []
    assert people.contest.clerk.full_name in words(answer)
    assert f'<form method="post" action="{url}"' in answer.text
    sent = people.stranger.post(url, data=hidden_boxes(answer))
    assert sent.status_code == 303
    entry = people.session.exec(select(Entry)).one()
    assert (entry.title, entry.summary) == ("Gõ «cả» buổi", "Một.\n\nHai.")


def test_wrong_password_still_carries_what_was_typed(
    people: People, sign_in_again: Callable[..., httpx.Response]
) -> None:
    page = people.stranger.post(people.url("entries/new"), data=entry_boxes({"title": "Gõ cả buổi"}))
    again = sign_in_again(page, password="không phải")
    assert again.status_code == 422
    assert hidden_boxes(again)["carried:title"] == "Gõ cả buổi"
    assert "không phải" not in again.text
    assert hidden_boxes(sign_in_again(again))["title"] == "Gõ cả buổi"


def test_boxes_named_like_those_of_the_sign_in_form_are_carried_too(
    people: People, sign_in_again: Callable[..., httpx.Response]
) -> None:
    person = {"full_name": "Lê Văn Thử", "login": "thu.lv", "role": "juror", "next": "đâu đó"}
    answer = sign_in_again(people.stranger.post(people.url("settings/people"), data=person))
    assert hidden_boxes(answer) == person


def test_a_password_is_never_carried(people: People) -> None:
    page = people.stranger.post("/account/password", data={"current": "cũ", "password": "mới", "again": "mới"})
    assert page.status_code == 401
    assert set(hidden_boxes(page)) == {"next"}
    assert "mới" not in hidden_boxes(page).values()


def test_more_than_any_form_holds_is_not_carried(people: People) -> None:
    """Whoever is not signed in could have us build pages of many megabytes."""
    page = people.stranger.post(people.url("entries/new"), data=entry_boxes({"summary": '"' * 300_000}))
    assert page.status_code == 401
    assert set(hidden_boxes(page)) == {"next"}


def test_a_referer_that_cannot_be_read_leads_home(people: People) -> None:
    headers = {"content-type": MULTIPART, "referer": "http://["}
    page = people.stranger.post(people.url("entries/1/files?role=main"), content=b"", headers=headers)
    assert hidden_boxes(page) == {"next": "/"}


def test_file_sent_after_the_session_ended_leads_back_to_its_page(people: People) -> None:
    url = people.url("entries/1")
    headers = {"content-type": MULTIPART, "referer": f"http://127.0.0.1:8000{url}"}
    body = multipart(("file", "bai.docx", samples.docx()))
    page = people.stranger.post(f"{url}/files?role=main", content=body, headers=headers)
    assert page.status_code == 401
    assert hidden_boxes(page) == {"next": url}
