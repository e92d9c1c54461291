"""Every answer of the site carries the headers that hold a browser back: pages, JSON, files, refusals, even a crash."""

import httpx
import pytest
from fastapi import FastAPI
from sqlmodel import Session, select

from app.core.settings import Settings
from app.core.web import security_headers
from app.entries.models import EntryFile
from tests.support.client import Client
from tests.support.contest import Contest, make_contest, make_entry
from tests.support.judged import put_bytes
from tests.support.samples import docx
from tests.support.signing import sign_in

HEADERS = security_headers(secure=False)


@pytest.fixture
def contest(session: Session) -> Contest:
    """A contest."""
    return make_contest(session, slug="cuoc-thi")


PLACES = {
    "/": 200,
    "/c/cuoc-thi": 200,
    "/c/cuoc-thi/desk": 303,
    "/c/khong-co": 404,
    "/khong-co": 404,
    "/sign-in": 200,
    "/healthz": 200,
    "/api/v1/docs": 200,
    "/api/v1/openapi.json": 200,
    "/api/v1/programmes": 200,
    "/api/v1/programmes/cuoc-thi/results": 404,
    "/api/v1/programmes/cuoc-thi/progress": 401,
    "/static/khong-co.css": 404,
}


@pytest.mark.parametrize(("path", "status"), PLACES.items())
def test_every_answer_carries_the_headers(contest: Contest, client: Client, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


def test_assets_carry_the_headers(client: Client, app: FastAPI) -> None:
    answer = client.get(app.state.templates.asset("app.js"))
    assert answer.status_code == 200
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


def test_policy_allows_no_script_nor_style_in_a_page() -> None:
    policy = HEADERS["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "http:" not in policy
    assert "https:" not in policy
    assert all(f"{name} 'none'" in policy for name in ("object-src", "base-uri"))


@pytest.mark.parametrize(
    "path", ["/", "/c/cuoc-thi", "/c/cuoc-thi/desk", "/c/cuoc-thi/settings", "/sign-in", "/api/v1/docs"]
)
def test_no_page_holds_a_script_or_style(contest: Contest, session: Session, client: Client, path: str) -> None:
    text = sign_in(session, client, contest.organiser).get(path, follow_redirects=True).text
    assert " style=" not in text
    assert "<style" not in text
    assert text.count("<script") == text.count("<script src=")
    assert " onclick=" not in text


def test_refusal_of_another_site_carries_the_headers(client: Client) -> None:
    answer = client.post("/sign-in", headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


def crashing(client: Client) -> Client:
    """Give a browser that is shown what a real one would be, instead of the exception itself."""
    client._http._transport = httpx.ASGITransport(app=client.app, raise_app_exceptions=False)
    return client


@pytest.mark.parametrize("path", ["/crash", "/api/v1/crash"])
def test_a_crash_carries_the_headers_and_tells_nothing(app: FastAPI, client: Client, path: str) -> None:
    @app.get(path)
    def crash() -> None:
        raise RuntimeError("a password in a message")

    answer = crashing(client).get(path)
    assert answer.status_code == 500
    assert "a password" not in answer.text
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


def test_private_pages_and_refusals_are_kept_nowhere(contest: Contest, session: Session, client: Client) -> None:
    browser = sign_in(session, client, contest.organiser)
    for path in ("/", "/c/cuoc-thi/desk", "/c/cuoc-thi/entries", "/api/v1/programmes/cuoc-thi/progress", "/c/khong-co"):
        assert browser.get(path).headers["cache-control"] == "no-store", path
    assert client.another().get("/api/v1/programmes/cuoc-thi/results").headers["cache-control"] == "no-store"


def test_files_of_people_are_sandboxed(contest: Contest, session: Session, client: Client, app: FastAPI) -> None:
    entry = make_entry(contest)
    row = session.exec(select(EntryFile).where(EntryFile.entry_id == entry.id)).one()
    put_bytes(session, app.state.store, row, docx())
    answer = sign_in(session, client, contest.clerk).get(f"/c/cuoc-thi/entries/{entry.id}/files/{row.id}")
    assert answer.status_code == 200
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_site_on_tls_says_so(settings: Settings) -> None:
    secure = settings.model_copy(update={"base_url": "https://chamthi.example"})
    assert "Strict-Transport-Security" in security_headers(secure=secure.secure_cookies)
    assert "Strict-Transport-Security" not in HEADERS
