"""Which papers there are, and who may take one when."""

from enum import StrEnum

from app.core.errors import Conflict, DomainError, Forbidden
from app.core.i18n import N_
from app.programmes.access import Actor
from app.results.models import Result, ResultStatus


class PaperName(StrEnum):
    """What a paper is called in its address."""

    PRIZE_LIST = "prize-list"
    PAYOUTS = "payouts"
    SCORE_SUMMARY = "score-summary"


def is_draft(result: Result) -> bool:
    """Whether papers made of this result are drafts still."""
    return result.status not in (ResultStatus.APPROVED, ResultStatus.PUBLISHED)


def sees_everything(actor: Actor) -> bool:
    """Whether `actor` reads papers with all names on them, drafts too."""
    return actor.organises or actor.chairs


def refuse_download(actor: Actor, paper: PaperName, *, result: Result | None) -> DomainError | None:
    """Why `actor` may not take this paper now, or None."""
    if not sees_everything(actor):
        return _refuse_reader(paper, result=result)
    if result is None:
        return Conflict(N_("Chưa có kết quả: vòng chấm chưa đóng."))
    if paper == PaperName.PAYOUTS and is_draft(result):
        return Conflict(N_("Danh sách chi tiền thưởng lập được sau khi Trưởng Ban Tổ chức phê duyệt kết quả."))
    return None


def _refuse_reader(paper: PaperName, *, result: Result | None) -> DomainError | None:
    """Everybody else in the contest reads the prize list, once it is published."""
    if paper != PaperName.PRIZE_LIST:
        return Forbidden(N_("Chỉ Ban Tổ chức và cơ quan Thường trực được lấy văn bản này."))
    if result is None or result.status != ResultStatus.PUBLISHED:
        return Forbidden(N_("Kết quả chưa công bố; danh sách đạt giải lấy được sau khi công bố."))
    return None
