"""The organiser's journey: from the check of a forwarded entry to the archive for the city; the chair decides."""

import io
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest
from playwright.sync_api import Download, expect

from app.core.money import format_dong
from app.entries.models import Category, EntryStatus
from app.jury import queries as jury
from tests.e2e.person import Person
from tests.e2e.stage import Site, give_passwords, write_files
from tests.support.contest import Contest, add_juror, add_sheet, make_contest, make_entry, marks_for
from tests.support.factories import NOW

Someone = Callable[..., Person]
TO_ACCEPT = "Sổ tay số cho tổ dân phố"
TO_RETURN = "Bảng chỉ hình giúp người khiếm thính"
MISSING = "Túi hồ sơ một lần đau buồn"
# The totals that the entries get: two share the place between the first and the second prize.
INDIVIDUAL = {"Thẻ tiến độ giải ngân": 90, "Hẹn giờ theo ngõ": 90, MISSING: 84, "Phòng họp không giấy": 80,
              "Tủ văn bản còn dùng": 76, "Lịch hiệu lực": 72, TO_ACCEPT: 70}  # fmt: skip
GROUP = {"Danh mục không hỏi lại": 88, "Lãnh đạo đi nộp hồ sơ": 84, "Thử văn bản": 80, "Cụm văn phòng": 76,
         "Quầy số 0": 72, "Giỏ mua sắm chung": 68}  # fmt: skip
TOTALS = {**INDIVIDUAL, **GROUP}
JURORS = ("Lê Tuấn Kiệt", "Đinh Thị Thanh Nga", "Trần Hữu Nghĩa")
# Every prize but one consolation prize of a group, which no entry is left for.
PAID = 18_300_000 - 1_000_000


@dataclass
class Office:
    """The contest with its people's logins."""

    contest: Contest
    jurors: list[str]

    def url(self, path: str) -> str:
        """Path of a page of the contest."""
        return self.contest.url(path)


@pytest.fixture
def office(site: Site, slug: str) -> Office:
    """Intake is over: 11/6/2024; two entries wait for the check, twelve have passed it."""
    with site.data() as session:
        contest = make_contest(session, slug=slug)
        for title in [*TOTALS, TO_RETURN]:
            waits = title in (TO_ACCEPT, TO_RETURN)
            group = title in GROUP
            entry = make_entry(
                contest,
                title=title,
                unit=contest.other_unit,
                status=EntryStatus.FORWARDED if waits else EntryStatus.ACCEPTED,
                category=Category.GROUP if group else Category.INDIVIDUAL,
            )
            write_files(site, contest, entry)
        for name in JURORS:
            add_juror(contest, full_name=name)
        give_passwords(contest)
        office = Office(contest, [contest.juror_user(i).login for i in range(len(JURORS))])
    site.set_clock(contest, NOW.replace(month=6, day=11))
    return office


@pytest.mark.parametrize("site", ["sqlite", "postgres"], indirect=True)
def test_organiser_runs_the_contest_to_the_archive(
    someone: Someone, site: Site, office: Office, tmp_path: Path
) -> None:
    organiser, chair = someone(), someone()
    organiser.sign_in(office.contest.organiser.login)
    organiser.look()
    _check_entries(organiser, office)
    site.set_clock(office.contest, NOW.replace(month=6, day=15))  # the returned entry had until the fourteenth
    _assign_and_open(organiser, office)
    _watch_progress(organiser, site, office)
    _finish_the_last_sheet(someone(), office)
    _close(organiser)
    chair.sign_in(office.contest.chair.login)
    _decide(chair, organiser, office)
    _publish(organiser)
    _take_papers(organiser, tmp_path)
    _hand_over(organiser, chair, site, office)
    _read_as_anybody(someone(), office)


def _check_entries(organiser: Person, office: Office) -> None:
    page = organiser.page
    organiser.open(office.url("desk"))
    page.locator(".next-action").get_by_role("link").first.click()
    organiser.look()
    organiser.link(TO_ACCEPT).click()
    page.get_by_role("radio", name="Tiếp nhận").check()
    organiser.look()
    organiser.press("Ghi kết quả kiểm tra")
    organiser.told("Đã tiếp nhận")
    organiser.go("Sơ loại")
    organiser.link(TO_RETURN).click()
    page.get_by_role("radio", name="Trả lại để bổ sung").check()
    organiser.press("Ghi kết quả kiểm tra")
    expect(page.get_by_role("alert")).to_be_visible()
    organiser.look()
    page.get_by_role("radio", name="Trả lại để bổ sung").check()
    page.get_by_role("textbox", name="Lý do").fill("Thiếu số liệu minh chứng; đề nghị bổ sung.")
    page.get_by_role("textbox", name="Hạn bổ sung").fill("14/6/2024")
    organiser.press("Ghi kết quả kiểm tra")
    organiser.told("Đã trả lại")


def _assign_and_open(organiser: Person, office: Office) -> None:
    page = organiser.page
    organiser.go("Chấm thi")
    organiser.link("Phân công").click()
    expect(page.get_by_role("button", name="Mở chấm")).to_be_disabled()
    organiser.look()
    organiser.press("Lập phương án")
    organiser.told("Đã lập phương án phân công")
    expect(page.locator("main")).to_contain_text(f"{3 * len(TOTALS)} lượt chấm")
    organiser.look()
    organiser.press("Chấp nhận phương án")
    organiser.told("Đã áp dụng phương án phân công.")
    organiser.press("Mở chấm", sure="Mở chấm")
    organiser.told("Quy chế đã được niêm phong.")


def _watch_progress(organiser: Person, site: Site, office: Office) -> None:
    with site.data() as session:
        contest = office.contest
        contest.session = session
        assert contest.round.id is not None
        rows = jury.list_assignments(session, round_id=contest.round.id)
        titles = {e.id: e.title for e in jury.list_accepted(session, programme_id=contest.scene.programme_id)}
        for assignment, _ in rows:
            title = titles[assignment.entry_id]
            if title != MISSING or assignment.juror_id != contest.jurors[0].id:
                add_sheet(contest, assignment, marks=marks_for(TOTALS[title]))
    page = organiser.page
    organiser.go("Chấm thi")
    expect(page.locator("main")).to_contain_text(f"{3 * len(TOTALS) - 1} trên {3 * len(TOTALS)} phiếu")
    # Counts, never marks: no total of any entry stands on the page.
    tables = page.locator("#by-entry, #by-entry-finished").all_text_contents()
    assert len(tables) == 2
    shown = set(re.findall(r"\d+", " ".join(tables)))
    assert not shown & {str(total) for total in TOTALS.values()}
    organiser.look()
    organiser.go("Kết quả")
    expect(page.get_by_role("button", name="Đóng vòng chấm")).to_be_disabled()
    expect(page.locator("#missing tbody tr")).to_have_count(1)
    expect(page.locator("#missing")).to_contain_text(JURORS[0])
    expect(page.locator("#missing")).to_contain_text(MISSING)
    organiser.look()


def _finish_the_last_sheet(juror: Person, office: Office) -> None:
    juror.sign_in(office.jurors[0])
    juror.open(office.url("jury"))
    juror.link("Chấm tiếp bài").click()
    expect(juror.page.locator("h1")).to_have_text(MISSING)
    left = 84
    for box, top in zip(juror.page.locator("[data-mark]").all(), (30, 30, 20, 10, 10), strict=True):
        box.fill(str(min(left, top)))
        left -= min(left, top)
    juror.press("Nộp phiếu")
    juror.told("Bạn đã chấm xong các bài được phân công.")


def _close(organiser: Person) -> None:
    organiser.page.reload()
    organiser.press("Đóng vòng chấm", sure="Đóng vòng chấm")
    organiser.told("Đã đóng vòng chấm")
    expect(organiser.page.get_by_role("button", name="Phê duyệt kết quả")).to_be_disabled()
    organiser.look()


def _decide(chair: Person, organiser: Person, office: Office) -> None:
    """The tie is the chair's to settle, the vacancy anybody's of the committee to explain; then the chair approves."""
    page = chair.page
    chair.open(office.url("results"))
    chair.look()
    tie = page.locator(".next-action", has_text="bằng điểm")
    first = tie.get_by_label("Thứ 1").locator("option").filter(has_text="Hẹn giờ theo ngõ").get_attribute("value")
    second = tie.get_by_label("Thứ 2").locator("option").filter(has_text="Thẻ tiến độ").get_attribute("value")
    tie.get_by_label("Thứ 1").select_option(first)
    tie.get_by_label("Thứ 2").select_option(second)
    tie.get_by_label("Lý do").fill("Phạm vi áp dụng rộng hơn, đã có số liệu thí điểm.")
    tie.get_by_role("button", name="Ghi quyết định").click()
    chair.told("Đã ghi quyết định")
    expect(page.locator("main")).to_contain_text("Phạm vi áp dụng rộng hơn")
    page.locator("summary", has_text="Ghi lý do").click()
    page.get_by_label("Vì sao để trống").fill("Chỉ có sáu bài tập thể đủ điều kiện.")
    chair.press("Ghi lý do")
    chair.told("Đã ghi lý do để trống giải.")
    chair.look()
    chair.press("Phê duyệt kết quả", sure="Phê duyệt kết quả")
    chair.told("Đã phê duyệt kết quả.")
    expect(page.locator("main")).to_contain_text(format_dong(PAID))


def _publish(organiser: Person) -> None:
    organiser.go("Kết quả")
    organiser.press("Công bố kết quả", sure="Công bố kết quả")
    organiser.told("Đã công bố kết quả.")
    organiser.look()
    for tab in ("Bảng xếp hạng", "Chi thưởng"):
        organiser.page.locator(".tabs").get_by_role("link", name=tab).click()
        organiser.look()
    expect(organiser.page.locator("tfoot")).to_contain_text(format_dong(PAID))


def _take_papers(organiser: Person, folder: Path) -> None:
    organiser.go("Văn bản")
    organiser.look()
    for name, start in (
        ("Danh sách đạt giải – Word (.docx)", b"PK"),
        ("Danh sách đạt giải – PDF (.pdf)", b"%PDF"),
        ("Danh sách đạt giải – Excel (.xlsx)", b"PK"),
        ("Danh sách chi tiền thưởng – Excel (.xlsx)", b"PK"),
        ("Danh sách chi tiền thưởng – Word (.docx)", b"PK"),
    ):
        with organiser.page.expect_download() as caught:
            organiser.link(name).click()
        assert _bytes_of(caught.value, folder).startswith(start)
        assert caught.value.suggested_filename.startswith(name.partition(" –")[0])


def _bytes_of(download: Download, folder: Path) -> bytes:
    path = folder / download.suggested_filename
    download.save_as(path)
    return path.read_bytes()


def _hand_over(organiser: Person, chair: Person, site: Site, office: Office) -> None:
    page = organiser.page
    organiser.go("Bàn giao")
    expect(page.get_by_role("button", name="Lập hồ sơ (ZIP)")).to_be_disabled()
    organiser.look()
    first = page.locator("select[name^='mode.']").first
    first.select_option(label="Thuyết trình")
    organiser.press("Ghi danh sách")
    organiser.told("Đã ghi danh sách")
    chair.go("Bàn giao")
    chair.press("Phê duyệt danh sách", sure="Phê duyệt danh sách")
    chair.told("Đã phê duyệt danh sách.")
    page.reload()
    with page.expect_download() as caught:
        organiser.press("Lập hồ sơ (ZIP)")
    with zipfile.ZipFile(io.BytesIO(caught.value.path().read_bytes())) as bundle:
        manifest = json.loads(bundle.read("manifest.json"))
        for member in manifest["files"]:
            assert sha256(bundle.read(member["path"])).hexdigest() == member["sha256"], member["path"]
        assert {m["path"] for m in manifest["files"]} | {"manifest.json"} == set(bundle.namelist())
        assert sum(name.endswith(".docx") for name in bundle.namelist()) == len(TOTALS)
    page.reload()
    expect(page.locator("#handovers tbody tr")).to_have_count(1)
    organiser.look()


def _read_as_anybody(visitor: Person, office: Office) -> None:
    page = visitor.page
    visitor.open(f"/c/{office.contest.slug}")
    visitor.look()
    visitor.go("Kết quả")
    expect(page.locator("main")).to_contain_text(f"{format_dong(PAID)} đồng")
    expect(page.locator("main")).to_contain_text("Chỉ có sáu bài tập thể đủ điều kiện.")
    rows = page.locator("main table").first.locator("tbody tr")
    expect(rows.nth(0)).to_contain_text("Hẹn giờ theo ngõ")
    expect(rows.nth(1)).to_contain_text("Thẻ tiến độ giải ngân")
    visitor.look()
    assert visitor.open(office.url("results/ranking")).status in (200, 401, 404)
    assert "/sign-in" in page.url or not page.get_by_text("Bảng xếp hạng").count()
