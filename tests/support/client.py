"""A person's browser in a test: synchronous calls into the ASGI application, cookies kept, no server started."""

from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI

ORIGIN = "http://127.0.0.1:8000"


class Client:
    """One browser. Redirects are not followed unless asked: tests look at the 303 itself.

    `before` and `after` surround every request; the fixtures use them to let the test's own session and the
    application's see each other's rows.
    """

    def __init__(
        self,
        app: FastAPI,
        portal: BlockingPortal,
        *,
        before: Callable[[], None] = lambda: None,
        after: Callable[[], None] = lambda: None,
    ) -> None:
        self.app = app
        self._portal = portal
        self._before = before
        self._after = after
        self._http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app), base_url=ORIGIN, headers={"sec-fetch-site": "same-origin"}
        )

    @property
    def cookies(self) -> httpx.Cookies:
        """The cookies of this browser."""
        return self._http.cookies

    @property
    def headers(self) -> httpx.Headers:
        """Headers that every request carries."""
        return self._http.headers

    def request(self, method: str, url: str, **options: Any) -> httpx.Response:
        """Send any request; options are those of httpx (data, content, headers, follow_redirects…)."""
        self._before()
        try:
            return self._portal.call(lambda: self._http.request(method, url, **options))
        finally:
            self._after()

    def get(self, url: str, **options: Any) -> httpx.Response:
        """Read a page."""
        return self.request("GET", url, **options)

    def head(self, url: str, **options: Any) -> httpx.Response:
        """Read a page's headers."""
        return self.request("HEAD", url, **options)

    def post(self, url: str, **options: Any) -> httpx.Response:
        """Send a form: `data={…}`; a list gives a field several times."""
        return self.request("POST", url, **options)

    def put(self, url: str, **options: Any) -> httpx.Response:
        """Send a body."""
        return self.request("PUT", url, **options)

    def patch(self, url: str, **options: Any) -> httpx.Response:
        """Send a part of a body."""
        return self.request("PATCH", url, **options)

    def delete(self, url: str, **options: Any) -> httpx.Response:
        """Ask for a removal."""
        return self.request("DELETE", url, **options)

    def another(self) -> "Client":
        """Open a second browser, without cookies, on the same application and database."""
        return Client(self.app, self._portal, before=self._before, after=self._after)

    def close(self) -> None:
        """Close the browser."""
        self._portal.call(self._http.aclose)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


portal = start_blocking_portal
