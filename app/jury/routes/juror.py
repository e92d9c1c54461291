"""The juror: their list, and an entry beside its score sheet."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse
from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import Response

from app.core.errors import Conflict, DomainError, Invalid, NotFound
from app.core.i18n import N_
from app.core.web import FormDep, SessionDep, page, redirect, stop_writing, wants_json, write_at_once
from app.entries.models import Entry, EntryFormat, FileRole
from app.entries.queries import get_entry_file
from app.files.preview import read_text
from app.files.serving import file_response
from app.jury import policy, queries, views
from app.jury.blinding import blind_file_name, blind_text, blind_title, visible_files
from app.jury.deps import PREFIX, RoundDep, Seat, SeatDep, base_url, require_seat
from app.jury.forms import CONFLICT_LABELS, RecusalForm, ScoreForm
from app.jury.models import Assignment, ScoreSheet
from app.jury.service import sheets
from app.programmes import service as programmes
from app.programmes.deps import ActorDep

router = APIRouter(prefix=PREFIX)


@router.get("")
def queue(request: Request, actor: ActorDep, round_: RoundDep, session: SessionDep) -> Response:
    """Show the juror's list; organisers are led to the progress page."""
    juror_id = queries.find_seat(session, programme_id=actor.programme_id, user_id=actor.user_id)
    if juror_id is None or not actor.judges:
        if actor.organises or actor.chairs:
            return redirect(f"{base_url(actor)}/progress")
        raise NotFound
    rules = programmes.sealed_plan(session, round_=round_).round_rules(round_.key)
    items: list[views.QueueItem] = []
    if round_.opened_at is not None and round_.id is not None:
        rows = queries.list_queue(session, round_id=round_.id, juror_id=juror_id)
        items = [views.queue_item(row, rules=rules, plan=actor.plan) for row in rows]
    return page(
        request,
        "jury/queue.html",
        round=round_,
        rules=rules,
        items=items,
        next_item=views.next_to_score(items),
        closes=actor.plan.deadline("judging"),
        refusal=policy.refuse_round_work(round_),
    )


def _sheet_page(
    request: Request,
    session: Session,
    seat: Seat,
    *,
    assignment: Assignment,
    sheet: ScoreSheet | None,
    status: int = 200,
    typed: Mapping[str, Any] | None = None,
    error: DomainError | None = None,
    theirs: Mapping[str, str] | None = None,
    recusal: Mapping[str, Any] | None = None,
) -> HTMLResponse:
    refusal = policy.refuse_score(
        seat.actor, round_=seat.round, recused_at=assignment.recused_at, status=sheet.status if sheet else None
    )
    if refusal is not None:
        typed = None  # a sheet that is shut shows the marks that it holds: others would seem to be recorded
    entry = queries.get_entry_to_judge(session, entry_id=assignment.entry_id)
    files = visible_files(entry, blind=seat.rules.blind)
    paragraphs = _readable(request, entry, blind=seat.rules.blind)
    return page(
        request,
        "jury/score.html",
        status=status,
        seat=seat,
        rules=seat.rules,
        entry=entry,
        entry_title=blind_title(entry) if seat.rules.blind else entry.title,
        code=views.entry_code(entry),
        files=files,
        video=next((f for f in files if f.role == FileRole.MAIN and entry.format == EntryFormat.VIDEO), None),
        paragraphs=paragraphs,
        withheld=paragraphs is None and len(files) < sum(f.removed_at is None for f in entry.files),
        summary=blind_text(entry.summary.splitlines(), entry=entry) if seat.rules.blind else entry.summary.splitlines(),
        assignment=assignment,
        sheet=sheet,
        state=views.state_of(assignment, sheet.status if sheet else None),
        values=typed if typed is not None else views.sheet_fields(sheet, seat.rules),
        version=typed["version"] if typed is not None else sheet.version if sheet else 0,
        total=views.format_total(sheet.total_units if sheet else None, seat.rules),
        picks=views.picks,
        errors=error.fields if error else {},
        error=error,
        theirs=theirs,
        recusal=recusal,
        refusal=refusal,
        conflict_labels={k: CONFLICT_LABELS[k] for k in ("family", "supervisor", "collaborator", "other")},
        position=_position(session, seat, entry_id=assignment.entry_id),
    )


def _position(session: Session, seat: Seat, *, entry_id: int) -> views.Position:
    places = queries.list_places(session, round_id=seat.round_id, juror_id=seat.juror_id)
    return views.position_of(entry_id, places)


def _readable(request: Request, entry: Entry, *, blind: bool) -> list[str] | None:
    """The text of an entry for this page; None where none of its documents can be read here."""
    live = {f.role: f for f in entry.files if f.removed_at is None}
    for source in (live.get(FileRole.TEXT), live.get(FileRole.MAIN)):
        text = read_text(request.app.state.store, source.file) if source else None
        if text:
            return blind_text(text, entry=entry) if blind else list(text)
    return None


@router.get("/entries/{entry_id}/score")
def score_page(request: Request, entry_id: int, seat: SeatDep, session: SessionDep) -> Response:
    """Show the entry beside its score sheet."""
    assignment, sheet = queries.get_assignment(
        session, round_id=seat.round_id, juror_id=seat.juror_id, entry_id=entry_id
    )
    if assignment.recused_at is not None:
        return redirect(base_url(seat.actor), say=N_("Bạn không còn chấm bài này."), kind="info")
    return _sheet_page(request, session, seat, assignment=assignment, sheet=sheet)


@router.post("/entries/{entry_id}/score")
async def score(request: Request, programme: str, entry_id: int) -> Response:
    """Save or submit the sheet. The page's script gets JSON, a plain browser the next page or the form again."""

    def save(session: Session, data: FormData) -> Response:
        seat = require_seat(request, programme, session)
        return _save(request, session, seat, entry_id=entry_id, data=data)

    return await write_at_once(request, save)


def _save(request: Request, session: Session, seat: Seat, *, entry_id: int, data: FormData) -> Response:
    action = str(data.get("action") or "save")
    try:
        # No savepoint: everything that is refused is refused before the first write.
        form = ScoreForm.read(data, rules=seat.rules)
        saved = sheets.save_score(
            session,
            actor=seat.actor,
            juror_id=seat.juror_id,
            round_=seat.round,
            rules=seat.rules,
            entry_id=entry_id,
            form=form,
            submit=action != "save",
            now=seat.now,
        )
    except (Invalid, Conflict) as error:
        return _refused_sheet(request, session, seat, entry_id=entry_id, typed=dict(data), error=error)
    if wants_json(request):
        return JSONResponse(views.saved_json(saved, seat.rules, plan=seat.actor.plan))
    if action == "save":
        return redirect(request.url.path, say=N_("Đã lưu bản nháp."))
    return _after_submit(session, seat, entry_id=entry_id)


def _after_submit(session: Session, seat: Seat, *, entry_id: int) -> Response:
    following = _position(session, seat, entry_id=entry_id).following
    if following is None:
        return redirect(base_url(seat.actor), say=N_("Đã nộp phiếu. Bạn đã chấm xong các bài được phân công."))
    return redirect(f"{base_url(seat.actor)}/entries/{following}/score", say=N_("Đã nộp phiếu. Đây là bài tiếp theo."))


def _refused_sheet(
    request: Request, session: Session, seat: Seat, *, entry_id: int, typed: Mapping[str, Any], error: DomainError
) -> Response:
    theirs = views.sheet_fields(error.theirs, seat.rules) if isinstance(error, sheets.StaleSheetError) else None
    if wants_json(request):
        content: dict[str, Any] = {
            "message": str(error.message),
            "errors": {name: str(message) for name, message in error.fields.items()},
        }
        if isinstance(error, sheets.StaleSheetError):
            content |= {"theirs": theirs, "version": error.theirs.version}
        return JSONResponse(content, status_code=error.status)
    stop_writing(request, session)  # reading the entry's file for the page may take a while
    assignment, sheet = queries.get_assignment(
        session, round_id=seat.round_id, juror_id=seat.juror_id, entry_id=entry_id
    )
    # Saving again after having seen both is a decision; after any other refusal the form stays as old as it was.
    seen = str(typed.get("version") or "")
    fresh = theirs is not None or not seen.isdecimal()
    shown = {**typed, "version": (sheet.version if sheet else 0) if fresh else int(seen[:9])}
    return _sheet_page(
        request,
        session,
        seat,
        assignment=assignment,
        sheet=sheet,
        status=error.status,
        typed=shown,
        error=error,
        theirs=theirs,
    )


@router.post("/entries/{entry_id}/recuse")
def recuse(request: Request, entry_id: int, seat: SeatDep, session: SessionDep, data: FormDep) -> Response:
    """Step back from an entry."""
    try:
        form = RecusalForm.parse(data)
        sheets.recuse(
            session,
            actor=seat.actor,
            juror_id=seat.juror_id,
            round_=seat.round,
            entry_id=entry_id,
            form=form,
            now=seat.now,
        )
    except Invalid as error:
        if wants_json(request):
            raise
        stop_writing(request, session)
        return _refused_recusal(request, session, seat, entry_id=entry_id, data=data, error=error)
    return redirect(base_url(seat.actor), say=N_("Đã ghi nhận bạn từ chối chấm bài này. Tổ thư ký sẽ phân công lại."))


def _refused_recusal(
    request: Request, session: Session, seat: Seat, *, entry_id: int, data: FormData, error: Invalid
) -> Response:
    assignment, sheet = queries.get_assignment(
        session, round_id=seat.round_id, juror_id=seat.juror_id, entry_id=entry_id
    )
    wrong = error.fields.get("reason") or error.message
    recusal = {"kind": data.get("kind"), "reason": data.get("reason"), "error": wrong}
    return _sheet_page(request, session, seat, assignment=assignment, sheet=sheet, status=error.status, recusal=recusal)


@router.post("/entries/{entry_id}/skip")
def skip(entry_id: int, seat: SeatDep, session: SessionDep) -> Response:
    """Put the entry at the end of the list and go on with the next."""
    sheets.skip(session, actor=seat.actor, juror_id=seat.juror_id, round_=seat.round, entry_id=entry_id, now=seat.now)
    return _after_skip(session, seat, entry_id=entry_id)


def _after_skip(session: Session, seat: Seat, *, entry_id: int) -> Response:
    following = _position(session, seat, entry_id=entry_id).following
    target = f"{base_url(seat.actor)}/entries/{following}/score" if following else base_url(seat.actor)
    return redirect(target, say=N_("Đã chuyển bài này xuống cuối danh sách."), kind="info")


@router.get("/entries/{entry_id}/files/{entry_file_id}")
@router.head("/entries/{entry_id}/files/{entry_file_id}")
def entry_file(
    request: Request, entry_id: int, entry_file_id: int, seat: SeatDep, session: SessionDep, *, inline: bool = False
) -> Response:
    """Give a file of an entry on the juror's list."""
    assignment, _ = queries.get_assignment(session, round_id=seat.round_id, juror_id=seat.juror_id, entry_id=entry_id)
    if assignment.recused_at is not None:
        raise NotFound
    entry = queries.get_entry_to_judge(session, entry_id=entry_id)
    row = get_entry_file(session, entry=entry, entry_file_id=entry_file_id)
    if row not in visible_files(entry, blind=seat.rules.blind):
        raise NotFound
    name = blind_file_name(row, entry=entry) if seat.rules.blind else None
    return file_response(request, request.app.state.store, row.file, inline=inline, name=name)
