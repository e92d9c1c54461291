"""The ground of every request: one commit before the answer, refusals, headers, cross-site rules."""

import os
from pathlib import Path
from threading import Event, Thread

import httpx
import pytest
from anyio.from_thread import BlockingPortal
from fastapi import APIRouter, FastAPI, Request
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import sessionmaker
from sqlmodel import Session, select

from app.accounts.models import User
from app.core.errors import Conflict
from app.core.i18n import N_
from app.core.settings import Settings
from app.core.web import SessionDep, Templates, redirect, safe_path, stop_writing
from app.main import create_app
from app.programmes.deps import ActorDep
from tests.support.client import Client
from tests.support.contest import make_contest
from tests.support.factories import NOW, make_user
from tests.support.signing import sign_in

router = APIRouter()


@router.post("/probe/commit")
def _commit(session: SessionDep) -> dict[str, str]:
    make_user(session, login="duoc-ghi")
    return {"status": "ok"}


@router.post("/probe/refuse")
def _refuse(session: SessionDep) -> None:
    make_user(session, login="khong-ghi")
    raise Conflict(N_("Không được: %(why)s.", why="đã đóng"))


@router.post("/probe/broken-commit")
def _broken_commit(session: SessionDep) -> dict[str, str]:
    session.add(User(login="trung", full_name="", name_key="", folded="", created_at=None))  # type: ignore[arg-type]
    return {"status": "ok"}


@router.post("/probe/crash")
def _crash() -> None:
    raise RuntimeError("boom")


class _RefusedError(Exception):
    """What a driver says of a refused transaction: psycopg has `sqlstate`, sqlite3 `sqlite_errorname`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.sqlstate = None if code.startswith("SQLITE") else code
        self.sqlite_errorname = code


@router.post("/probe/refused/{code}")
def _refused_by_the_database(code: str) -> None:
    raise OperationalError("SELECT 1", {}, _RefusedError(code))


class _Meeting:
    """Two requests at once: one waits inside for the other to have ended."""

    def __init__(self) -> None:
        self.inside, self.passed = Event(), Event()


MEETING = _Meeting()


@router.post("/probe/read-long")
def _read_long(request: Request, session: SessionDep) -> dict[str, bool]:
    make_user(session, login="doc-lau")
    stop_writing(request, session)
    session.exec(select(User)).all()
    MEETING.inside.set()
    return {"others passed": MEETING.passed.wait(timeout=10)}


@router.get("/probe/flash")
def _flash() -> object:
    return redirect("/sign-in", say=N_("Đã lưu."))


@pytest.fixture
def probing(live_app: FastAPI, event_loop_portal: BlockingPortal) -> Client:
    live_app.include_router(router)
    return Client(live_app, event_loop_portal)


def _logins(probing: Client) -> set[str]:
    with probing.app.state.sessions() as session:
        return set(session.exec(select(User.login)))


def test_returning_commits(probing: Client) -> None:
    assert probing.post("/probe/commit").status_code == 200
    assert "duoc-ghi" in _logins(probing)


def test_raising_rolls_back_and_says_why(probing: Client) -> None:
    answer = probing.post("/probe/refuse")

    assert answer.status_code == 409
    assert "Không được: đã đóng." in answer.text
    assert "khong-ghi" not in _logins(probing)


def test_refusal_is_json_for_scripts(probing: Client) -> None:
    answer = probing.post("/probe/refuse", headers={"accept": "application/json"})

    assert answer.json() == {"message": "Không được: đã đóng.", "errors": {}}


def test_failing_commit_is_never_shown_as_success(probing: Client, event_loop_portal: BlockingPortal) -> None:
    async def post() -> int:
        transport = httpx.ASGITransport(app=probing.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as http:
            return (await http.post("/probe/broken-commit")).status_code

    assert event_loop_portal.call(post) == 500
    assert "trung" not in _logins(probing)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"sec-fetch-site": "none"}, 200),
    ],
)
def test_unsafe_request_from_another_site_is_refused(probing: Client, headers: dict[str, str], status: int) -> None:
    assert probing.post("/probe/commit", headers=headers).status_code == status


@pytest.mark.parametrize(
    ("origin", "status"), [("https://evil.example", 403), ("null", 403), ("http://127.0.0.1:8000", 200)]
)
def test_origin_decides_where_a_browser_sends_no_fetch_metadata(probing: Client, origin: str, status: int) -> None:
    del probing.headers["sec-fetch-site"]

    assert probing.post("/probe/commit", headers={"origin": origin}).status_code == status


def test_every_answer_carries_the_security_headers(probing: Client) -> None:
    for path in ("/sign-in", "/no-such-page", "/healthz"):
        headers = probing.get(path).headers
        assert "default-src 'self'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


def test_pages_are_not_kept_by_caches(probing: Client) -> None:
    assert probing.get("/sign-in").headers["cache-control"] == "no-store"


def test_unknown_page_is_a_decent_vietnamese_page(probing: Client) -> None:
    answer = probing.get("/no-such-page")

    assert answer.status_code == 404
    assert "Không tìm thấy" in answer.text


def test_flash_is_shown_once(probing: Client) -> None:
    probing.get("/probe/flash")

    assert "Đã lưu." in probing.get("/sign-in").text
    assert "Đã lưu." not in probing.get("/sign-in").text


def test_forged_flash_is_only_text(probing: Client) -> None:
    probing.cookies.set("flash", "WyJ4IiwgIjxzY3JpcHQ-YWxlcnQoMSk8L3NjcmlwdD4iXQ==")
    assert "<script>alert" not in probing.get("/sign-in").text

    probing.cookies.set("flash", "rubbish")
    assert probing.get("/sign-in").status_code == 200


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("/c/x", "/c/x"),
        ("/c/x?q=\\", "/c/x?q=\\"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("/\t\\evil.example", "/"),
        ("/\r\n\\evil.example", "/"),
        ("", "/"),
    ],
)
def test_safe_path_stays_on_this_site(url: str, expected: str) -> None:
    assert safe_path(url) == expected


def test_settings_refuse_a_weak_secret_outside_demo(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="CHAMTHI_SECRET_KEY"):
        Settings(data_dir=tmp_path, demo=False, secret_key="changethis")  # type: ignore[arg-type]


def test_healthz_asks_the_database(probing: Client) -> None:
    assert probing.get("/healthz").json()["status"] == "ok"


def test_healthz_fails_until_the_schema_is_migrated(probing: Client) -> None:
    with probing.app.state.sessions() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
        session.commit()

    answer = probing.get("/healthz")
    assert (answer.status_code, answer.json()) == (503, {"status": "run chamthi migrate"})


def test_every_cookie_is_for_tls_alone_where_the_site_is(
    live_settings: Settings, event_loop_portal: BlockingPortal
) -> None:
    app = create_app(live_settings.model_copy(update={"base_url": "https://thi.example"}))
    app.include_router(router)
    browser = Client(app, event_loop_portal)
    answers = (browser.get("/probe/flash"), browser.post("/language", data={"lang": "en", "next": "/"}))
    assert [answer.headers["set-cookie"].endswith("; Secure") for answer in answers] == [True, True]


def test_sqlite_keeps_its_promises(live_app: FastAPI, engine_name: str) -> None:
    if engine_name != "sqlite":
        return
    with live_app.state.sessions() as session:
        pragmas = {
            p: session.connection().execute(text(f"PRAGMA {p}")).scalar()
            for p in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


@pytest.mark.parametrize("cookie", ["a/b=1", "a@b=1; lang=en", "x[y]=1; lang=en", "foo=bar baz; lang=en"])
def test_foreign_cookies_break_no_page(client: Client, cookie: str) -> None:
    answer = client.get("/sign-in", headers={"cookie": cookie})
    assert answer.status_code == 200
    assert ('<html lang="en">' in answer.text) == ("lang=en" in cookie)


def test_unreadable_addresses_are_refused(client: Client) -> None:
    assert client.get("/sign-in?next=/%09/%5B").status_code == 200
    foreign = client.post("/sign-out", headers={"sec-fetch-site": "", "origin": "http://["})
    assert foreign.status_code == 403


def test_an_id_that_no_table_can_hold_does_not_exist(client: Client, session: Session) -> None:
    contest = make_contest(session)
    sign_in(session, client, contest.admin)
    assert client.get(contest.url(f"settings/units/{10**30}")).status_code == 404


def test_a_nul_in_an_address_does_not_exist(client: Client) -> None:
    assert client.get("/c/thanh%00xuan").status_code == 404


@router.post("/probe/twice")
def _twice(session: SessionDep) -> None:
    for _ in range(2):
        session.add(User(login="trung", full_name="", name_key="", folded="", created_at=NOW))
    session.flush()


def test_a_second_click_that_only_the_database_sees_is_a_conflict(probing: Client) -> None:
    answer = probing.post("/probe/twice", headers={"accept": "application/json"})
    assert answer.status_code == 409
    assert answer.json()["message"]
    assert _logins(probing) == set()


@router.post("/c/{programme}/probe/twice")  # noqa: FAST003 - the actor's dependency takes it
def _twice_in_a_programme(session: SessionDep, _actor: ActorDep) -> None:
    _twice(session)


def test_the_page_of_what_the_database_refused_still_shows_whose_and_where_it_is(
    probing: Client, live_sessions: sessionmaker[Session]
) -> None:
    with live_sessions() as session:
        contest = make_contest(session)
        sign_in(session, probing, contest.organiser)
        url, name, title = contest.url("probe/twice"), contest.organiser.full_name, contest.plan.title
        session.commit()

    answer = probing.post(url)

    assert answer.status_code == 409
    assert name in answer.text
    assert title in answer.text


@pytest.mark.parametrize("code", ["40P01", "40001", "SQLITE_BUSY"])
def test_who_gave_way_to_another_transaction_is_asked_to_try_again(probing: Client, code: str) -> None:
    page = probing.post(f"/probe/refused/{code}")
    script = probing.post(f"/probe/refused/{code}", headers={"accept": "application/json"})

    assert page.status_code == script.status_code == 503
    assert "thử lại sau giây lát" in page.text
    assert "thử lại sau giây lát" in script.json()["message"]


def test_a_database_that_is_gone_is_a_crash(probing: Client) -> None:
    with pytest.raises(OperationalError):
        probing.post("/probe/refused/57P01")


def test_who_stopped_writing_undoes_it_and_lets_others_write_while_it_reads(probing: Client) -> None:
    MEETING.inside.clear()
    MEETING.passed.clear()
    answers: list[httpx.Response] = []
    reader = Thread(target=lambda: answers.append(probing.post("/probe/read-long")))
    reader.start()
    assert MEETING.inside.wait(timeout=10)

    assert probing.post("/probe/commit").status_code == 200

    MEETING.passed.set()
    reader.join()
    assert answers[0].json() == {"others passed": True}
    assert _logins(probing) == {"duoc-ghi"}


def test_assets_are_those_of_the_newest_build(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.json"
    templates = Templates(templates=tmp_path, dist=tmp_path)
    said = [templates.asset("app.css")]

    for at, written in enumerate(('{"app.css": "app.1.css"}', '{"app.css": "app.2.css"}', '{"app.css', None), start=1):
        if written is None:
            manifest.unlink()
        else:
            manifest.write_text(written, "utf-8")
            os.utime(manifest, ns=(at, at))
        said.append(templates.asset("app.css"))

    # While it is being written anew, or away, what was known is the best there is.
    assert said == ["/static/app.css", "/static/app.1.css", *["/static/app.2.css"] * 3]
