"""Who may score what, when; who may assign. Pure: reasons as data."""

from datetime import datetime

from app.core.clock import in_zone
from app.core.errors import Conflict, DomainError, Forbidden
from app.core.i18n import N_
from app.jury.models import Juror, Marking, ScoreSheet, SheetStatus
from app.programmes.access import Actor
from app.programmes.models import Round
from app.programmes.plan import Plan, RoundRules
from app.programmes.policy import refuse_organise
from app.screening.policy import describe_moment


def refuse_round_work(round_: Round | None) -> DomainError | None:
    """Why nobody may score in this round now, or None."""
    if round_ is None or round_.opened_at is None:
        return Conflict(N_("Vòng chấm chưa mở."))
    if round_.closed_at is not None:
        return Conflict(N_("Vòng chấm đã đóng; phiếu chấm đã khóa."))
    return None


def refuse_page_of(actor: Actor, *, juror_id: int, page_of: int | None) -> DomainError | None:
    """Why what was filled in on the page of the juror `page_of` is not recorded as another's, or None.

    On a shared machine somebody else may have signed in since: marks are one juror's own.
    """
    if page_of is not None and page_of != juror_id:
        return Forbidden(
            N_(
                "Trang này do tài khoản khác mở, còn trình duyệt nay đăng nhập với tên %(name)s, nên chưa ghi gì. "
                "Hãy đăng nhập lại bằng tài khoản đã mở trang rồi tải lại trang.",
                name=actor.user.full_name,
            )
        )
    return None


def refuse_score(actor: Actor, *, round_: Round, recused_at: datetime | None, status: str | None) -> DomainError | None:
    """Why the juror may not write this sheet now, or None: recused or not, and the sheet's status if there is one."""
    if not actor.judges:
        return Forbidden(N_("Bạn không còn là thành viên Ban Giám khảo của cuộc thi này."))
    if (refusal := refuse_round_work(round_)) is not None:
        return refusal
    if recused_at is not None:
        return Conflict(N_("Bạn đã từ chối chấm bài này."))
    if status == SheetStatus.LOCKED:
        return Conflict(N_("Phiếu đã khóa vì bài này được chấm thêm một lượt. Có vướng mắc, hãy báo Tổ thư ký."))
    return None


def refuse_assign(actor: Actor, *, round_: Round | None) -> DomainError | None:
    """Why `actor` may not change who judges what, or None."""
    if (refusal := refuse_organise(actor)) is not None:
        return refusal
    if round_ is None:
        return Conflict(N_("Chương trình này không có vòng chấm."))
    if round_.closed_at is not None:
        return Conflict(N_("Vòng chấm đã đóng."))
    return None


def refuse_unassign(
    actor: Actor, *, round_: Round | None, sheet: ScoreSheet | None, marking: str = Marking.FIRST
) -> DomainError | None:
    """Why an assignment may not be taken away, or None: written sheets and further markings leave their trace."""
    if (refusal := refuse_assign(actor, round_=round_)) is not None:
        return refusal
    if sheet is not None:
        return Conflict(N_("Giám khảo đã chấm bài này; không gỡ được phân công đã có phiếu."))
    if marking == Marking.FURTHER:
        return Conflict(N_("Phân công chấm thêm không gỡ được; hãy rút phân công và ghi lý do."))
    return None


def refuse_further(actor: Actor, *, round_: Round | None, rules: RoundRules) -> DomainError | None:
    """Why `actor` may not call further markings, or None."""
    if (refusal := refuse_assign(actor, round_=round_)) is not None:
        return refusal
    if round_ is None or round_.opened_at is None:
        return Conflict(N_("Vòng chấm chưa mở."))
    if not rules.marks_further:
        return Conflict(N_("Quy chế của vòng này không có chấm thêm."))
    return None


def refuse_dismiss(actor: Actor, juror: Juror) -> DomainError | None:
    """Why `actor` may not take a juror off the jury, or None."""
    if (refusal := refuse_organise(actor)) is not None:
        return refusal
    if juror.left_at is not None:
        return Conflict(N_("Người này không còn trong Ban Giám khảo."))
    return None


def refuse_open(
    actor: Actor,
    *,
    round_: Round | None,
    plan: Plan,
    now: datetime,
    supplements: int,
    supplement_until: datetime | None,
    unchecked: int,
    accepted: int,
) -> DomainError | None:
    """Why judging may not open yet, apart from gaps in the assignment, or None.

    `supplements` is how many returned entries may still be sent again, the last of them until `supplement_until`.
    Opening shuts the door on units. Who wants to open early changes the deadline of the plan, so that units know.
    """
    if (refusal := refuse_assign(actor, round_=round_)) is not None:
        return refusal
    assert round_ is not None
    if round_.opened_at is not None:
        return Conflict(N_("Vòng chấm này đã mở."))
    waits = _refuse_while_units_may_send(plan, now=now, supplements=supplements, supplement_until=supplement_until)
    if waits is not None:
        return waits
    if unchecked:
        return Conflict(N_("Còn %(n)s bài đã gửi lên chưa được kiểm tra điều kiện dự thi.", n=unchecked))
    if not accepted:
        return Conflict(N_("Chưa có bài nào được tiếp nhận."))
    return None


def _refuse_while_units_may_send(
    plan: Plan, *, now: datetime, supplements: int, supplement_until: datetime | None
) -> DomainError | None:
    closes = plan.deadline("intake")
    if closes is not None and now < closes:
        return Conflict(
            N_(
                "Các đơn vị còn được gửi bài đến %(due)s; mở chấm sau thời điểm đó. "
                "Muốn mở sớm, hãy sửa thời hạn nhận bài trong kế hoạch trước.",
                due=describe_moment(closes),
            )
        )
    if supplements and supplement_until is not None:
        return Conflict(
            N_(
                "Còn %(n)s bài trả lại đang trong hạn bổ sung, bài muộn nhất đến %(due)s; "
                "mở chấm sau thời điểm đó hoặc khi các bài này đã gửi lại và được kiểm tra.",
                n=supplements,
                due=describe_moment(in_zone(supplement_until, plan.zone)),
            )
        )
    return None


def refuse_clashes(clashes: int) -> DomainError | None:
    """Why a round neither opens nor closes while so many assignments are against a conflict, or None."""
    if not clashes:
        return None
    return Conflict(
        N_(
            "Có %(n)s phân công vướng xung đột lợi ích. Hãy rút phân công đó, hoặc bỏ đánh dấu kèm lý do "
            "ở trang Xung đột lợi ích.",
            n=clashes,
        )
    )
