"""Who may screen, confirm, forward and check an entry, and until when."""

from datetime import datetime

from app.core.clock import in_zone
from app.core.errors import Conflict, DomainError, Forbidden
from app.core.i18n import N_, Message
from app.entries.models import Entry, EntryStatus
from app.entries.policy import STATUS_LABELS, refuse_incomplete, refuse_move
from app.programmes.access import Actor
from app.programmes.policy import refuse_organise

S = EntryStatus


def _refuse_not_in(entry: Entry, *statuses: EntryStatus) -> DomainError | None:
    if entry.status in statuses:
        return None
    return Conflict(
        N_(
            "Bài dự thi đang ở trạng thái «%(now)s» nên không thực hiện được việc này. "
            "Có thể người khác vừa thao tác; vui lòng tải lại trang.",
            now=STATUS_LABELS[entry.status],
        )
    )


def _refuse_sealed(actor: Actor) -> DomainError | None:
    if actor.scene.judging_opened:
        return Conflict(N_("Cuộc thi đã mở chấm; bài dự thi không thay đổi được nữa."))
    return None


def refuse_screen(actor: Actor, entry: Entry) -> DomainError | None:
    """Why `actor` may not keep or decline the entry for its unit, or None."""
    if entry.unit_id not in actor.units:
        return Forbidden(N_("Chỉ đơn vị gửi bài được sơ loại bài của mình."))
    return _refuse_sealed(actor) or _refuse_not_in(entry, S.SUBMITTED)


def refuse_confirm(actor: Actor, entry: Entry) -> DomainError | None:
    """Why `actor` may not confirm effectiveness and feasibility, or None."""
    if entry.unit_id not in actor.head_of:
        return Forbidden(N_("Chỉ thủ trưởng đơn vị được xác nhận mức độ hiệu quả và tính khả thi."))
    return _refuse_sealed(actor) or _refuse_not_in(entry, S.KEPT)


def due_at(actor: Actor, *, supplement_until: datetime | None) -> datetime | None:
    """When the entry must have been forwarded: the plan's deadline, or its own date if it was returned."""
    return supplement_until or actor.plan.deadline("intake")


def refuse_forward(
    actor: Actor, entry: Entry, *, now: datetime, supplement_until: datetime | None = None
) -> DomainError | None:
    """Why `actor` may not forward the entry now, or None. The server's clock decides."""
    if entry.unit_id not in actor.units:
        return Forbidden(N_("Chỉ đơn vị gửi bài được chuyển bài lên cấp trên."))
    refusal = _refuse_sealed(actor) or _refuse_not_in(entry, S.CONFIRMED) or refuse_incomplete(entry, plan=actor.plan)
    if refusal is not None:
        return refusal
    due = due_at(actor, supplement_until=supplement_until)
    if due is not None and now >= due and not entry.late_reason:
        return Conflict(
            N_(
                "Đã hết hạn gửi bài (%(due)s). Bài vẫn được giữ nguyên; muốn gửi muộn, đề nghị %(agency)s "
                "cho phép và ghi rõ lý do.",
                due=describe_moment(in_zone(due, actor.plan.zone)),
                agency=actor.plan.host.standing_agency,
            )
        )
    return None


def describe_moment(local: datetime) -> Message:
    """A deadline in a sentence; `local` is in the zone of the plan."""
    return N_("%(hour)s ngày %(day)s", hour=f"{local:%H:%M}", day=f"{local:%d/%m/%Y}")


def refuse_allow_late(actor: Actor, entry: Entry) -> DomainError | None:
    """Why `actor` may not let the entry in after the deadline, or None."""
    return (
        refuse_organise(actor)
        or _refuse_sealed(actor)
        or _refuse_not_in(entry, S.SUBMITTED, S.KEPT, S.CONFIRMED, S.RETURNED)
    )


def refuse_check(actor: Actor, entry: Entry) -> DomainError | None:
    """Why `actor` may not decide on a forwarded entry, or None."""
    return refuse_organise(actor) or _refuse_sealed(actor) or _refuse_not_in(entry, S.FORWARDED)


def refuse_recheck(actor: Actor, entry: Entry) -> DomainError | None:
    """Why `actor` may not take back the district's decision, or None."""
    return (
        refuse_organise(actor)
        or _refuse_sealed(actor)
        or _refuse_not_in(entry, S.ACCEPTED, S.INELIGIBLE)
        or refuse_move(entry, S.FORWARDED)
    )
