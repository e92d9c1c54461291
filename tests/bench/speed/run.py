"""Measure both servers in pairs, check first that they do what they say, and print the table."""

import asyncio
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from sqlalchemy import Engine, text
from sqlmodel import select

from app.accounts.deps import COOKIE
from app.core.database import begin_write, make_engine, make_sessions
from app.core.numbers import format_points
from app.core.settings import Settings
from app.jury.models import ScoreSheet
from app.main import create_app
from tests.bench.speed import capture, servers
from tests.bench.speed.load import Act, Browser, Leg, drive
from tests.bench.speed.servers import Server
from tests.bench.speed.stage import Sheet, Stage, set_stage
from tests.support import postgres
from tests.support.client import Client, portal
from tests.support.contest import marks_for

ENGINES = ("sqlite", "postgres")
SAVE_DRAFT, SAVE_SUBMITTED = "save a draft", "save a submitted sheet"
OPEN_SHEET, LIST, RANKED = "open a sheet", "juror's list", "ranked list"
_SECRET = "a-secret-of-the-bench-that-is-long-enough"


@dataclass(frozen=True)
class Options:
    """How long and how often."""

    rounds: int = 5
    seconds: float = 2.0
    engines: tuple[str, ...] = ENGINES
    pages: tuple[str, ...] = (SAVE_DRAFT, SAVE_SUBMITTED, OPEN_SHEET, LIST, RANKED)


class Play:
    """What each browser does, and what the server has confirmed to it."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.jurors = {juror.token: juror for juror in stage.jurors}
        self.versions: dict[int, int] = {}
        self.saved: dict[int, tuple[dict[str, int], str]] = {}
        self.turns: defaultdict[str, int] = defaultdict(int)

    def tokens(self, page: str) -> list[str]:
        """Who looks at it: ten jurors at once, or the organiser alone."""
        return [self.stage.organiser] if page == RANKED else [j.token for j in self.stage.jurors]

    def act(self, page: str) -> Act:
        """One request of that kind."""
        if page in {SAVE_DRAFT, SAVE_SUBMITTED}:
            return lambda browser, turn: self._save(browser, submitted=page == SAVE_SUBMITTED)
        if page == OPEN_SHEET:
            return self._open_sheet
        path = f"{self.stage.judging}/jury" if page == LIST else f"{self.stage.closed}/results/ranking"

        async def look(browser: Browser, _turn: int) -> None:
            await browser.get(path)

        return look

    async def _open_sheet(self, browser: Browser, turn: int) -> None:
        sheets = self.jurors[browser.token].drafts
        await browser.get(self.path(sheets[turn % len(sheets)]))

    def path(self, sheet: Sheet) -> str:
        """Address of a sheet."""
        return f"{self.stage.judging}/jury/entries/{sheet.entry_id}/score"

    async def _save(self, browser: Browser, *, submitted: bool) -> None:
        juror = self.jurors[browser.token]
        sheets = juror.submitted if submitted else juror.drafts
        self.turns[browser.token] += 1
        turn = self.turns[browser.token]
        # Some saves of one sheet after another, as somebody writes.
        await self.save(browser, sheets[turn // 5 % len(sheets)], total=40 + turn % 55)

    async def save(self, browser: Browser, sheet: Sheet, *, total: int) -> None:
        """Save a sheet whose marks add up to `total`, from the version that this browser knows."""
        marks, comment = marks_for(total), f"Nhận xét lần {total}"
        form = {f"marks.{key}": format_points(mark, trim=True) for key, mark in marks.items()}
        version = self.versions.get(sheet.id, sheet.version)
        answer = await browser.save(
            self.path(sheet), {**form, "version": str(version), "comment": comment, "action": "save"}
        )
        assert answer["version"] == version + 1, answer
        self.versions[sheet.id] = version + 1
        self.saved[sheet.id] = (marks, comment)

    def check_saved(self, engine: Engine) -> int:
        """Compare every sheet with what its browser was told: marks, comment, version. Gives how many."""
        with make_sessions(engine)() as session:
            for row in session.exec(select(ScoreSheet)):
                if row.id in self.saved:
                    assert (row.marks, row.comment) == self.saved[row.id], f"sheet {row.id} holds other marks"
                    assert row.version == self.versions[row.id]
                    assert row.total_units == sum(row.marks.values())
        return len(self.saved)


@dataclass(frozen=True)
class Line:
    """A page on an engine: requests per second of both, pair by pair, and what it asks of the database."""

    engine: str
    page: str
    statements: int
    app: list[Leg]
    bare: list[Leg]

    @property
    def ratios(self) -> list[float]:
        """The application's speed as a part of the bare handler's, pair by pair."""
        return [a.rate / b.rate for a, b in zip(self.app, self.bare, strict=True)]

    def __str__(self) -> str:
        app, bare = (median(leg.rate for leg in legs) for legs in (self.app, self.bare))
        app_cpu, bare_cpu = (median(leg.cpu for leg in legs) * 1000 for legs in (self.app, self.bare))
        low, high = min(self.ratios), max(self.ratios)
        return (
            f"{self.engine:9} {self.page:23} {self.statements:4} {app:7.0f} {bare:7.0f} {median(self.ratios):6.2f}"
            f"  {low:4.2f}–{high:4.2f} {app_cpu:8.2f} {bare_cpu:8.2f} {bare_cpu / app_cpu:6.2f}"
        )


HEAD = (
    f"{'engine':9} {'page':23} {'SQL':>4} {'app/s':>7} {'bare/s':>7} {'ratio':>6}  {'min–max':9}"
    f" {'app CPU':>8} {'bare CPU':>8} {'ratio':>6}"
)


def measure(options: Options) -> list[Line]:
    """Measure every page on every engine."""
    print(HEAD, flush=True)
    return [line for name in options.engines for line in _measure_engine(name, options)]


def _measure_engine(name: str, options: Options) -> Iterator[Line]:
    with _database(name) as url, tempfile.TemporaryDirectory(prefix="chamthi-bench-") as folder:
        base = Path(folder)
        settings = Settings(data_dir=base / "var", database_url=url, secret_key=_SECRET, worker=False)
        stage = set_stage(url, settings.data_dir)
        engine = make_engine(url)
        scripts = take_down(stage, settings, engine)
        _settle(engine)
        play = Play(stage)
        (base / "scripts.json").write_text(capture.dump(scripts), "utf-8")
        with (
            servers.application(settings, log=base / "app.log") as app,
            servers.bare_handler(settings, scripts=base / "scripts.json", log=base / "bare.log") as bare,
        ):
            asyncio.run(check(play, engine, (app.port, bare.port)))
            for page in options.pages:
                line = asyncio.run(_pairs(play, page, app, bare, options, name, len(scripts[page])))
                play.check_saved(engine)
                print(line, flush=True)
                yield line
        engine.dispose()


def _settle(engine: Engine) -> None:
    """Let the planner know how large the tables are, as it would after a day."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


@contextmanager
def _database(name: str) -> Iterator[str]:
    if name == "postgres":
        with postgres.server(durable=True) as url:
            yield url
    else:
        with tempfile.TemporaryDirectory(prefix="chamthi-bench-") as folder:
            yield f"sqlite:///{folder}/chamthi.db"


def take_down(stage: Stage, settings: Settings, engine: Engine) -> dict[str, list[capture.Step]]:
    """Let the application answer each page once in this process and take its SQL down."""
    recorder = capture.Recorder(engine)
    juror = stage.jurors[0]
    app = create_app(settings, sessions=make_sessions(engine))
    scripts = {}
    with portal() as opened, Client(app, opened) as client:
        asks: dict[str, Callable[[], object]] = {
            SAVE_DRAFT: lambda: _save_once(client, stage, juror.drafts[0]),
            SAVE_SUBMITTED: lambda: _save_once(client, stage, juror.submitted[0]),
            OPEN_SHEET: lambda: client.get(f"{stage.judging}/jury/entries/{juror.drafts[0].entry_id}/score"),
            LIST: lambda: client.get(f"{stage.judging}/jury"),
            RANKED: lambda: client.get(f"{stage.closed}/results/ranking"),
        }
        for page, ask in asks.items():
            client.cookies.set(COOKIE, stage.organiser if page == RANKED else juror.token)
            recorder.start()
            answer = ask()
            scripts[page] = recorder.stop()
            assert getattr(answer, "status_code", 200) == 200, answer
    _put_back(engine, (juror.drafts[0], juror.submitted[0]))
    return scripts


def _save_once(client: Client, stage: Stage, sheet: Sheet) -> object:
    path = f"{stage.judging}/jury/entries/{sheet.entry_id}/score"
    form = {f"marks.{key}": format_points(mark, trim=True) for key, mark in marks_for(33).items()}
    sent = {**form, "comment": "Nhận xét", "version": str(sheet.version), "action": "save"}
    return client.post(path, data=sent, headers={"accept": "application/json"})


def _put_back(engine: Engine, sheets: tuple[Sheet, ...]) -> None:
    """Give sheets the version again that the browsers believe them to have."""
    with make_sessions(engine)() as session:
        begin_write(session)
        for sheet in sheets:
            session.get_one(ScoreSheet, sheet.id).version = sheet.version
        session.commit()


async def check(play: Play, engine: Engine, ports: tuple[int, int]) -> None:
    """Before any time is taken: both servers save what they say and show every row."""
    for port in ports:
        for juror in play.stage.jurors:
            browser = await Browser(port, juror.token).open()
            for sheet in (juror.drafts[1], juror.submitted[1]):
                await play.save(browser, sheet, total=77)
            await browser.close()
        assert play.check_saved(engine) == 2 * len(play.stage.jurors)
        await _check_pages(play, port)


async def _check_pages(play: Play, port: int) -> None:
    stage, juror = play.stage, play.stage.jurors[0]
    browser = await Browser(port, juror.token).open()
    page = (await browser.get(f"{stage.judging}/jury")).decode()
    assert all(title in page for title in stage.titles)
    page = (await browser.get(play.path(juror.drafts[0]))).decode()
    assert stage.titles[0] in page
    await browser.close()
    browser = await Browser(port, stage.organiser).open()
    page = (await browser.get(f"{stage.closed}/results/ranking")).decode()
    assert all(title in page for title in stage.closed_titles)
    await browser.close()


async def _pairs(
    play: Play, page: str, app: Server, bare: Server, options: Options, engine: str, statements: int
) -> Line:
    tokens, act = play.tokens(page), play.act(page)
    line = Line(engine, page, statements, [], [])
    for server in (app, bare):
        await drive(server, tokens, act, seconds=min(0.5, options.seconds))
    for _ in range(options.rounds):
        line.app.append(await drive(app, tokens, act, seconds=options.seconds))
        line.bare.append(await drive(bare, tokens, act, seconds=options.seconds))
    return line
