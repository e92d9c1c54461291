"""The ground the other tests stand on: isolation, one view of the rows for test and application, real commits."""

from collections.abc import Callable
from pathlib import Path

import boto3
import pytest
from fastapi import FastAPI, Request
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import sessionmaker
from sqlmodel import Session, col, func, select

from app.accounts.models import User
from app.core.turns import Turns
from app.core.web import SessionDep
from tests.support.client import Client
from tests.support.factories import make_user
from tests.support.s3 import S3Server


@pytest.fixture
def small_app() -> FastAPI:
    """Two routes over users, with the application's own transaction rule."""
    app = FastAPI()

    @app.get("/count")
    def count(session: SessionDep) -> int:
        return session.exec(select(func.count(col(User.id)))).one()

    @app.post("/rename/{user_id}")
    async def rename(session: SessionDep, request: Request, user_id: int) -> dict[str, str]:
        form = await request.form()
        user = session.get(User, user_id)
        assert user is not None
        user.full_name = str(form["name"])
        session.flush()
        if form.get("fail"):
            raise RuntimeError("after the flush")
        return {"site": request.headers["sec-fetch-site"], "seen": str(len(request.cookies))}

    return app


@pytest.fixture
def browser(small_app: FastAPI, sessions: sessionmaker[Session], session: Session, event_loop_portal: object) -> Client:
    """A client of that application, wired as the real one is."""
    small_app.state.sessions = sessions
    small_app.state.turns = Turns(one_writer=False)
    return Client(small_app, event_loop_portal, before=session.commit, after=session.expire_all)


def test_request_sees_rows_of_test_and_test_sees_its_change(session: Session, browser: Client) -> None:
    user = make_user(session)
    assert browser.get("/count").json() == 1
    answer = browser.post(f"/rename/{user.id}", data={"name": "Trần Văn Bình"})
    assert answer.json() == {"site": "same-origin", "seen": "0"}
    assert user.full_name == "Trần Văn Bình"


def test_refused_request_rolls_back_only_its_own_change(session: Session, browser: Client) -> None:
    user = make_user(session, full_name="Lê Thị Hoa")
    with pytest.raises(RuntimeError, match="after the flush"):
        browser.post(f"/rename/{user.id}", data={"name": "Không ai", "fail": "1"})
    assert user.full_name == "Lê Thị Hoa"
    assert browser.get("/count").json() == 1


@pytest.mark.parametrize("turn", [1, 2])
def test_no_row_of_another_test_is_left(session: Session, turn: int) -> None:
    assert session.exec(select(func.count(col(User.id)))).one() == 0
    make_user(session)
    session.commit()


def test_database_refuses_a_second_login_and_session_goes_on(session: Session) -> None:
    make_user(session, login="hanh")
    session.commit()
    with pytest.raises(IntegrityError):
        make_user(session, login="hanh")
    session.rollback()
    assert session.exec(select(User.login)).all() == ["hanh"]


def test_count_queries_leaves_savepoints_out(session: Session, count_queries: Callable) -> None:
    with count_queries() as asked:
        session.exec(select(User)).all()
        session.commit()
        session.exec(select(User)).all()
    assert asked.count == 2, str(asked)


def test_live_sessions_really_commit(live_sessions: sessionmaker[Session]) -> None:
    with live_sessions() as first:
        make_user(first)
        first.commit()
    with live_sessions() as second:
        assert second.exec(select(func.count(col(User.id)))).one() == 1


def test_another_browser_has_no_cookies(browser: Client) -> None:
    browser.cookies.set("lang", "en")
    other = browser.another()
    assert dict(browser.cookies) == {"lang": "en"}
    assert dict(other.cookies) == {}


def test_s3_server_keeps_what_is_put(s3_server: S3Server, tmp_path: Path) -> None:
    store = boto3.client(
        "s3",
        endpoint_url=s3_server.endpoint,
        aws_access_key_id=s3_server.access_key,
        aws_secret_access_key=s3_server.secret_key,
        region_name="us-east-1",
    )
    store.put_object(Bucket=s3_server.bucket, Key="a/b.txt", Body="Chấm thi".encode())
    assert store.get_object(Bucket=s3_server.bucket, Key="a/b.txt")["Body"].read().decode() == "Chấm thi"
    store.close()
