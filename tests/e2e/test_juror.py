"""The juror's journey on a phone at night: marks by touch, network and session lost, two tabs; nothing lost."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from playwright.sync_api import Locator, Page, Route, expect
from sqlmodel import Session, select

from app.entries.models import Entry
from app.jury.models import Assignment, ScoreSheet, SheetStatus
from tests.e2e.person import Person
from tests.e2e.stage import Site, give_passwords, write_files
from tests.support.contest import Contest, add_juror, add_sheet, assign, make_contest, make_entry, open_round
from tests.support.factories import NOW

Someone = Callable[..., Person]
SAVED = re.compile(r"^Đã lưu \d\d:\d\d$")
CRITERIA = ("Tính mới", "Hiệu quả", "Tính khả thi", "Khả năng nhân rộng", "Trình bày")
TITLES = ("Ký số học bạ theo chặng", "Quầy số 0 gỡ việc khó", "Cuộc gọi sau bốn mươi tám giờ")


@dataclass
class Night:
    """A contest being judged, and a juror with three entries: two essays and a film."""

    contest: Contest
    login: str
    entries: list[int]

    def sheet_url(self, index: int = 0) -> str:
        """Path of the sheet of one of the entries."""
        return self.contest.url(f"jury/entries/{self.entries[index]}/score")

    def find_sheet(self, session: Session, index: int = 0) -> ScoreSheet | None:
        """What the database holds of it."""
        query = select(ScoreSheet).join(Assignment).where(Assignment.entry_id == self.entries[index])
        return session.exec(query).first()


@pytest.fixture
def night(site: Site, slug: str) -> Night:
    """Judging is open: 12/6/2024."""
    with site.data() as session:
        contest = make_contest(session, slug=slug)
        juror = add_juror(contest)
        entries = []
        for title in TITLES:
            entry = make_entry(contest, title=title, unit=contest.other_unit)
            write_files(site, contest, entry, film=title == TITLES[1])
            assign(contest, juror, entry)
            entries.append(entry.id)
        open_round(contest)
        give_passwords(contest)
        login = contest.juror_user().login
    site.set_clock(contest, NOW.replace(month=6, day=14))
    return Night(contest, login, [i for i in entries if i is not None])


def criterion(page: Page, name: str) -> Locator:
    return page.locator("[data-criterion]").filter(has_text=name).first


def give(page: Page, name: str, mark: str) -> None:
    criterion(page, name).get_by_role("textbox").fill(mark)


def state(page: Page) -> Locator:
    return page.locator("[data-autosave-status]")


def comment(page: Page) -> Locator:
    return page.get_by_label("Nhận xét")


def fill_sheet(page: Page) -> None:
    for name, mark in zip(CRITERIA, ("24", "25,5", "16", "8", "7,5"), strict=True):
        give(page, name, mark)


# ---- the whole evening ------------------------------------------------------------------------------------


def test_juror_scores_submits_and_goes_on(someone: Someone, site: Site, night: Night, screen: str) -> None:
    juror = someone(screen)
    juror.sign_in(night.login)
    page = juror.page
    juror.look()
    page.locator(".next-action").get_by_role("link", name="Bắt đầu chấm").click()
    if not page.locator("#score-form").count():
        expect(page.locator("main")).to_contain_text("0 trên 3 bài")
        juror.look()
        juror.link("Chấm tiếp bài").click()
    expect(page.locator("h1")).to_have_text(TITLES[0])
    expect(page.locator("article")).to_contain_text("2,4 xuống 1,3")
    _score_by_touch(page)
    expect(state(page)).to_have_text(SAVED)
    juror.look()
    juror.press("Nộp phiếu, chấm bài tiếp")
    juror.told("Đã nộp phiếu.")
    expect(page.locator("h1")).to_have_text(TITLES[1])
    with site.data() as session:
        sheet = night.find_sheet(session)
        assert sheet is not None
        assert (sheet.status, sorted(sheet.marks.values())) == (SheetStatus.SUBMITTED, [750, 800, 1600, 2400, 2550])


def _score_by_touch(page: Page) -> None:
    criterion(page, CRITERIA[0]).get_by_role("button", name=re.compile("^24")).click()
    expect(page.locator("[data-score-total]")).to_have_text("24")
    give(page, CRITERIA[1], "25,5")
    more = criterion(page, CRITERIA[2]).get_by_role("button", name=re.compile("^Thêm"))
    give(page, CRITERIA[2], "15,5")
    more.click()
    give(page, CRITERIA[3], "8")
    give(page, CRITERIA[4], "7.5")
    expect(page.locator("[data-score-total]")).to_have_text("81")
    expect(page.locator("[data-score-missing]")).to_have_text("")


def test_film_plays_beside_the_rubric(someone: Someone, night: Night, screen: str) -> None:
    juror = someone(screen).be(night.login)
    juror.open(night.sheet_url(1))
    film = juror.page.locator("video")
    expect(film).to_be_visible()
    seen = film.evaluate(
        """async film => {
            film.muted = true;
            await film.play();
            await new Promise(done => film.addEventListener('timeupdate', () => film.currentTime > 0 && done()));
            return [film.videoWidth > 0, film.duration > 2];
        }"""
    )
    assert seen == [True, True]
    # The text that goes with a film is read on the page, not only downloaded.
    expect(juror.page.locator("article")).to_contain_text("2,4 xuống 1,3")


def test_juror_recuses_with_a_reason(someone: Someone, site: Site, night: Night) -> None:
    juror = someone("phone").be(night.login)
    juror.open(night.sheet_url())
    juror.page.get_by_text("Từ chối chấm bài này").click()
    juror.page.get_by_role("textbox", name="Lý do").fill("Tôi đã góp ý cho nhóm tác giả khi viết bài.")
    juror.look()
    juror.press("Từ chối chấm", sure="Từ chối chấm")
    juror.told("Đã ghi nhận bạn từ chối chấm bài này.")
    expect(juror.page.locator("main")).to_contain_text("Đã từ chối chấm")
    expect(juror.page.locator("main")).to_contain_text("0 trên 2 bài")
    juror.look()


def test_skipped_entry_goes_last(someone: Someone, night: Night) -> None:
    juror = someone("phone").be(night.login)
    juror.open(night.sheet_url())
    juror.press("Để sau")
    expect(juror.page.locator("h1")).to_have_text(TITLES[1])
    juror.open(night.contest.url("jury"))
    expect(juror.link("Chấm tiếp bài")).to_be_visible()
    titles = [t for t in juror.page.locator("main a").all_text_contents() if t in TITLES]
    assert titles == [TITLES[1], TITLES[2], TITLES[0]]


# ---- what is saved, and when the page says so ----------------------------------------------------------------


def test_saved_is_said_only_after_the_commit(someone: Someone, site: Site, night: Night) -> None:
    juror = someone("phone").be(night.login)
    juror.open(night.sheet_url())
    page = juror.page
    held: list[Route] = []
    page.route("**/score", lambda route: held.append(route))  # noqa: PLW0108 - playwright marks the handler it is given
    give(page, CRITERIA[0], "24")
    expect(state(page)).to_have_text("Đang lưu…")
    page.wait_for_timeout(500)
    expect(state(page)).to_have_text("Đang lưu…")
    with site.data() as session:
        assert night.find_sheet(session) is None
    # The server answers, but its words do not reach the phone yet: it has the mark, the page does not claim so.
    answer = held[0].fetch()
    with site.data() as session:
        sheet = night.find_sheet(session)
        assert sheet is not None
        assert sheet.marks == {"novelty": 2400}
    expect(state(page)).to_have_text("Đang lưu…")
    held[0].fulfill(response=answer)
    expect(state(page)).to_have_text(SAVED)


def test_lost_network_keeps_the_marks_and_saves_them_when_it_is_back(
    someone: Someone, site: Site, night: Night
) -> None:
    juror = someone("phone").be(night.login)
    juror.open(night.sheet_url())
    page = juror.page
    juror.window.set_offline(True)
    give(page, CRITERIA[1], "25,5")
    comment(page).fill("Số liệu thuyết phục.")
    expect(state(page)).to_have_text("Chưa lưu – mất mạng, sẽ tự lưu lại")
    juror.press("Nộp phiếu, chấm bài tiếp")
    expect(page.locator("h1")).to_have_text(TITLES[0])
    expect(comment(page)).to_have_value("Số liệu thuyết phục.")
    juror.look()
    juror.window.set_offline(False)
    expect(state(page)).to_have_text(SAVED)
    with site.data() as session:
        sheet = night.find_sheet(session)
        assert sheet is not None
        assert (sheet.status, sheet.marks, sheet.comment) == (
            SheetStatus.DRAFT,
            {"effectiveness": 2550},
            "Số liệu thuyết phục.",
        )


def test_phone_that_died_offers_what_was_not_saved(someone: Someone, site: Site, night: Night) -> None:
    juror = someone("phone").be(night.login)
    juror.open(night.sheet_url())
    juror.window.set_offline(True)
    comment(juror.page).fill("Viết khi mất mạng, rồi điện thoại tắt.")
    expect(state(juror.page)).to_contain_text("mất mạng")
    juror.page.close()
    juror.window.set_offline(False)
    juror.page = juror.new_tab()
    juror.open(night.sheet_url())
    expect(juror.page.locator("#score-form")).to_contain_text("Đã khôi phục nội dung chưa kịp lưu")
    expect(comment(juror.page)).to_have_value("Viết khi mất mạng, rồi điện thoại tắt.")
    expect(state(juror.page)).to_have_text(SAVED)


def test_expired_session_asks_to_sign_in_beside_and_goes_on(someone: Someone, site: Site, night: Night) -> None:
    juror = someone("phone").be(night.login)
    juror.open(night.sheet_url())
    page = juror.page
    site.revoke(night.login)
    comment(page).fill("Gõ sau khi phiên đã hết.")
    dialog = page.locator("#dialog-login")
    expect(dialog).to_be_visible()
    expect(state(page)).to_have_text("Chưa lưu – cần đăng nhập lại")
    juror.look()
    with juror.window.expect_page() as opened:
        dialog.get_by_role("link", name="Đăng nhập ở thẻ mới").click()
    juror.sign_in(night.login, page=opened.value)
    opened.value.close()
    page.bring_to_front()
    if dialog.is_visible():
        dialog.get_by_role("button", name="Tiếp tục").click()
    expect(dialog).to_be_hidden()
    expect(comment(page)).to_have_value("Gõ sau khi phiên đã hết.")
    expect(state(page)).to_have_text(SAVED)
    with site.data() as session:
        sheet = night.find_sheet(session)
        assert sheet is not None
        assert sheet.comment == "Gõ sau khi phiên đã hết."


def test_marks_are_not_saved_in_the_name_of_who_signed_in_beside(someone: Someone, site: Site, night: Night) -> None:
    with site.data() as session:
        contest = replace(night.contest, session=session)
        assign(contest, add_juror(contest), session.get_one(Entry, night.entries[0]))
        other = contest.juror_user(1).login
    juror = someone().be(night.login)
    juror.open(night.sheet_url())
    juror.be(other)
    comment(juror.page).fill("Lời của người mở trang.")
    expect(state(juror.page)).to_contain_text("Trang này do tài khoản khác mở")
    juror.look()
    with site.data() as session:
        assert night.find_sheet(session) is None
    juror.be(night.login)
    juror.page.once("dialog", lambda asked: asked.accept())
    juror.page.reload()
    expect(comment(juror.page)).to_have_value("Lời của người mở trang.")
    expect(state(juror.page)).to_have_text(SAVED)


def test_two_devices_are_shown_both_versions(someone: Someone, site: Site, night: Night) -> None:
    phone, desktop = someone("phone").be(night.login), someone("desktop").be(night.login)
    for window in (phone, desktop):
        window.open(night.sheet_url())
    comment(desktop.page).fill("Bản ở máy bàn")
    give(desktop.page, CRITERIA[0], "20")
    expect(state(desktop.page)).to_have_text(SAVED)
    comment(phone.page).fill("Bản ở điện thoại")
    panel = phone.page.locator(".conflict-panel")
    expect(panel).to_contain_text("Bản ở máy bàn")
    expect(panel).to_contain_text("Bản ở điện thoại")
    expect(state(phone.page)).to_have_text("Chưa lưu – có hai bản khác nhau")
    phone.look()
    panel.get_by_role("button", name="Giữ bản trên màn hình này").click()
    expect(state(phone.page)).to_have_text(SAVED)
    comment(desktop.page).fill("Sửa tiếp ở máy bàn")
    panel = desktop.page.locator(".conflict-panel")
    expect(panel).to_contain_text("Bản ở điện thoại")
    panel.get_by_role("button", name="Dùng bản đã lưu").click()
    expect(comment(desktop.page)).to_have_value("Bản ở điện thoại")
    with site.data() as session:
        sheet = night.find_sheet(session)
        assert sheet is not None
        assert sheet.comment == "Bản ở điện thoại"


def test_mark_above_the_maximum_is_refused_beside_it_and_kept(someone: Someone, site: Site, night: Night) -> None:
    juror = someone("phone").be(night.login)
    juror.open(night.sheet_url())
    page = juror.page
    fill_sheet(page)
    give(page, CRITERIA[4], "11")
    juror.press("Nộp phiếu, chấm bài tiếp")
    expect(criterion(page, CRITERIA[4]).locator(".field-error")).to_contain_text("10")
    expect(page.locator("h1")).to_have_text(TITLES[0])
    expect(criterion(page, CRITERIA[4]).get_by_role("textbox")).to_have_value("11")
    juror.look()


def test_incomplete_sheet_is_not_submitted_and_says_what_is_missing(someone: Someone, site: Site, night: Night) -> None:
    juror = someone("phone").be(night.login)
    juror.open(night.sheet_url())
    page = juror.page
    give(page, CRITERIA[0], "24")
    expect(state(page)).to_have_text(SAVED)
    juror.press("Nộp phiếu, chấm bài tiếp")
    expect(page.get_by_role("alert")).to_contain_text(CRITERIA[1])
    expect(criterion(page, CRITERIA[0]).get_by_role("textbox")).to_have_value("24")
    juror.look()


def test_closed_round_says_so_and_keeps_what_was_typed(someone: Someone, site: Site, night: Night) -> None:
    juror = someone("phone").be(night.login)
    juror.open(night.sheet_url())
    with site.data() as session:
        night.contest.session = session
        round_ = night.contest.round
        round_.closed_at = NOW.replace(month=6, day=14)
        session.add(round_)
    comment(juror.page).fill("Muộn mất rồi")
    expect(state(juror.page)).to_have_text("Chưa lưu – Vòng chấm đã đóng; phiếu chấm đã khóa.")
    expect(comment(juror.page)).to_have_value("Muộn mất rồi")
    juror.open(night.sheet_url())
    expect(juror.page.locator("main")).to_contain_text("Vòng chấm đã đóng")
    juror.look()


def test_submitted_sheet_can_be_corrected_until_the_round_closes(someone: Someone, site: Site, night: Night) -> None:
    with site.data() as session:
        night.contest.session = session
        row = session.exec(select(Assignment).where(Assignment.entry_id == night.entries[0])).one()
        add_sheet(night.contest, row)
    juror = someone("phone").be(night.login)
    juror.open(night.contest.url("jury"))
    juror.link(TITLES[0]).click()
    give(juror.page, CRITERIA[4], "10")
    expect(state(juror.page)).to_have_text(SAVED)
    expect(juror.page.locator("[data-score-total]")).to_have_text("83")
    with site.data() as session:
        sheet = night.find_sheet(session)
        assert sheet is not None
        assert (sheet.status, sheet.marks["presentation"]) == (SheetStatus.SUBMITTED, 1000)
