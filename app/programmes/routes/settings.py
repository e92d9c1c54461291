"""Settings of the plan: versions, the score sheet, prizes, dates, and the demonstration's clock."""
# ruff: noqa: FAST003 - {programme} is read by SceneDep

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import Response

from app.core.clock import in_zone
from app.core.errors import Conflict, Invalid, NotFound, require
from app.core.forms import FORM_REFUSED
from app.core.i18n import N_, Message
from app.core.web import FormDep, SessionDep, SettingsDep, redirect, safe_path
from app.programmes import policy, queries, service
from app.programmes.access import Actor
from app.programmes.deps import ActorDep, NowDep, SettingsReaderDep
from app.programmes.drafts import PhasesDraft, PrizesDraft, RulesDraft
from app.programmes.forms import ClockForm, ReasonForm
from app.programmes.labels import AGGREGATE_LABELS, GAP_OUTCOME_LABELS, GAP_THEN_LABELS
from app.programmes.plan import Plan, Prizes, RoundRules
from app.programmes.routes.frame import base_url, settings_page
from app.programmes.timeline import describe_span

router = APIRouter()

Draft = RulesDraft | PrizesDraft | PhasesDraft
_ADD = "add"


@router.get("/c/{programme}/settings")
def overview(
    request: Request, session: SessionDep, actor: SettingsReaderDep, settings: SettingsDep, now: NowDep
) -> Response:
    """Show the versions of the plan and, in a demonstration, its clock."""
    versions = queries.list_plan_versions(session, programme_id=actor.programme_id)
    authors = queries.list_names(session, user_ids={v.created_by for v in versions if v.created_by is not None})
    return settings_page(
        request,
        "settings",
        actor,
        tab="",
        versions=[{"version": v, "by": authors.get(v.created_by or 0, "")} for v in reversed(versions)],
        rounds=[(r, actor.plan.round_rules(r.key).label) for r in actor.scene.rounds],
        clock=_clock(actor, demo=settings.demo, now=now),
    )


def _clock(actor: Actor, *, demo: bool, now: datetime) -> Mapping[str, Any] | None:
    """Give the demonstration's clock and the moments worth going to, for those who may set it."""
    if policy.refuse_set_clock(actor, demo=demo) is not None:
        return None
    moments: list[tuple[object, datetime]] = []
    for phase in actor.plan.phases:
        opens, closes = actor.plan.opening(phase.key), actor.plan.deadline(phase.key)
        if opens is not None:
            moments.append((N_("Ngày đầu: %(phase)s", phase=phase.label), opens + timedelta(hours=8)))
        if closes is not None:
            moments.append((N_("Một giờ trước hạn: %(phase)s", phase=phase.label), closes - timedelta(hours=1)))
            moments.append((N_("Ngay sau hạn: %(phase)s", phase=phase.label), closes + timedelta(minutes=1)))
    local = [(label, in_zone(moment, actor.plan.zone)) for label, moment in moments]
    return {
        "shown": in_zone(now, actor.plan.zone).strftime("%Y-%m-%dT%H:%M"),
        "moments": [(label, f"{m:%Y-%m-%dT%H:%M}", f"{m:%H:%M %d/%m/%Y}") for label, m in local],
    }


@router.post("/c/{programme}/clock")
def set_clock(data: FormDep, session: SessionDep, actor: ActorDep, settings: SettingsDep) -> Response:
    """Set the demonstration's clock."""
    form = ClockForm.parse(data)
    shown_at = form.shown_at.replace(tzinfo=actor.plan.zone)
    service.set_clock(session, actor=actor, shown_at=shown_at, demo=settings.demo)
    say = N_("Đồng hồ trình diễn đã chỉnh đến %(moment)s.", moment=f"{shown_at:%H:%M %d/%m/%Y}")
    return redirect(safe_path(form.next, default=base_url(actor)), say=say)


# ---- the score sheet -------------------------------------------------------------------------------------


@router.get("/c/{programme}/settings/rules")
def rules_page(request: Request, actor: SettingsReaderDep, round: str = "") -> Response:  # noqa: A002 - in the address
    """Show how a round is judged."""
    rules = _rules_of(actor.plan, round)
    return _rules_page(request, actor, draft=RulesDraft.of(rules))


def _rules_of(plan: Plan, key: str) -> RoundRules:
    found = next((r for r in plan.rounds if key in ("", r.key)), None)
    if found is None:
        raise NotFound
    return found


def _rules_page(
    request: Request, actor: Actor, *, draft: RulesDraft, reason: str = "", error: Invalid | Conflict | None = None
) -> Response:
    labels = {c["key"]: c["label"] for c in draft.rubric if c["key"]}
    return settings_page(
        request,
        "rules",
        actor,
        tab="rules",
        error=error,
        draft=draft,
        labels=draft.labels(),
        reason=reason,
        round_tabs=[
            {"label": r.label, "href": f"{base_url(actor)}/rules?round={r.key}", "active": r.key == draft.round_key}
            for r in actor.plan.rounds
        ],
        tie_options=[*labels.items(), ("chair", N_("Trưởng Ban Tổ chức quyết định"))],
        aggregates=list(AGGREGATE_LABELS.items()),
        gap_thens=list(GAP_THEN_LABELS.items()),
        gap_outcomes=list(GAP_OUTCOME_LABELS.items()),
    )


@router.post("/c/{programme}/settings/rules")
def edit_rules(
    request: Request,
    data: FormDep,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    round: str = "",  # noqa: A002 - in the address
) -> Response:
    """Save the rules of a round as the next version of the plan."""
    rules = _rules_of(actor.plan, round)
    draft = RulesDraft.typed(rules.key, data)
    reason = str(data.get("reason", ""))
    if data.get("do"):
        _change_rows(draft.rubric, str(data["do"]), empty="key label max step weight description levels")
        return _rules_page(request, actor, draft=draft, reason=reason)
    if (error := _try_to_save(session, actor, draft=draft, data=data, now=now)) is not None:
        return _rules_page(request, actor, draft=draft, reason=reason, error=error)
    return redirect(f"{base_url(actor)}/rules?round={rules.key}", say=_SAVED)


def _change_rows(rows: list[dict[str, str]], do: str, *, empty: str) -> None:
    """Add or drop a row for a browser without scripts; nothing is saved."""
    if do == _ADD:
        rows.append(dict.fromkeys(empty.split(), ""))
    elif do.startswith("remove.") and do[7:].isdigit() and int(do[7:]) < len(rows):
        del rows[int(do[7:])]


_SAVED = N_("Đã lưu thành bản kế hoạch mới.")


def _try_to_save(
    session: Session, actor: Actor, *, draft: Draft, data: FormData, now: datetime
) -> Invalid | Conflict | None:
    """Store the draft as the next version; give what is wrong with it, and then nothing is stored."""
    require(policy.refuse_edit_plan(actor))
    try:
        form, plan = _check(actor.plan, draft=draft, data=data)
        service.save_plan(session, actor=actor, plan=plan, reason=form.reason, base=form.base, now=now)
    except (Invalid, Conflict) as error:
        session.rollback()
        return error
    return None


def _check(plan: Plan, *, draft: Draft, data: FormData) -> tuple[ReasonForm, Plan]:
    """Check the reason and the draft together, so that all faults show at once."""
    faults: dict[str, Message] = {}
    form = edited = None
    try:
        edited = draft.apply(plan)
    except Invalid as error:
        faults |= error.fields
    try:
        form = ReasonForm.parse(data)
    except Invalid as error:
        faults |= error.fields
    if form is None or edited is None:
        raise Invalid(FORM_REFUSED, fields=faults)
    return form, edited


# ---- prizes ----------------------------------------------------------------------------------------------


@router.get("/c/{programme}/settings/prizes")
def prizes_page(request: Request, actor: SettingsReaderDep) -> Response:
    """Show the prizes."""
    return _prizes_page(request, actor, draft=PrizesDraft.of(_prizes_of(actor.plan)))


def _prizes_of(plan: Plan) -> Prizes:
    if plan.prizes is None:
        raise NotFound
    return plan.prizes


def _prizes_page(
    request: Request, actor: Actor, *, draft: PrizesDraft, reason: str = "", error: Invalid | Conflict | None = None
) -> Response:
    entrants = actor.plan.entrants
    return settings_page(
        request,
        "prizes",
        actor,
        tab="prizes",
        error=error,
        draft=draft,
        labels=draft.labels(),
        reason=reason,
        total=actor.plan.prize_rules.total(),
        has_individual=bool(entrants and entrants.individual),
        has_group=bool(entrants and entrants.group),
    )


@router.post("/c/{programme}/settings/prizes")
def edit_prizes(request: Request, data: FormDep, session: SessionDep, actor: ActorDep, now: NowDep) -> Response:
    """Save the prizes as the next version of the plan."""
    _prizes_of(actor.plan)
    draft = PrizesDraft.typed(data)
    reason = str(data.get("reason", ""))
    if data.get("do"):
        _change_rows(draft.tiers, str(data["do"]), empty="key label amount individual group floor")
        return _prizes_page(request, actor, draft=draft, reason=reason)
    if (error := _try_to_save(session, actor, draft=draft, data=data, now=now)) is not None:
        return _prizes_page(request, actor, draft=draft, reason=reason, error=error)
    return redirect(f"{base_url(actor)}/prizes", say=_SAVED)


# ---- dates -----------------------------------------------------------------------------------------------


@router.get("/c/{programme}/settings/phases")
def phases_page(request: Request, actor: SettingsReaderDep) -> Response:
    """Show the dates."""
    return _phases_page(request, actor, draft=PhasesDraft.of(actor.plan))


def _phases_page(
    request: Request, actor: Actor, *, draft: PhasesDraft, reason: str = "", error: Invalid | Conflict | None = None
) -> Response:
    spans = [describe_span(phase) for phase in actor.plan.phases]
    return settings_page(
        request,
        "phases",
        actor,
        tab="phases",
        error=error,
        draft=draft,
        labels=draft.labels(),
        reason=reason,
        spans=spans,
    )


@router.post("/c/{programme}/settings/phases")
def edit_phases(request: Request, data: FormDep, session: SessionDep, actor: ActorDep, now: NowDep) -> Response:
    """Save the dates as the next version of the plan."""
    draft = PhasesDraft.typed(actor.plan, data)
    if (error := _try_to_save(session, actor, draft=draft, data=data, now=now)) is not None:
        return _phases_page(request, actor, draft=draft, reason=str(data.get("reason", "")), error=error)
    return redirect(f"{base_url(actor)}/phases", say=_SAVED)
