"""Pages of the jury: the juror's list and sheet, the organiser's members, conflicts, assignment and progress."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse
from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import Response

from app.accounts.models import User
from app.core.errors import Conflict, DomainError, Invalid, NotFound, require
from app.core.forms import unpack
from app.core.i18n import N_
from app.core.web import FormDep, SessionDep, handle_refusal, page, redirect, stop_writing, wants_json, write_at_once
from app.entries.models import Entry, EntryFormat, FileRole
from app.entries.queries import get_entry_file
from app.files.preview import read_text
from app.files.serving import file_response
from app.jury import policy, queries, views
from app.jury.blinding import blind_file_name, blind_text, blind_title, visible_files
from app.jury.deps import OrganiserViewDep, RoundDep, Seat, SeatDep, require_seat, round_of
from app.jury.forms import CONFLICT_LABELS, ConflictForm, DismissalForm, JurorForm, PairForm, RecusalForm, ScoreForm
from app.jury.gaps import gap_limit
from app.jury.models import Assignment, Juror, JurorConflict, Marking, ScoreSheet
from app.jury.service import assignment as assigning
from app.jury.service import further as further_marking
from app.jury.service import jurors as members_service
from app.jury.service import sheets
from app.programmes import queries as programme_queries
from app.programmes import service as programmes
from app.programmes.access import Actor
from app.programmes.deps import ActorDep, NowDep
from app.programmes.models import Round
from app.programmes.policy import refuse_organise

router = APIRouter(prefix="/c/{programme}/jury", include_in_schema=False)


def _base(actor: Actor) -> str:
    return f"/c/{actor.scene.programme.slug}/jury"


# ---- the juror -------------------------------------------------------------------------------------------


@router.get("")
def queue(request: Request, actor: ActorDep, round_: RoundDep, session: SessionDep) -> Response:
    """Show the juror's list; organisers are led to the progress page."""
    juror_id = queries.find_seat(session, programme_id=actor.programme_id, user_id=actor.user_id)
    if juror_id is None or not actor.judges:
        if actor.organises or actor.chairs:
            return redirect(f"{_base(actor)}/progress")
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
        return redirect(_base(seat.actor), say=N_("Bạn không còn chấm bài này."), kind="info")
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
        return redirect(_base(seat.actor), say=N_("Đã nộp phiếu. Bạn đã chấm xong các bài được phân công."))
    return redirect(f"{_base(seat.actor)}/entries/{following}/score", say=N_("Đã nộp phiếu. Đây là bài tiếp theo."))


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
    return redirect(_base(seat.actor), say=N_("Đã ghi nhận bạn từ chối chấm bài này. Tổ thư ký sẽ phân công lại."))


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
    target = f"{_base(seat.actor)}/entries/{following}/score" if following else _base(seat.actor)
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


# ---- members and conflicts -------------------------------------------------------------------------------------


@router.get("/members")
def members(request: Request, actor: OrganiserViewDep, session: SessionDep, juror: int | None = None) -> HTMLResponse:
    """Show the jury; with `juror` the form to change that seat."""
    if juror is None:
        return _members_page(request, session, actor)
    seat = queries.get_juror(session, programme_id=actor.programme_id, juror_id=juror)
    return _members_page(request, session, actor, typed=views.juror_fields(seat))


def _members_page(
    request: Request,
    session: Session,
    actor: Actor,
    *,
    typed: Mapping[str, Any] | None = None,
    error: DomainError | None = None,
) -> HTMLResponse:
    jurors = queries.list_jurors(session, programme_id=actor.programme_id)
    units = programme_queries.list_units(session, programme_id=actor.programme_id)
    edited = next((j for j in jurors if typed and str(j.user.id) == str(typed.get("user_id"))), None)
    if edited is not None and edited.unit is not None and edited.unit not in units:
        units = [*units, edited.unit]  # dissolved since: kept until somebody chooses another
    return page(
        request,
        "jury/members.html",
        status=error.status if error else 200,
        jurors=jurors,
        edited=edited,
        people=_people(session, actor, without={j.user.id for j in jurors}),
        units=units,
        values=typed or {},
        errors=error.fields if error else {},
        error=error,
        refusal=refuse_organise(actor),
    )


def _people(session: Session, actor: Actor, *, without: Collection[int | None]) -> list[User]:
    """Everybody who has a role in this programme and no seat in the jury, once, in the order of names."""
    members = programme_queries.list_members(session, programme_id=actor.programme_id)
    users = {u.id: u for _, u, _ in members if u.id not in without}
    return sorted(users.values(), key=lambda u: u.name_key)


@router.post("/members")
def appoint(request: Request, actor: OrganiserViewDep, session: SessionDep, data: FormDep, now: NowDep) -> Response:
    """Appoint a juror, or change their unit, expertise and capacity."""
    try:
        with session.begin_nested():
            members_service.appoint_juror(session, actor=actor, form=JurorForm.parse(data), now=now)
    except Invalid as error:
        return _members_page(request, session, actor, typed=unpack(data), error=error)
    return redirect(f"{_base(actor)}/members", say=N_("Đã ghi thành viên Ban Giám khảo."))


@router.get("/members/{juror_id}/dismiss")
def dismiss_page(request: Request, juror_id: int, actor: OrganiserViewDep, session: SessionDep) -> HTMLResponse:
    """Show what happens to a juror's entries when they leave the jury."""
    juror = queries.get_juror(session, programme_id=actor.programme_id, juror_id=juror_id)
    return _dismiss_page(request, session, actor, juror)


def _dismiss_page(
    request: Request, session: Session, actor: Actor, juror: Juror, *, error: DomainError | None = None
) -> HTMLResponse:
    round_, juror_id = round_of(actor), juror.id or 0
    progress = queries.progress_by_juror(session, round_id=round_.id or 0).get(juror_id)
    return page(
        request,
        "jury/dismiss.html",
        status=error.status if error else 200,
        juror=juror,
        name=session.get_one(User, juror.user_id).full_name,
        owed=members_service.list_owed(session, actor=actor, juror_id=juror_id),
        submitted=progress.submitted if progress else 0,
        errors=error.fields if error else {},
        refusal=policy.refuse_dismiss(actor, juror),
    )


@router.post("/members/{juror_id}/dismiss")
def dismiss(
    request: Request, juror_id: int, actor: OrganiserViewDep, session: SessionDep, data: FormDep, now: NowDep
) -> Response:
    """Take a juror off the jury; if they owed entries, propose at once who takes them."""
    juror = queries.get_juror(session, programme_id=actor.programme_id, juror_id=juror_id)
    try:
        reason = DismissalForm.parse(data).reason
        released = members_service.dismiss_juror(session, actor=actor, juror=juror, reason=reason, now=now)
    except Invalid as error:
        return _dismiss_page(request, session, actor, juror, error=error)
    if not released:
        return redirect(f"{_base(actor)}/members", say=N_("Đã đưa khỏi Ban Giám khảo."))
    if not assigning.list_short_entries(session, actor=actor, round_=round_of(actor)):
        # A proposal is about the first marking, and that lacks nobody.
        return redirect(
            f"{_base(actor)}/progress",
            say=N_("Đã rút %(n)s bài khỏi giám khảo này; lượt chấm đầu không thiếu giám khảo.", n=released),
        )
    return _propose_successors(session, actor, released=released, now=now)


def _propose_successors(session: Session, actor: Actor, *, released: int, now: datetime) -> Response:
    round_, target = round_of(actor), f"{_base(actor)}/assignment"
    try:
        assigning.propose_assignment(session, actor=actor, round_=round_, seed=_seed(actor, round_), now=now)
    except Conflict as error:
        said = N_(
            "Đã rút %(n)s bài khỏi giám khảo này, nhưng chưa lập được phương án: %(why)s", n=released, why=error.message
        )
        return redirect(target, say=said, kind="warning")
    return redirect(
        target, say=N_("Đã rút %(n)s bài khỏi giám khảo này; phương án giao lại đang chờ bạn chấp nhận.", n=released)
    )


@router.get("/conflicts")
def conflicts(request: Request, actor: OrganiserViewDep, session: SessionDep) -> HTMLResponse:
    """Show conflicts of interest and why each is one."""
    return _conflicts_page(request, session, actor)


def _conflicts_page(
    request: Request,
    session: Session,
    actor: Actor,
    *,
    typed: Mapping[str, Any] | None = None,
    error: DomainError | None = None,
    refused: views.RefusedReason | None = None,
) -> HTMLResponse:
    everybody = queries.list_jurors(session, programme_id=actor.programme_id, include_left=True)
    entries = queries.list_accepted(session, programme_id=actor.programme_id)
    return page(
        request,
        "jury/conflicts.html",
        status=error.status if error else Invalid.status if refused else 200,
        conflicts=queries.list_conflicts(session, programme_id=actor.programme_id),
        jurors=[row for row in everybody if row.juror.left_at is None],
        names={row.juror.id: row.user.full_name for row in everybody},
        entries={e.id: e for e in entries},
        labels=CONFLICT_LABELS,
        refused=refused,
        values=typed or {},
        errors=error.fields if error else {},
        error=error,
        refusal=refuse_organise(actor),
    )


@router.post("/conflicts")
def add_conflict(
    request: Request, actor: OrganiserViewDep, session: SessionDep, data: FormDep, now: NowDep
) -> Response:
    """Record a conflict that the organiser knows of."""
    try:
        with session.begin_nested():
            members_service.set_conflict(session, actor=actor, form=ConflictForm.parse(data), now=now)
    except Invalid as error:
        return _conflicts_page(request, session, actor, typed=dict(data), error=error)
    return redirect(f"{_base(actor)}/conflicts", say=N_("Đã ghi nhận xung đột lợi ích."))


@router.post("/conflicts/{conflict_id}/dismiss")
def dismiss_conflict(
    request: Request, conflict_id: int, actor: OrganiserViewDep, session: SessionDep, data: FormDep, now: NowDep
) -> Response:
    """Decide that a flagged pair is no conflict."""
    conflict = session.get(JurorConflict, conflict_id)
    if conflict is None:
        raise NotFound
    queries.get_juror(session, programme_id=actor.programme_id, juror_id=conflict.juror_id)
    try:
        reason = RecusalForm.parse({"reason": data.get("reason")}).reason
    except Invalid as error:
        refused = views.refused_reason(conflict_id, error, data.get("reason"))
        return _conflicts_page(request, session, actor, refused=refused)
    members_service.dismiss_conflict(session, actor=actor, conflict=conflict, reason=reason, now=now)
    return redirect(f"{_base(actor)}/conflicts", say=N_("Đã ghi quyết định; lần tính sau không đánh dấu lại."))


# ---- assignment and progress -----------------------------------------------------------------------------------


@router.get("/assignment")
def assignment_page(
    request: Request, actor: OrganiserViewDep, round_: RoundDep, session: SessionDep, now: NowDep
) -> HTMLResponse:
    """Show who judges what, the waiting proposal beside it, and what is short."""
    assert round_.id is not None
    waiting = queries.find_proposal(session, round_id=round_.id)
    everybody = queries.list_jurors(session, programme_id=actor.programme_id, include_left=True)
    entries = queries.list_accepted(session, programme_id=actor.programme_id)
    current = queries.list_assignments(session, round_id=round_.id)
    return page(
        request,
        "jury/assignment.html",
        round=round_,
        rules=programmes.sealed_plan(session, round_=round_).round_rules(round_.key),
        proposal=assigning.read_proposal(waiting) if waiting else None,
        jurors=[row for row in everybody if row.juror.left_at is None],
        names={row.juror.id: row.user.full_name for row in everybody},
        entries=entries,
        current=current,
        seed=_seed(actor, round_),
        short=assigning.list_short_entries(session, actor=actor, round_=round_),
        refusal=policy.refuse_assign(actor, round_=round_),
        open_refusal=_why_not_open(session, actor, round_, now=now),
    )


def _why_not_open(session: Session, actor: Actor, round_: Round, *, now: datetime) -> DomainError | None:
    try:
        assigning.require_openable(session, actor=actor, round_=round_, now=now)
    except DomainError as refusal:
        return refusal
    return None


@router.post("/assignment/propose")
def propose(
    request: Request, actor: OrganiserViewDep, round_: RoundDep, session: SessionDep, data: FormDep, now: NowDep
) -> Response:
    """Compute a proposal from a seed that the page shows."""
    seed = str(data.get("seed") or "").strip() or _seed(actor, round_)
    try:
        assigning.propose_assignment(session, actor=actor, round_=round_, seed=seed[:100], now=now)
    except Conflict as error:
        # Not raised: the conflicts that were found on the way are kept, for a person to decide on.
        return handle_refusal(request, error)
    return redirect(f"{_base(actor)}/assignment", say=N_("Đã lập phương án phân công; vui lòng xem và chấp nhận."))


def _seed(actor: Actor, round_: Round) -> str:
    """The seed that is used where nobody typed one."""
    return f"{actor.scene.programme.slug}/{round_.key}"


@router.post("/assignment/accept")
def accept(actor: OrganiserViewDep, round_: RoundDep, session: SessionDep, now: NowDep) -> Response:
    """Put the waiting proposal into force."""
    assert round_.id is not None
    waiting = queries.find_proposal(session, round_id=round_.id)
    if waiting is None:
        raise Conflict(N_("Không có phương án nào đang chờ. Vui lòng lập phương án."))
    assigning.accept_proposal(session, actor=actor, round_=round_, proposal=assigning.read_proposal(waiting), now=now)
    return redirect(f"{_base(actor)}/assignment", say=N_("Đã áp dụng phương án phân công."))


@router.post("/assignment/discard")
def discard(actor: OrganiserViewDep, round_: RoundDep, session: SessionDep, now: NowDep) -> Response:
    """Throw the waiting proposal away."""
    assigning.discard_proposal(session, actor=actor, round_=round_, now=now)
    return redirect(f"{_base(actor)}/assignment", say=N_("Đã bỏ phương án."), kind="info")


@router.get("/assignment/{entry_id}")
def assignment_of(
    request: Request, entry_id: int, actor: OrganiserViewDep, round_: RoundDep, session: SessionDep
) -> HTMLResponse:
    """Show who judges one entry, who else could and who must not."""
    return _entry_page(request, session, actor, round_, entry_id=entry_id)


def _entry_page(
    request: Request,
    session: Session,
    actor: Actor,
    round_: Round,
    *,
    entry_id: int,
    error: DomainError | None = None,
    refused: views.RefusedReason | None = None,
) -> HTMLResponse:
    assert round_.id is not None
    entry = next((e for e in queries.list_accepted(session, programme_id=actor.programme_id) if e.id == entry_id), None)
    if entry is None:
        raise error or NotFound
    jurors = queries.list_jurors(session, programme_id=actor.programme_id, include_left=True)
    current = [(a, s) for a, s in queries.list_assignments(session, round_id=round_.id) if a.entry_id == entry_id]
    rules = programmes.sealed_plan(session, round_=round_).round_rules(round_.key)
    called = {f.entry.id: f.state for f in queries.list_further(session, round_=round_, rules=rules)}
    return page(
        request,
        "jury/assignment_entry.html",
        status=error.status if error else Invalid.status if refused else 200,
        entry=entry,
        rules=rules,
        gap_limit=gap_limit(rules),
        further=called.get(entry_id),
        current=current,
        active=sum(a.recused_at is None and a.marking == Marking.FIRST for a, _ in current),
        names={row.juror.id: row.user.full_name for row in jurors},
        candidates=views.list_candidates(
            entry,
            jurors=[row for row in jurors if row.juror.left_at is None],
            assigned={a.juror_id for a, _ in current},
            conflicts=queries.list_conflicts(session, programme_id=actor.programme_id),
            loads=queries.progress_by_juror(session, round_id=round_.id),
        ),
        labels=CONFLICT_LABELS,
        error=error,
        refused=refused,
        refusal=policy.refuse_assign(actor, round_=round_),
    )


@router.post("/assignment/add")
def add_pair(
    request: Request, actor: OrganiserViewDep, round_: RoundDep, session: SessionDep, data: FormDep, now: NowDep
) -> Response:
    """Give one entry to one juror by hand."""
    form = PairForm.parse(data)
    try:
        assigning.add_assignment(session, actor=actor, round_=round_, form=form, now=now)
    except (Invalid, Conflict) as error:
        return _entry_page(request, session, actor, round_, entry_id=form.entry_id, error=error)
    return redirect(f"{_base(actor)}/assignment/{form.entry_id}", say=N_("Đã phân công."))


@router.post("/assignment/remove")
def remove_pair(actor: OrganiserViewDep, round_: RoundDep, session: SessionDep, data: FormDep, now: NowDep) -> Response:
    """Take one entry off one juror's list."""
    form = PairForm.parse(data)
    assigning.remove_assignment(session, actor=actor, round_=round_, form=form, now=now)
    return redirect(f"{_base(actor)}/assignment/{form.entry_id}", say=N_("Đã gỡ phân công."))


@router.post("/assignment/release")
def release(
    request: Request, actor: OrganiserViewDep, round_: RoundDep, session: SessionDep, data: FormDep, now: NowDep
) -> Response:
    """Relieve a juror of an entry, with a reason."""
    form = PairForm.parse(data)
    try:
        reason = RecusalForm.parse({"reason": data.get("reason")}).reason
    except Invalid as error:
        refused = views.refused_reason(form.juror_id, error, data.get("reason"))
        return _entry_page(request, session, actor, round_, entry_id=form.entry_id, refused=refused)
    members_service.release_juror(session, actor=actor, form=form, reason=reason, now=now)
    return redirect(
        f"{_base(actor)}/assignment/{form.entry_id}",
        say=N_("Đã rút phân công; phiếu của giám khảo cho bài này không được tính."),
    )


@router.post("/further")
def further(request: Request, actor: OrganiserViewDep, round_: RoundDep, session: SessionDep, now: NowDep) -> Response:
    """Give every entry that waits for a further marking to one more juror."""
    seed = f"{actor.scene.programme.slug}/{round_.key}/further"
    try:
        n = further_marking.assign_further(session, actor=actor, round_=round_, seed=seed, now=now)
    except Conflict as error:
        # Not raised: the conflicts that were found on the way are kept, for a person to decide on.
        return handle_refusal(request, error)
    return redirect(f"{_base(actor)}/progress", say=N_("Đã phân công chấm thêm %(n)s bài.", n=n))


@router.post("/open")
def open_judging(
    request: Request, actor: OrganiserViewDep, round_: RoundDep, session: SessionDep, now: NowDep
) -> Response:
    """Open judging; the rules are sealed from here on."""
    require(refuse_organise(actor))
    try:
        assigning.open_judging(session, actor=actor, round_=round_, now=now)
    except Conflict as error:
        # Not raised: the conflicts that were found on the way are kept, for a person to decide on.
        return handle_refusal(request, error)
    return redirect(f"{_base(actor)}/progress", say=N_("Đã mở chấm. Quy chế đã được niêm phong."))


@router.get("/progress")
def progress(request: Request, actor: OrganiserViewDep, round_: RoundDep, session: SessionDep) -> HTMLResponse:
    """Show how far the jury is, by juror and by entry. Counts only: no marks before the round closes."""
    assert round_.id is not None
    by_entry = queries.progress_by_entry(session, round_id=round_.id)
    by_juror = queries.progress_by_juror(session, round_id=round_.id)
    everybody = queries.list_jurors(session, programme_id=actor.programme_id, include_left=True)
    rules = programmes.sealed_plan(session, round_=round_).round_rules(round_.key)
    entries: list[Entry] = list(queries.list_accepted(session, programme_id=actor.programme_id))
    return page(
        request,
        "jury/progress.html",
        round=round_,
        rules=rules,
        version=actor.scene.version,
        jurors=[row for row in everybody if row.juror.left_at is None or row.juror.id in by_juror],
        by_juror=by_juror,
        entries=entries,
        by_entry=by_entry,
        clashes=queries.list_clashes(session, round_id=round_.id) if round_.closed_at is None else [],
        labels=CONFLICT_LABELS,
        further=queries.list_further(session, round_=round_, rules=rules),
        further_refusal=policy.refuse_further(actor, round_=round_, rules=rules),
        gap_limit=gap_limit(rules),
        done=sum(p.submitted for p in by_juror.values()),
        owed=sum(p.assigned - p.recused for p in by_juror.values()),
    )
