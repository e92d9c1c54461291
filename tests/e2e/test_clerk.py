"""The unit clerk's journey: from an empty form to an entry forwarded before the deadline, by clicks alone."""

import re
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from app.core.settings import DEMO_PASSWORD
from app.entries.models import Category, EntryStatus
from tests.e2e.person import Person
from tests.e2e.stage import Site, give_passwords, write_files
from tests.support import samples
from tests.support.contest import Contest, make_contest, make_entry
from tests.support.factories import NOW

TITLE = "Bộ mã lỗi hồ sơ kèm ảnh mẫu đúng tại Bộ phận Một cửa"
AUTHORS = ("Nguyễn Thị Hồng Phượng", "Đỗ Cẩm Tú")
Someone = Callable[..., Person]


@pytest.fixture
def contest(site: Site, slug: str) -> Contest:
    """A contest that takes entries: 20/5/2024."""
    with site.data() as session:
        made = make_contest(session, slug=slug)
        give_passwords(made)
    site.set_clock(made, NOW)
    return made


@pytest.fixture
def essay(tmp_path: Path) -> Path:
    """The essay that the clerk was sent."""
    path = tmp_path / "Bài dự thi – bộ mã lỗi hồ sơ.docx"
    path.write_bytes(samples.docx("Giải pháp rút ngắn thời gian trả kết quả hồ sơ.\n" * 40))
    return path


def author_row(clerk: Person, number: int) -> Locator:
    return clerk.page.locator("[data-row]").nth(number)


def fill_author(row: Locator, name: str, phone: str, *, represents: bool) -> None:
    row.get_by_role("textbox", name="Họ và tên").fill(name)
    row.get_by_role("textbox", name="Chức vụ, nơi công tác").fill("Công chức Tư pháp – Hộ tịch")
    if represents:
        row.get_by_role("textbox", name="Điện thoại").fill(phone)
        row.get_by_role("textbox", name="Địa chỉ liên lạc").fill("Số 1 phố Mẫu, phường Hạ Đình")
        row.get_by_label("Là người đại diện của nhóm").check()
    for consent in row.get_by_role("checkbox").all():
        consent.check()


def test_clerk_enters_and_forwards_a_group_entry(
    someone: Someone, site: Site, contest: Contest, essay: Path, screen: str
) -> None:
    clerk = someone(screen)
    clerk.sign_in(contest.clerk.login)
    clerk.look()
    clerk.page.get_by_role("link", name=re.compile("Nhập bài")).first.click()
    _fill_form(clerk)
    _see_what_is_missing(clerk)
    _upload(clerk, essay)
    _submit(clerk, essay)
    _screen(clerk)
    head = someone(screen)
    head.sign_in(contest.head.login)
    _confirm(head)
    _forward(clerk)


def _fill_form(clerk: Person) -> None:
    page = clerk.page
    expect(page.get_by_role("heading", name="Nhập bài dự thi")).to_be_visible()
    page.get_by_role("textbox", name="Tên ý tưởng, giải pháp").fill(TITLE)
    page.get_by_label("Lĩnh vực").select_option(label=_option(clerk, "Một cửa"))
    page.get_by_label("Tập thể (nhóm tác giả)").check()
    page.get_by_role("radio", name="Bài viết").check()
    page.get_by_role("textbox", name="Tóm tắt ý tưởng, giải pháp").fill(
        "Ảnh mẫu đúng giúp người dân chuẩn bị hồ sơ một lần là đủ."
    )
    fill_author(author_row(clerk, 0), AUTHORS[0], "0912 345 678", represents=True)
    clerk.press("Thêm tác giả")
    fill_author(author_row(clerk, 1), AUTHORS[1], "", represents=False)
    page.get_by_label(re.compile("không phải xin phép")).check()
    clerk.look()
    clerk.press("Lưu")
    clerk.told("Đã lưu bản nháp.")


def _option(clerk: Person, words: str) -> str:
    labels = clerk.page.get_by_label("Lĩnh vực").locator("option").all_text_contents()
    return next(label for label in labels if words in label)


def _see_what_is_missing(clerk: Person) -> None:
    card = clerk.page.locator("#submit")
    expect(card.locator(".todo li")).to_have_count(1)
    expect(card.get_by_role("button", name="Nộp bài tại đơn vị")).to_be_disabled()
    card.get_by_role("link").click()
    expect(clerk.page.locator("#files")).to_be_in_viewport()
    clerk.look()


def _upload(clerk: Person, essay: Path) -> None:
    page = clerk.page
    slow = clerk.window.new_cdp_session(page)
    slow.send("Network.enable")
    rate = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 30_000}
    slow.send("Network.emulateNetworkConditions", rate)
    page.locator("#file-main").set_input_files(essay)
    page.locator("form", has=page.locator("#file-main")).get_by_role("button", name="Tải lên").click()
    bar = page.get_by_role("progressbar", name="Tiến độ tải lên").first
    expect(bar).to_be_visible()
    expect(page.locator("[data-upload-text]").first).to_contain_text("Đang tải lên:")
    clerk.told(f"Đã nhận tệp «{essay.name}».")
    slow.detach()


def _submit(clerk: Person, essay: Path) -> None:
    clerk.press("Nộp bài tại đơn vị", sure="Nộp bài")
    expect(clerk.page.get_by_role("heading", name="Phiếu tiếp nhận bài dự thi")).to_be_visible()
    expect(clerk.page.locator(".receipt-files")).to_contain_text(essay.name)
    expect(clerk.page.locator(".receipt-files")).to_contain_text(sha256(essay.read_bytes()).hexdigest())
    expect(clerk.page.get_by_role("button", name="In phiếu")).to_be_visible()
    clerk.look()


def _open_screening(person: Person) -> None:
    person.go("Sơ loại")
    person.look()
    person.link(TITLE).click()


def _screen(clerk: Person) -> None:
    _open_screening(clerk)
    for condition in clerk.page.get_by_role("group", name="Bài đạt các điều kiện").get_by_role("checkbox").all():
        condition.check()
    clerk.page.get_by_role("radio", name="Chọn bài").check()
    clerk.look()
    clerk.press("Ghi kết quả sơ loại")
    expect(clerk.page.get_by_text("Chỉ thủ trưởng đơn vị được xác nhận")).to_be_visible()


def _confirm(head: Person) -> None:
    # The desk's one next action leads to the pile that waits for the head.
    head.page.locator(".next-action").get_by_role("link", name=re.compile("xác nhận", re.IGNORECASE)).first.click()
    if TITLE not in (head.page.locator("h1").text_content() or ""):
        head.link(TITLE).click()
    page = head.page
    for what in page.get_by_role("group").filter(has=page.locator("input[name$=_grade]")).all():
        what.get_by_role("radio").first.check()
    for note in page.locator("textarea[name$=_note]").all():
        note.fill("Đã làm thử ở hai bộ phận, có số liệu trước và sau.")
    head.look()
    head.press("Xác nhận")
    expect(page.locator("main")).to_contain_text("Thủ trưởng đã xác nhận")


def _forward(clerk: Person) -> None:
    clerk.page.reload()
    expect(clerk.page.locator("time[data-until]").first).to_contain_text("còn")
    clerk.press("Gửi lên Phòng Nội vụ", sure="Gửi bài")
    expect(clerk.page.locator("main")).to_contain_text("Đã gửi lên cấp trên")
    clerk.go("Bài dự thi")
    expect(clerk.page.locator("#entries")).to_contain_text("Đã gửi lên cấp trên")


# ---- what goes wrong ------------------------------------------------------------------------------------------


def test_refused_form_keeps_what_was_typed_and_says_where(someone: Someone, contest: Contest, screen: str) -> None:
    clerk = someone(screen).be(contest.clerk.login)
    clerk.open(contest.url("entries/new"))
    page = clerk.page
    page.get_by_role("textbox", name="Tên ý tưởng, giải pháp").fill(TITLE)
    page.get_by_role("radio", name="Bài viết").check()
    fill = author_row(clerk, 0)
    fill.get_by_role("textbox", name="Họ và tên").fill(AUTHORS[0])
    fill.get_by_role("textbox", name="Điện thoại").fill("12345")
    clerk.press("Lưu")
    expect(page.get_by_role("alert")).to_contain_text("điện thoại")
    expect(fill.locator(".field-error:visible")).to_have_count(1)
    expect(page.get_by_role("textbox", name="Tên ý tưởng, giải pháp")).to_have_value(TITLE)
    expect(fill.get_by_role("textbox", name="Điện thoại")).to_have_value("12345")
    clerk.look()
    page.get_by_role("alert").get_by_role("link").first.click()
    expect(fill.get_by_role("textbox", name="Điện thoại")).to_be_focused()


def test_program_named_as_a_word_file_is_refused_beside_its_box(
    someone: Someone, site: Site, contest: Contest, tmp_path: Path
) -> None:
    with site.data() as session:
        contest.session = session
        entry_id = make_entry(contest, status=EntryStatus.DRAFT).id
    wrong = tmp_path / "Bài dự thi.docx"
    wrong.write_bytes(samples.exe())
    clerk = someone().be(contest.clerk.login)
    clerk.open(contest.url(f"entries/{entry_id}"))
    clerk.page.locator("#file-main").set_input_files(wrong)
    clerk.page.locator("form", has=clerk.page.locator("#file-main")).get_by_role("button", name="Tải lên").click()
    expect(clerk.page.locator("#file-main-error")).to_be_visible()
    clerk.look()


def test_deadline_that_passed_is_told_and_the_entry_kept(someone: Someone, site: Site, contest: Contest) -> None:
    with site.data() as session:
        contest.session = session
        entry = make_entry(contest, status=EntryStatus.CONFIRMED, category=Category.GROUP)
        write_files(site, contest, entry)
    site.set_clock(contest, NOW.replace(month=6, day=12))
    clerk = someone().be(contest.clerk.login)
    clerk.open(contest.url(f"screening/{entry.id}"))
    expect(clerk.page.get_by_role("button", name="Gửi lên Phòng Nội vụ")).to_be_disabled()
    expect(clerk.page.locator("main")).to_contain_text("Đã hết hạn gửi bài")
    clerk.look()


# ---- nothing typed is lost -----------------------------------------------------------------------------------


def _type_much(clerk: Person, contest: Contest) -> None:
    clerk.open(contest.url("entries/new"))
    clerk.page.get_by_role("textbox", name="Tên ý tưởng, giải pháp").fill(TITLE)
    clerk.page.get_by_role("radio", name="Video clip").check()
    clerk.page.get_by_role("textbox", name="Tóm tắt ý tưởng, giải pháp").fill("Gõ cả buổi sáng.\n\nHai đoạn.")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_session_that_ends_while_typing_loses_nothing(someone: Someone, contest: Contest, *, scripts: bool) -> None:
    clerk = someone(scripts=scripts).be(contest.clerk.login)
    _type_much(clerk, contest)
    clerk.window.clear_cookies()
    clerk.press("Lưu")
    expect(clerk.page.get_by_text("Nội dung bạn vừa gửi chưa mất")).to_be_visible()
    clerk.page.get_by_label("Tên đăng nhập").fill(contest.clerk.login)
    clerk.page.get_by_label("Mật khẩu").fill("không phải")
    clerk.press("Đăng nhập")
    expect(clerk.page.get_by_text("Tên đăng nhập hoặc mật khẩu chưa đúng.")).to_be_visible()
    clerk.page.get_by_label("Mật khẩu").fill(DEMO_PASSWORD)
    clerk.press("Đăng nhập")
    expect(clerk.page.locator("main")).to_contain_text(contest.clerk.full_name)
    clerk.press("Gửi tiếp")
    clerk.told("Đã lưu bản nháp.")
    expect(clerk.page.get_by_role("heading", level=1)).to_have_text(TITLE)
    expect(clerk.page.locator("main")).to_contain_text("Hai đoạn.")


def _stays(clerk: Person, button: str) -> None:
    """Nearly leave the page: the browser asks, the person stays."""
    asked: list[str] = []
    clerk.page.once("dialog", lambda question: (asked.append(question.type), question.dismiss()))
    clerk.press(button)
    assert asked == ["beforeunload"]


def test_what_came_back_unsaved_is_not_left_without_a_warning(someone: Someone, contest: Contest) -> None:
    clerk = someone().be(contest.clerk.login)
    _type_much(clerk, contest)
    clerk.page.get_by_role("textbox", name="Điện thoại").fill("12")
    clerk.press("Lưu")
    expect(clerk.page.get_by_role("alert")).to_contain_text("Số điện thoại chưa đúng")
    _stays(clerk, "English")
    clerk.page.get_by_role("textbox", name="Điện thoại").fill("0912 345 678")
    clerk.window.clear_cookies()
    clerk.press("Lưu")
    expect(clerk.page.get_by_text("Nội dung bạn vừa gửi chưa mất")).to_be_visible()
    clerk.look()
    _stays(clerk, "English")
    clerk.page.get_by_label("Tên đăng nhập").fill(contest.clerk.login)
    clerk.page.get_by_label("Mật khẩu").fill(DEMO_PASSWORD)
    clerk.press("Đăng nhập")
    expect(clerk.page.get_by_role("button", name="Gửi tiếp")).to_be_visible()
    clerk.look()
    _stays(clerk, "English")
    clerk.press("Gửi tiếp")
    clerk.told("Đã lưu bản nháp.")


def test_network_that_is_gone_leaves_the_form_as_it_is(someone: Someone, contest: Contest) -> None:
    clerk = someone("phone").be(contest.clerk.login)
    _type_much(clerk, contest)
    clerk.window.set_offline(True)
    clerk.press("Lưu")
    expect(clerk.page.get_by_text("Chưa gửi được: không kết nối được tới máy chủ.")).to_be_visible()
    clerk.window.set_offline(False)
    clerk.press("Lưu")
    clerk.told("Đã lưu bản nháp.")
