"""Programmes as JSON: what their public pages say."""
# ruff: noqa: FAST003 - {programme} is read by SceneDep

from collections.abc import Sequence
from datetime import datetime

from fastapi import APIRouter

from app.core.api import API, API_ROUTER, Answer, plain_points
from app.core.web import SessionDep
from app.programmes import queries
from app.programmes.access import Scene
from app.programmes.deps import SceneDep
from app.programmes.models import PlanVersion, Round
from app.programmes.plan import Host, Plan, Prizes, RoundRules, hundredths

router = APIRouter(prefix=f"{API}/programmes", tags=["programmes"], **API_ROUTER)


class ProgrammeLine(Answer):
    """A contest or movement in the list. `is_sample` marks fictional data."""

    slug: str
    kind: str
    title: str
    authority: str
    is_sample: bool


class ProgrammeList(Answer):
    """All programmes, the newest first."""

    programmes: list[ProgrammeLine]


class HostAnswer(Answer):
    """Who runs the programme."""

    authority: str
    place: str
    standing_agency: str
    level: str
    upper: str


class FieldAnswer(Answer):
    """A field of reform, word for word."""

    key: str
    letter: str
    label: str


class PhaseAnswer(Answer):
    """A span of the programme. «Trước ngày X» closes at X 00:00 in the programme's zone."""

    key: str
    label: str
    opens: datetime | None
    closes: datetime | None


class CriterionAnswer(Answer):
    """A line of the score sheet; marks in points, as text with two decimals."""

    key: str
    label: str
    maximum: str
    step: str
    weight: str
    description: str


class RoundAnswer(Answer):
    """A round of judging under the rules of `plan_version`, which is sealed once the round has opened."""

    key: str
    label: str
    jurors_per_entry: int
    rubric: list[CriterionAnswer]
    plan_version: int
    plan_sha256: str
    opened_at: datetime | None
    closed_at: datetime | None


class SlotAnswer(Answer):
    """Prizes of one tier for one category: how many, how many đồng each, and together."""

    tier: str
    label: str
    category: str
    slots: int
    amount: int
    total: int


class PrizesAnswer(Answer):
    """The prizes of a contest, tiers from the top; `total` is what all of them cost in đồng."""

    slots: list[SlotAnswer]
    total: int
    fund: str


class PlanAnswer(Answer):
    """The version of the plan that is in force. `text` is where its canonical JSON is, whose SHA-256 this is."""

    version: int
    sha256: str
    sealed_at: datetime | None
    text: str


class ProgrammeAnswer(Answer):
    """A programme: what its plan says, and which version of the plan that is."""

    slug: str
    kind: str
    title: str
    time_zone: str
    is_sample: bool
    host: HostAnswer
    fields: list[FieldAnswer]
    phases: list[PhaseAnswer]
    rounds: list[RoundAnswer]
    prizes: PrizesAnswer | None
    plan: PlanAnswer


@router.get("")
def list_programmes(session: SessionDep) -> ProgrammeList:
    """List the programmes, the newest first."""
    return ProgrammeList(
        programmes=[
            ProgrammeLine(
                slug=programme.slug,
                kind=programme.kind,
                title=programme.title,
                authority=plan.host.authority,
                is_sample=programme.is_sample,
            )
            for programme, plan in queries.list_current_plans(session)
        ]
    )


@router.get("/{programme}")
def get_programme(scene: SceneDep, session: SessionDep) -> ProgrammeAnswer:
    """Give a programme: host, fields, deadlines, rubric, prizes, and the version of its plan."""
    plan, version = scene.plan, scene.version
    versions = queries.list_plan_versions(session, programme_id=scene.programme_id)
    return ProgrammeAnswer(
        slug=scene.programme.slug,
        kind=scene.programme.kind,
        title=scene.programme.title,
        time_zone=plan.time_zone,
        is_sample=scene.programme.is_sample,
        host=_host(plan.host),
        fields=[FieldAnswer(key=f.key, letter=f.letter, label=f.label) for f in plan.fields],
        phases=_phases(plan),
        rounds=_rounds(scene, versions),
        prizes=None if plan.prizes is None else _prizes(plan.prizes),
        plan=PlanAnswer(
            version=version.number,
            sha256=version.sha256,
            sealed_at=version.sealed_at,
            text=f"/c/{scene.programme.slug}/plan/{version.number}",
        ),
    )


def _host(host: Host) -> HostAnswer:
    return HostAnswer(
        authority=host.authority,
        place=host.place,
        standing_agency=host.standing_agency,
        level=host.level,
        upper=host.upper,
    )


def _phases(plan: Plan) -> list[PhaseAnswer]:
    return [
        PhaseAnswer(key=p.key, label=p.label, opens=plan.opening(p.key), closes=plan.deadline(p.key))
        for p in plan.phases
    ]


def _rounds(scene: Scene, versions: Sequence[PlanVersion]) -> list[RoundAnswer]:
    by_id = {version.id: version for version in versions}
    # A round that is not open yet has no version of its own: the one in force would be sealed for it.
    ruled = [(round_, by_id.get(round_.plan_version_id, scene.version)) for round_ in scene.rounds]
    return [_round(round_, version) for round_, version in ruled]


def _round(round_: Round, version: PlanVersion) -> RoundAnswer:
    rules = queries.read_plan(version).round_rules(round_.key)
    return RoundAnswer(
        key=round_.key,
        label=rules.label,
        jurors_per_entry=rules.jurors_per_entry,
        rubric=_rubric(rules),
        plan_version=version.number,
        plan_sha256=version.sha256,
        opened_at=round_.opened_at,
        closed_at=round_.closed_at,
    )


def _rubric(rules: RoundRules) -> list[CriterionAnswer]:
    return [
        CriterionAnswer(
            key=c.key,
            label=c.label,
            maximum=plain_points(hundredths(c.max)),
            step=plain_points(hundredths(c.step)),
            weight=format(c.weight, "f"),
            description=c.description,
        )
        for c in rules.rubric
    ]


def _prizes(prizes: Prizes) -> PrizesAnswer:
    return PrizesAnswer(
        slots=[
            SlotAnswer(
                tier=tier,
                label=prizes.labels[tier],
                category=category,
                slots=slots[tier],
                amount=prizes.amount_for(tier, category),
                total=prizes.amount_for(tier, category) * slots[tier],
            )
            for category, slots in prizes.slots.items()
            for tier in prizes.order
            if slots.get(tier)
        ],
        total=prizes.total(),
        fund=prizes.fund,
    )
