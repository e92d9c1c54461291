"""Who may administer accounts."""

from app.accounts.models import User
from app.core.errors import Conflict, DomainError, Forbidden
from app.core.i18n import N_


def refuse_administer(actor: User) -> DomainError | None:
    """Why `actor` may not manage the accounts of the site, or None."""
    if not actor.is_admin:
        return Forbidden(N_("Chỉ quản trị hệ thống được quản lý tài khoản."))
    return None


def refuse_disable(actor: User, user: User) -> DomainError | None:
    """Why `actor` may not lock or unlock `user`, or None."""
    if (refusal := refuse_administer(actor)) is not None:
        return refusal
    if actor.id == user.id:
        return Conflict(N_("Không tự khóa được tài khoản của chính mình."))
    return None


def refuse_disabled(user: User) -> DomainError | None:
    """Why a locked account is let in nowhere, or None."""
    if user.disabled_at is not None:
        return Forbidden(N_("Tài khoản đã bị khóa. Vui lòng liên hệ cơ quan Thường trực."))
    return None
