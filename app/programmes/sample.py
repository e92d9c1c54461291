"""The sign-ins of a sample contest, shown on the sign-in page of a demonstration."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from app.accounts.models import User
from app.accounts.views import SampleGroup, SampleSignIn
from app.core.i18n import N_
from app.programmes.labels import ROLE_LABELS
from app.programmes.models import Membership, Programme, Role, Unit


def list_sample_sign_ins(session: Session) -> Sequence[SampleGroup]:
    """Give who has a role in a sample programme, by role; nobody where there is no sample."""
    rows = session.exec(
        select(Membership.role, User.login, User.full_name, Unit.name)
        .join(User, col(User.id) == Membership.user_id)
        .join(Programme, col(Programme.id) == Membership.programme_id)
        .join(Unit, col(Unit.id) == Membership.unit_id, isouter=True)
        .where(
            col(Programme.is_sample).is_(True), col(User.password_hash).is_not(None), col(User.disabled_at).is_(None)
        )
        .order_by(col(Unit.sort_key), col(User.name_key), col(User.login))
    ).all()
    if not rows:
        return ()
    # The sample stands in several acts: each person is listed once.
    people: dict[Role, dict[str, SampleSignIn]] = {role: {} for role in ROLE_LABELS}
    for role, login, full_name, unit in rows:
        people[Role(role)].setdefault(login, SampleSignIn(login, full_name, unit or ""))
    groups = [SampleGroup(str(ROLE_LABELS[role]), tuple(found.values())) for role, found in people.items() if found]
    admins = session.exec(
        select(User.login, User.full_name)
        .where(
            col(User.is_admin).is_(True),
            col(User.password_hash).is_not(None),
            col(User.disabled_at).is_(None),
        )
        .order_by(col(User.name_key))
    ).all()
    if admins:
        groups.append(
            SampleGroup(str(N_("Quản trị hệ thống")), tuple(SampleSignIn(login, name) for login, name in admins))
        )
    return groups
