"""Takes the pictures of README from the sample contest: `python -m tests.e2e.screenshots` (`make screenshots`).

The sample is staged in a temporary folder, or read from `--data DIR`, a folder that `make run` filled (a copy is used).
Clocks are set before each picture, so that the same sample always gives the same picture.
"""

import argparse
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import av
import pypdfium2
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect, sync_playwright

from app.core import migrate
from app.core.clock import HANOI, set_demo_clock
from app.core.database import begin_write, make_engine, make_sessions
from app.core.settings import DEMO_PASSWORD, Settings
from app.demo.run import serving, stage_sample
from tests.support.needs import browser as browser_path

IMAGES = Path(__file__).parents[2] / "docs" / "images"
DESKTOP: ViewportSize = {"width": 1280, "height": 860}
TALL: ViewportSize = {"width": 1280, "height": 1080}
PHONE: ViewportSize = {"width": 390, "height": 844}
INTAKE, JUDGING, PUBLISHED = "thanh-xuan-2024-nhan-bai", "thanh-xuan-2024-dang-cham", "thanh-xuan-2024"
CLOCKS = {
    INTAKE: datetime(2024, 6, 5, 9, 0, tzinfo=HANOI),
    JUDGING: datetime(2024, 6, 18, 20, 15, tzinfo=HANOI),
    PUBLISHED: datetime(2024, 7, 5, 15, 0, tzinfo=HANOI),
}
MARKS = ("24", "25,5", "16")
PAPER_WIDTH = 1000
TO_TOP = "e => window.scrollTo({top: e.getBoundingClientRect().top + scrollY - 14, behavior: 'instant'})"


@dataclass(frozen=True)
class Studio:
    """The running sample, the browser, and where pictures go."""

    url: str
    settings: Settings
    browser: Browser
    out: Path

    @contextmanager
    def page(self, login: str, size: ViewportSize, *, density: float = 1) -> Iterator[Page]:
        """Give a page of a signed-in person."""
        self._set_clocks()
        is_phone = size == PHONE
        window = self.browser.new_context(
            viewport=size, device_scale_factor=density, is_mobile=is_phone, has_touch=is_phone, locale="vi-VN"
        )
        page = window.new_page()
        page.goto(f"{self.url}/sign-in")
        page.get_by_label("Tên đăng nhập").fill(login)
        page.get_by_label("Mật khẩu").fill(DEMO_PASSWORD)
        page.get_by_role("button", name="Đăng nhập").click()
        expect(page).not_to_have_url(re.compile("/sign-in"))
        yield page
        window.close()

    def _set_clocks(self) -> None:
        engine = make_engine(self.settings.database)
        with make_sessions(engine)() as session:
            begin_write(session)
            for slug, moment in CLOCKS.items():
                set_demo_clock(session, scope=slug, shown_at=moment)
            session.commit()
        engine.dispose()

    def take(self, page: Page, name: str, *, at: Locator | None = None) -> None:
        """Take the picture, with `at` at its upper edge."""
        # A caret that blinks, a menu that fades and a font that comes late would make every picture another one.
        page.evaluate("document.activeElement.blur()")
        page.evaluate("document.fonts.ready")
        if at is not None:
            at.evaluate(TO_TOP)
        page.screenshot(path=self.out / f"{name}.png", animations="disabled", caret="hide")


def score(page: Page, studio: Studio) -> None:
    """Open the next sheet and give its first marks."""
    page.goto(f"{studio.url}/c/{JUDGING}/jury")
    page.get_by_role("link", name="Chấm tiếp bài").click()
    for box, mark in zip(page.locator("[data-mark]").all(), MARKS, strict=False):
        box.fill(mark)
    expect(page.locator("[data-autosave-status]")).to_contain_text("Đã lưu")


def shoot(studio: Studio) -> None:
    """Take every picture."""
    with studio.page("giamkhao1", DESKTOP) as page:
        score(page, studio)
        page.locator(".score-sheet").evaluate("e => e.scrollTo(0, 0)")
        studio.take(page, "juror-desktop", at=page.locator(".score-page"))
    with studio.page("giamkhao2", PHONE, density=2) as page:
        score(page, studio)
        studio.take(page, "juror-phone", at=page.locator("#phieu-cham"))
    with studio.page("canbo.ha-dinh", TALL) as page:
        page.goto(f"{studio.url}/c/{INTAKE}/entries")
        page.get_by_role("link", name=re.compile("không hỏi lại")).click()
        studio.take(page, "clerk-desktop", at=page.locator(".breadcrumb"))
    with studio.page("thuky", DESKTOP) as page:
        page.goto(f"{studio.url}/c/{PUBLISHED}/results")
        studio.take(page, "organiser-desktop", at=page.get_by_role("heading", name="Giải cá nhân"))
        pdf = page.request.get(f"{studio.url}/c/{PUBLISHED}/documents/prize-list.pdf").body()
    (studio.out / "prize-list.png").write_bytes(first_page(pdf))


def first_page(pdf: bytes) -> bytes:
    """Draw the first page of a paper."""
    document = pypdfium2.PdfDocument(pdf)
    page = document[0]
    picture = page.render(scale=PAPER_WIDTH / page.get_width(), rev_byteorder=True).to_numpy()
    frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
    encoder = av.CodecContext.create("png", "w")
    encoder.width, encoder.height, encoder.pix_fmt = frame.width, frame.height, "rgb24"
    encoder.options = {"compression_level": "9", "pred": "mixed"}
    packets = [bytes(packet) for packet in (*encoder.encode(frame), *encoder.encode(None))]
    document.close()
    return b"".join(packets)


@contextmanager
def sample(data: Path | None) -> Iterator[Settings]:
    """Give a sample contest that may be written to: a copy of `data`, or a new one."""
    with tempfile.TemporaryDirectory(prefix="chamthi-pictures-") as folder:
        home = Path(folder) / "var"
        settings = Settings(demo=True, data_dir=home, worker=False)
        if data is not None:
            shutil.copytree(data, home)
        migrate.upgrade(settings.database)
        if data is None:
            stage_sample(settings, say=print)
        yield settings


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="a folder that holds the sample contest already")
    parser.add_argument("--out", type=Path, default=IMAGES)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    with (
        sample(options.data) as settings,
        serving(settings) as url,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=browser_path(), args=["--no-sandbox"]) as browser,
    ):
        shoot(Studio(url, settings, browser, options.out))


if __name__ == "__main__":
    main()
