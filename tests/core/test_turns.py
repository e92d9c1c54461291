"""Requests queue for a transaction in the event loop: more of them than there are threads, and slow senders."""

from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import httpx
import pytest
from anyio.from_thread import BlockingPortal
from fastapi import APIRouter, FastAPI, Request
from sqlmodel import func, select

from app.accounts.models import User
from app.core.database import begin_write
from app.core.turns import APART, REQUESTS
from app.core.web import ApartDep, FormDep, SessionDep
from tests.support.factories import make_user

AT_ONCE = 60  # more than the forty threads that FastAPI has
router = APIRouter()


def _twice(session: SessionDep) -> int:
    """A dependency of its own: the request needs a thread while its transaction is open."""
    return session.exec(select(func.count()).select_from(User)).one()


@router.post("/probe/write/{number}")
def _write(number: int, session: SessionDep, data: FormDep) -> dict[str, Any]:
    before = _twice(session)
    make_user(session, login=f"{data.get('name', 'x')}{number}")
    return {"before": before}


@router.get("/probe/read")
def _read(session: SessionDep) -> dict[str, int]:
    return {"users": _twice(session)}


@router.post("/probe/apart/{number}")
def _apart(request: Request, number: int, _turn: ApartDep) -> dict[str, int]:
    with request.app.state.sessions() as session:
        begin_write(session)
        make_user(session, login=f"rieng{number}")
        session.commit()
    return {"number": number}


@pytest.fixture
def probing(live_app: FastAPI) -> FastAPI:
    live_app.include_router(router)
    return live_app


def _browser(app: FastAPI) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app)
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers={"sec-fetch-site": "none"})


async def _all_at_once(asks: list[Callable[[], Awaitable[httpx.Response]]]) -> list[int]:
    answers: list[int] = []

    async def one(ask: Callable[[], Awaitable[httpx.Response]]) -> None:
        answers.append((await ask()).status_code)

    with anyio.fail_after(60):  # not a measurement: what stands still must not hold the run up
        async with anyio.create_task_group() as group:
            for ask in asks:
                group.start_soon(one, ask)
    return answers


def test_there_are_fewer_turns_than_threads() -> None:
    threads = 40
    assert threads > REQUESTS + APART


def test_more_writers_than_threads_all_get_through(probing: FastAPI, event_loop_portal: BlockingPortal) -> None:
    async def play() -> list[int]:
        async with _browser(probing) as browser:
            return await _all_at_once(
                [lambda n=n: browser.post(f"/probe/write/{n}", data={"name": "a"}) for n in range(AT_ONCE)]
            )

    assert event_loop_portal.call(play) == [200] * AT_ONCE
    with probing.state.sessions() as session:
        assert _twice(session) == AT_ONCE


def test_readers_writers_and_those_apart_all_get_through(probing: FastAPI, event_loop_portal: BlockingPortal) -> None:
    async def play() -> list[int]:
        async with _browser(probing) as browser:
            asks: list[Callable[[], Awaitable[httpx.Response]]] = []
            for n in range(AT_ONCE // 2):
                asks += [
                    lambda n=n: browser.post(f"/probe/write/{n}", data={"name": "b"}),
                    lambda: browser.get("/probe/read"),
                    lambda n=n: browser.post(f"/probe/apart/{n}"),
                ]
            return await _all_at_once(asks)

    assert set(event_loop_portal.call(play)) == {200}


def test_a_slow_sender_holds_nobody_up(probing: FastAPI, event_loop_portal: BlockingPortal) -> None:
    async def play() -> tuple[int, int]:
        others_are_done = anyio.Event()

        async def slowly() -> Any:
            yield b"name="
            await others_are_done.wait()
            yield b"cham"

        async with _browser(probing) as browser:
            slow: list[httpx.Response] = []

            async def send() -> None:
                headers = {"content-type": "application/x-www-form-urlencoded", "content-length": "9"}
                slow.append(await browser.post("/probe/write/1", content=slowly(), headers=headers))

            with anyio.fail_after(20):
                async with anyio.create_task_group() as group:
                    group.start_soon(send)
                    await anyio.sleep(0.05)
                    quick = await browser.post("/probe/write/2", data={"name": "nhanh"})
                    others_are_done.set()
            return slow[0].status_code, quick.status_code

    assert event_loop_portal.call(play) == (200, 200)


def test_a_form_without_a_length_or_with_too_much_is_refused(
    probing: FastAPI, event_loop_portal: BlockingPortal
) -> None:
    async def play() -> tuple[int, int]:
        async def endless() -> Any:
            yield b"name=x"

        kind = {"content-type": "application/x-www-form-urlencoded"}
        async with _browser(probing) as browser:
            chunked = await browser.post("/probe/write/1", content=endless(), headers=kind)
            large = await browser.post(
                "/probe/write/1", content=b"", headers=kind | {"content-length": str(5 * 1024 * 1024)}
            )
        return chunked.status_code, large.status_code

    assert event_loop_portal.call(play) == (422, 413)


def test_a_refused_request_gives_its_turn_back(probing: FastAPI, event_loop_portal: BlockingPortal) -> None:
    async def play() -> list[int]:
        async with _browser(probing) as browser:
            codes = [(await browser.post(f"/probe/write/{n}", data={"name": "c"})).status_code for n in (1, 1, 1, 2)]
            return [*codes, (await browser.get("/probe/read")).status_code]

    codes = event_loop_portal.call(play)
    assert (codes[0], codes[3], codes[4]) == (200, 200, 200)
    assert codes[1] >= 400
