"""The score sheet that saves itself: it says «Đã lưu» only when the server did, and never loses a word."""

from playwright.sync_api import BrowserContext, Page, expect

from tests.frontend.conftest import Site, json_answer

SHEET = "#score-form"
COMMENT = f"{SHEET} [name=comment]"
EFFECT = f'{SHEET} [name="marks.effect"]'
STATE = f"{SHEET} [data-autosave-status]"
COPIES = "Object.keys(localStorage).filter(key => key.startsWith('chamthi:draft')).length"


def test_edit_is_saved_with_the_next_version(tab: Page, site: Site) -> None:
    site.total = "78,5"
    tab.fill(COMMENT, "Giải pháp tốt")
    expect(tab.locator(STATE)).to_have_text("Đã lưu 21:07")
    assert [(s["version"], s["comment"]) for s in site.sheets] == [("3", "Giải pháp tốt")]
    assert tab.input_value(f"{SHEET} [name=version]") == "4"
    assert tab.evaluate(COPIES) == 0
    expect(tab.locator("[data-score-total]")).to_have_text("78,5")


def test_leaving_a_saved_box_does_not_save_again(tab: Page, site: Site) -> None:
    tab.locator(COMMENT).press_sequentially("Giải pháp tốt")
    expect(tab.locator(STATE)).to_have_text("Đã lưu 21:07")
    tab.press(COMMENT, "Tab")
    expect(tab.locator(STATE)).to_have_text("Đã lưu 21:07")
    assert len(site.sheets) == 1
    tab.fill(COMMENT, "Giải pháp rất tốt")
    tab.fill(COMMENT, "Giải pháp tốt")
    expect(tab.locator(STATE)).to_have_text("Đã lưu 21:07")
    assert site.sheets[-1]["comment"] == "Giải pháp tốt"


def test_lost_network_keeps_a_copy_and_saves_by_itself(tab: Page, window: BrowserContext, site: Site) -> None:
    window.set_offline(True)
    tab.fill(COMMENT, "Viết khi mất mạng")
    expect(tab.locator(STATE)).to_have_text("Chưa lưu – mất mạng, sẽ tự lưu lại")
    assert tab.evaluate(COPIES) == 1
    window.set_offline(False)
    expect(tab.locator(STATE)).to_have_text("Đã lưu 21:07")
    assert site.sheets[-1]["comment"] == "Viết khi mất mạng"


def test_failing_server_is_asked_again(tab: Page, site: Site) -> None:
    site.refuse["/autosave"] = json_answer(500, message="", errors={})
    tab.fill(COMMENT, "Lần nữa")
    expect(tab.locator(STATE)).to_contain_text("sẽ tự lưu lại")
    del site.refuse["/autosave"]
    expect(tab.locator(STATE)).to_have_text("Đã lưu 21:07")


def test_expired_session_asks_to_sign_in_and_goes_on(tab: Page, site: Site) -> None:
    site.refuse["/autosave"] = json_answer(401, message="Phiên đăng nhập đã hết.", errors={})
    tab.fill(COMMENT, "Hết phiên")
    expect(tab.locator("#dialog-login")).to_be_visible()
    expect(tab.locator(STATE)).to_have_text("Chưa lưu – cần đăng nhập lại")
    del site.refuse["/autosave"]
    tab.click("[data-login-retry]")
    expect(tab.locator(STATE)).to_have_text("Đã lưu 21:07")
    assert site.sheets[-1]["comment"] == "Hết phiên"


def _clash(tab: Page, site: Site) -> None:
    theirs = {"marks.effect": "12", "comment": "Bản ở máy khác"}
    site.refuse["/autosave"] = json_answer(409, message="", errors={}, theirs=theirs, version=9)
    tab.fill(COMMENT, "Bản của tôi")
    expect(tab.locator(".conflict-panel")).to_contain_text("Bản ở máy khác")
    del site.refuse["/autosave"]


def test_two_versions_are_chosen_between_before_the_sheet_is_submitted(tab: Page, site: Site) -> None:
    _clash(tab, site)
    for key in ("novelty", "effect", "form"):
        tab.fill(f'{SHEET} [name="marks.{key}"]', "10")
    tab.click("[data-score-submit]")
    expect(tab.locator(".conflict-panel")).to_be_focused()
    assert [path for path, _ in site.posts] == ["/autosave"]


def test_two_versions_keep_mine(tab: Page, site: Site) -> None:
    _clash(tab, site)
    tab.click("text=Giữ bản trên màn hình này")
    expect(tab.locator(STATE)).to_have_text("Đã lưu 21:07")
    assert (site.sheets[-1]["version"], site.sheets[-1]["comment"]) == ("9", "Bản của tôi")


def test_two_versions_use_theirs(tab: Page, site: Site) -> None:
    _clash(tab, site)
    tab.click("text=Dùng bản đã lưu")
    expect(tab.locator(COMMENT)).to_have_value("Bản ở máy khác")
    expect(tab.locator(EFFECT)).to_have_value("12")
    assert tab.evaluate(COPIES) == 0


def test_refused_mark_is_shown_beside_its_field(tab: Page, site: Site) -> None:
    refusal = {"marks.effect": "Điểm cao nhất là 40."}
    site.refuse["/autosave"] = json_answer(422, message="", errors=refusal)
    tab.fill(EFFECT, "39")
    expect(tab.locator(f'{SHEET} [data-error-for="marks.effect"]')).to_have_text("Điểm cao nhất là 40.")
    expect(tab.locator(STATE)).to_have_text("Chưa lưu – có mục cần sửa")


def test_closed_round_says_so_and_stops_asking(tab: Page, site: Site) -> None:
    site.refuse["/autosave"] = json_answer(409, message="Vòng chấm đã đóng.", errors={})
    tab.fill(COMMENT, "Muộn")
    expect(tab.locator(STATE)).to_have_text("Chưa lưu – Vòng chấm đã đóng.")


def test_reload_restores_what_was_not_saved(tab: Page, site: Site) -> None:
    asked: list[str] = []
    tab.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    site.refuse["/autosave"] = json_answer(500, message="", errors={})
    tab.fill(COMMENT, "Còn sau khi tải lại")
    expect(tab.locator(STATE)).to_contain_text("sẽ tự lưu lại")
    del site.refuse["/autosave"]
    tab.reload()
    assert asked == ["beforeunload"]
    expect(tab.locator(COMMENT)).to_have_value("Còn sau khi tải lại")
    expect(tab.locator(STATE)).to_have_text("Đã lưu 21:07")
    assert site.sheets[-1]["comment"] == "Còn sau khi tải lại"


def test_submission_leaves_after_the_draft_is_saved(tab: Page, site: Site) -> None:
    tab.fill(COMMENT, "Gửi ngay")
    tab.fill(f'{SHEET} [name="marks.form"]', "20")
    tab.press(COMMENT, "Control+Enter")
    tab.wait_for_url("**/done")
    assert [path for path, _ in site.posts] == ["/autosave", "/score"]


def test_second_tab_of_the_same_sheet_warns_both(tab: Page, window: BrowserContext, site: Site) -> None:
    other = window.new_page()
    other.goto(f"{site.url}/guide")
    expect(other.locator(f"{SHEET} .alert")).to_contain_text("thẻ khác")
    expect(tab.locator(f"{SHEET} .alert")).to_contain_text("thẻ khác")
