"""Results and payouts as JSON: the public sees what is published, organisers and the chair what is approved."""
# ruff: noqa: FAST003 - {programme} is read by SceneDep

from collections.abc import Sequence
from datetime import datetime

from fastapi import APIRouter
from sqlmodel import Session

from app.core.api import API, API_ROUTER, Answer, plain_points
from app.core.errors import Conflict, NotFound
from app.core.i18n import N_
from app.core.web import SessionDep
from app.entries.models import Author, Entry, Purpose
from app.entries.policy import all_agree
from app.jury.deps import OrganiserViewDep
from app.programmes.access import Scene
from app.programmes.deps import MaybeActorDep, SceneDep
from app.programmes.models import PlanVersion, Round
from app.programmes.plan import Plan
from app.programmes.queries import read_plan
from app.results import policy, queries
from app.results.deps import JudgedRoundDep, NamedRoundDep
from app.results.models import Result, Standing, Vacancy
from app.results.queries import Prize

router = APIRouter(prefix=f"{API}/programmes", tags=["results"], **API_ROUTER)


class PrizeAnswer(Answer):
    """A prize. `authors` are named only if every one of them agreed to be; `amount` is in đồng."""

    tier: str
    tier_label: str
    category: str
    rank: int
    score: str
    number: int
    title: str
    authors: list[str]
    unit: str
    field: str
    amount: int
    why: str


class StandingAnswer(Answer):
    """The place of an entry within its category.

    `further` of the sheets are of a further marking; `gap_policy` is then what the rules made of them, else empty.
    """

    category: str
    rank: int
    score: str
    sheets: int
    further: int
    gap_policy: str
    number: int
    title: str
    unit: str


class VacancyAnswer(Answer):
    """Prizes that were not given: what the rules say, and the reason that a person gave."""

    tier: str
    category: str
    count: int
    why: str
    reason: str


class ResultsAnswer(Answer):
    """A round's result under sealed rules. `standings` are the prize winners; organisers and the chair see all entries.

    `sha256` is the fingerprint of the result as it was approved, `plan_sha256` that of the rules.
    """

    round: str
    number: int
    sha256: str
    plan_version: int
    plan_sha256: str
    status: str
    approved_at: datetime | None
    published_at: datetime | None
    prizes: list[PrizeAnswer]
    standings: list[StandingAnswer]
    vacancies: list[VacancyAnswer]
    total: int


class PayoutAnswer(Answer):
    """What one author is paid, in đồng."""

    payee: str
    unit: str
    tier: str
    category: str
    number: int
    title: str
    amount: int


class PayoutsAnswer(Answer):
    """All payouts of a result; the parts of a prize add up to it, and `total` is the sum."""

    round: str
    result: int
    result_sha256: str
    payouts: list[PayoutAnswer]
    total: int


# ---- results ---------------------------------------------------------------------------------------------------


@router.get("/{programme}/results")
def get_results(scene: SceneDep, named: NamedRoundDep, actor: MaybeActorDep, session: SessionDep) -> ResultsAnswer:
    """Give the published result of a round (the last that has one); organisers and the chair see an approved one."""
    sees_all = actor is not None and policy.refuse_see(actor) is None
    result = _result(session, scene, named, sees_all=sees_all)
    version = session.get_one(PlanVersion, result.plan_version_id)
    plan = read_plan(version)
    prizes = queries.list_prizes(session, result=result, tiers=plan.prize_rules.order)
    return ResultsAnswer(
        round=session.get_one(Round, result.round_id).key,
        number=result.number,
        sha256=result.sha256,
        plan_version=version.number,
        plan_sha256=version.sha256,
        status=result.status,
        approved_at=result.approved_at,
        published_at=result.published_at,
        prizes=[_prize(prize, plan) for prize in prizes],
        standings=_all_standings(session, result) if sees_all else [_standing(p.standing, p.entry) for p in prizes],
        vacancies=[_vacancy(v) for v in queries.list_vacancies(session, result=result)],
        total=sum(prize.award.amount for prize in prizes),
    )


def _result(session: Session, scene: Scene, named: Round | None, *, sees_all: bool) -> Result:
    find = queries.find_approved if sees_all else queries.find_published
    result = find(session, programme_id=scene.programme_id, round_=named)
    if result is None:
        raise NotFound(N_("Kết quả chưa được công bố."))
    return result


def _prize(prize: Prize, plan: Plan) -> PrizeAnswer:
    return PrizeAnswer(
        tier=prize.award.tier,
        tier_label=plan.prize_rules.labels[prize.award.tier],
        category=prize.award.category,
        rank=prize.standing.rank,
        score=plain_points(prize.standing.score),
        number=prize.entry.number or 0,
        title=prize.entry.title,
        authors=_named_authors(prize.entry.authors),
        unit=prize.entry.unit_name,
        field=plan.field_label(prize.entry.field),
        amount=prize.award.amount,
        why=prize.award.why,
    )


def _named_authors(authors: Sequence[Author]) -> list[str]:
    if not all_agree(authors, Purpose.PUBLICATION):
        return []
    return [a.full_name for a in sorted(authors, key=lambda a: (not a.is_representative, a.ordinal))]


def _all_standings(session: Session, result: Result) -> list[StandingAnswer]:
    return [_standing(row.standing, row.entry) for row in queries.list_ranked(session, result=result)]


def _standing(standing: Standing, entry: Entry) -> StandingAnswer:
    return StandingAnswer(
        category=standing.category,
        rank=standing.rank,
        score=plain_points(standing.score),
        sheets=standing.sheets,
        further=standing.further,
        gap_policy=standing.gap_policy,
        number=entry.number or 0,
        title=entry.title,
        unit=entry.unit_name,
    )


def _vacancy(vacancy: Vacancy) -> VacancyAnswer:
    return VacancyAnswer(
        tier=vacancy.tier,
        category=vacancy.category,
        count=vacancy.count,
        why=vacancy.why,
        reason=vacancy.reason,
    )


# ---- payouts ---------------------------------------------------------------------------------------------------


@router.get("/{programme}/payouts")
def get_payouts(_actor: OrganiserViewDep, round_: JudgedRoundDep, session: SessionDep) -> PayoutsAnswer:
    """Give what each author is paid under an approved result; for organisers and the chair."""
    assert round_.id is not None
    result = _approved(session, round_id=round_.id)
    plan = read_plan(session.get_one(PlanVersion, result.plan_version_id))
    prizes = queries.list_prizes(session, result=result, tiers=plan.prize_rules.order)
    payouts = [
        PayoutAnswer(
            payee=payout.payee,
            unit=prize.entry.unit_name,
            tier=prize.award.tier,
            category=prize.award.category,
            number=prize.entry.number or 0,
            title=prize.entry.title,
            amount=payout.amount,
        )
        for prize in prizes
        for payout in prize.payouts
    ]
    return PayoutsAnswer(
        round=round_.key,
        result=result.number,
        result_sha256=result.sha256,
        payouts=payouts,
        total=sum(p.amount for p in payouts),
    )


def _approved(session: Session, *, round_id: int) -> Result:
    result = queries.find_result(session, round_id=round_id)
    if result is None or result.approved_at is None:
        raise Conflict(N_("Danh sách chi tiền thưởng có sau khi Trưởng Ban Tổ chức phê duyệt kết quả."))
    return result
