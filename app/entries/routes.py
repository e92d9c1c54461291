"""Pages of entries: the list, the form, one entry with its files, receipts, the participation board."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.responses import Response

from app.core.errors import Conflict, DomainError, Invalid, NotFound, SignInRequired, require
from app.core.i18n import N_
from app.core.web import FormDep, SessionDep, page, redirect, wants_json
from app.entries import policy, queries, service, views
from app.entries.deps import PartyDep, RowId
from app.entries.forms import EntryForm, FileForm, ReasonForm
from app.entries.models import Entry, EntryStatus, FileRole
from app.files.intake import Received, Terms, receive
from app.files.service import keep
from app.files.serving import file_response
from app.files.types import INLINE_MEDIA_TYPES
from app.programmes import queries as programmes
from app.programmes.access import Actor
from app.programmes.deps import NowDep, actor_of
from app.programmes.models import Unit

router = APIRouter(prefix="/c/{programme}/entries", include_in_schema=False)

PageNumber = Annotated[int, Query(alias="page", ge=1, le=100_000)]


def _base(actor: Actor) -> str:
    return f"/c/{actor.scene.programme.slug}/entries"


def _url(actor: Actor, entry: Entry) -> str:
    return f"{_base(actor)}/{entry.id}"


# ---- lists -----------------------------------------------------------------------------------------------------


@router.get("")
def entry_list(
    request: Request,
    actor: PartyDep,
    session: SessionDep,
    now: NowDep,
    number: PageNumber = 1,
    q: str = "",
    status: str = "",
    field: str = "",
    category: str = "",
    unit: str = "",
) -> HTMLResponse:
    """Show the entries of one's units; organisers and the chair see what all units have submitted."""
    wanted = queries.EntryFilter(
        text=q[:200],
        status=status if status in set(EntryStatus) else "",
        field=field if field in {f.key for f in actor.plan.fields} else "",
        category=category if category in policy.CATEGORY_LABELS else "",
        unit_id=_number(unit),
    )
    rows, total = queries.list_entries(session, actor=actor, wanted=wanted, page=number)
    return page(
        request,
        "entries/list.html",
        entries=rows,
        total=total,
        wanted=wanted,
        counts=queries.count_by_status(session, actor=actor),
        units=_visible_units(session, actor),
        number=number,
        pages=-(-total // queries.PAGE_SIZE),
        status_labels=policy.STATUS_LABELS,
        category_labels=policy.CATEGORY_LABELS,
        code=views.entry_code,
        deadline=actor.plan.deadline("intake"),
        now=now,
        create_refusal=_why_not_create(actor, now),
    )


def _number(typed: str) -> int | None:
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 10 else None


def _visible_units(session: Session, actor: Actor) -> list[Unit]:
    units = programmes.list_units(session, programme_id=actor.programme_id, include_dissolved=True)
    return [u for u in units if actor.organises or actor.chairs or u.id in actor.units]


def _why_not_create(actor: Actor, now: datetime) -> DomainError | None:
    unit_id = min(actor.clerk_of or actor.units or {0})
    return policy.refuse_create(actor, unit_id=unit_id, now=now)


@router.get("/participation")
def participation(request: Request, actor: PartyDep, session: SessionDep) -> HTMLResponse:
    """Show which units must send an entry, which are encouraged to, and which have."""
    rows = queries.list_participation(session, actor=actor)
    return page(
        request,
        "entries/participation.html",
        boards=views.make_boards(rows, plan=actor.plan),
        has_sent=views.has_sent,
        sees_all=actor.organises or actor.chairs,
        deadline=actor.plan.deadline("intake"),
    )


# ---- the form -----------------------------------------------------------------------------------------------------


def _form_page(
    request: Request,
    session: Session,
    actor: Actor,
    *,
    values: dict[str, Any],
    entry: Entry | None = None,
    version: int = 1,
    error: DomainError | None = None,
    differences: Sequence[views.Difference] = (),
    refusal: DomainError | None = None,
) -> HTMLResponse:
    units = [u for u in _visible_units(session, actor) if u.id in actor.clerk_of and u.dissolved_at is None]
    return page(
        request,
        "entries/form.html",
        status=error.status if error else 200,
        entry=entry,
        units=units,
        values=values,
        blank=views.EMPTY_AUTHOR,
        version=version,
        errors=error.fields if error else {},
        error=error,
        differences=differences,
        refusal=refusal,
        category_labels=policy.CATEGORY_LABELS,
    )


@router.get("/new")
def new(request: Request, actor: PartyDep, session: SessionDep, now: NowDep, unit: str = "") -> HTMLResponse:
    """Show an empty form."""
    require(_why_not_create(actor, now))
    wanted = _number(unit)
    values = views.empty_form() | {"unit_id": str(wanted) if wanted in actor.clerk_of else ""}
    return _form_page(request, session, actor, values=values)


@router.post("/new")
def create(request: Request, actor: PartyDep, session: SessionDep, data: FormDep, now: NowDep) -> Response:
    """Start a draft."""
    try:
        with session.begin_nested():
            form = EntryForm.parse(data)
            unit = _chosen_unit(session, actor, form)
            entry = service.create_entry(session, actor=actor, unit=unit, form=form, now=now)
    except (Invalid, Conflict) as error:
        refusal = _why_not_create(actor, now)
        return _form_page(request, session, actor, values=views.typed_form(data), error=error, refusal=refusal)
    return redirect(
        _url(actor, entry), say=N_("Đã lưu bản nháp. Hãy tải tệp bài dự thi lên, rồi bấm «Nộp bài tại đơn vị».")
    )


def _chosen_unit(session: Session, actor: Actor, form: EntryForm) -> Unit:
    unit_id = form.unit_id
    if unit_id is None:
        if len(actor.clerk_of) > 1:
            missing = N_("Vui lòng chọn đơn vị gửi bài.")
            raise Invalid(missing, fields={"unit_id": missing})
        unit_id = min(actor.clerk_of, default=0)
    return programmes.get_unit(session, programme_id=actor.programme_id, unit_id=unit_id)


@router.get("/{entry_id}/edit")
def edit_page(request: Request, entry_id: RowId, actor: PartyDep, session: SessionDep) -> HTMLResponse:
    """Show the form of an entry."""
    entry = queries.get_entry(session, actor=actor, entry_id=entry_id)
    require(policy.refuse_edit(actor, entry))
    return _form_page(request, session, actor, entry=entry, values=views.entry_form(entry), version=entry.version)


@router.post("/{entry_id}/edit")
def edit(
    request: Request, entry_id: RowId, actor: PartyDep, session: SessionDep, data: FormDep, now: NowDep
) -> Response:
    """Save the form of an entry."""
    entry = queries.get_entry(session, actor=actor, entry_id=entry_id, lock=True)
    try:
        with session.begin_nested():
            form = EntryForm.parse(data)
            service.edit_entry(session, actor=actor, entry=entry, form=form, now=now)
    except (Invalid, Conflict) as error:
        return _refused_edit(request, session, actor, entry_id=entry_id, data=data, error=error)
    return redirect(_url(actor, entry), say=N_("Đã lưu nội dung bài dự thi."))


def _refused_edit(
    request: Request, session: Session, actor: Actor, *, entry_id: int, data: FormData, error: DomainError
) -> Response:
    entry = queries.get_entry(session, actor=actor, entry_id=entry_id)
    typed = views.typed_form(data)
    is_stale = isinstance(error, service.StaleEntryError)
    made_from = _number(str(data.get("version") or ""))
    return _form_page(
        request,
        session,
        actor,
        entry=entry,
        values=typed,
        # Saving again after having seen both is a decision; any other refusal keeps the version it came from.
        version=entry.version if is_stale or made_from is None else made_from,
        error=error,
        differences=views.list_differences(views.entry_form(entry), typed, plan=actor.plan) if is_stale else (),
        refusal=policy.refuse_edit(actor, entry),
    )


# ---- one entry ------------------------------------------------------------------------------------------------------


@router.get("/{entry_id}")
def entry_page(request: Request, entry_id: RowId, actor: PartyDep, session: SessionDep, now: NowDep) -> HTMLResponse:
    """Show an entry: details, authors, files, what is missing, receipts, history."""
    entry = queries.get_entry(session, actor=actor, entry_id=entry_id)
    return _entry_page(request, session, actor, entry=entry)


def _entry_page(
    request: Request,
    session: Session,
    actor: Actor,
    *,
    entry: Entry,
    error: DomainError | None = None,
    role: str = "",
    typed_reason: str = "",
) -> HTMLResponse:
    assert entry.id is not None
    story = views.tell_story(queries.list_happenings(session, entry_id=entry.id), plan=actor.plan)
    return page(
        request,
        "entries/entry.html",
        status=error.status if error else 200,
        entry=entry,
        code=views.entry_code(entry),
        own=entry.unit_id in actor.units,
        status_label=policy.STATUS_LABELS[entry.status],
        category_label=policy.CATEGORY_LABELS[entry.category],
        purpose_labels=policy.PURPOSE_LABELS,
        masked=views.masked_phone,
        inline_types=INLINE_MEDIA_TYPES,
        drawers=views.list_drawers(entry, plan=actor.plan),
        max_bytes=views.max_bytes(actor.plan),
        missing=policy.list_missing(entry, plan=actor.plan) if entry.status in policy.EDITABLE else [],
        receipts=queries.list_receipts(session, entry_id=entry.id),
        story=story,
        editable=entry.status in policy.EDITABLE,
        edit_refusal=policy.refuse_edit(actor, entry),
        submit_refusal=policy.refuse_submit(actor, entry),
        reopen_refusal=policy.refuse_reopen(actor, entry),
        withdraw_refusal=policy.refuse_withdraw(actor, entry),
        error=error,
        error_role=role,
        typed_reason=typed_reason,
    )


@router.post("/{entry_id}/submit")
def submit(request: Request, entry_id: RowId, actor: PartyDep, session: SessionDep, now: NowDep) -> Response:
    """Submit to the unit; the receipt is the next page."""
    entry = queries.get_entry(session, actor=actor, entry_id=entry_id, lock=True)
    try:
        with session.begin_nested():
            receipt = service.submit_entry(session, actor=actor, entry=entry, now=now)
    except (Invalid, Conflict) as error:
        return _refused(request, session, actor, entry_id=entry_id, error=error)
    return redirect(
        f"{_url(actor, entry)}/receipts/{receipt.id}", say=N_("Đã nộp bài tại đơn vị. Đây là phiếu tiếp nhận.")
    )


def _refused(
    request: Request, session: Session, actor: Actor, *, entry_id: int, error: DomainError, typed_reason: str = ""
) -> Response:
    if wants_json(request):
        raise error
    entry = queries.get_entry(session, actor=actor, entry_id=entry_id)
    return _entry_page(request, session, actor, entry=entry, error=error, typed_reason=typed_reason)


@router.get("/{entry_id}/receipts/{receipt_id}")
def receipt_page(
    request: Request, entry_id: RowId, receipt_id: RowId, actor: PartyDep, session: SessionDep
) -> HTMLResponse:
    """Show a receipt to print: number, server time, every file's SHA-256."""
    entry = queries.get_entry(session, actor=actor, entry_id=entry_id)
    receipt = queries.get_receipt(session, entry=entry, receipt_id=receipt_id)
    content = views.receipt_content(receipt)
    return page(
        request,
        "entries/receipt.html",
        entry=entry,
        receipt=receipt,
        content=content,
        submitter=views.submitter_of(receipt, queries.list_happenings(session, entry_id=entry_id)),
        authors=[a.full_name for a in entry.authors] if content["version"] == entry.version else [],
        role_labels=policy.ROLE_LABELS,
        newest=queries.list_receipts(session, entry_id=entry_id)[0].id == receipt.id,
        deadline=actor.plan.deadline("intake"),
    )


@router.get("/{entry_id}/receipts/{receipt_id}/text")
def receipt_text(entry_id: RowId, receipt_id: RowId, actor: PartyDep, session: SessionDep) -> Response:
    """Give the receipt's canonical text byte for byte, so that anybody can compute its SHA-256."""
    entry = queries.get_entry(session, actor=actor, entry_id=entry_id)
    receipt = queries.get_receipt(session, entry=entry, receipt_id=receipt_id)
    headers = {
        "Content-Disposition": f'attachment; filename="phieu-tiep-nhan-{entry.number:03d}-{receipt_id}.json"',
        "Cache-Control": "no-store",
    }
    return Response(receipt.canonical.encode(), media_type="application/json", headers=headers)


@router.post("/{entry_id}/reopen")
def reopen(request: Request, entry_id: RowId, actor: PartyDep, session: SessionDep, now: NowDep) -> Response:
    """Take a submitted entry back to draft."""
    entry = queries.get_entry(session, actor=actor, entry_id=entry_id, lock=True)
    try:
        with session.begin_nested():
            service.reopen_entry(session, actor=actor, entry=entry, now=now)
    except Conflict as error:
        return _refused(request, session, actor, entry_id=entry_id, error=error)
    return redirect(_url(actor, entry), say=N_("Đã mở lại bài để sửa. Sửa xong cần nộp lại."), kind="info")


@router.post("/{entry_id}/withdraw")
def withdraw(
    request: Request, entry_id: RowId, actor: PartyDep, session: SessionDep, data: FormDep, now: NowDep
) -> Response:
    """Withdraw an entry for good."""
    entry = queries.get_entry(session, actor=actor, entry_id=entry_id, lock=True)
    try:
        with session.begin_nested():
            reason = ReasonForm.parse(data).reason
            service.withdraw_entry(session, actor=actor, entry=entry, reason=reason, now=now)
    except (Invalid, Conflict) as error:
        typed = str(data.get("reason") or "")
        return _refused(request, session, actor, entry_id=entry_id, error=error, typed_reason=typed)
    return redirect(_url(actor, entry), say=N_("Đã rút bài dự thi."), kind="info")


# ---- files ----------------------------------------------------------------------------------------------------------


@router.post("/{entry_id}/files")
async def add_file(request: Request, programme: str, entry_id: RowId) -> Response:
    """Take one file. Decided on the headers; the role comes in the query, or as a field before the file."""
    upload = _Upload(request, programme, entry_id)
    try:
        entry_url, name = await receive(request, permit=upload.permit, record=upload.record)
    except (NotFound, SignInRequired):
        raise
    except DomainError as error:
        if wants_json(request):
            raise
        return await run_in_threadpool(upload.show_refusal, error)
    answer = redirect(entry_url, say=N_("Đã nhận tệp «%(name)s».", name=name))
    if wants_json(request):
        cookies = {"set-cookie": answer.headers["set-cookie"]}
        return JSONResponse({"location": entry_url}, headers=cookies)
    return answer


class _Upload:
    """One upload: asked before the body and again after it, each time in a session of its own."""

    def __init__(self, request: Request, programme: str, entry_id: int) -> None:
        self.request = request
        self.programme = programme
        self.entry_id = entry_id
        self.role = request.query_params.get("role", "")

    def permit(self, session: Session) -> Terms:
        """Decide on the headers: whose entry it is, whether it may change, how much may come."""
        actor, _ = self._actor(session)
        entry = queries.get_entry(session, actor=actor, entry_id=self.entry_id)
        require(policy.refuse_edit(actor, entry))
        roles = [FileForm.parse({"role": self.role}).role] if self.role else list(FileRole)
        allowed = (policy.allowed_extensions(actor.plan, entry=entry, role=role) for role in roles)
        return Terms(max_bytes=views.max_bytes(actor.plan), allowed=frozenset().union(*allowed))

    def record(self, session: Session, received: Received) -> tuple[str, str]:
        """Put the file on the entry; time has passed, so everything is asked again."""
        actor, now = self._actor(session)
        entry = queries.get_entry(session, actor=actor, entry_id=self.entry_id, lock=True)
        role = FileForm.parse({"role": self.role or received.fields.get("role")}).role
        self.role = role.value
        file = keep(session, received, programme_id=actor.programme_id, uploaded_by=actor.user_id, now=now)
        service.attach_file(session, actor=actor, entry=entry, file=file, role=role, now=now)
        return _url(actor, entry), received.name

    def show_refusal(self, error: DomainError) -> Response:
        """Show the entry's page with the refusal beside the box that the file came from."""
        with self.request.app.state.sessions() as session:
            actor, _ = self._actor(session)
            entry = queries.get_entry(session, actor=actor, entry_id=self.entry_id)
            return _entry_page(self.request, session, actor, entry=entry, error=error, role=self.role)

    def _actor(self, session: Session) -> tuple[Actor, datetime]:
        return actor_of(session, self.request, programme=self.programme)


@router.post("/{entry_id}/files/{entry_file_id}/remove")
def remove_file(
    request: Request, entry_id: RowId, entry_file_id: RowId, actor: PartyDep, session: SessionDep, now: NowDep
) -> Response:
    """Take a file off the entry."""
    entry = queries.get_entry(session, actor=actor, entry_id=entry_id, lock=True)
    row = queries.get_entry_file(session, entry=entry, entry_file_id=entry_file_id)
    try:
        with session.begin_nested():
            service.remove_file(session, actor=actor, entry=entry, row=row, now=now)
    except Conflict as error:
        return _refused(request, session, actor, entry_id=entry_id, error=error)
    return redirect(_url(actor, entry), say=N_("Đã gỡ tệp «%(name)s».", name=row.file.name), kind="info")


@router.get("/{entry_id}/files/{entry_file_id}")
@router.head("/{entry_id}/files/{entry_file_id}")
def entry_file(
    request: Request,
    entry_id: RowId,
    entry_file_id: RowId,
    actor: PartyDep,
    session: SessionDep,
    *,
    inline: bool = False,
) -> Response:
    """Give a file to those who may see its entry; only types that run nothing are shown in the page."""
    entry = queries.get_entry(session, actor=actor, entry_id=entry_id)
    row = queries.get_entry_file(session, entry=entry, entry_file_id=entry_file_id)
    return file_response(request, request.app.state.store, row.file, inline=inline)
