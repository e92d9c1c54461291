"""Accounts: passwords, invitations, sessions, and the throttle."""

import unicodedata
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import sessionmaker
from sqlmodel import Session, col, func, select

from app.accounts import queries, service
from app.accounts.models import Invitation, SignInAttempt, User, UserSession
from app.core.errors import Conflict, Forbidden, Gone, Invalid, NotFound, TooMany
from app.journal.models import JournalEvent
from tests.support.factories import make_user

PASSWORD = "mật khẩu đủ dài"


def attempt(login: str = "hanh", address: str = "203.0.113.7") -> service.Attempt:
    return service.Attempt(login=login, address=address, secret="secret")


def try_sign_in(
    sessions: sessionmaker[Session], now: datetime, password: str, **who: str
) -> tuple[User, service.SignedIn]:
    return service.sign_in(sessions, attempt=attempt(**who), password=password, now=now, hours=12)


@pytest.fixture
def hanh(session: Session, now: datetime) -> User:
    user = make_user(session, login="hanh")
    service.set_password(session, user=user, password=PASSWORD, now=now)
    session.commit()
    return user


def test_create_user_keeps_login_in_lower_case_and_name_in_nfc(session: Session, now: datetime) -> None:
    name = unicodedata.normalize("NFD", "Nguyễn Thị  Hòa")
    user = service.create_user(session, login="HoaNT", full_name=name, now=now)
    assert (user.login, user.full_name) == ("hoant", "Nguyễn Thị Hòa")
    assert session.exec(select(JournalEvent.kind)).all() == ["user.created"]


def test_create_user_refuses_a_login_in_use(session: Session, hanh: User, now: datetime) -> None:
    with pytest.raises(Conflict) as refused:
        service.create_user(session, login="Hanh", full_name="Trần Văn Hạnh", now=now)
    assert "login" in refused.value.fields


def test_journal_of_an_account_holds_no_name(session: Session, now: datetime) -> None:
    service.create_user(session, login="hoant", full_name="Nguyễn Thị Hòa", now=now)
    assert "hoant" not in session.exec(select(JournalEvent.canonical)).one()


def test_password_typed_in_decomposed_letters_matches(session: Session, hanh: User) -> None:
    decomposed = unicodedata.normalize("NFD", PASSWORD)
    assert service.check_password(session, login="hanh", password=decomposed) is not None


def test_set_password_refuses_a_short_one(session: Session, hanh: User, now: datetime) -> None:
    with pytest.raises(Invalid) as refused:
        service.set_password(session, user=hanh, password="ngắn", now=now)
    assert set(refused.value.fields) == {"password"}


def test_check_password_knows_no_user_without_password(session: Session) -> None:
    make_user(session, login="moi")
    assert service.check_password(session, login="moi", password="") is None
    assert service.check_password(session, login="khongai", password=PASSWORD) is None


def test_check_password_refuses_a_locked_account(session: Session, hanh: User, now: datetime) -> None:
    hanh.disabled_at = now
    session.commit()
    assert service.check_password(session, login="hanh", password=PASSWORD) is None


# ---- invitations


def test_invitation_is_used_once(session: Session, now: datetime) -> None:
    user = make_user(session)
    token = service.invite(session, user=user, now=now)
    service.accept_invitation(session, token=token, password=PASSWORD, now=now)
    with pytest.raises(Gone):
        service.accept_invitation(session, token=token, password=PASSWORD, now=now)


def test_invitation_used_elsewhere_since_it_was_shown_is_refused(session: Session, now: datetime) -> None:
    token = service.invite(session, user=make_user(session), now=now)
    shown, _ = service.get_invitation(session, token=token, now=now)
    # As another connection would: the row changes behind this session's back.
    used = update(Invitation).where(col(Invitation.id) == shown.id).values(used_at=now)
    session.connection().execute(used)
    with pytest.raises(Gone):
        service.accept_invitation(session, token=token, password=PASSWORD, now=now)


def test_invitation_expires(session: Session, now: datetime) -> None:
    token = service.invite(session, user=make_user(session), now=now)
    with pytest.raises(Gone):
        service.get_invitation(session, token=token, now=now + service.INVITATION_LIFE)


def test_new_invitation_ends_the_earlier_one(session: Session, now: datetime) -> None:
    user = make_user(session)
    first = service.invite(session, user=user, now=now)
    second = service.invite(session, user=user, now=now)
    with pytest.raises(Gone):
        service.get_invitation(session, token=first, now=now)
    assert service.get_invitation(session, token=second, now=now)[1].id == user.id


def test_invitation_of_a_locked_account_is_refused(session: Session, now: datetime) -> None:
    user = make_user(session, disabled_at=now)
    token = service.invite(session, user=user, now=now)
    with pytest.raises(Forbidden):
        service.get_invitation(session, token=token, now=now)


def test_unknown_invitation_is_not_found(session: Session, now: datetime) -> None:
    with pytest.raises(NotFound):
        service.get_invitation(session, token="khong-co", now=now)


def test_invitation_secret_is_not_stored(session: Session, now: datetime) -> None:
    token = service.invite(session, user=make_user(session), now=now)
    assert token not in session.exec(select(Invitation.token_hash)).all()


# ---- sessions


def test_session_ends_by_time_by_revocation_and_by_lock(session: Session, hanh: User, now: datetime) -> None:
    made = service.start_session(session, user=hanh, now=now, hours=12)
    assert service.find_signed_in(session, token=made.token, now=now + timedelta(hours=11)) is not None
    assert service.find_signed_in(session, token=made.token, now=now + timedelta(hours=12)) is None
    hanh.disabled_at = now
    session.flush()
    assert service.find_signed_in(session, token=made.token, now=now) is None
    hanh.disabled_at = None
    service.revoke_sessions(session, user_id=hanh.id, now=now)
    assert service.find_signed_in(session, token=made.token, now=now) is None


def test_change_password_ends_every_session(session: Session, hanh: User, now: datetime) -> None:
    made = service.start_session(session, user=hanh, now=now, hours=12)
    service.change_password(session, user=hanh, current=PASSWORD, new="một mật khẩu khác", now=now)
    assert service.find_signed_in(session, token=made.token, now=now) is None
    assert service.check_password(session, login="hanh", password="một mật khẩu khác") is not None


def test_change_password_asks_for_the_current_one(session: Session, hanh: User, now: datetime) -> None:
    with pytest.raises(Invalid) as refused:
        service.change_password(session, user=hanh, current="không phải", new="một mật khẩu khác", now=now)
    assert set(refused.value.fields) == {"current"}


def test_mark_seen_writes_at_most_every_few_minutes(session: Session, hanh: User, now: datetime) -> None:
    row = service.start_session(session, user=hanh, now=now, hours=12).session
    service.mark_seen(session, row=row, now=now + timedelta(minutes=4))
    assert row.seen_at == now
    service.mark_seen(session, row=row, now=now + timedelta(minutes=6))
    assert row.seen_at == now + timedelta(minutes=6)


def test_revoke_own_session_refuses_another_persons(session: Session, hanh: User, now: datetime) -> None:
    other = make_user(session)
    row = service.start_session(session, user=other, now=now, hours=12).session
    with pytest.raises(NotFound):
        service.revoke_own_session(session, user=hanh, session_id=row.id, now=now)


# ---- the throttle


def test_sign_in_gives_a_session(sessions: sessionmaker[Session], session: Session, hanh: User, now: datetime) -> None:
    user, signed_in = try_sign_in(sessions, now, PASSWORD)
    assert user.id == hanh.id
    assert service.find_signed_in(session, token=signed_in.token, now=now) is not None
    assert session.exec(select(func.count()).select_from(SignInAttempt)).one() == 0


def test_sign_in_answers_alike_for_unknown_login_and_wrong_password(
    sessions: sessionmaker[Session], hanh: User, now: datetime
) -> None:
    with pytest.raises(Invalid) as wrong:
        try_sign_in(sessions, now, "không phải")
    with pytest.raises(Invalid) as unknown:
        try_sign_in(sessions, now, "không phải", login="khongai")
    assert str(wrong.value.message) == str(unknown.value.message)


@pytest.mark.parametrize("change", ["password", "lock"])
def test_sign_in_gives_no_session_once_the_account_has_changed_meanwhile(
    live_sessions: sessionmaker[Session], now: datetime, change: str
) -> None:
    """The password was right when it was checked; the session would begin after all others were ended."""
    with live_sessions() as session:
        user, admin = make_user(session, login="hanh"), make_user(session, is_admin=True)
        service.set_password(session, user=user, password=PASSWORD, now=now)
        session.commit()
        user_id, admin_id = user.id, admin.id
    opened = 0

    def in_between() -> Session:
        nonlocal opened
        opened += 1
        if opened == 3:  # the attempt is counted in the first, the password checked in the second
            with live_sessions() as session:
                user = session.get_one(User, user_id)
                if change == "password":
                    service.set_password(session, user=user, password="một mật khẩu khác", now=now)
                else:
                    actor = session.get_one(User, admin_id)
                    service.set_disabled(session, actor=actor, user=user, disabled=True, now=now)
                session.commit()
        return live_sessions()

    with pytest.raises(Invalid, match="chưa đúng"):
        try_sign_in(in_between, now, PASSWORD)  # type: ignore[arg-type]  # nothing but calling it is needed
    with live_sessions() as session:
        assert session.exec(select(UserSession)).all() == []
        assert session.exec(select(func.count()).select_from(SignInAttempt)).one() == 3


def test_ninth_wrong_password_from_one_place_is_refused_even_if_right(
    sessions: sessionmaker[Session], hanh: User, now: datetime
) -> None:
    for _ in range(service.ATTEMPTS_PER_PAIR):
        with pytest.raises(Invalid):
            try_sign_in(sessions, now, "không phải")
    with pytest.raises(TooMany):
        try_sign_in(sessions, now, PASSWORD)
    assert try_sign_in(sessions, now, PASSWORD, address="198.51.100.2")[0].id == hanh.id
    assert try_sign_in(sessions, now + service.THROTTLE_WINDOW, PASSWORD)[0].id == hanh.id


def test_one_address_may_not_try_many_logins(
    sessions: sessionmaker[Session], session: Session, hanh: User, now: datetime
) -> None:
    address = attempt(login="aaa").limits()
    key = next(key for key, limit in address.items() if limit == service.ATTEMPTS_PER_ADDRESS)
    session.add_all(SignInAttempt(key=key, at=now) for _ in range(service.ATTEMPTS_PER_ADDRESS))
    session.commit()
    with pytest.raises(TooMany):
        try_sign_in(sessions, now, PASSWORD)


def test_one_network_of_version_6_counts_as_one_address() -> None:
    first, second = attempt(address="2001:db8:1:2::1").limits(), attempt(address="2001:db8:1:2:ffff::9").limits()
    assert first == second
    assert attempt(address="2001:db8:1:3::1").limits() != first


def test_attempts_store_neither_login_nor_address(
    sessions: sessionmaker[Session], session: Session, now: datetime
) -> None:
    with pytest.raises(Invalid):
        try_sign_in(sessions, now, "không phải", login="hanh")
    for key in session.exec(select(SignInAttempt.key)).all():
        assert "hanh" not in key
        assert "203.0.113" not in key


# ---- administration


def test_list_users_searches_without_accents(session: Session) -> None:
    make_user(session, login="hoant", full_name="Nguyễn Thị Hòa")
    make_user(session, login="binhtv", full_name="Trần Văn Bình")
    found = queries.list_users(session, search="hoà nguyen", offset=0, limit=10)
    assert [user.login for user, _ in found] == ["hoant"]
    assert queries.count_users(session, search="") == 2


def test_list_users_sorts_by_given_name(session: Session) -> None:
    for name in ("Nguyễn Văn Bình", "Đặng Thị Ánh", "Lê Văn An"):
        make_user(session, full_name=name)
    found = queries.list_users(session, search="", offset=0, limit=10)
    assert [user.full_name for user, _ in found] == ["Lê Văn An", "Đặng Thị Ánh", "Nguyễn Văn Bình"]


def test_many_attempts_at_once_do_not_pass_the_throttle_together(
    live_sessions: sessionmaker[Session], now: datetime
) -> None:
    def one(_: int) -> bool:
        try:
            service.take_attempt(live_sessions, attempt=attempt(), now=now)
        except TooMany:
            return False
        return True

    with ThreadPoolExecutor(12) as threads:
        passed = sum(threads.map(one, range(24)))
    assert passed == service.ATTEMPTS_PER_PAIR
