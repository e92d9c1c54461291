"""Pages of screening: the work list by role, and one entry with everything that may be decided about it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import Response

from app.core.errors import Conflict, DomainError, Invalid
from app.core.forms import unpack
from app.core.i18n import N_, Message
from app.core.web import FormDep, SessionDep, page, redirect, stop_writing, wants_json
from app.entries import policy as entry_policy
from app.entries import views as entry_views
from app.entries.deps import PartyDep, RowId
from app.entries.forms import ReasonForm
from app.entries.models import Entry, EntryFormat, EntryStatus, FileRole
from app.entries.queries import get_entry
from app.entries.routes import PageNumber
from app.files.preview import read_text
from app.files.types import INLINE_MEDIA_TYPES
from app.programmes.access import Actor
from app.programmes.deps import NowDep
from app.screening import policy, queries, service, views
from app.screening.forms import CheckForm, ConfirmationForm, ScreeningForm
from app.screening.models import DistrictDecision

router = APIRouter(prefix="/c/{programme}/screening", include_in_schema=False)


def _base(actor: Actor) -> str:
    return f"/c/{actor.scene.programme.slug}/screening"


@router.get("")
def work(
    request: Request, actor: PartyDep, session: SessionDep, now: NowDep, number: PageNumber = 1, tab: str = ""
) -> HTMLResponse:
    """Show what waits for this person, by what it waits for."""
    tabs = views.list_tabs(actor)
    counts = queries.count_piles(session, actor=actor, piles=[t.pile for t in tabs], now=now)
    chosen = next((t for t in tabs if t.pile.key == tab), None) or views.first_tab(actor, tabs, counts)
    total = counts[tabs.index(chosen)]
    return page(
        request,
        "screening/list.html",
        tabs=tabs,
        counts=counts,
        chosen=chosen,
        rows=queries.list_pile(session, actor=actor, pile=chosen.pile, now=now, page=number),
        total=total,
        number=number,
        pages=-(-total // queries.PAGE_SIZE),
        status_labels=entry_policy.STATUS_LABELS,
        code=entry_views.entry_code,
        last_day=entry_views.last_day,
        deadline=actor.plan.deadline("intake"),
        now=now,
    )


# ---- one entry ---------------------------------------------------------------------------------------------------


def _entry_page(
    request: Request,
    session: Session,
    actor: Actor,
    *,
    entry_id: int,
    now: datetime,
    action: str = "",
    typed: Mapping[str, Any] | None = None,
    error: DomainError | None = None,
) -> HTMLResponse:
    entry = get_entry(session, actor=actor, entry_id=entry_id)
    history = queries.get_history(session, entry_id=entry_id)
    until = history.check.supplement_until if history.check else None
    due = policy.due_at(actor, supplement_until=until)
    return page(
        request,
        "screening/entry.html",
        status=error.status if error else 200,
        entry=entry,
        code=entry_views.entry_code(entry),
        own=entry.unit_id in actor.units,
        status_label=entry_policy.STATUS_LABELS[entry.status],
        history=history,
        names=queries.list_names(session, user_ids=views.deciders(history)),
        grade=lambda key: views.grade_label(actor.plan, key),
        confirms=lambda key: views.confirm_label(actor.plan, key),
        until=until,
        last_day=lambda moment: entry_views.last_day(moment, plan=actor.plan),
        due=due,
        late=due is not None and now >= due,
        now=now,
        **_reading(request, entry),
        is_blind=any(rules.blind for rules in actor.plan.rounds),
        action=action,
        typed=typed or {},
        error=error,
        errors=error.fields if error else {},
        refusals={
            "screen": policy.refuse_screen(actor, entry),
            "confirm": policy.refuse_confirm(actor, entry),
            "forward": policy.refuse_forward(actor, entry, now=now, supplement_until=until),
            "allow_late": policy.refuse_allow_late(actor, entry),
            "check": policy.refuse_check(actor, entry),
            "recheck": policy.refuse_recheck(actor, entry),
        },
    )


def _reading(request: Request, entry: Entry) -> dict[str, Any]:
    """What can be read or watched in the page without opening a file elsewhere."""
    files = [f for f in entry.files if f.removed_at is None]
    by_role = {f.role: f for f in reversed(files)}
    main, text = by_role.get(FileRole.MAIN), by_role.get(FileRole.TEXT)
    readable = text or (main if entry.format == EntryFormat.ESSAY else None)
    paragraphs = read_text(request.app.state.store, readable.file) if readable else None
    return {
        "files": files,
        "main": main,
        "paragraphs": paragraphs,
        "unreadable": readable is not None and not paragraphs,
        "role_labels": entry_policy.ROLE_LABELS,
        "inline_types": INLINE_MEDIA_TYPES,
    }


@router.get("/{entry_id}")
def entry_page(request: Request, entry_id: RowId, actor: PartyDep, session: SessionDep, now: NowDep) -> HTMLResponse:
    """Show an entry to read, and every decision about it."""
    return _entry_page(request, session, actor, entry_id=entry_id, now=now)


def _decide(
    request: Request,
    session: Session,
    actor: Actor,
    *,
    entry_id: int,
    now: datetime,
    action: str,
    data: FormData | None,
    act: Callable[[Entry], Message],
) -> Response:
    """Lock the entry, act, and go back to it; a refusal shows the page again with what was typed."""
    entry = get_entry(session, actor=actor, entry_id=entry_id, lock=True)
    try:
        said = act(entry)
    except (Invalid, Conflict) as error:
        if wants_json(request):
            raise
        stop_writing(request, session)  # reading the entry's file for the page may take a while
        typed = unpack(data) if data is not None else {}
        return _entry_page(request, session, actor, entry_id=entry_id, now=now, action=action, typed=typed, error=error)
    return redirect(f"{_base(actor)}/{entry_id}", say=said)


@router.post("/{entry_id}/screen")
def screen(
    request: Request, entry_id: RowId, actor: PartyDep, session: SessionDep, data: FormDep, now: NowDep
) -> Response:
    """Record the unit's checklist and decision."""

    def act(entry: Entry) -> Message:
        service.screen_entry(session, actor=actor, entry=entry, form=ScreeningForm.parse(data), now=now)
        if entry.status == EntryStatus.KEPT:
            return N_("Đã ghi: đơn vị chọn bài. Thủ trưởng đơn vị xác nhận ở bước tiếp theo.")
        return N_("Đã ghi: đơn vị không chọn bài.")

    return _decide(request, session, actor, entry_id=entry_id, now=now, action="screen", data=data, act=act)


@router.post("/{entry_id}/confirm")
def confirm(
    request: Request, entry_id: RowId, actor: PartyDep, session: SessionDep, data: FormDep, now: NowDep
) -> Response:
    """Record the head's two confirmations."""

    def act(entry: Entry) -> Message:
        service.confirm_entry(session, actor=actor, entry=entry, form=ConfirmationForm.parse(data), now=now)
        return N_("Đã ghi xác nhận của thủ trưởng đơn vị. Bài sẵn sàng để gửi lên.")

    return _decide(request, session, actor, entry_id=entry_id, now=now, action="confirm", data=data, act=act)


@router.post("/{entry_id}/object")
def object_(
    request: Request, entry_id: RowId, actor: PartyDep, session: SessionDep, data: FormDep, now: NowDep
) -> Response:
    """Give the entry back to the clerk instead of confirming it."""

    def act(entry: Entry) -> Message:
        reason = ReasonForm.parse(data).reason
        service.object_entry(session, actor=actor, entry=entry, reason=reason, now=now)
        return N_("Đã trả bài lại cán bộ đầu mối để sửa.")

    return _decide(request, session, actor, entry_id=entry_id, now=now, action="object", data=data, act=act)


@router.post("/{entry_id}/forward")
def forward(request: Request, entry_id: RowId, actor: PartyDep, session: SessionDep, now: NowDep) -> Response:
    """Send the entry up."""

    def act(entry: Entry) -> Message:
        service.forward_entry(session, actor=actor, entry=entry, now=now)
        return N_("Đã gửi bài lên %(agency)s.", agency=actor.plan.host.standing_agency)

    return _decide(request, session, actor, entry_id=entry_id, now=now, action="forward", data=None, act=act)


@router.post("/{entry_id}/allow-late")
def allow_late(
    request: Request, entry_id: RowId, actor: PartyDep, session: SessionDep, data: FormDep, now: NowDep
) -> Response:
    """Let an entry in after the deadline."""

    def act(entry: Entry) -> Message:
        reason = ReasonForm.parse(data).reason
        service.allow_late(session, actor=actor, entry=entry, reason=reason, now=now)
        return N_("Đã cho phép gửi sau hạn; lý do được ghi vào hồ sơ của bài.")

    return _decide(request, session, actor, entry_id=entry_id, now=now, action="allow_late", data=data, act=act)


@router.post("/{entry_id}/check")
def check(
    request: Request, entry_id: RowId, actor: PartyDep, session: SessionDep, data: FormDep, now: NowDep
) -> Response:
    """Record the district's decision."""
    said = {
        DistrictDecision.ACCEPT: N_("Đã tiếp nhận: bài đủ điều kiện dự thi."),
        DistrictDecision.RETURN: N_("Đã trả lại bài để đơn vị bổ sung."),
        DistrictDecision.INELIGIBLE: N_("Đã kết luận: bài không đủ điều kiện."),
    }

    def act(entry: Entry) -> Message:
        form = CheckForm.parse(data)
        service.check_entry(session, actor=actor, entry=entry, form=form, now=now)
        return said[form.decision]

    return _decide(request, session, actor, entry_id=entry_id, now=now, action="check", data=data, act=act)


@router.post("/{entry_id}/recheck")
def recheck(
    request: Request, entry_id: RowId, actor: PartyDep, session: SessionDep, data: FormDep, now: NowDep
) -> Response:
    """Take back the district's decision."""

    def act(entry: Entry) -> Message:
        reason = ReasonForm.parse(data).reason
        service.recheck_entry(session, actor=actor, entry=entry, reason=reason, now=now)
        return N_("Đã mở lại việc kiểm tra; bài trở về danh sách chờ kiểm tra.")

    return _decide(request, session, actor, entry_id=entry_id, now=now, action="recheck", data=data, act=act)
