"""The style guide in a real browser, before a small server that answers as the test says.

What is tested here is ours alone: templates, styles and scripts. How they meet the application is for the journeys.
"""

import json
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from app.core.web import CONTENT_SECURITY_POLICY, NavItem, Templates

ROOT = Path(__file__).parents[2]
DIST = ROOT / "frontend" / "dist"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".woff2": "font/woff2"}


def json_answer(status: int, **content: Any) -> tuple[int, str, bytes]:
    """An answer for a script."""
    return status, "application/json", json.dumps(content).encode()


@dataclass
class Site:
    """What the server answers, and what it was sent."""

    url: str = ""
    version: int = 3
    refuse: dict[str, tuple[int, str, bytes]] = field(default_factory=dict)
    sheets: list[dict[str, str]] = field(default_factory=list)
    posts: list[tuple[str, bytes]] = field(default_factory=list)
    lang: str = "vi"
    total: str = ""
    weight: str = "1"
    slow_s: float = 0

    def __post_init__(self) -> None:
        self._templates = Templates(templates=ROOT / "frontend" / "templates", dist=DIST)

    def render(self, name: str, **context: Any) -> bytes:
        """Render a page as the application does, with the frame of a signed-in clerk."""
        common: dict[str, Any] = {
            "request": SimpleNamespace(url=SimpleNamespace(path="/", query="")),
            "user": SimpleNamespace(full_name="Nguyễn Thị Hồng Phượng"),
            "programme": SimpleNamespace(slug="thanh-xuan-2024", title="Cuộc thi tìm kiếm ý tưởng năm 2024"),
            "nav": [NavItem(label, "#", active=label == "Sơ loại") for label in ("Tổng quan", "Sơ loại", "Chấm điểm")],
            "demo_now": "20 giờ 15 phút, ngày 08/6/2024",
            "lang": self.lang,
            "messages": [{"kind": "success", "text": "Đã ghi nhận bài dự thi."}],
        }
        html = self._templates.env.get_template(name).render(common | context)
        html = html.replace('data-weight="1"', f'data-weight="{self.weight}"', 1)
        return re.sub(r'name="version" value="\d+"', f'name="version" value="{self.version}"', html).encode()

    def save(self, body: bytes) -> tuple[int, str, bytes]:
        """Keep a sheet as the jury's route does."""
        sheet = {name: values[0] for name, values in parse_qs(body.decode(), keep_blank_values=True).items()}
        self.sheets.append(sheet)
        self.version += 1
        return json_answer(200, saved_at="21:07", version=self.version, total=self.total)


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Say nothing."""

        def _answer(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Security-Policy", CONTENT_SECURITY_POLICY)
            self.end_headers()
            self.wfile.write(body)

        def _redirect(self, url: str) -> None:
            self.send_response(303)
            self.send_header("Location", url)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path in site.refuse:
                self._answer(*site.refuse[path])
            elif path.startswith("/static/"):
                file = DIST / path.removeprefix("/static/")
                self._answer(200, TYPES.get(file.suffix, "application/octet-stream"), file.read_bytes())
            elif path == "/guide":
                self._answer(200, "text/html; charset=utf-8", site.render("styleguide.html"))
            else:
                done = site.render("error.html", code=200, title="Đã nhận", message="", fields={})
                self._answer(200, "text/html; charset=utf-8", done)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            site.posts.append((self.path, body))
            time.sleep(site.slow_s)
            if self.path in site.refuse:
                self._answer(*site.refuse[self.path])
            elif self.path == "/autosave":
                self._answer(*site.save(body))
            else:
                self._redirect("/done")

    return Handler


class _QuietServer(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that cancels an upload leaves a broken pipe; that is what the test wants."""


@pytest.fixture
def site() -> Iterator[Site]:
    """A server of its own for each test."""
    made = Site()
    server = _QuietServer(("127.0.0.1", 0), _handler(made))
    made.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def window(browser: Browser) -> Iterator[BrowserContext]:
    """A window with its own storage. Everything waits at most five seconds."""
    opened = browser.new_context(viewport={"width": 1280, "height": 900}, locale="vi-VN")
    opened.set_default_timeout(5000)
    yield opened
    opened.close()


@pytest.fixture
def tab(window: BrowserContext, site: Site) -> Iterator[Page]:
    """The style guide, opened. A script error or a breach of the content policy fails the test."""
    faults: list[str] = []
    page = window.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
    page.goto(f"{site.url}/guide")
    yield page
    assert faults == []
