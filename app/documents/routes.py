"""The official papers: what each is for, and each as a file. Drawing is heavy: these endpoints run in threads."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session
from starlette.responses import Response

from app.core.clock import in_zone
from app.core.errors import NotFound, require
from app.core.i18n import N_, Message
from app.core.papers import Paper, find_fonts, render_docx, render_pdf, render_xlsx
from app.core.web import SessionDep, SettingsDep, page
from app.documents import builders, policy, queries
from app.documents.deps import ReaderDep
from app.documents.policy import PaperName
from app.documents.queries import Subject
from app.files.serving import content_disposition
from app.files.types import TYPES
from app.programmes.access import Actor

router = APIRouter(prefix="/c/{programme}/documents", include_in_schema=False)

Extension = Literal["docx", "pdf", "xlsx"]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of paper as the page tells of it. The Vietnamese of `title` also names the file."""

    name: PaperName
    title: Message
    purpose: Message
    available: Message
    formats: tuple[Extension, ...]


KINDS: Final = (
    Kind(
        PaperName.PRIZE_LIST,
        N_("Danh sách đạt giải"),
        N_("Kèm theo quyết định khen thưởng: tập thể, cá nhân đạt giải, điểm, giải và mức thưởng."),
        N_("Có bản dự thảo ngay khi vòng chấm đóng; bản chính thức sau khi kết quả được phê duyệt."),
        ("docx", "pdf", "xlsx"),
    ),
    Kind(
        PaperName.PAYOUTS,
        N_("Danh sách chi tiền thưởng"),
        N_("Để chi tiền và ký nhận: mỗi người nhận một dòng, thành viên nhóm nhận đúng phần của mình."),
        N_("Có sau khi kết quả được phê duyệt."),
        ("xlsx", "docx", "pdf"),
    ),
    Kind(
        PaperName.SCORE_SUMMARY,
        N_("Bảng tổng hợp điểm"),
        N_("Kèm theo biên bản họp: điểm từng giám khảo (ẩn tên), điểm trung bình, hạng và kết quả của mọi bài."),
        N_("Có bản dự thảo ngay khi vòng chấm đóng; bản chính thức sau khi kết quả được phê duyệt."),
        ("xlsx", "pdf"),
    ),
)
_KINDS: Final[Mapping[PaperName, Kind]] = {kind.name: kind for kind in KINDS}


@router.get("")
def index(request: Request, actor: ReaderDep, session: SessionDep, round: str = "") -> HTMLResponse:  # noqa: A002 - in the address
    """Show what each paper is for and whether it can be had."""
    subject = queries.find_subject(session, scene=actor.scene, round_key=round)
    result = subject.result if subject else None
    subjects = queries.list_subjects(session, scene=actor.scene) if len(actor.scene.rounds) > 1 else []
    return page(
        request,
        "documents/index.html",
        kinds=KINDS,
        result=result,
        draft=result is not None and policy.is_draft(result),
        sees_everything=policy.sees_everything(actor),
        refusals={kind.name: policy.refuse_download(actor, kind.name, result=result) for kind in KINDS},
        base=f"/c/{actor.scene.programme.slug}/documents",
        named=f"?round={subject.round.key}" if subject and len(subjects) > 1 else "",
        round_tabs=[
            {"label": s.rules.label, "href": f"?round={s.round.key}", "active": subject is not None and s == subject}
            for s in subjects
        ],
    )


@router.get("/{name}.{extension}")
def paper(
    name: PaperName,
    extension: Extension,
    actor: ReaderDep,
    session: SessionDep,
    settings: SettingsDep,
    round: str = "",  # noqa: A002 - in the address
) -> Response:
    """Draw one paper."""
    kind = _KINDS[name]
    if extension not in kind.formats:
        raise NotFound
    subject = queries.find_subject(session, scene=actor.scene, round_key=round)
    require(policy.refuse_download(actor, name, result=subject.result if subject else None))
    assert subject is not None
    issue = _issue(actor, subject)
    secret = settings.secret_key.get_secret_value()
    papers = _build(session, actor, subject, kind=name, issue=issue, secret=secret)
    draft = "" if issue.approved_on else " (dự thảo)"
    return Response(
        _DRAW[extension](papers),
        media_type=TYPES[extension].media_type,
        headers={
            "Content-Disposition": content_disposition(
                f"{kind.title.text} - {subject.plan.short_title}{draft}.{extension}", inline=False
            ),
            "Cache-Control": "private, no-store",
        },
    )


def _issue(actor: Actor, subject: Subject) -> builders.Issue:
    approved_at = None if policy.is_draft(subject.result) else subject.result.approved_at
    return builders.Issue(
        plan=subject.plan,
        is_sample=actor.scene.programme.is_sample,
        approved_on=in_zone(approved_at, subject.plan.zone).date() if approved_at else None,
        result_sha256=subject.result.sha256,
    )


def _build(
    session: Session, actor: Actor, subject: Subject, *, kind: PaperName, issue: builders.Issue, secret: str
) -> list[Paper]:
    """The paper, and in a workbook a second sheet for the organisers."""
    if kind == PaperName.SCORE_SUMMARY:
        scores = queries.get_scores(session, subject=subject)
        assert subject.round.id is not None
        panel = builders.make_panel(scores.jurors, scores.sheets, secret=secret, round_id=subject.round.id)
        summary = builders.score_summary(
            scores.ranked, scores.sheets, scores.prizes, panel=panel, rules=subject.rules, issue=issue,
            pending=queries.list_pending(subject),
        )  # fmt: skip
        return [summary, builders.panel_legend(panel, issue=issue)] if actor.organises else [summary]
    prizes = queries.list_prizes(session, subject=subject)
    if kind == PaperName.PAYOUTS:
        return [builders.payout_list(prizes, issue=issue)]
    pending = len(queries.list_pending(subject))
    return [builders.prize_list(prizes, issue=issue, pending=pending, with_all_names=policy.sees_everything(actor))]


_DRAW: Final[Mapping[Extension, Callable[[list[Paper]], bytes]]] = {
    "docx": lambda papers: render_docx(papers[0]),
    "pdf": lambda papers: render_pdf(papers[0], find_fonts()),
    "xlsx": lambda papers: render_xlsx(*papers),
}
