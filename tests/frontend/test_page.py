"""The score sheet's arithmetic and keys, rows of authors, uploads, dialogs, filters; and the look of it all."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.frontend.conftest import ROOT, Site, json_answer

SHEET = "#score-form"
ENTRY = "#entry-form"
TOTAL = "[data-score-total]"


def mark(key: str) -> str:
    return f'{SHEET} [name="marks.{key}"]'


# ---- score sheet ------------------------------------------------------------------------------------------


def test_total_is_exact_and_takes_both_decimal_signs(tab: Page) -> None:
    tab.fill(mark("novelty"), "24,5")
    tab.fill(mark("effect"), "33.5")
    tab.fill(mark("form"), "20")
    expect(tab.locator(TOTAL)).to_have_text("78")
    tab.press(mark("effect"), "Enter")
    expect(tab.locator(mark("effect"))).to_have_value("33,5")
    expect(tab.locator(mark("form"))).to_be_focused()


def test_total_of_weighted_marks_is_rounded_once(tab: Page, site: Site) -> None:
    site.weight = "1.333333"
    tab.reload()
    tab.fill(mark("novelty"), "10,5")
    tab.fill(mark("effect"), "0")
    tab.fill(mark("form"), "0,5")
    expect(tab.locator(TOTAL)).to_have_text("14,5")


def test_mark_off_the_step_is_refused_beside_it(tab: Page) -> None:
    tab.fill(mark("form"), "20,3")
    tab.press(mark("form"), "Tab")
    expect(tab.locator(f'{SHEET} [data-error-for="marks.form"]')).to_contain_text("theo bước 0,5")
    expect(tab.locator("[data-score-missing]")).to_have_text("còn 2 tiêu chí chưa chấm")


def test_number_key_picks_and_arrows_step(tab: Page) -> None:
    tab.focus(f'{SHEET} [data-pick="15"]')
    tab.keyboard.press("7")
    expect(tab.locator(mark("novelty"))).to_have_value("30")
    tab.keyboard.press("0")
    expect(tab.locator(mark("novelty"))).to_have_value("0")
    tab.keyboard.press("7")
    expect(tab.locator(f'{SHEET} [data-pick="30"] >> nth=0')).to_have_attribute("aria-pressed", "true")
    tab.press(mark("novelty"), "ArrowDown")
    expect(tab.locator(mark("novelty"))).to_have_value("29,5")


# ---- authors ----------------------------------------------------------------------------------------------


def test_moved_and_removed_rows_keep_one_representative(tab: Page) -> None:
    tab.click(f"{ENTRY} [data-row-add]")
    expect(tab.locator(f'{ENTRY} [name="authors.2.name"]')).to_be_focused()
    tab.keyboard.type("Lê Ánh")
    tab.click(f"{ENTRY} [data-row] >> nth=2 >> [data-row-up]")
    tab.check(f'{ENTRY} [name=representative][value="2"]')
    tab.click(f"{ENTRY} [data-row] >> nth=0 >> [data-row-remove]")
    sent = tab.evaluate(
        f"[...new FormData(document.querySelector('{ENTRY}'))].filter(([, v]) => typeof v === 'string')"
    )
    fields = dict(sent)
    assert [fields["authors.0.name"], fields["authors.1.name"]] == ["Lê Ánh", "Đặng Văn Ẩn"]
    assert [value for name, value in sent if name == "representative"] == ["1"]
    assert tab.locator(f"{ENTRY} label[for=f-authors-1-name]").count() == 1
    expect(tab.locator(f"{ENTRY} [data-row] >> nth=0 >> [data-row-remove]")).to_be_disabled()


# ---- uploads ----------------------------------------------------------------------------------------------


@pytest.fixture
def filled(tab: Page, tmp_path: Path) -> Page:
    """The entry form, ready to send."""
    film = tmp_path / "phim giới thiệu.mp4"
    film.write_bytes(b"x" * 300_000)
    tab.fill(f"{ENTRY} [name=title]", "Mã QR tra cứu hồ sơ")
    tab.check(f"{ENTRY} [name=consent]")
    tab.set_input_files(f"{ENTRY} [type=file]", film)
    return tab


def send(tab: Page) -> None:
    tab.click(f"{ENTRY} >> text=Nộp bài dự thi")


def test_upload_sends_text_first_and_shows_the_answered_page(filled: Page, site: Site) -> None:
    send(filled)
    filled.wait_for_url("**/done")
    expect(filled.locator(".flash")).to_contain_text("Đã ghi nhận bài dự thi.")
    body = site.posts[-1][1]
    assert body.index(b'name="title"') < body.index(b'name="consent"') < body.index(b'name="files"')
    filled.go_back()
    expect(filled.locator(ENTRY)).to_be_visible()


def test_refused_upload_keeps_the_form(filled: Page, site: Site) -> None:
    errors = {"files": "Tệp bị hỏng."}
    site.refuse["/upload"] = json_answer(422, message="Có thông tin chưa hợp lệ.", errors=errors)
    send(filled)
    expect(filled.locator("[data-error-for=files]")).to_have_text("Tệp bị hỏng.")
    expect(filled.locator("[data-upload-text]")).to_have_text("Có thông tin chưa hợp lệ.")
    expect(filled.locator(f"{ENTRY} [name=title]")).to_have_value("Mã QR tra cứu hồ sơ")


def test_upload_after_expired_session_goes_on(filled: Page, site: Site) -> None:
    site.refuse["/upload"] = json_answer(401, message="", errors={})
    send(filled)
    expect(filled.locator("#dialog-login")).to_be_visible()
    del site.refuse["/upload"]
    filled.click("[data-login-retry]")
    filled.wait_for_url("**/done")


def test_upload_sent_again_by_hand_is_not_sent_a_third_time_on_coming_back(filled: Page, site: Site) -> None:
    site.refuse["/upload"] = json_answer(401, message="", errors={})
    send(filled)
    filled.click("[data-dialog-close]")
    del site.refuse["/upload"]
    send(filled)
    filled.wait_for_url("**/done")
    filled.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    filled.wait_for_timeout(500)
    assert [path for path, _ in site.posts] == ["/upload", "/upload"]


def test_upload_without_network_says_so(filled: Page, window: BrowserContext) -> None:
    window.set_offline(True)
    send(filled)
    expect(filled.locator("[data-upload-text]")).to_contain_text("Mất kết nối")


def test_too_large_file_is_refused_before_it_is_sent(filled: Page, site: Site) -> None:
    filled.evaluate(f"document.querySelector('{ENTRY} [type=file]').dataset.maxBytes = '200000'")
    send(filled)
    expect(filled.locator("[data-error-for=files]")).to_have_text(
        "Tệp «phim giới thiệu.mp4» nặng 293 KB, vượt giới hạn 195 KB."
    )
    assert site.posts == []


# ---- small parts ------------------------------------------------------------------------------------------


def test_confirmation_has_the_safe_answer_first(tab: Page, site: Site) -> None:
    tab.click("text=Rút bài dự thi")
    expect(tab.locator("dialog.danger")).to_contain_text("Không thể hoàn tác")
    tab.keyboard.press("Enter")
    expect(tab.locator("dialog.danger")).to_have_count(0)
    assert site.posts == []
    tab.click("text=Rút bài dự thi")
    tab.click("dialog.danger .btn-danger")
    tab.wait_for_url("**/done")
    assert [path for path, _ in site.posts] == ["/y"]


@pytest.mark.parametrize(("typed", "rows"), [("cong nghe NGO", 3), ("đặng ẩn", 3), ("dang an", 3), ("không có", 0)])
def test_filter_takes_words_without_accents(tab: Page, typed: str, rows: int) -> None:
    tab.fill("[data-filter]", typed)
    expect(tab.locator("[data-filter-count]")).to_have_text(f"{rows} / 12 dòng")
    assert tab.locator("#bang-bai tbody tr:visible").count() == rows


def test_page_without_scripts_hides_what_needs_them(browser: Browser, site: Site) -> None:
    plain = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = plain.new_page()
    page.goto(f"{site.url}/guide")
    shown = [page.locator(one).first.is_visible() for one in ("[data-filter]", "[data-step-by]", "[data-copy]")]
    page.click(".nav-fold summary")
    reachable = page.locator(".nav-fold a").first.is_visible()
    plain.close()
    assert (shown, reachable) == ([False, False, False], True)


# ---- look -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [360, 390, 768, 1280])
def test_page_is_never_wider_than_the_screen(tab: Page, width: int) -> None:
    tab.set_viewport_size({"width": width, "height": 800})
    assert tab.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_serious(tab: Page, width: int) -> None:
    tab.set_viewport_size({"width": width, "height": 900})
    axe = (ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")
    tab.evaluate(axe)
    found = tab.evaluate("axe.run().then(r => r.violations.map(v => [v.impact, v.id, v.nodes.map(n => n.html)]))")
    assert [one for one in found if one[0] in {"serious", "critical"}] == []


def test_buttons_are_large_enough_to_touch(tab: Page) -> None:
    tab.set_viewport_size({"width": 390, "height": 800})
    small = """[...document.querySelectorAll('button, .btn, select, input.form-control')]
        .filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 40).map(e => e.outerHTML)"""
    assert tab.evaluate(small) == []


def test_scripts_speak_the_language_of_the_page(window: BrowserContext, site: Site) -> None:
    site.lang = "en"
    page = window.new_page()
    page.goto(f"{site.url}/guide")
    page.fill(f"{SHEET} [name=comment]", "Good")
    expect(page.locator("[data-autosave-status]")).to_have_text("Saved 21:07")


# ---- what a form lacks --------------------------------------------------------------------------------------


def test_missing_field_is_told_beside_it_in_the_language_of_the_site(tab: Page, site: Site) -> None:
    tab.fill(f"{ENTRY} [name=title]", "   ")
    tab.click(f"{ENTRY} button.btn-primary[type=submit]")
    slot = tab.locator(f'{ENTRY} [data-error-for="title"]')
    expect(slot).to_have_text("Mục này bắt buộc.")
    expect(tab.locator(f"{ENTRY} [name=title]")).to_be_focused()
    expect(tab.locator(f"{ENTRY} [name=title]")).to_have_attribute("aria-invalid", "true")
    assert site.posts == []
    tab.fill(f"{ENTRY} [name=title]", "Quầy số 0")
    expect(slot).to_be_hidden()


def test_browser_says_nothing_in_its_own_language(tab: Page) -> None:
    noisy = "forms => forms.filter(form => form.method === 'post' && !form.noValidate).length"
    assert tab.locator("form").evaluate_all(noisy) == 0


GUARDED = "#guarded-form"


def test_guarded_form_is_not_sent_into_a_network_that_is_gone(tab: Page, window: BrowserContext, site: Site) -> None:
    tab.fill(f"{GUARDED} textarea", "Gõ cả buổi sáng")
    window.set_offline(True)
    tab.click(f"{GUARDED} button")
    expect(tab.locator(f"{GUARDED} [role=alert]")).to_contain_text("không kết nối được tới máy chủ")
    expect(tab.locator(f"{GUARDED} textarea")).to_have_value("Gõ cả buổi sáng")
    window.set_offline(False)
    tab.click(f"{GUARDED} button")
    expect(tab).to_have_url(f"{site.url}/done")
    assert [path for path, _ in site.posts] == ["/guarded"]


def test_guarded_form_shows_that_it_waits(tab: Page) -> None:
    asked: list[Route] = []

    def keep_waiting(route: Route) -> None:
        asked.append(route)

    tab.route("**/healthz", keep_waiting)
    tab.click(f"{GUARDED} button")
    expect(tab.locator(GUARDED)).to_have_attribute("aria-busy", "true")
    asked[0].abort()
    expect(tab.locator(GUARDED)).to_have_attribute("aria-busy", "false")
    expect(tab.locator(f"{GUARDED} [role=alert]")).to_contain_text("không kết nối được tới máy chủ")


def test_guarded_form_is_not_sent_to_a_site_that_is_down(tab: Page, site: Site) -> None:
    site.refuse["/healthz"] = (502, "text/html", b"Bad Gateway")
    tab.fill(f"{GUARDED} textarea", "Gõ cả buổi sáng")
    tab.click(f"{GUARDED} button")
    expect(tab.locator(f"{GUARDED} [role=alert]")).to_contain_text("không kết nối được tới máy chủ")
    assert site.posts == []
    del site.refuse["/healthz"]
    tab.click(f"{GUARDED} button")
    expect(tab).to_have_url(f"{site.url}/done")


@pytest.mark.parametrize(("button", "path"), [(f"{GUARDED} button", "/guarded"), ("[data-score-submit]", "/score")])
def test_two_clicks_on_a_slow_connection_send_a_form_once(tab: Page, site: Site, button: str, path: str) -> None:
    site.slow_s = 1
    for name in ("novelty", "effect", "form"):
        tab.fill(mark(name), "10")
    tab.locator(button).evaluate("button => { button.click(); setTimeout(() => button.click(), 300); }")
    tab.wait_for_url("**/done")
    assert [sent for sent, _ in site.posts if sent == path] == [path]
