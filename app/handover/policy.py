"""Who may choose, approve and hand over; and whose agreement is still missing."""

from datetime import datetime

from app.core.errors import Conflict, DomainError, Forbidden
from app.core.i18n import N_
from app.entries.models import Entry, Purpose
from app.handover.models import FinalistList
from app.programmes.access import Actor
from app.programmes.policy import refuse_organise
from app.results.models import Result, ResultStatus

_OFFICIAL = (ResultStatus.APPROVED, ResultStatus.PUBLISHED)


def is_official(result: Result | None) -> bool:
    """Whether the result is approved: nothing is built on a proposal."""
    return result is not None and result.status in _OFFICIAL


def refuse_select(actor: Actor, *, result: Result | None, list_: FinalistList | None) -> DomainError | None:
    """Why `actor` may not choose the finalists now, or None."""
    if (refusal := refuse_organise(actor)) is not None:
        return refusal
    return refuse_unofficial(result) or _refuse_approved(list_)


def refuse_unofficial(result: Result | None) -> DomainError | None:
    """Why nothing can be handed over yet, or None."""
    if result is None:
        return Conflict(N_("Chưa có kết quả: vòng chấm chưa đóng."))
    if not is_official(result):
        return Conflict(N_("Kết quả phải được Trưởng Ban Tổ chức phê duyệt trước khi chọn bài gửi lên cấp trên."))
    return None


def _refuse_approved(list_: FinalistList | None) -> DomainError | None:
    if list_ is not None and list_.approved_at is not None:
        return Conflict(N_("Danh sách gửi lên cấp trên đã được phê duyệt nên không thay đổi được nữa."))
    return None


def refuse_approve(
    actor: Actor, *, result: Result | None, list_: FinalistList | None, chosen: int
) -> DomainError | None:
    """Why the chair may not approve the list of finalists, or None."""
    if not actor.chairs:
        return Forbidden(N_("Chỉ Trưởng Ban Tổ chức được phê duyệt danh sách gửi lên cấp trên."))
    if (refusal := refuse_unofficial(result) or _refuse_approved(list_)) is not None:
        return refusal
    if not chosen:
        return Conflict(N_("Cơ quan Thường trực chưa chọn bài nào để gửi lên cấp trên."))
    return None


def is_late(actor: Actor, *, now: datetime) -> bool:
    """Whether the day by which the archive must leave has passed."""
    deadline = actor.plan.deadline("handover")
    return deadline is not None and now >= deadline


def refuse_archive(actor: Actor, *, list_: FinalistList | None, now: datetime, late_reason: str) -> DomainError | None:
    """Why `actor` may not take the archive now, or None."""
    if (refusal := refuse_organise(actor)) is not None:
        return refusal
    if list_ is None or list_.approved_at is None:
        return Conflict(N_("Danh sách gửi lên cấp trên chưa được Trưởng Ban Tổ chức phê duyệt."))
    if is_late(actor, now=now) and not late_reason:
        reason = N_("Đã quá hạn gửi hồ sơ lên cấp trên; phải ghi lý do gửi muộn.")
        return Conflict(reason, fields={"late_reason": reason})
    return None


def names_without_consent(entry: Entry) -> list[str]:
    """The authors who have not agreed that their entry goes up. The entry's consents are loaded."""
    return [a.full_name for a in entry.authors if Purpose.HANDOVER not in {c.purpose for c in a.consents}]
