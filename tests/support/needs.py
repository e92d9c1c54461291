"""What the tests need beside Python's own packages: LibreOffice and a Chromium browser.

`python -m tests.support.needs` finds them, or installs Debian's packages when it is root (it says so first), or ends
with the one command that is missing. Tests ask `office()` and `browser()` for the programs.
"""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Need:
    """A program under any of its names, and Debian's package with it."""

    what: str
    names: tuple[str, ...]
    package: str

    def find(self) -> str | None:
        """Path of the first of its names that is installed."""
        return next((path for name in self.names if (path := shutil.which(name))), None)


OFFICE = Need(
    "LibreOffice (opens the papers that the tests make)",
    ("soffice", "libreoffice"),
    "libreoffice-writer-nogui libreoffice-calc-nogui",
)
BROWSER = Need(
    "a Chromium browser (the journeys run in it)",
    ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
    "chromium",
)
NEEDS = (OFFICE, BROWSER)


class MissingError(RuntimeError):
    """A program that the tests need is not there; says which and how to get it."""


def office() -> str:
    """Path of LibreOffice."""
    return _found(OFFICE)


def browser() -> str:
    """Path of the browser."""
    return _found(BROWSER)


def _found(need: Need) -> str:
    path = need.find()
    if path is None:
        raise MissingError(f"The tests need {need.what}. Install it: {install_command([need])}")
    return path


def install_command(needs: list[Need]) -> str:
    """What a person types to get them on Debian."""
    return f"apt-get install --no-install-recommends {' '.join(need.package for need in needs)}"


def provide(*, is_root: bool) -> None:
    """Make sure of every need, or raise MissingError."""
    missing = [need for need in NEEDS if need.find() is None]
    if not missing:
        return
    for need in missing:
        print(f"Missing: {need.what}")
    if is_root and shutil.which("apt-get"):
        _install(missing)
    left = [need for need in missing if need.find() is None]
    if left:
        raise MissingError(f"The tests need {left[0].what}. Install it: {install_command(left)}")


def _install(needs: list[Need]) -> None:
    packages = [package for need in needs for package in need.package.split()]
    print(f"Installing Debian's packages, as this is root: {' '.join(packages)}", flush=True)
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], check=False, env=quiet)
    subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages], check=False, env=quiet)


if __name__ == "__main__":
    try:
        provide(is_root=os.geteuid() == 0)
    except MissingError as error:
        sys.exit(f"error: {error}")
