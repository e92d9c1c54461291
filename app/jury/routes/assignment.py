"""The organiser: who marks what, opening the round, and how far everybody is."""

from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session
from starlette.responses import Response

from app.core.errors import Conflict, DomainError, Invalid, NotFound, require
from app.core.i18n import N_
from app.core.web import FormDep, SessionDep, handle_refusal, page, redirect
from app.entries.models import Entry
from app.jury import policy, queries, views
from app.jury.deps import PREFIX, OrganiserViewDep, RoundDep, base_url
from app.jury.forms import CONFLICT_LABELS, PairForm, RecusalForm
from app.jury.gaps import gap_limit
from app.jury.models import Marking
from app.jury.service import assignment as assigning
from app.jury.service import further as further_marking
from app.jury.service import jurors as members_service
from app.programmes import service as programmes
from app.programmes.access import Actor
from app.programmes.deps import NowDep
from app.programmes.models import Round
from app.programmes.policy import refuse_organise

router = APIRouter(prefix=PREFIX)


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
        seed=seed_of(actor, round_),
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
    seed = str(data.get("seed") or "").strip() or seed_of(actor, round_)
    try:
        assigning.propose_assignment(session, actor=actor, round_=round_, seed=seed[:100], now=now)
    except Conflict as error:
        # Not raised: the conflicts that were found on the way are kept, for a person to decide on.
        return handle_refusal(request, error)
    return redirect(f"{base_url(actor)}/assignment", say=N_("Đã lập phương án phân công; vui lòng xem và chấp nhận."))


def seed_of(actor: Actor, round_: Round) -> str:
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
    return redirect(f"{base_url(actor)}/assignment", say=N_("Đã áp dụng phương án phân công."))


@router.post("/assignment/discard")
def discard(actor: OrganiserViewDep, round_: RoundDep, session: SessionDep, now: NowDep) -> Response:
    """Throw the waiting proposal away."""
    assigning.discard_proposal(session, actor=actor, round_=round_, now=now)
    return redirect(f"{base_url(actor)}/assignment", say=N_("Đã bỏ phương án."), kind="info")


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
    called = queries.find_further(session, round_=round_, rules=rules)
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
    return redirect(f"{base_url(actor)}/assignment/{form.entry_id}", say=N_("Đã phân công."))


@router.post("/assignment/remove")
def remove_pair(actor: OrganiserViewDep, round_: RoundDep, session: SessionDep, data: FormDep, now: NowDep) -> Response:
    """Take one entry off one juror's list."""
    form = PairForm.parse(data)
    assigning.remove_assignment(session, actor=actor, round_=round_, form=form, now=now)
    return redirect(f"{base_url(actor)}/assignment/{form.entry_id}", say=N_("Đã gỡ phân công."))


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
        f"{base_url(actor)}/assignment/{form.entry_id}",
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
    return redirect(f"{base_url(actor)}/progress", say=N_("Đã phân công chấm thêm %(n)s bài.", n=n))


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
    return redirect(f"{base_url(actor)}/progress", say=N_("Đã mở chấm. Quy chế đã được niêm phong."))


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
