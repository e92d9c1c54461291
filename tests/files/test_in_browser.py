"""What only a browser can tell: a PDF shows and a film seeks under our headers, a refused upload gets its answer."""

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from playwright.sync_api import Page, Playwright
from starlette.responses import Response

from app.core.database import make_engine, make_sessions
from app.core.errors import Forbidden
from app.core.i18n import N_
from app.core.settings import Settings
from app.core.storage import LocalStore, new_key, new_temp
from app.core.web import Templates, install
from app.files.intake import Terms, receive
from app.files.models import File
from app.files.serving import file_response
from app.files.types import TYPES
from tests.support import samples
from tests.support.needs import browser as browser_path
from tests.support.s3 import free_port

SIZE = 1_000_000
PAGES = {
    "pdf": '<iframe src="/files/pdf" width="800" height="600"></iframe>',
    "mp4": '<video src="/files/mp4" muted></video>',
    "png": '<iframe src="/files/png"></iframe>',
    "docx": '<iframe src="/files/docx"></iframe>',
    "upload": (
        '<form method="post" enctype="multipart/form-data"><input type="file" name="file"><button>Gửi</button></form>'
    ),
}


def long_film() -> bytes:
    """Make a film whose last pictures lie far from the first: a browser asks for a range to get there."""
    film = samples.mp4(seconds=20)
    at = film.index(b"mdat") - 4
    moov = film[:at]
    # 12 MB of nothing before the pictures, and every offset to them moved by as much.
    gap = (12_000_000).to_bytes(4, "big") + b"free" + bytes(12_000_000 - 8)
    where = moov.index(b"stco") + 8
    count = int.from_bytes(moov[where : where + 4], "big")
    moved = bytearray(moov)
    for n in range(count):
        place = where + 4 + 4 * n
        moved[place : place + 4] = (int.from_bytes(moov[place : place + 4], "big") + len(gap)).to_bytes(4, "big")
    return bytes(moved) + gap + film[at:]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    folder = tmp_path_factory.mktemp("site")
    store = LocalStore(folder)
    (folder / "error.html").write_text("<p>{{ code }} {{ message }}</p>", "utf-8")
    app = FastAPI()
    install(app, settings=Settings(data_dir=folder, demo=True), templates=Templates(templates=folder, dist=folder))
    engine = make_engine(f"sqlite:///{folder / 'site.db'}")
    app.state.sessions, app.state.store = make_sessions(engine), store
    asked: list[tuple[str, str | None, int]] = []
    files = {
        extension: keep(store, extension, data)
        for extension, data in (
            ("pdf", samples.pdf("Trang một\nTrang hai")),
            ("mp4", long_film()),
            ("png", samples.png()),
            ("docx", samples.docx()),
        )
    }

    @app.api_route("/files/{extension}", methods=["GET", "HEAD"])
    def download(request: Request, extension: str) -> Response:
        answer = file_response(request, store, files[extension], inline=True)
        asked.append((extension, request.headers.get("range"), answer.status_code))
        return answer

    @app.get("/show/{what}")
    def show(what: str) -> HTMLResponse:
        return HTMLResponse(f"<!doctype html><title>x</title>{PAGES[what]}")

    @app.post("/show/{what}")
    async def upload(request: Request, what: str) -> dict[str, Any]:
        def permit(_: object) -> Terms:
            if "deny" in request.query_params:
                raise Forbidden(N_("Không phải bài của đơn vị bạn."))
            return Terms(max_bytes=SIZE)

        return await receive(request, permit=permit, record=lambda _, received: {"kept": received.size})

    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield SimpleNamespace(url=f"http://127.0.0.1:{port}", asked=asked, store=store)
    server.should_exit = True
    thread.join()
    engine.dispose()


def keep(store: LocalStore, extension: str, data: bytes) -> File:
    key = new_key()
    with new_temp(store.temp_dir) as (stream, path):
        stream.write(data)
        stream.flush()
        store.put_file(key, path)
    kind = TYPES[extension]
    return File(
        id=1, name=f"Bài thi.{extension}", media_type=kind.media_type, extension=extension,
        size=len(data), sha256=extension, storage_key=key,
    )  # fmt: skip


@pytest.fixture(scope="module")
def page(playwright: Playwright) -> Iterator[Page]:
    # The new headless mode is the real browser, PDF viewer and all.
    flags = ["--headless=new", "--no-sandbox"]
    opened = playwright.chromium.launch(
        executable_path=browser_path(), args=flags, ignore_default_args=["--headless", "--headless=old"]
    )
    yield opened.new_page()
    opened.close()


def wait_for_frame(page: Page, start: str) -> None:
    deadline = time.monotonic() + 15
    while not any(frame.url.startswith(start) for frame in page.frames):
        assert time.monotonic() < deadline, [frame.url for frame in page.frames]
        page.wait_for_timeout(50)


def test_pdf_shows_in_our_frame(page: Page, site: SimpleNamespace) -> None:
    page.goto(f"{site.url}/show/pdf")
    wait_for_frame(page, "chrome-extension://")


def test_film_seeks_by_range(page: Page, site: SimpleNamespace) -> None:
    page.goto(f"{site.url}/show/mp4")
    seen = page.evaluate(
        """async () => {
            const film = document.querySelector("video");
            film.onerror = () => { throw film.error; };
            if (film.readyState < 1) await new Promise((done) => { film.onloadedmetadata = done; });
            film.currentTime = 18;
            await new Promise((done) => { film.onseeked = done; });
            return [Math.round(film.duration), film.currentTime, film.videoWidth];
        }"""
    )
    assert seen == [20, 18, 160]
    ranges = [(wanted, status) for extension, wanted, status in site.asked if extension == "mp4"]
    assert len(ranges) > 1
    assert {status for _, status in ranges} <= {206, 304}


def test_picture_shows_in_our_frame(page: Page, site: SimpleNamespace) -> None:
    page.goto(f"{site.url}/show/png")
    frame = page.frames[1]
    assert frame.evaluate("document.images[0].naturalWidth") == 1


def test_word_file_is_a_download_even_where_a_frame_asks_for_it(page: Page, site: SimpleNamespace) -> None:
    with page.expect_download() as caught:
        page.goto(f"{site.url}/show/docx")
    assert caught.value.suggested_filename == "Bài thi.docx"


@pytest.mark.parametrize(
    ("query", "size", "words"),
    [
        ("?deny", 40_000_000, "Không phải bài của đơn vị bạn"),
        ("", 40_000_000, "vượt quá giới hạn"),
        ("", SIZE + 1000, "vượt quá giới hạn"),
    ],
    ids=["not theirs", "far too large", "a little too large"],
)
def test_refusal_reaches_the_person_and_not_a_broken_connection(
    page: Page, site: SimpleNamespace, tmp_path: Path, query: str, size: int, words: str
) -> None:
    """The answer leaves while the browser is still sending."""
    big = tmp_path / "Bài thi.docx"
    big.write_bytes(os.urandom(size))
    page.goto(f"{site.url}/show/upload")
    page.eval_on_selector("form", "(form, query) => { form.action = '/show/upload' + query; }", query)
    page.set_input_files("input", big)
    page.click("button")
    page.wait_for_selector(f"text={words}")
    assert list(site.store.temp_dir.iterdir()) == []
