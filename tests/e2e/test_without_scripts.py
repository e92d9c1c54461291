"""Nothing essential needs JavaScript: the same work in a browser that has it switched off."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect
from sqlmodel import select

from app.entries.models import Entry, EntryStatus
from app.jury.models import Assignment, ScoreSheet, SheetStatus
from tests.e2e.person import Person
from tests.e2e.stage import Site, give_passwords, write_files
from tests.support import judged, samples
from tests.support.contest import add_juror, assign, make_contest, make_entry, open_round
from tests.support.factories import NOW

Someone = Callable[..., Person]
TITLE = "Tủ văn bản còn dùng – đã bỏ tại phường"
MARKS = ("24", "25,5", "16", "8", "7,5")


def test_clerk_enters_submits_and_screens(someone: Someone, site: Site, slug: str, tmp_path: Path) -> None:
    with site.data() as session:
        contest = make_contest(session, slug=slug)
        give_passwords(contest)
    site.set_clock(contest, NOW)
    essay = tmp_path / "Bài dự thi.docx"
    essay.write_bytes(samples.docx())
    clerk = someone(scripts=False)
    clerk.sign_in(contest.clerk.login)
    clerk.open(contest.url("entries/new"))
    _fill_form(clerk.page)
    clerk.press("Lưu")
    clerk.told("Đã lưu bản nháp.")
    clerk.page.locator("#file-main").set_input_files(essay)
    clerk.page.locator("form", has=clerk.page.locator("#file-main")).get_by_role("button", name="Tải lên").click()
    clerk.told("Đã nhận tệp")
    clerk.press("Nộp bài tại đơn vị")
    expect(clerk.page.locator("h1")).to_contain_text("tiếp nhận")
    clerk.go("Sơ loại")
    clerk.link(TITLE).click()
    for box in clerk.page.get_by_role("checkbox").all():
        box.check()
    clerk.page.get_by_role("radio", name="Chọn bài").check()
    clerk.press("Ghi kết quả sơ loại")
    with site.data() as session:
        entry = session.exec(select(Entry).where(Entry.title == TITLE)).one()
        assert entry.status == EntryStatus.KEPT


def _fill_form(page: Page) -> None:
    page.get_by_role("textbox", name="Tên ý tưởng, giải pháp").fill(TITLE)
    page.get_by_label("Lĩnh vực").select_option(index=1)
    page.get_by_label("Tập thể (nhóm tác giả)").check()
    page.get_by_role("radio", name="Bài viết").check()
    page.get_by_role("textbox", name="Tóm tắt ý tưởng, giải pháp").fill("Văn bản hết hiệu lực được cất riêng.")
    # Empty rows for more authors stand ready where no script can add them.
    for row, name in enumerate(("Nguyễn Thị Hồng Phượng", "Đỗ Cẩm Tú")):
        card = page.locator("[data-row]").nth(row)
        card.get_by_role("textbox", name="Họ và tên").fill(name)
        for consent in card.get_by_role("checkbox").all():
            consent.check()
    first = page.locator("[data-row]").first
    first.get_by_role("textbox", name="Điện thoại").fill("0912 345 678")
    first.get_by_role("textbox", name="Chức vụ").fill("Công chức Văn hóa – Xã hội")
    first.get_by_role("textbox", name="Địa chỉ liên lạc").fill("Số 1 phố Mẫu, phường Hạ Đình")
    first.get_by_role("radio").check()
    page.get_by_label(re.compile("không phải xin phép")).check()


def test_juror_submits_and_a_stale_page_shows_both_versions(someone: Someone, site: Site, slug: str) -> None:
    with site.data() as session:
        contest = make_contest(session, slug=slug)
        juror = add_juror(contest)
        ids = []
        for title in (TITLE, "Quầy số 0"):
            entry = make_entry(contest, title=title, unit=contest.other_unit)
            write_files(site, contest, entry)
            assign(contest, juror, entry)
            ids.append(entry.id)
        open_round(contest)
        give_passwords(contest)
        login = contest.juror_user().login
    site.set_clock(contest, NOW.replace(month=6, day=14))
    old, new = someone("phone", scripts=False).be(login), someone(scripts=False).be(login)
    for window in (old, new):
        window.open(contest.url(f"jury/entries/{ids[0]}/score"))
    for box, mark in zip(new.page.locator("[data-mark]").all(), MARKS, strict=True):
        box.fill(mark)
    new.press("Nộp phiếu, chấm bài tiếp")
    new.told("Đã nộp phiếu. Đây là bài tiếp theo.")
    expect(new.page.locator("h1")).to_have_text("Quầy số 0")
    old.page.get_by_label("Nhận xét").fill("Gõ ở máy kia")
    old.press("Lưu nháp")
    expect(old.page.locator("main")).to_contain_text("Bản đang có trên máy chủ")
    # The sheet stands far below the entry: what was refused is looked at first.
    expect(old.page.get_by_role("alert")).to_be_in_viewport()
    expect(old.page.locator("main")).to_contain_text("25,5")
    expect(old.page.get_by_label("Nhận xét")).to_have_value("Gõ ở máy kia")
    with site.data() as session:
        sheet = session.exec(select(ScoreSheet).join(Assignment).where(Assignment.entry_id == ids[0])).one()
        assert (sheet.status, sheet.comment) == (SheetStatus.SUBMITTED, "")


def test_organiser_closes_and_publishes_and_the_chair_approves(someone: Someone, site: Site, slug: str) -> None:
    with site.data() as session:
        contest = judged.judged_contest(session, slug=slug)
        give_passwords(contest)
    site.set_clock(contest, judged.CLOSED)
    organiser, chair = someone(scripts=False), someone(scripts=False)
    organiser.sign_in(contest.organiser.login)
    organiser.open(contest.url("results"))
    organiser.press("Đóng vòng chấm")
    organiser.told("Đã đóng vòng chấm")
    chair.sign_in(contest.chair.login)
    chair.open(contest.url("results"))
    chair.press("Phê duyệt kết quả")
    chair.told("Đã phê duyệt kết quả.")
    organiser.page.reload()
    organiser.press("Công bố kết quả")
    organiser.told("Đã công bố kết quả.")
    visitor = someone(scripts=False)
    assert visitor.open(contest.url("results/public")).status == 200
    expect(visitor.page.locator("main")).to_contain_text("18.300.000")
