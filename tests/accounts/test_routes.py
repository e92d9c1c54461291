"""Signing in and out, invitations, one's own account and administration, through HTTP."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from fastapi import Request
from sqlalchemy.orm import sessionmaker
from sqlmodel import Session, select

from app.accounts import service
from app.accounts.deps import COOKIE, client_address
from app.accounts.models import SignInAttempt, User, UserSession
from app.core.clock import real_now
from app.core.settings import Settings
from tests.conftest import SECRET
from tests.support.client import Client
from tests.support.factories import make_user
from tests.support.signing import sign_in

PASSWORD = "mật khẩu đủ dài"


@pytest.fixture
def hanh(session: Session) -> User:
    user = make_user(session, login="hanh")
    service.set_password(session, user=user, password=PASSWORD, now=real_now())
    return user


@pytest.fixture
def admin(session: Session) -> User:
    return make_user(session, login="quantri", full_name="Lê Quản Trị", is_admin=True)


def test_sign_in_sets_a_cookie_and_goes_on(client: Client, hanh: User) -> None:
    answer = client.post("/sign-in", data={"login": " Hanh ", "password": PASSWORD, "next": "/account"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith(COOKIE))
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie
    assert "Nguyễn Thị Minh Hạnh" in client.get("/account").text


def test_sign_in_does_not_leave_the_site(client: Client, hanh: User) -> None:
    for goal in ("//evil.example", "https://evil.example/", "/\\evil.example"):
        answer = client.post("/sign-in", data={"login": "hanh", "password": PASSWORD, "next": goal})
        assert answer.headers["location"] == "/"


def test_sign_in_refused_keeps_login_and_never_says_which_was_wrong(client: Client, hanh: User) -> None:
    wrong = client.post("/sign-in", data={"login": "hanh", "password": "không phải", "next": "/account"})
    unknown = client.post("/sign-in", data={"login": "khongai", "password": "không phải", "next": "/account"})
    assert wrong.status_code == unknown.status_code == 422
    assert 'value="hanh"' in wrong.text
    assert wrong.text.replace("hanh", "khongai") == unknown.text
    assert "không phải" not in wrong.text


def test_sign_in_failure_is_counted_although_refused(live_client: Client, live_sessions: sessionmaker[Session]) -> None:
    live_client.post("/sign-in", data={"login": "khongai", "password": "không phải"})
    with live_sessions() as session:
        assert len(session.exec(select(SignInAttempt)).all()) == 3


def test_sign_in_is_throttled(client: Client, hanh: User) -> None:
    for _ in range(service.ATTEMPTS_PER_PAIR):
        client.post("/sign-in", data={"login": "hanh", "password": "không phải"})
    answer = client.post("/sign-in", data={"login": "hanh", "password": PASSWORD})
    assert answer.status_code == 429
    assert "15 phút" in answer.text


def test_sign_in_page_sends_who_is_signed_in_on(client: Client, session: Session, hanh: User) -> None:
    sign_in(session, client, hanh)
    assert client.get("/sign-in?next=/account").headers["location"] == "/account"


def test_sign_in_from_another_site_is_refused(client: Client, hanh: User) -> None:
    answer = client.post(
        "/sign-in", data={"login": "hanh", "password": PASSWORD}, headers={"sec-fetch-site": "cross-site"}
    )
    assert answer.status_code == 403


def test_sign_out_ends_the_session(client: Client, session: Session, hanh: User) -> None:
    token = sign_in(session, client, hanh).cookies[COOKIE]
    assert client.post("/sign-out").status_code == 303
    assert service.find_signed_in(session, token=token, now=real_now()) is None


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("198.51.100.1", "203.0.113.9", "198.51.100.1"),
        ("10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "1.1.1.1, 203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "203.0.113.9, 10.0.0.2", "203.0.113.9"),
        ("10.0.0.1", "", "10.0.0.1"),
    ],
)
def test_address_is_believed_from_trusted_proxies_only(peer: str, forwarded: str, address: str) -> None:
    settings = Settings(secret_key=SECRET, trusted_proxies=("10.0.0.1", "10.0.0.2"))
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    request = Request({"type": "http", "client": (peer, 1), "headers": headers})
    assert client_address(request, settings=settings) == address


# ---- invitations


def test_invitation_get_changes_nothing_and_post_signs_in(client: Client, session: Session) -> None:
    user = make_user(session, full_name="Đỗ Thị Ngọc Ánh")
    token = service.invite(session, user=user, now=real_now())
    for _ in range(2):
        shown = client.get(f"/invitation/{token}")
        assert shown.status_code == 200
        assert "Đỗ Thị Ngọc Ánh" in shown.text
    done = client.post(f"/invitation/{token}", data={"password": PASSWORD, "again": PASSWORD})
    assert (done.status_code, done.headers["location"]) == (303, "/")
    assert client.get("/account").status_code == 200
    assert client.get(f"/invitation/{token}").status_code == 410


@pytest.mark.parametrize(
    ("password", "again", "sentence"),
    [("ngắn", "ngắn", "ít nhất 10 ký tự"), (PASSWORD, "khác hẳn đi", "chưa giống nhau"), ("", "", "ít nhất 10 ký tự")],
)
def test_invitation_refuses_a_bad_password_and_stays_usable(
    client: Client, session: Session, password: str, again: str, sentence: str
) -> None:
    token = service.invite(session, user=make_user(session), now=real_now())
    answer = client.post(f"/invitation/{token}", data={"password": password, "again": again})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert client.get(f"/invitation/{token}").status_code == 200


def test_invitation_unknown_is_404(client: Client) -> None:
    assert client.get("/invitation/khong-co").status_code == 404


# ---- one's own account


def test_account_without_sign_in_asks_for_it(client: Client) -> None:
    answer = client.get("/account")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/account")


def test_account_change_password_signs_other_browsers_out(client: Client, session: Session, hanh: User) -> None:
    other = sign_in(session, client.another(), hanh)
    sign_in(session, client, hanh)
    answer = client.post(
        "/account/password",
        data={"current": PASSWORD, "password": "một mật khẩu khác", "again": "một mật khẩu khác"},
    )
    assert answer.status_code == 303
    assert client.get("/account").status_code == 200
    assert other.get("/account").status_code == 303
    assert session.exec(select(SignInAttempt)).all() == []


def test_account_wrong_current_password_is_refused_beside_its_field(
    client: Client, session: Session, hanh: User
) -> None:
    sign_in(session, client, hanh)
    answer = client.post(
        "/account/password", data={"current": "không phải", "password": "mật khẩu mới nhé", "again": "mật khẩu mới nhé"}
    )
    assert answer.status_code == 422
    assert "Mật khẩu hiện tại chưa đúng." in answer.text
    assert service.check_password(session, login="hanh", password=PASSWORD) is not None


def test_account_wrong_current_password_is_throttled(live_client: Client, live_sessions: sessionmaker[Session]) -> None:
    with live_sessions() as session:
        user = make_user(session, login="hanh")
        service.set_password(session, user=user, password=PASSWORD, now=real_now())
        sign_in(session, live_client, user)
        session.commit()
    wrong = {"current": "không phải", "password": "mật khẩu mới nhé", "again": "mật khẩu mới nhé"}
    answers = [live_client.post("/account/password", data=wrong).status_code for _ in range(9)]
    assert answers == [422] * 8 + [429]


def test_account_lists_and_revokes_own_sessions(client: Client, session: Session, hanh: User) -> None:
    other = sign_in(session, client.another(), hanh)
    row = session.exec(select(UserSession)).one()
    sign_in(session, client, hanh)
    assert "Firefox · Windows" in client.get("/account").text
    assert client.post(f"/account/sessions/{row.id}/revoke").status_code == 303
    assert other.get("/account").status_code == 303


def test_account_may_not_revoke_another_persons_session(
    client: Client, session: Session, hanh: User, admin: User
) -> None:
    sign_in(session, client.another(), admin)
    row = session.exec(select(UserSession)).one()
    sign_in(session, client, hanh)
    assert client.post(f"/account/sessions/{row.id}/revoke").status_code == 404


def test_account_use_is_remembered_by_writing_requests_only(client: Client, session: Session, hanh: User) -> None:
    sign_in(session, client, hanh)
    row = session.exec(select(UserSession)).one()
    row.seen_at = before = real_now() - timedelta(hours=1)
    session.commit()
    client.get("/account")
    assert session.get_one(UserSession, row.id).seen_at == before
    client.post("/language", data={"lang": "vi", "next": "/account"})
    assert session.get_one(UserSession, row.id).seen_at > before


def test_language_is_remembered_in_cookie_and_account(client: Client, session: Session, hanh: User) -> None:
    sign_in(session, client, hanh)
    answer = client.post("/language", data={"lang": "en", "next": "/account"})
    assert answer.headers["location"] == "/account"
    assert client.cookies["lang"] == "en"
    assert hanh.language == "en"
    assert '<html lang="en">' in client.get("/account").text


def test_language_unknown_is_refused(client: Client) -> None:
    assert client.post("/language", data={"lang": "fr", "next": "/"}).status_code == 422


# ---- administration


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/admin/users"),
        ("POST", "/admin/users"),
        ("POST", "/admin/users/1/invite"),
        ("POST", "/admin/users/1/disable"),
        ("POST", "/admin/users/1/enable"),
        ("POST", "/admin/users/1/sign-out"),
    ],
)
def test_admin_pages_are_for_administrators(
    client: Client, session: Session, hanh: User, method: str, path: str
) -> None:
    nobody = client.another().request(method, path)
    assert nobody.status_code == (303 if method == "GET" else 401)
    sign_in(session, client, hanh)
    assert client.request(method, path).status_code == 403


def test_admin_creates_a_person_and_gets_a_link_that_works(client: Client, session: Session, admin: User) -> None:
    sign_in(session, client, admin)
    answer = client.post(
        "/admin/users", data={"full_name": "Trần Văn Bình", "login": "BinhTV", "phone": "0988 123 456"}
    )
    assert answer.status_code == 200
    assert "http://127.0.0.1:8000/invitation/" in answer.text
    user = session.exec(select(User).where(User.login == "binhtv")).one()
    assert user.phone == "+84988123456"
    token = answer.text.split("/invitation/")[1].split("<")[0].split('"')[0]
    assert client.another().get(f"/invitation/{token}").status_code == 200


def test_admin_create_bad_form_keeps_what_was_typed(client: Client, session: Session, admin: User) -> None:
    sign_in(session, client, admin)
    answer = client.post("/admin/users", data={"full_name": "Trần Văn Bình", "login": "quantri", "phone": "12"})
    assert answer.status_code == 422
    assert 'value="Trần Văn Bình"' in answer.text
    assert "Số điện thoại chưa đúng" in answer.text
    taken = client.post("/admin/users", data={"full_name": "Trần Văn Bình", "login": "quantri"})
    assert taken.status_code == 409
    assert "đã có người dùng" in taken.text


def test_admin_locks_and_unlocks(client: Client, session: Session, admin: User, hanh: User) -> None:
    victim = sign_in(session, client.another(), hanh)
    sign_in(session, client, admin)
    client.post(f"/admin/users/{hanh.id}/disable")
    assert victim.get("/account").status_code == 303
    client.post(f"/admin/users/{hanh.id}/enable")
    assert client.another().post("/sign-in", data={"login": "hanh", "password": PASSWORD}).status_code == 303
    assert client.post(f"/admin/users/{admin.id}/disable").status_code == 409
    assert client.post("/admin/users/999999/disable").status_code == 404


def test_admin_signs_a_person_out(client: Client, session: Session, admin: User, hanh: User) -> None:
    other = sign_in(session, client.another(), hanh)
    sign_in(session, client, admin)
    client.post(f"/admin/users/{hanh.id}/sign-out")
    assert other.get("/account").status_code == 303


def test_admin_list_makes_the_same_number_of_queries_for_many(
    client: Client, session: Session, admin: User, count_queries: Callable
) -> None:
    sign_in(session, client, admin)
    with count_queries() as few:
        client.get("/admin/users")
    for number in range(30):
        make_user(session, full_name=f"Nguyễn Văn A{number}")
    with count_queries() as many:
        assert client.get("/admin/users").status_code == 200
    assert few.count == many.count
