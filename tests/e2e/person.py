"""A person at a browser: signs in, moves by what is on the screen, and looks at every page with axe."""

import re
from pathlib import Path

from playwright.sync_api import BrowserContext, Locator, Page, Response, expect

from app.accounts.deps import COOKIE
from app.core.settings import DEMO_PASSWORD
from tests.e2e.stage import Site

AXE = (Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")
_RUN = """() => axe.run(document, {resultTypes: ['violations']}).then(found => found.violations
    .filter(v => ['serious', 'critical'].includes(v.impact))
    .map(v => `${v.impact} ${v.id}: ${v.nodes.map(n => n.html.slice(0, 200)).join(' | ')}`))"""
_WIDER = """width => [...document.querySelectorAll('body *')]
    .filter(e => e.checkVisibility() && e.getBoundingClientRect().right > width + 1)
    .slice(0, 5).map(e => e.outerHTML.slice(0, 160))"""
NARROWEST = 360


class Person:
    """One browser window. Script errors, breaches of the content policy and server errors are `faults`."""

    def __init__(self, window: BrowserContext, site: Site) -> None:
        self.window = window
        self.site = site
        self.faults: list[str] = []
        self.page = self.new_tab()

    def new_tab(self) -> Page:
        """Open another tab of the same window."""
        page = self.window.new_page()
        page.on("pageerror", lambda error: self.faults.append(f"{page.url}: {error}"))
        page.on("response", self._watch)
        page.on(
            "console",
            lambda said: self.faults.append(said.text) if "Content Security Policy" in said.text else None,
        )
        return page

    def _watch(self, response: Response) -> None:
        if response.status >= 500:
            self.faults.append(f"{response.status} {response.url}")

    @property
    def is_phone(self) -> bool:
        """Whether the window is as narrow as a phone."""
        size = self.page.viewport_size
        return size is not None and size["width"] < 600

    # ---- moving ----------------------------------------------------------------------------------------------

    def sign_in(self, login: str, page: Page | None = None) -> None:
        """Sign in through the form."""
        page = page or self.page
        if "/sign-in" not in page.url:
            page.goto(f"{self.site.url}/sign-in")
        page.get_by_label("Tên đăng nhập").fill(login)
        page.get_by_label("Mật khẩu").fill(DEMO_PASSWORD)
        page.get_by_role("button", name="Đăng nhập").click()
        expect(page).not_to_have_url(re.compile("/sign-in"))

    def be(self, login: str) -> "Person":
        """Be signed in already, with a cookie."""
        token = self.site.token_of(login)
        self.window.add_cookies([{"name": COOKIE, "value": token, "url": self.site.url, "httpOnly": True}])
        return self

    def open(self, path: str) -> Response:
        """Type an address."""
        response = self.page.goto(f"{self.site.url}{path}")
        assert response is not None
        return response

    def go(self, name: str) -> None:
        """Follow a link of the main navigation, which a phone folds away."""
        fold = self.page.locator(".nav-fold > summary")
        if fold.is_visible():
            fold.click()
            self.page.locator(".nav-fold").get_by_role("link", name=name, exact=True).click()
        else:
            self.page.locator(".nav-line").get_by_role("link", name=name, exact=True).click()

    def link(self, name: str) -> Locator:
        """A link by its words."""
        return self.page.get_by_role("link", name=name)

    def press(self, name: str, *, sure: str = "") -> None:
        """Press a button; `sure` is the button of the question that follows."""
        self.page.get_by_role("button", name=name, exact=True).click()
        if sure:
            self.page.locator("dialog").get_by_role("button", name=sure, exact=True).click()

    def told(self, words: str) -> None:
        """See the message at the head of the page that an action leaves behind."""
        expect(self.page.locator("#thong-bao")).to_contain_text(words)

    # ---- looking ---------------------------------------------------------------------------------------------

    def look(self) -> None:
        """No serious fault of accessibility, and nothing wider than the narrowest screen.

        Looking takes longer than acting: a journey that runs on both databases looks at its pages on one.
        """
        if self.site.settings.database.startswith("sqlite"):
            assert self.find_faults() == [], self.page.url

    def find_faults(self) -> list[str]:
        """What axe and a narrow screen find wrong with the page."""
        return [*complaints_of(self.page), *overflow_of(self.page)]


def complaints_of(page: Page) -> list[str]:
    """What axe finds on the page that is serious or critical."""
    page.evaluate(AXE)
    found: list[str] = page.evaluate(_RUN)
    return found


def overflow_of(page: Page) -> list[str]:
    """What makes the page scroll sideways on a screen of 360 pixels."""
    size = page.viewport_size
    assert size is not None
    page.set_viewport_size({"width": NARROWEST, "height": size["height"]})
    wide = page.evaluate("document.documentElement.scrollWidth") > NARROWEST
    found: list[str] = (page.evaluate(_WIDER, NARROWEST) or ["?"]) if wide else []
    page.set_viewport_size(size)
    return found
