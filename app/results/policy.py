"""Who may close, decide, approve and publish; and what a result still lacks."""

from app.core.errors import Conflict, DomainError, Forbidden
from app.core.i18n import N_
from app.programmes.access import Actor
from app.programmes.models import Round
from app.programmes.policy import refuse_organise
from app.results.models import Result, ResultStatus


def refuse_see(actor: Actor) -> DomainError | None:
    """Why `actor` may not see a result that is not published, or None."""
    if not (actor.organises or actor.chairs):
        return Forbidden(N_("Kết quả chưa công bố; chỉ Ban Tổ chức được xem."))
    return None


def refuse_close(
    actor: Actor, *, round_: Round | None, missing: int, short: int = 0, further: int = 0
) -> DomainError | None:
    """Why the round may not be closed, or None.

    `short` counts entries that have too few jurors, `further` those that lack their further marking.
    """
    if (refusal := refuse_organise(actor)) is not None:
        return refusal
    if round_ is None or round_.opened_at is None:
        return Conflict(N_("Vòng chấm chưa mở."))
    if round_.closed_at is not None:
        return Conflict(N_("Vòng chấm đã đóng."))
    return _refuse_incomplete(missing=missing, short=short, further=further)


def _refuse_incomplete(*, missing: int, short: int, further: int) -> DomainError | None:
    if missing:
        return Conflict(N_("Chưa đóng được vòng chấm: còn thiếu %(n)s phiếu chấm.", n=missing))
    if short:
        return Conflict(N_("Chưa đóng được vòng chấm: còn %(n)s bài chưa đủ phiếu chấm.", n=short))
    if further:
        return Conflict(
            N_("Chưa đóng được vòng chấm: còn %(n)s bài chênh lệch điểm chưa có phiếu chấm thêm.", n=further)
        )
    return None


def _refuse_frozen(result: Result) -> DomainError | None:
    if result.status != ResultStatus.PROPOSED:
        return Conflict(N_("Kết quả đã được phê duyệt nên không thay đổi được nữa."))
    return None


def refuse_decide_tie(actor: Actor, result: Result) -> DomainError | None:
    """Why `actor` may not settle a tie, or None."""
    if not actor.chairs:
        return Forbidden(N_("Chỉ Trưởng Ban Tổ chức được quyết định khi các bài bằng điểm."))
    return _refuse_frozen(result)


def refuse_explain_vacancy(actor: Actor, result: Result) -> DomainError | None:
    """Why `actor` may not leave a slot vacant with a reason, or None."""
    if not (actor.organises or actor.chairs):
        return Forbidden(N_("Chỉ Ban Tổ chức được ghi lý do để trống giải."))
    return _refuse_frozen(result)


def refuse_approve(actor: Actor, result: Result, *, pending: int, unexplained: int) -> DomainError | None:
    """Why the chair may not approve yet, or None."""
    if not actor.chairs:
        return Forbidden(N_("Chỉ Trưởng Ban Tổ chức được phê duyệt kết quả."))
    if (refusal := _refuse_frozen(result)) is not None:
        return refusal
    if pending:
        return Conflict(N_("Còn %(n)s trường hợp bằng điểm chưa được quyết định.", n=pending))
    if unexplained:
        return Conflict(N_("Còn %(n)s giải để trống chưa ghi lý do.", n=unexplained))
    return None


def refuse_publish(actor: Actor, result: Result) -> DomainError | None:
    """Why the result may not be published, or None."""
    if not (actor.chairs or actor.organises):
        return Forbidden(N_("Chỉ Ban Tổ chức được công bố kết quả."))
    if result.status == ResultStatus.PUBLISHED:
        return Conflict(N_("Kết quả đã được công bố."))
    if result.status != ResultStatus.APPROVED:
        return Conflict(N_("Kết quả phải được Trưởng Ban Tổ chức phê duyệt trước khi công bố."))
    return None


def refuse_unpublish(actor: Actor, result: Result) -> DomainError | None:
    """Why the publication may not be taken back, or None."""
    if not actor.chairs:
        return Forbidden(N_("Chỉ Trưởng Ban Tổ chức được rút công bố."))
    if result.status != ResultStatus.PUBLISHED:
        return Conflict(N_("Kết quả chưa được công bố."))
    return None


def refuse_record_consent(actor: Actor, result: Result) -> DomainError | None:
    """Why `actor` may not write down that a winner agreed to be paid, or None."""
    if (refusal := refuse_organise(actor)) is not None:
        return refusal
    if result.approved_at is None:
        return Conflict(N_("Danh sách chi tiền thưởng có sau khi Trưởng Ban Tổ chức phê duyệt kết quả."))
    return None
