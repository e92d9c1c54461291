"""What may be done to a programme itself."""

from app.core.errors import Conflict, DomainError, Forbidden
from app.core.i18n import N_
from app.programmes.access import Actor


def refuse_organise(actor: Actor) -> DomainError | None:
    """Why `actor` may not do an organiser's work, or None."""
    if not actor.organises:
        return Forbidden(N_("Chỉ cơ quan Thường trực và Tổ thư ký được thực hiện việc này."))
    return None


def refuse_see_settings(actor: Actor) -> DomainError | None:
    """Why `actor` may not read the settings of the programme, or None."""
    if not (actor.organises or actor.chairs or actor.administers):
        return Forbidden(N_("Chỉ Ban Tổ chức, cơ quan Thường trực và quản trị hệ thống xem được phần thiết lập."))
    return None


def refuse_manage_people(actor: Actor) -> DomainError | None:
    """Why `actor` may not give roles and import units, or None."""
    if not (actor.organises or actor.administers):
        return Forbidden(N_("Chỉ cơ quan Thường trực hoặc quản trị hệ thống được thực hiện việc này."))
    return None


def refuse_edit_plan(actor: Actor) -> DomainError | None:
    """Why `actor` may not edit rubric and dates, or None."""
    if (refusal := refuse_organise(actor)) is not None:
        return refusal
    if actor.scene.judging_opened:
        return Conflict(
            N_("Đã mở chấm nên quy chế đã niêm phong. Muốn thay đổi phải lập bản sửa đổi có đánh số và nêu lý do.")
        )
    return None


def refuse_set_clock(actor: Actor, *, demo: bool) -> DomainError | None:
    """Why `actor` may not set the demo clock, or None."""
    if not demo:
        return Forbidden(N_("Đồng hồ chỉ chỉnh được ở chế độ trình diễn."))
    if not (actor.administers or actor.organises):
        return Forbidden(N_("Chỉ quản trị hệ thống hoặc cơ quan Thường trực được chỉnh đồng hồ trình diễn."))
    return None
