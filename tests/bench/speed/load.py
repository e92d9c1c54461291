"""Browsers that cost little themselves: HTTP/1.1 on kept-alive connections, asyncio, no library in between."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from app.accounts.deps import COOKIE
from tests.bench.speed.servers import Server

_OK = b"HTTP/1.1 200"


@dataclass
class Browser:
    """One connection of one signed-in person."""

    port: int
    token: str
    reader: asyncio.StreamReader | None = None
    writer: asyncio.StreamWriter | None = None

    async def open(self) -> "Browser":
        """Connect."""
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port, limit=2**20)
        return self

    async def close(self) -> None:
        """Hang up."""
        assert self.writer is not None
        self.writer.close()
        await self.writer.wait_closed()

    async def get(self, path: str) -> bytes:
        """Give the body of a page; anything but 200 is an error."""
        return await self._send(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {COOKIE}={self.token}\r\n\r\n")

    async def save(self, path: str, form: dict[str, str]) -> dict[str, object]:
        """Post a sheet as the page's own script does and give the answer."""
        body = urlencode(form)
        answer = await self._send(
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {COOKIE}={self.token}\r\nAccept: application/json\r\n"
            "Sec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded;charset=UTF-8\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        )
        found: dict[str, object] = json.loads(answer)
        return found

    async def _send(self, request: str) -> bytes:
        assert self.reader is not None
        assert self.writer is not None
        self.writer.write(request.encode())
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = next(int(line[15:]) for line in head.split(b"\r\n") if line[:15].lower() == b"content-length:")
        body = await self.reader.readexactly(length)
        if not head.startswith(_OK):
            raise RuntimeError(f"{request.splitlines()[0]}: {head.decode()}{body[:2000].decode()}")
        return body


@dataclass
class Leg:
    """What one leg of a round gave."""

    seconds: float
    latencies: list[float]
    cpu_seconds: float  # of the server's process

    @property
    def rate(self) -> float:
        """Requests per second."""
        return len(self.latencies) / self.seconds

    @property
    def cpu(self) -> float:
        """Processor seconds of the server per request."""
        return self.cpu_seconds / len(self.latencies)


Act = Callable[[Browser, int], Awaitable[None]]  # one request, the how-many-eth of this browser


async def drive(server: Server, tokens: list[str], act: Act, *, seconds: float) -> Leg:
    """Let one browser per token repeat `act` for so long, all at once."""
    browsers = [await Browser(server.port, token).open() for token in tokens]
    latencies: list[float] = []
    before, start = server.cpu(), time.perf_counter()

    async def repeat(browser: Browser) -> None:
        turn = 0
        while (begun := time.perf_counter()) - start < seconds:
            await act(browser, turn)
            latencies.append(time.perf_counter() - begun)
            turn += 1

    try:
        await asyncio.gather(*(repeat(b) for b in browsers))
        return Leg(time.perf_counter() - start, latencies, server.cpu() - before)
    finally:
        await asyncio.gather(*(b.close() for b in browsers))
