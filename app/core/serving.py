"""`chamthi serve`: the site and, by default, its worker as a child process."""

import json
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import uvicorn
from pydantic import SecretStr

from app.core.settings import Settings

WORKER = (sys.executable, "-m", "app.cli", "worker", "--tied")
_APPLICATION = "app.main:application"
_WAIT_BEFORE_RESTART_S = 5.0
_PATIENCE_S = 70.0

log = logging.getLogger(__name__)


def serve(
    settings: Settings, host: str, port: int, *, application: str = _APPLICATION, worker: Sequence[str] = WORKER
) -> None:
    """Serve until SIGTERM or Ctrl-C; the worker is stopped after the last answer."""
    # The application's factory and the worker read the environment: let it say what these settings say.
    os.environ.update(as_environment(settings))
    server = uvicorn.Server(
        uvicorn.Config(
            application,
            factory=True,
            host=host,
            port=port,
            proxy_headers=bool(settings.trusted_proxies),
            forwarded_allow_ips=list(settings.trusted_proxies),
            server_header=False,
            # Addresses carry one-time invitation links; a proxy in front logs what it may.
            access_log=False,
            timeout_graceful_shutdown=20,
        )
    )
    # After a clean stop uvicorn raises the signal again; by default that would kill us before the worker is stopped.
    signal.signal(signal.SIGTERM, lambda *_: None)
    with _worker(worker) if settings.worker else _nothing():
        try:
            server.run()
        except KeyboardInterrupt:
            log.info("stopped by hand")


def as_environment(settings: Settings) -> dict[str, str]:
    """`settings` as the CHAMTHI_* variables that make the same again."""
    return {f"CHAMTHI_{name.upper()}": _as_text(value) for name, value in settings if value is not None}


def _as_text(value: Any) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return json.dumps(value) if isinstance(value, bool | tuple) else str(value)


@contextmanager
def _nothing() -> Iterator[None]:
    yield


@contextmanager
def _worker(command: Sequence[str]) -> Iterator[None]:
    """Keep a worker running, and stop it at the end."""
    over = threading.Event()
    keeper = threading.Thread(target=_keep, args=(command, over), name="worker-keeper")
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()


def _keep(command: Sequence[str], over: threading.Event) -> None:
    while not over.is_set():
        # Its own session: Ctrl-C in the terminal reaches us alone, and we stop it in order.
        process = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)  # noqa: S603 - our own
        _wait(process, over)
        if over.is_set():
            _stop(process)
        else:
            log.error("the worker ended with %s; starting it again", process.returncode)
            over.wait(_WAIT_BEFORE_RESTART_S)


def _wait(process: "subprocess.Popen[bytes]", over: threading.Event) -> None:
    while process.poll() is None and not over.wait(0.2):
        pass


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(_PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdin:
        process.stdin.close()
