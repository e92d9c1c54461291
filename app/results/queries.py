"""Selects of the results slice."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlalchemy import func
from sqlalchemy.orm import selectinload
from sqlmodel import Session, col, select

from app.core.errors import NotFound
from app.entries.models import Author, Entry, EntryStatus
from app.jury.models import HANDED_IN, Assignment, Marking, ScoreSheet
from app.programmes.models import Round
from app.results.models import Award, Payout, Result, ResultStatus, Standing, TieDecision, Vacancy


def find_result(session: Session, *, round_id: int) -> Result | None:
    """Give the newest result of a round, or None."""
    return session.exec(
        select(Result).where(Result.round_id == round_id).order_by(col(Result.number).desc()).limit(1)
    ).first()


def get_result(session: Session, *, round_id: int) -> Result:
    """Give the newest result of a round; NotFound if it has none."""
    result = find_result(session, round_id=round_id)
    if result is None:
        raise NotFound
    return result


def find_published(session: Session, *, programme_id: int, round_: Round | None = None) -> Result | None:
    """Give the published result of a round, of the last round that has one unless told."""
    return _find_newest(session, programme_id, round_, ResultStatus.PUBLISHED)


def find_approved(session: Session, *, programme_id: int, round_: Round | None = None) -> Result | None:
    """Give the approved result of a round, published or not, of the last round that has one unless told."""
    return _find_newest(session, programme_id, round_, ResultStatus.APPROVED, ResultStatus.PUBLISHED)


def _find_newest(session: Session, programme_id: int, round_: Round | None, *statuses: ResultStatus) -> Result | None:
    query = (
        select(Result)
        .join(Round, col(Round.id) == Result.round_id)
        .where(Round.programme_id == programme_id, col(Result.status).in_(statuses))
        .order_by(col(Round.ordinal).desc(), col(Result.number).desc())
        .limit(1)
    )
    return session.exec(query if round_ is None else query.where(Result.round_id == round_.id)).first()


def list_published_rounds(session: Session, *, programme_id: int) -> Sequence[int]:
    """Give the ids of the rounds whose result is published."""
    return session.exec(
        select(Result.round_id)
        .join(Round, col(Round.id) == Result.round_id)
        .where(Round.programme_id == programme_id, Result.status == ResultStatus.PUBLISHED)
        .distinct()
    ).all()


@dataclass(frozen=True, slots=True)
class CountedSheet:
    """A sheet that is in, of either marking."""

    sheet: ScoreSheet
    entry_id: int
    juror_id: int
    marking: str = Marking.FIRST


def list_counted_sheets(session: Session, *, round_id: int) -> list[CountedSheet]:
    """Give the submitted or locked sheets of a round; recused ones never count."""
    rows = session.exec(
        select(ScoreSheet, Assignment.entry_id, Assignment.juror_id, Assignment.marking)
        .join(Assignment, col(Assignment.id) == ScoreSheet.assignment_id)
        .where(
            Assignment.round_id == round_id,
            col(Assignment.recused_at).is_(None),
            col(ScoreSheet.status).in_(HANDED_IN),
        )
        .order_by(col(Assignment.entry_id), col(Assignment.juror_id))
    ).all()
    return [CountedSheet(*row) for row in rows]


def list_judged_entries(session: Session, *, programme_id: int) -> Sequence[Entry]:
    """Give the accepted entries with their authors, by number."""
    return session.exec(
        select(Entry)
        .where(Entry.programme_id == programme_id, Entry.status == EntryStatus.ACCEPTED)
        .order_by(col(Entry.number))
        .options(selectinload(Entry.authors))  # type: ignore[arg-type]
    ).all()


@dataclass(frozen=True, slots=True)
class Ranked:
    """A line of the ranked list. `low` and `high` are the lowest and highest sheet of the first marking, in units."""

    standing: Standing
    entry: Entry
    low: int
    high: int

    @property
    def mean(self) -> Fraction:
        """The exact mean in points."""
        return Fraction(self.standing.mean_numerator, self.standing.mean_denominator)


def list_ranked(session: Session, *, result: Result) -> list[Ranked]:
    """Give the ranked list, by category and rank, spreads aggregated in SQL: one select and one for the authors."""
    spread = (
        select(
            col(Assignment.entry_id).label("entry_id"),
            func.min(ScoreSheet.total_units).label("low"),
            func.max(ScoreSheet.total_units).label("high"),
        )
        .join(ScoreSheet, col(ScoreSheet.assignment_id) == Assignment.id)
        .where(
            Assignment.round_id == result.round_id,
            Assignment.marking == Marking.FIRST,
            col(Assignment.recused_at).is_(None),
            col(ScoreSheet.status).in_(HANDED_IN),
        )
        .group_by(col(Assignment.entry_id))
        .subquery()
    )
    rows = session.exec(
        select(Standing, Entry, spread.c.low, spread.c.high)
        .join(Entry, col(Entry.id) == Standing.entry_id)
        .join(spread, spread.c.entry_id == Standing.entry_id)
        .where(Standing.result_id == result.id)
        .order_by(col(Standing.category), col(Standing.rank), col(Entry.number))
        .options(selectinload(Entry.authors))  # type: ignore[arg-type]
    ).all()
    return [Ranked(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Prize:
    """An award with its entry, place and payouts."""

    award: Award
    entry: Entry
    standing: Standing
    payouts: Sequence[Payout]


def list_prizes(session: Session, *, result: Result, tiers: Sequence[str]) -> list[Prize]:
    """Give the awards, tiers from the top, individuals before groups within a tier, then by rank."""
    rows = session.exec(
        select(Award, Entry, Standing)
        .join(Entry, col(Entry.id) == Award.entry_id)
        .join(Standing, (col(Standing.entry_id) == Award.entry_id) & (col(Standing.result_id) == Award.result_id))
        .where(Award.result_id == result.id)
        .options(selectinload(Entry.authors).selectinload(Author.consents))  # type: ignore[arg-type]
    ).all()
    payouts: dict[int, list[Payout]] = {}
    for payout in session.exec(
        select(Payout)
        .join(Award, col(Award.id) == Payout.award_id)
        .where(Award.result_id == result.id)
        .order_by(col(Payout.award_id), col(Payout.ordinal))
    ):
        payouts.setdefault(payout.award_id, []).append(payout)
    order = {tier: i for i, tier in enumerate(tiers)}
    prizes = [Prize(a, e, s, payouts.get(a.id or 0, [])) for a, e, s in rows]
    return sorted(
        prizes,
        key=lambda p: (order[p.award.tier], p.award.category != "individual", p.standing.rank, p.entry.number or 0),
    )


def get_payout(session: Session, *, result: Result, payout_id: int) -> Payout:
    """Give a payout of this result; NotFound otherwise."""
    query = select(Payout).join(Award, col(Award.id) == Payout.award_id)
    payout = session.exec(query.where(Payout.id == payout_id, Award.result_id == result.id)).first()
    if payout is None:
        raise NotFound
    return payout


def list_tiers(session: Session, *, result: Result) -> dict[int, str]:
    """Give the tier of each entry that has a prize."""
    return dict(session.exec(select(Award.entry_id, Award.tier).where(Award.result_id == result.id)).all())


def list_vacancies(session: Session, *, result: Result) -> Sequence[Vacancy]:
    """Give the slots that stay empty."""
    return session.exec(
        select(Vacancy).where(Vacancy.result_id == result.id).order_by(col(Vacancy.category), col(Vacancy.id))
    ).all()


def list_tie_decisions(session: Session, *, round_id: int) -> Sequence[TieDecision]:
    """Give the chair's decisions, oldest first: a later one of the same entries counts."""
    return session.exec(select(TieDecision).where(TieDecision.round_id == round_id).order_by(col(TieDecision.id))).all()


def decisions_in_force(decisions: Sequence[TieDecision]) -> list[TieDecision]:
    """Of decisions about the same entries, the latest one each."""
    latest = {frozenset(decision.entry_ids): decision for decision in decisions}
    return list(latest.values())


@dataclass(frozen=True, slots=True)
class PendingTie:
    """Entries that the rules cannot separate at a prize line."""

    tier: str
    category: str
    entry_ids: tuple[int, ...]
    free: int
    why: str


def read_pending(result: Result) -> list[PendingTie]:
    """Give the ties that wait for the chair, from the stored text of the result."""
    content: dict[str, Any] = json.loads(result.canonical) if result.canonical else {}
    return [
        PendingTie(p["tier"], p["category"], tuple(p["entries"]), p["free"], p["why"])
        for p in content.get("pending", [])
    ]
