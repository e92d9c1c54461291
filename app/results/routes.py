"""Pages of the result: closing, ranking, ties, vacancies, approval, publication, payouts, and what the public sees."""

from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlmodel import Session
from starlette.responses import Response

from app.core.errors import Conflict, Invalid, NotFound
from app.core.forms import unpack
from app.core.i18n import N_
from app.core.web import FormDep, SessionDep, handle_refusal, page, redirect, wants_json
from app.jury import queries as jury
from app.jury.deps import OrganiserViewDep
from app.jury.forms import CONFLICT_LABELS
from app.jury.gaps import gap_limit
from app.jury.policy import refuse_clashes, refuse_further
from app.jury.service.assignment import list_short_entries
from app.programmes import service as programmes
from app.programmes.access import Actor, Scene
from app.programmes.deps import MaybeActorDep, NowDep, SceneDep
from app.programmes.models import PlanVersion, Round
from app.programmes.queries import read_plan
from app.results import policy, queries, service, views
from app.results.deps import JudgedRoundDep, NamedRoundDep
from app.results.forms import ReasonForm, TieForm
from app.results.models import Result, Vacancy

router = APIRouter(prefix="/c/{programme}/results", include_in_schema=False)
_NOTHING_REFUSED = views.Refused()


def _named(scene: Scene, round_: Round) -> str:
    """The end of an address about the result of a round; a contest of one round needs not name it."""
    return f"?round={round_.key}" if len(scene.rounds) > 1 else ""


def _link(scene: Scene, round_: Round, path: str = "") -> str:
    return f"/c/{scene.programme.slug}/results{path}{_named(scene, round_)}"


def _page(
    request: Request, name: str, actor: Actor, round_: Round, *, status: int = 200, **context: Any
) -> HTMLResponse:
    """A page about one round's result, for those who run the contest."""
    path = request.url.path
    if request.method == "POST":  # refused: the form stands on the overview
        path = f"/c/{actor.scene.programme.slug}/results"
    tabs = [
        {"label": actor.plan.round_rules(r.key).label, "href": f"{path}?round={r.key}", "active": r.id == round_.id}
        for r in actor.scene.rounds
    ]
    return page(
        request,
        name,
        status=status,
        round=round_,
        round_tabs=tabs if len(tabs) > 1 else [],
        link=partial(_link, actor.scene, round_),
        named=_named(actor.scene, round_),
        **context,
    )


def _result(session: Session, round_: Round) -> Result:
    assert round_.id is not None
    return queries.get_result(session, round_id=round_.id)


@router.get("")
def overview(request: Request, actor: OrganiserViewDep, round_: JudgedRoundDep, session: SessionDep) -> HTMLResponse:
    """Before closing: what is missing. After: prizes, ties, vacancies, and the next step."""
    return _overview_page(request, session, actor, round_)


def _overview_page(
    request: Request, session: Session, actor: Actor, round_: Round, *, refused: views.Refused = _NOTHING_REFUSED
) -> HTMLResponse:
    assert round_.id is not None
    result = queries.find_result(session, round_id=round_.id)
    if result is None:
        return _closing_page(request, session, actor, round_)
    plan = programmes.sealed_plan(session, round_=round_)
    rules = plan.round_rules(round_.key)
    prizes = queries.list_prizes(session, result=result, tiers=plan.prize_rules.order)
    tiers = {p.award.entry_id: p.award.tier for p in prizes}
    ranked = [views.rank_line(r, rules=rules, tiers=tiers) for r in queries.list_ranked(session, result=result)]
    vacancies = queries.list_vacancies(session, result=result)
    pending = queries.read_pending(result)
    decided = queries.list_tie_decisions(session, round_id=round_.id)
    return _page(
        request,
        "results/overview.html",
        actor,
        round_,
        status=refused.error.status if refused.error else 200,
        rules=rules,
        sealed=plan,
        result=result,
        version=session.get_one(PlanVersion, result.plan_version_id),
        prizes=prizes,
        total=sum(p.award.amount for p in prizes),
        budget=plan.prize_rules.total(),
        lines={line.entry.id: line for line in ranked},
        gaps=[line for line in ranked if line.has_gap],
        gap_limit=gap_limit(rules),
        gap_outcome=views.gap_outcome(rules),
        vacancies=vacancies,
        pending=pending,
        decisions=decided,
        in_force={d.id for d in queries.decisions_in_force(decided)},
        tie_form=views.tie_form,
        refused=refused,
        refusals={
            "tie": policy.refuse_decide_tie(actor, result),
            "vacancy": policy.refuse_explain_vacancy(actor, result),
            "approve": policy.refuse_approve(
                actor, result, pending=len(pending), unexplained=sum(not v.reason for v in vacancies)
            ),
            "publish": policy.refuse_publish(actor, result),
            "unpublish": policy.refuse_unpublish(actor, result),
        },
    )


def _closing_page(
    request: Request, session: Session, actor: Actor, round_: Round, *, error: Conflict | None = None
) -> HTMLResponse:
    assert round_.id is not None
    rules = programmes.sealed_plan(session, round_=round_).round_rules(round_.key)
    missing = jury.list_owed_sheets(session, round_id=round_.id) if round_.opened_at else []
    short = list_short_entries(session, actor=actor, round_=round_) if round_.opened_at else []
    clashes = jury.list_clashes(session, round_id=round_.id) if round_.opened_at else []
    further = jury.list_further(session, round_=round_, rules=rules)
    owed = sum(f.state != jury.FurtherState.MARKED for f in further)
    refusal = policy.refuse_close(actor, round_=round_, missing=len(missing), short=len(short), further=owed)
    return _page(
        request,
        "results/closing.html",
        actor,
        round_,
        status=error.status if error else 200,
        debtors=views.list_debtors(missing),
        missing=len(missing),
        short=short,
        clashes=clashes,
        labels=CONFLICT_LABELS,
        closes=actor.plan.deadline("judging"),
        site=request.app.state.settings.base_url.rstrip("/"),
        further=further,
        further_refusal=refuse_further(actor, round_=round_, rules=rules),
        gap_limit=gap_limit(rules),
        error=error,
        refusal=refusal or refuse_clashes(len(clashes)),
    )


@router.post("/close")
def close(
    request: Request, actor: OrganiserViewDep, round_: JudgedRoundDep, session: SessionDep, now: NowDep
) -> Response:
    """Close the round, or say exactly what is missing."""
    try:
        service.close_round(session, actor=actor, round_=round_, now=now)
    except Conflict as error:
        # Not raised: the conflicts that were found on the way are kept, for a person to decide on.
        if wants_json(request):
            return handle_refusal(request, error)
        return _closing_page(request, session, actor, round_, error=error)
    return redirect(_link(actor.scene, round_), say=N_("Đã đóng vòng chấm và lập đề xuất giải thưởng."))


@router.post("/ties")
def ties(
    request: Request, actor: OrganiserViewDep, round_: JudgedRoundDep, session: SessionDep, data: FormDep, now: NowDep
) -> Response:
    """Record the chair's order of tied entries."""
    result = _result(session, round_)
    try:
        with session.begin_nested():
            form = TieForm.parse(data)
            service.decide_tie(
                session, actor=actor, round_=round_, result=result, order=form.order, reason=form.reason, now=now
            )
    except Invalid as error:
        refused = views.Refused(str(data.get("tie") or ""), unpack(data), error)
        return _overview_page(request, session, actor, round_, refused=refused)
    return redirect(_link(actor.scene, round_), say=N_("Đã ghi quyết định; đề xuất giải thưởng được lập lại."))


@router.post("/vacancies/{vacancy_id}")
def vacancy(
    request: Request,
    vacancy_id: int,
    actor: OrganiserViewDep,
    round_: JudgedRoundDep,
    session: SessionDep,
    data: FormDep,
    now: NowDep,
) -> Response:
    """Record why a slot stays empty."""
    result = _result(session, round_)
    row = session.get(Vacancy, vacancy_id)
    if row is None or row.result_id != result.id:
        raise NotFound
    try:
        form = ReasonForm.parse(data)
    except Invalid as error:
        refused = views.Refused(f"vacancy-{vacancy_id}", unpack(data), error)
        return _overview_page(request, session, actor, round_, refused=refused)
    service.explain_vacancy(session, actor=actor, result=result, vacancy=row, reason=form.reason, now=now)
    return redirect(_link(actor.scene, round_), say=N_("Đã ghi lý do để trống giải."))


@router.post("/approve")
def approve(actor: OrganiserViewDep, round_: JudgedRoundDep, session: SessionDep, now: NowDep) -> Response:
    """Approve the result; it is frozen from here on."""
    service.approve_result(session, actor=actor, result=_result(session, round_), now=now)
    return redirect(_link(actor.scene, round_), say=N_("Đã phê duyệt kết quả."))


@router.post("/publish")
def publish(actor: OrganiserViewDep, round_: JudgedRoundDep, session: SessionDep, now: NowDep) -> Response:
    """Show the result to everybody."""
    service.publish_result(session, actor=actor, result=_result(session, round_), now=now)
    return redirect(_link(actor.scene, round_), say=N_("Đã công bố kết quả."))


@router.post("/unpublish")
def unpublish(
    request: Request, actor: OrganiserViewDep, round_: JudgedRoundDep, session: SessionDep, data: FormDep, now: NowDep
) -> Response:
    """Take the publication back."""
    try:
        form = ReasonForm.parse(data)
    except Invalid as error:
        refused = views.Refused("unpublish", unpack(data), error)
        return _overview_page(request, session, actor, round_, refused=refused)
    service.unpublish_result(session, actor=actor, result=_result(session, round_), reason=form.reason, now=now)
    return redirect(_link(actor.scene, round_), say=N_("Đã rút công bố."), kind="info")


@router.get("/ranking")
def ranking(request: Request, actor: OrganiserViewDep, round_: JudgedRoundDep, session: SessionDep) -> HTMLResponse:
    """Show every judged entry in order, with exact means and spreads."""
    result = _result(session, round_)
    plan = programmes.sealed_plan(session, round_=round_)
    rules = plan.round_rules(round_.key)
    tiers = queries.list_tiers(session, result=result)
    lines = [views.rank_line(r, rules=rules, tiers=tiers) for r in queries.list_ranked(session, result=result)]
    return _page(
        request,
        "results/ranking.html",
        actor,
        round_,
        result=result,
        rules=rules,
        sealed=plan,
        lines=lines,
        gap_limit=gap_limit(rules),
        gap_outcome=views.gap_outcome(rules),
    )


@router.get("/payouts")
def payouts(request: Request, actor: OrganiserViewDep, round_: JudgedRoundDep, session: SessionDep) -> HTMLResponse:
    """Show what each author is paid, once approved."""
    result = _result(session, round_)
    if result.approved_at is None:
        raise Conflict(N_("Danh sách chi tiền thưởng có sau khi Trưởng Ban Tổ chức phê duyệt kết quả."))
    plan = programmes.sealed_plan(session, round_=round_)
    prizes = queries.list_prizes(session, result=result, tiers=plan.prize_rules.order)
    return _page(
        request,
        "results/payouts.html",
        actor,
        round_,
        result=result,
        sealed=plan,
        payees=views.list_payees(prizes),
        total=sum(p.amount for prize in prizes for p in prize.payouts),
        refusal=policy.refuse_record_consent(actor, result),
    )


@router.post("/payouts/{payout_id}/consent")
def record_consent(
    payout_id: int, actor: OrganiserViewDep, round_: JudgedRoundDep, session: SessionDep, now: NowDep
) -> Response:
    """Write down that a winner has agreed to being paid."""
    result = _result(session, round_)
    payout = queries.get_payout(session, result=result, payout_id=payout_id)
    service.record_payment_consent(session, actor=actor, result=result, payout=payout, now=now)
    return redirect(
        _link(actor.scene, round_, "/payouts"), say=N_("Đã ghi nhận đồng ý của %(name)s.", name=payout.payee)
    )


@router.get("/public")
def public(
    request: Request, scene: SceneDep, named: NamedRoundDep, session: SessionDep, _actor: MaybeActorDep, _now: NowDep
) -> HTMLResponse:
    """The result as everybody may see it; it does not exist before publication."""
    result = queries.find_published(session, programme_id=scene.programme_id, round_=named)
    if result is None:
        raise NotFound(N_("Kết quả chưa được công bố."))
    version = session.get_one(PlanVersion, result.plan_version_id)
    plan = read_plan(version)
    prizes = queries.list_prizes(session, result=result, tiers=plan.prize_rules.order)
    round_ = next(r for r in scene.rounds if r.id == result.round_id)
    published = queries.list_published_rounds(session, programme_id=scene.programme_id)
    tabs = [
        {"label": scene.plan.round_rules(r.key).label, "href": f"?round={r.key}", "active": r.id == round_.id}
        for r in scene.rounds
        if r.id in published
    ]
    return page(
        request,
        "results/public.html",
        round_tabs=tabs if len(tabs) > 1 else [],
        rules=plan.round_rules(round_.key),
        result=result,
        version=version,
        sealed=plan,
        prizes=[views.public_prize(p, field_label=plan.field_label(p.entry.field)) for p in prizes],
        vacancies=queries.list_vacancies(session, result=result),
        total=sum(p.award.amount for p in prizes),
        gap_outcome=views.gap_outcome(plan.round_rules(round_.key)),
    )
