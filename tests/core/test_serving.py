"""`serve` brings up the site and its worker, and leaves nobody behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from app.core.serving import as_environment
from app.core.settings import Settings
from tests.support.s3 import free_port

ROOT = Path(__file__).parents[2]

SERVE = """
import sys
from app.core.serving import serve
from app.core.settings import Settings
worker = [sys.executable, "-c", "import sys, tests.core.test_serving as t; t.note_and_wait(sys.argv[1])", sys.argv[2]]
serve(Settings(), "127.0.0.1", int(sys.argv[1]), application="tests.core.test_serving:small", worker=worker)
"""


def note_and_wait(marks: str) -> None:
    """Be a worker that notes its start and its stop."""

    def note(word: str) -> None:
        with Path(marks).open("a") as stream:
            stream.write(f"{word} {os.getpid()}\n")

    def stop(*_: object) -> None:
        note("stop")
        sys.exit(0)

    signal.signal(signal.SIGTERM, stop)
    note("start")
    while True:
        time.sleep(0.1)


def small() -> Callable:
    """An application that only answers."""

    async def app(scope: dict, receive: Callable, send: Callable) -> None:
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": os.environ["CHAMTHI_DATA_DIR"].encode()})

    return app


def wait_for(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def lines(marks: Path) -> list[list[str]]:
    return [line.split() for line in marks.read_text().splitlines()] if marks.exists() else []


def answers(url: str) -> bool:
    try:
        return httpx.get(url).status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple["subprocess.Popen[bytes]", str, Path]]:
    """A running `serve` with a worker that notes its start and its stop."""
    port, marks = free_port(), tmp_path / "marks"
    settings = Settings(data_dir=tmp_path / "var", demo=True)
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(port), str(marks)], cwd=ROOT, env=as_environment(settings)
    )
    url = f"http://127.0.0.1:{port}/"
    try:
        assert wait_for(lambda: answers(url) and bool(lines(marks)))
        yield process, url, marks
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_serve_stops_its_worker_in_order(site: tuple, how: signal.Signals) -> None:
    process, url, marks = site
    assert httpx.get(url).text.endswith("var")
    process.send_signal(how)
    assert process.wait(20) == 0
    assert [line[0] for line in lines(marks)] == ["start", "stop"]


def test_worker_that_died_is_started_again(site: tuple) -> None:
    process, _url, marks = site
    os.kill(int(lines(marks)[0][1]), signal.SIGKILL)
    assert wait_for(lambda: len(lines(marks)) == 2)
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    assert [line[0] for line in lines(marks)] == ["start", "start", "stop"]


def test_environment_makes_the_same_settings_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(
        data_dir=tmp_path,
        secret_key=SecretStr("x" * 40),
        trusted_proxies=("10.0.0.1", "10.0.0.2"),
        worker=False,
        storage="s3",
        s3_endpoint="http://127.0.0.1:9",
    )
    for name, value in as_environment(settings).items():
        monkeypatch.setenv(name, value)
    assert Settings() == settings
