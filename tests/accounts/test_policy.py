"""Who may administer accounts: every actor against every action."""

import pytest

from app.accounts import policy
from app.accounts.models import User
from app.core.clock import real_now


def person(number: int, **values: object) -> User:
    return User(id=number, login=f"u{number}", full_name="A", name_key="", folded="", created_at=real_now(), **values)


ADMIN, PLAIN = person(1, is_admin=True), person(2)


@pytest.mark.parametrize(("actor", "status"), [(ADMIN, None), (PLAIN, 403)])
def test_administer(actor: User, status: int | None) -> None:
    refusal = policy.refuse_administer(actor)
    assert (refusal.status if refusal else None) == status


@pytest.mark.parametrize(
    ("actor", "user", "status"), [(ADMIN, PLAIN, None), (ADMIN, ADMIN, 409), (PLAIN, ADMIN, 403), (PLAIN, PLAIN, 403)]
)
def test_disable(actor: User, user: User, status: int | None) -> None:
    refusal = policy.refuse_disable(actor, user)
    assert (refusal.status if refusal else None) == status


@pytest.mark.parametrize(("locked", "status"), [(False, None), (True, 403)])
def test_disabled(locked: bool, status: int | None) -> None:
    refusal = policy.refuse_disabled(person(3, disabled_at=real_now() if locked else None))
    assert (refusal.status if refusal else None) == status
