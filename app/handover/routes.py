"""The hand-over to the level above: who goes, the chair's approval, the archive."""

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from app.core.errors import Conflict, Invalid
from app.core.i18n import N_
from app.core.storage import ByteStream
from app.core.web import ApartDep, FormDep, SessionDep, page, redirect
from app.documents.queries import find_subject
from app.files.serving import content_disposition
from app.handover import policy, queries, service, views
from app.handover.deps import HandoverViewDep, enter
from app.handover.forms import ArchiveForm, read_choices, typed_modes
from app.handover.service import Archive
from app.programmes.access import Actor
from app.programmes.deps import NowDep
from app.results.models import Result

router = APIRouter(prefix="/c/{programme}/handover", include_in_schema=False)


def _base(actor: Actor) -> str:
    return f"/c/{actor.scene.programme.slug}/handover"


@router.get("")
def index(request: Request, actor: HandoverViewDep, session: SessionDep, now: NowDep) -> HTMLResponse:
    """Show who may go up, who is chosen, and the archives that were made."""
    return _page(request, session, actor, now=now)


def _page(
    request: Request,
    session: Session,
    actor: Actor,
    *,
    now: NowDep,
    typed: Mapping[int, str] | None = None,
    error: Invalid | None = None,
) -> HTMLResponse:
    subject = find_subject(session, scene=actor.scene)
    result = subject.result if subject else None
    list_ = queries.find_list(session, result=result) if result else None
    stored = queries.list_modes(session, list_id=list_.id or 0) if list_ else {}
    official = policy.is_official(result)
    candidates = queries.list_candidates(session, result=result) if result and official else []
    suggested = list_ is None and typed is None
    modes = typed if typed is not None else views.winners(candidates) if suggested else stored
    plan = subject.plan if subject else actor.plan
    return page(
        request,
        "handover/index.html",
        status=error.status if error else 200,
        base=_base(actor),
        sections=views.make_sections(
            candidates,
            modes,
            plan=plan,
            chosen_only=list_ is not None and list_.approved_at is not None,
            at_fault=error.fields if error else (),
        ),
        mode_labels=views.MODE_LABELS,
        suggested=suggested,
        chosen=len(stored),
        list=list_,
        error=error,
        errors=error.fields if error else {},
        receiver=plan.host.upper_committee or plan.host.upper,
        phase=actor.plan.phase("handover"),
        deadline=actor.plan.deadline("handover"),
        late=policy.is_late(actor, now=now),
        handovers=queries.list_handovers(session, list_id=list_.id or 0) if list_ else [],
        waiting=policy.refuse_unofficial(result),
        select_refusal=policy.refuse_select(actor, result=result, list_=list_),
        approve_refusal=policy.refuse_approve(actor, result=result, list_=list_, chosen=len(stored)),
        archive_refusal=policy.refuse_archive(actor, list_=list_, now=now, late_reason="-"),
    )


@router.post("/select")
def select(request: Request, actor: HandoverViewDep, session: SessionDep, data: FormDep, now: NowDep) -> Response:
    """Store the choice; a wrong one is shown again with the reasons beside the entries."""
    typed = typed_modes(data)
    try:
        with session.begin_nested():
            service.select_finalists(
                session, actor=actor, result=_result(session, actor), choices=read_choices(typed), now=now
            )
    except Invalid as error:
        return _page(request, session, actor, now=now, typed=typed, error=error)
    return redirect(_base(actor), say=N_("Đã ghi danh sách bài gửi lên cấp trên."))


@router.post("/approve")
def approve(actor: HandoverViewDep, session: SessionDep, now: NowDep) -> Response:
    """Let the chair approve the list."""
    service.approve_finalists(session, actor=actor, result=_result(session, actor), now=now)
    return redirect(_base(actor), say=N_("Đã phê duyệt danh sách. Cơ quan Thường trực có thể lập hồ sơ."))


def _result(session: Session, actor: Actor) -> Result:
    subject = find_subject(session, scene=actor.scene)
    if subject is None:
        raise Conflict(N_("Chưa có kết quả: vòng chấm chưa đóng."))
    return subject.result


@router.post("/archive")
def archive(request: Request, programme: str, data: FormDep, _turn: ApartDep) -> Response:
    """Make the archive and send it; it takes no SessionDep, for a transaction must not last as long as a film."""
    made = service.make_archive(
        request.app.state.sessions,
        request.app.state.store,
        enter=lambda session: enter(request, session, programme=programme),
        late_reason=ArchiveForm.parse(data).late_reason,
    )
    return _ArchiveResponse(made)


class _ArchiveResponse(StreamingResponse):
    """The archive, streamed; closing it removes it, however the sending ends."""

    def __init__(self, archive: Archive) -> None:
        plan = archive.bundle.plan
        name = f"Hồ sơ dự thi gửi {plan.host.upper or 'cấp trên'} - {plan.short_title}.zip"
        headers = {
            "Content-Disposition": content_disposition(name, inline=False),
            "Content-Length": str(archive.size),
            "Cache-Control": "private, no-store",
        }
        self._source = ByteStream(archive.stream, archive.size)
        super().__init__(self._source, headers=headers, media_type="application/zip")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send, then let go."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._source.close()
