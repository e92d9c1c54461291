"""The two servers, each a process of its own started by the application's own `serve`."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import nan
from pathlib import Path

from app.core.serving import as_environment
from app.core.settings import Settings
from tests.bench.speed.bare import SCRIPTS

_PATIENCE_S = 60.0


@dataclass(frozen=True)
class Server:
    """A running server."""

    port: int
    pid: int

    def cpu(self) -> float:
        """Seconds of processor time that it has used so far; not a number where the system does not tell."""
        try:
            fields = Path(f"/proc/{self.pid}/stat").read_text("utf-8").rpartition(")")[2].split()
        except FileNotFoundError:
            return nan
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def application(settings: Settings, *, log: Path) -> Iterator[Server]:
    """Run the real application."""
    port = _free_port()
    command = [sys.executable, "-m", "app.cli", "serve", "--port", str(port)]
    with _running(command, settings, {}, log, port) as server:
        yield server


@contextmanager
def bare_handler(settings: Settings, *, scripts: Path, log: Path) -> Iterator[Server]:
    """Run the bare handler."""
    port = _free_port()
    command = [sys.executable, "-m", "tests.bench.speed.bare", str(port)]
    with _running(command, settings, {SCRIPTS: str(scripts)}, log, port) as server:
        yield server


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def _running(command: list[str], settings: Settings, more: dict[str, str], log: Path, port: int) -> Iterator[Server]:
    environment = os.environ | as_environment(settings) | more
    with log.open("wb") as sink:
        process = subprocess.Popen(command, env=environment, stdout=sink, stderr=subprocess.STDOUT)
    try:
        _wait(process, port, log)
        yield Server(port, process.pid)
    except BaseException:
        print(log.read_text("utf-8", "replace")[-3000:], file=sys.stderr)
        raise
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(_PATIENCE_S)


def _wait(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"the server did not start:\n{log.read_text('utf-8', 'replace')}")
