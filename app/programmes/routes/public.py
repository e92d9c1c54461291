"""What everybody may read: the list of programmes, a programme's own page, a sealed plan word for word."""
# ruff: noqa: FAST003 - {programme} is read by SceneDep

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from app.core.clock import list_nows
from app.core.errors import NotFound
from app.core.web import SessionDep, page
from app.programmes import policy, queries
from app.programmes.access import Scene
from app.programmes.deps import MaybeActorDep, NowDep, SceneDep
from app.programmes.labels import BODY_LABELS
from app.programmes.models import Body, PlanVersion, Unit
from app.programmes.plan import RoundRules, UnitCategory
from app.programmes.timeline import list_phases

router = APIRouter()


@dataclass(frozen=True, slots=True)
class SealedRound:
    """The rules that a round is judged under, and the version that holds them."""

    rules: RoundRules
    version: PlanVersion


def list_of_programmes(request: Request, session: Session, *, demo: bool) -> Response:
    """Show the programmes to the public; the home page of who is signed in belongs to the desk."""
    plans = queries.list_current_plans(session)
    nows = list_nows(session, scopes=[programme.slug for programme, _ in plans], demo=demo)
    cards = [
        {
            "programme": programme,
            "plan": plan,
            "contest": plan.kind == "contest",
            "phases": list_phases(plan, now=nows[programme.slug]),
        }
        for programme, plan in plans
    ]
    return page(request, "programmes/list.html", cards=cards)


@router.get("/c/{programme}")
def programme_page(
    request: Request, scene: SceneDep, session: SessionDep, actor: MaybeActorDep, now: NowDep
) -> Response:
    """Show the plan, the deadlines and how to enter."""
    rosters = queries.list_rosters(session, programme_id=scene.programme_id)
    return page(
        request,
        "programmes/public.html",
        scene=scene,
        contest=scene.plan.kind == "contest",
        phases=list_phases(scene.plan, now=now),
        units=_units_by_category(scene, queries.list_units(session, programme_id=scene.programme_id)),
        sealed=_sealed_rounds(scene, queries.list_plan_versions(session, programme_id=scene.programme_id)),
        rosters=[(BODY_LABELS[body], rosters[body]) for body in Body if rosters[body] and _is_shown(scene, body)],
        may_set_up=actor is not None and policy.refuse_see_settings(actor) is None,
    )


def _units_by_category(scene: Scene, units: Sequence[Unit]) -> list[tuple[UnitCategory, list[Unit]]]:
    return [(c, [unit for unit in units if unit.category == c.key]) for c in scene.plan.unit_categories]


def _sealed_rounds(scene: Scene, versions: Sequence[PlanVersion]) -> list[SealedRound]:
    by_id = {version.id: version for version in versions}
    sealed = ((round_, by_id[round_.plan_version_id]) for round_ in scene.rounds if round_.plan_version_id is not None)
    return [SealedRound(queries.read_plan(v).round_rules(r.key), v) for r, v in sealed]


def _is_shown(scene: Scene, body: Body) -> bool:
    # While they judge, jurors are nobody's to call on.
    return body != Body.JURY or (bool(scene.rounds) and all(r.closed_at is not None for r in scene.rounds))


@router.get("/c/{programme}/plan/{number}")
def plan_text(scene: SceneDep, session: SessionDep, actor: MaybeActorDep, number: int) -> Response:
    """Give a version of the plan byte for byte, so that anybody can compute its SHA-256."""
    version = queries.get_numbered_version(session, programme_id=scene.programme_id, number=number)
    is_public = version.sealed_at is not None or version.id == scene.version.id
    if not is_public and (actor is None or policy.refuse_see_settings(actor) is not None):
        raise NotFound
    name = f"{scene.programme.slug}-{number}.json"
    return Response(
        version.canonical.encode(),
        media_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )
