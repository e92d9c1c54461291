"""Journeys in a real browser, over a real server. See `stage.py` for the stage and `person.py` for the people."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, ViewportSize, expect

from tests.e2e.person import Person
from tests.e2e.stage import Site, run_site
from tests.support.databases import Databases

DESKTOP: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
PATIENCE_MS = 15_000

_slug = itertools.count(1)


@pytest.fixture(scope="session")
def sites(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Site]]:
    """One server per database, started when first asked for; each test brings a contest of its own."""
    running: dict[str, Site] = {}
    with ExitStack() as stack:

        def site_on(engine: str) -> Site:
            if engine not in running:
                url = stack.enter_context(databases.copy(engine))
                running[engine] = stack.enter_context(run_site(tmp_path_factory.mktemp("site"), url))
            return running[engine]

        yield site_on


@pytest.fixture
def site(sites: Callable[[str], Site], request: pytest.FixtureRequest) -> Site:
    """The server on SQLite, or on the database that the test names: `@pytest.mark.parametrize("site", …, indirect)`."""
    return sites(getattr(request, "param", "sqlite"))


@pytest.fixture
def slug() -> str:
    """A contest of the test's own."""
    return f"cuoc-thi-e2e-{next(_slug)}"


@pytest.fixture(scope="session", autouse=True)
def patience() -> None:
    """What a journey expects may take a while on a busy machine."""
    expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(params=["desktop", "phone"])
def screen(request: pytest.FixtureRequest) -> str:
    """Both screens, for a test that asks."""
    name: str = request.param
    return name


@pytest.fixture
def someone(browser: Browser, site: Site) -> Iterator[Callable[..., Person]]:
    """Make a person with a browser of their own; whatever went wrong in it fails the test."""
    people: list[Person] = []

    def make(screen: str = "desktop", *, scripts: bool = True) -> Person:
        is_phone = screen == "phone"
        window = browser.new_context(
            viewport=PHONE if is_phone else DESKTOP,
            is_mobile=is_phone,
            has_touch=is_phone,
            locale="vi-VN",
            accept_downloads=True,
            java_script_enabled=scripts,
        )
        window.set_default_timeout(PATIENCE_MS)
        people.append(Person(window, site))
        return people[-1]

    yield make
    faults = [fault for person in people for fault in person.faults]
    for person in people:
        person.window.close()
    assert faults == []
