"""From closed sheets to paid prizes: exact, explained, decided by people where rules end."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col, select

from app.core.errors import Conflict, Invalid, require
from app.core.i18n import N_
from app.entries.models import Author, Category, Consent, Entry, Purpose
from app.journal import service as journal
from app.jury import queries as jury
from app.jury.models import Marking, SheetStatus
from app.jury.service.assignment import discard_proposal, require_no_clash
from app.programmes import queries as programme_queries
from app.programmes import service as programmes
from app.programmes.access import Actor
from app.programmes.models import Round
from app.programmes.plan import RoundRules
from app.results import policy, queries
from app.results.models import Award, Payout, Result, ResultStatus, Standing, TieDecision, Vacancy
from app.results.queries import PendingTie
from app.results.scores import Score, score_entries
from scoring import Allocation, Contender, allocate_prizes, canonical_json, rank, split_amount
from scoring import Vacancy as Unfilled

_HUNDREDTHS = 100


def close_round(session: Session, *, actor: Actor, round_: Round, now: datetime) -> Result:
    """Close the round, lock its sheets and compute the first proposal. Says exactly what is missing if it cannot."""
    programme_queries.hold_rounds(session, programme_id=actor.programme_id, exclusive=True)
    assert round_.id is not None
    missing = jury.list_owed_sheets(session, round_id=round_.id)
    if missing and (refusal := policy.refuse_close(actor, round_=round_, missing=len(missing))) is not None:
        refusal.fields = {
            f"sheet.{i}": N_(
                "Bài %(number)s – %(title)s: giám khảo %(name)s%(draft)s",
                number=f"{m.entry.number:03d}",
                title=m.entry.title,
                name=m.juror_name,
                draft=N_(" (mới có bản nháp)") if m.has_draft else "",
            )
            for i, m in enumerate(missing)
        }
        raise refusal
    require(policy.refuse_close(actor, round_=round_, missing=0))
    require_no_clash(session, actor=actor, round_=round_, now=now)
    rules = programmes.sealed_plan(session, round_=round_).round_rules(round_.key)
    _require_enough_sheets(session, actor=actor, round_=round_, rules=rules)
    _require_further_markings(session, actor=actor, round_=round_, rules=rules)
    discard_proposal(session, actor=actor, round_=round_, now=now)  # nobody could decide on it any more
    programmes.close_round(session, actor=actor, round_=round_, now=now)
    for counted in queries.list_counted_sheets(session, round_id=round_.id):
        counted.sheet.status = SheetStatus.LOCKED.value
        session.add(counted.sheet)
    session.flush()
    return compute_result(session, actor=actor, round_=round_, now=now)


def _require_enough_sheets(session: Session, *, actor: Actor, round_: Round, rules: RoundRules) -> None:
    assert round_.id is not None
    needed = rules.jurors_per_entry
    counted = queries.list_counted_sheets(session, round_id=round_.id)
    counts = Counter(c.entry_id for c in counted if c.marking == Marking.FIRST)
    short = {
        f"entry.{e.id}": N_(
            "Bài %(number)s – %(title)s: mới có %(have)s/%(need)s phiếu; cần phân công thêm giám khảo.",
            number=f"{e.number:03d}",
            title=e.title,
            have=counts[e.id or 0],
            need=needed,
        )
        for e in queries.list_judged_entries(session, programme_id=round_.programme_id)
        if counts[e.id or 0] < needed
    }
    if (refusal := policy.refuse_close(actor, round_=round_, missing=0, short=len(short))) is not None:
        refusal.fields = short
        raise refusal


def _require_further_markings(session: Session, *, actor: Actor, round_: Round, rules: RoundRules) -> None:
    """Refuse while an entry whose first sheets lie too far apart lacks its further one. Says which, never how far."""
    owed = [f for f in jury.list_further(session, round_=round_, rules=rules) if f.state != jury.FurtherState.MARKED]
    if (refusal := policy.refuse_close(actor, round_=round_, missing=0, further=len(owed))) is not None:
        refusal.fields = {
            f"entry.{f.entry.id}": N_(
                "Bài %(number)s – %(title)s: cần chấm thêm.", number=f"{f.entry.number:03d}", title=f.entry.title
            )
            for f in owed
        }
        raise refusal


# ---- computing -------------------------------------------------------------------------------------------


def compute_result(session: Session, *, actor: Actor, round_: Round, now: datetime) -> Result:
    """Compute standings and the prize proposal from the locked sheets, replacing an earlier proposal's rows."""
    plan = programmes.sealed_plan(session, round_=round_)
    rules = plan.round_rules(round_.key)
    assert round_.id is not None
    assert round_.plan_version_id is not None
    sheets = queries.list_counted_sheets(session, round_id=round_.id)
    entries = {e.id or 0: e for e in queries.list_judged_entries(session, programme_id=round_.programme_id)}
    scores = score_entries(sheets, rules)
    contenders = _contenders(entries, scores)
    decisions = queries.decisions_in_force(queries.list_tie_decisions(session, round_id=round_.id))
    allocation = allocate_prizes(
        contenders,
        tiers=plan.prize_rules.tiers(),
        ties="adjudicate",
        unused="leave",
        decisions=[tuple(decision.entry_ids) for decision in decisions],
    )
    result = _proposed(session, round_=round_, now=now)
    _clear(session, result)
    assert result.id is not None
    for place in rank(contenders):
        score = scores[place.id]
        session.add(
            Standing(
                result_id=result.id,
                entry_id=place.id,
                category=place.category,
                rank=place.category_rank,
                sheets=score.sheets,
                further=score.further,
                gap_policy=score.gap_policy,
                mean_numerator=score.exact.numerator,
                mean_denominator=score.exact.denominator,
                score=int(score.official * _HUNDREDTHS),
            )
        )
    _write_prizes(session, result=result, allocation=allocation)
    session.flush()
    result.canonical = _canonical(session, result=result, allocation=allocation, now=now)
    result.sha256 = hashlib.sha256(result.canonical.encode()).hexdigest()
    session.add(result)
    session.flush()
    journal.record(
        session,
        kind="result.computed",
        now=now,
        actor_id=actor.user_id,
        programme_id=round_.programme_id,
        subject=f"result:{result.id}",
        data={"sha256": result.sha256, "awards": len(allocation.awards), "pending": len(allocation.pending)},
    )
    return result


def _contenders(entries: Mapping[int, Entry], scores: Mapping[int, Score]) -> list[Contender[int]]:
    """Contenders by the printed score, then by the criteria of the plan that break ties."""
    return [
        Contender(
            entry_id,
            key=(score.official, *score.criteria),
            category=entries[entry_id].category,
            group=entries[entry_id].category == Category.GROUP,
        )
        for entry_id, score in scores.items()
    ]


def _proposed(session: Session, *, round_: Round, now: datetime) -> Result:
    assert round_.id is not None
    assert round_.plan_version_id is not None
    current = queries.find_result(session, round_id=round_.id)
    if current is not None and current.status == ResultStatus.PROPOSED:
        current.computed_at = now
        return current
    if current is not None:
        raise Conflict(N_("Kết quả đã được phê duyệt nên không tính lại."))
    result = Result(round_id=round_.id, number=1, plan_version_id=round_.plan_version_id, computed_at=now)
    session.add(result)
    session.flush()
    return result


def _clear(session: Session, result: Result) -> None:
    for table in (Award, Standing):
        session.exec(delete(table).where(col(table.result_id) == result.id))


def _write_prizes(session: Session, *, result: Result, allocation: Allocation[int]) -> None:
    assert result.id is not None
    for award in allocation.awards:
        session.add(
            Award(
                result_id=result.id,
                entry_id=award.id,
                category=award.category,
                tier=award.tier,
                amount=award.amount,
                why=award.why,
            )
        )
    # A vacancy keeps the reason that a person gave as long as it is the same vacancy.
    old = {(v.category, v.tier): v for v in queries.list_vacancies(session, result=result)}
    for vacancy in _real_vacancies(allocation):
        row = old.pop((vacancy.category, vacancy.tier), None) or Vacancy(
            result_id=result.id, category=vacancy.category, tier=vacancy.tier, count=vacancy.count, why=vacancy.why
        )
        if row.count != vacancy.count:
            row.reason, row.decided_by, row.decided_at = "", None, None
        row.count, row.why = vacancy.count, vacancy.why
        session.add(row)
    for gone in old.values():
        session.delete(gone)


def _real_vacancies(allocation: Allocation[int]) -> list[Unfilled]:
    """Slots that stay empty. Those behind an undecided tie do not: nobody must give a reason for them."""
    return [vacancy for vacancy in allocation.vacancies if vacancy.held_by is None]


def _canonical(session: Session, *, result: Result, allocation: Allocation[int], now: datetime) -> str:
    """The result as text: ids, exact means, ranks, prizes, vacancies, ties. No personal data."""
    standings = session.exec(
        select(Standing).where(Standing.result_id == result.id).order_by(col(Standing.entry_id))
    ).all()
    content = {
        "awards": sorted(
            ({"amount": a.amount, "category": a.category, "entry": a.id, "tier": a.tier} for a in allocation.awards),
            key=lambda a: int(str(a["entry"])),
        ),
        "computed_at": now.isoformat(timespec="seconds"),
        "pending": [
            {"category": p.category, "entries": list(p.ids), "free": p.free, "tier": p.tier, "why": p.why}
            for p in allocation.pending
        ],
        "plan_version": result.plan_version_id,
        "round": result.round_id,
        "standings": [
            {
                "category": s.category,
                "entry": s.entry_id,
                "further": s.further,
                "gap_policy": s.gap_policy,
                "mean": f"{s.mean_numerator}/{s.mean_denominator}",
                "rank": s.rank,
                "score": s.score,
                "sheets": s.sheets,
            }
            for s in standings
        ],
        "total": allocation.total,
        "vacancies": [{"category": v.category, "count": v.count, "tier": v.tier} for v in _real_vacancies(allocation)],
    }
    return canonical_json(content).decode()


# ---- decisions of people -----------------------------------------------------------------------------------


def decide_tie(
    session: Session, *, actor: Actor, round_: Round, result: Result, order: Sequence[int], reason: str, now: datetime
) -> Result:
    """Record the chair's order of entries tied at a prize line, and compute the proposal anew.

    As long as the result is only proposed, an order that was decided may be decided again: the later one counts.
    """
    session.refresh(result, with_for_update=True)
    require(policy.refuse_decide_tie(actor, result))
    assert round_.id is not None
    ties: list[PendingTie | TieDecision] = [
        *queries.read_pending(result),
        *queries.decisions_in_force(queries.list_tie_decisions(session, round_id=round_.id)),
    ]
    tie = next((t for t in ties if set(t.entry_ids) == set(order)), None)
    if tie is None or len(set(order)) != len(order):
        wrong = N_("Thứ tự phải gồm đúng các bài đang bằng điểm, mỗi bài một lần.")
        raise Invalid(wrong, fields={"order": wrong})
    decision = TieDecision(
        round_id=round_.id,
        category=tie.category,
        tier=tie.tier,
        entry_ids=list(order),
        reason=reason,
        decided_by=actor.user_id,
        decided_at=now,
    )
    session.add(decision)
    session.flush()
    journal.record(
        session,
        kind="tie.decided",
        now=now,
        actor_id=actor.user_id,
        programme_id=actor.programme_id,
        subject=f"tie_decision:{decision.id}",
        data={"order": list(order), "tier": tie.tier},
        personal={"reason": reason},
    )
    return compute_result(session, actor=actor, round_=round_, now=now)


def explain_vacancy(
    session: Session, *, actor: Actor, result: Result, vacancy: Vacancy, reason: str, now: datetime
) -> None:
    """Record why a slot stays empty."""
    session.refresh(result, with_for_update=True)
    require(policy.refuse_explain_vacancy(actor, result))
    vacancy.reason, vacancy.decided_by, vacancy.decided_at = reason, actor.user_id, now
    session.add(vacancy)
    session.flush()
    journal.record(
        session,
        kind="vacancy.explained",
        now=now,
        actor_id=actor.user_id,
        programme_id=actor.programme_id,
        subject=f"vacancy:{vacancy.id}",
        data={"tier": vacancy.tier, "category": vacancy.category},
        personal={"reason": reason},
    )


def approve_result(session: Session, *, actor: Actor, result: Result, now: datetime) -> Result:
    """The chair approves: the result is frozen and each prize is split among its authors."""
    # Two clicks, or two people: the second waits and then sees what the first did.
    session.refresh(result, with_for_update=True)
    pending = len(queries.read_pending(result))
    unexplained = sum(not v.reason for v in queries.list_vacancies(session, result=result))
    require(policy.refuse_approve(actor, result, pending=pending, unexplained=unexplained))
    result.status = ResultStatus.APPROVED.value
    result.approved_at, result.approved_by = now, actor.user_id
    session.add(result)
    _make_payouts(session, result=result)
    session.flush()
    journal.record(
        session,
        kind="result.approved",
        now=now,
        actor_id=actor.user_id,
        programme_id=actor.programme_id,
        subject=f"result:{result.id}",
        data={"sha256": result.sha256},
    )
    return result


def _make_payouts(session: Session, *, result: Result) -> None:
    awards = session.exec(select(Award).where(Award.result_id == result.id).order_by(col(Award.id))).all()
    for award in awards:
        authors = session.exec(
            select(Author).where(Author.entry_id == award.entry_id).order_by(col(Author.ordinal))
        ).all()
        parts = split_amount(award.amount, weights=[a.share or 1 for a in authors])
        assert award.id is not None
        for ordinal, (author, amount) in enumerate(zip(authors, parts, strict=True), start=1):
            assert author.id is not None
            session.add(
                Payout(award_id=award.id, author_id=author.id, ordinal=ordinal, payee=author.full_name, amount=amount)
            )


def publish_result(session: Session, *, actor: Actor, result: Result, now: datetime) -> None:
    """Show the result to everybody."""
    session.refresh(result, with_for_update=True)
    require(policy.refuse_publish(actor, result))
    result.status, result.published_at = ResultStatus.PUBLISHED.value, now
    session.add(result)
    session.flush()
    journal.record(
        session,
        kind="result.published",
        now=now,
        actor_id=actor.user_id,
        programme_id=actor.programme_id,
        subject=f"result:{result.id}",
        data={"sha256": result.sha256},
    )


def unpublish_result(session: Session, *, actor: Actor, result: Result, reason: str, now: datetime) -> None:
    """Take the publication back, with a reason; the approved result stays as it is."""
    session.refresh(result, with_for_update=True)
    require(policy.refuse_unpublish(actor, result))
    result.status, result.published_at = ResultStatus.APPROVED.value, None
    session.add(result)
    session.flush()
    journal.record(
        session,
        kind="result.unpublished",
        now=now,
        actor_id=actor.user_id,
        programme_id=actor.programme_id,
        subject=f"result:{result.id}",
        personal={"reason": reason},
    )


def record_payment_consent(session: Session, *, actor: Actor, result: Result, payout: Payout, now: datetime) -> None:
    """Write down that a winner has agreed, on paper or by word, to being paid; twice is once."""
    require(policy.refuse_record_consent(actor, result))
    given = session.get(Consent, (payout.author_id, Purpose.PAYMENT.value), with_for_update=True)
    if given is not None:
        return
    session.add(
        Consent(author_id=payout.author_id, purpose=Purpose.PAYMENT.value, given_at=now, recorded_by=actor.user_id)
    )
    session.flush()
    journal.record(
        session,
        kind="payment_consent.recorded",
        now=now,
        actor_id=actor.user_id,
        programme_id=actor.programme_id,
        subject=f"author:{payout.author_id}",
        data={"payout": payout.id},
    )
