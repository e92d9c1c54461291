"""From closed sheets to paid prizes: what is refused, what people decide, and that every đồng adds up."""

import json
from datetime import timedelta
from fractions import Fraction

import pytest
from sqlmodel import Session, col, select

from app.core.errors import Conflict, DomainError, Forbidden, Invalid
from app.entries.models import Author, Category, Entry
from app.journal.models import JournalEvent
from app.jury.models import ScoreSheet, SheetStatus
from app.jury.queries import find_proposal
from app.jury.service.assignment import propose_assignment
from app.results import queries, service
from app.results.models import Award, Payout, Result, Standing
from tests.support.contest import (
    MARKS,
    Contest,
    add_juror,
    add_sheet,
    assign,
    judge,
    make_contest,
    make_entry,
    open_round,
)
from tests.support.factories import NOW

LATER = NOW + timedelta(days=40)


@pytest.fixture
def contest(session: Session) -> Contest:
    contest = make_contest(session, jurors=3)
    open_round(contest)
    return contest


def close(contest: Contest) -> Result:
    return service.close_round(
        contest.session, actor=contest.actor_of(contest.organiser), round_=contest.round, now=LATER
    )


def fill(contest: Contest, category: Category, *totals: int) -> list[Entry]:
    """One entry per total, all three jurors agreeing."""
    entries = []
    for total in totals:
        entry = make_entry(contest, category=category)
        judge(contest, entry, total, total, total)
        entries.append(entry)
    return entries


def full_contest(contest: Contest) -> dict[Category, list[Entry]]:
    return {category: fill(contest, category, 95, 90, 85, 80, 75, 70, 65, 60) for category in Category}


def explain_all(contest: Contest, result: Result) -> None:
    for vacancy in queries.list_vacancies(contest.session, result=result):
        service.explain_vacancy(
            contest.session, actor=contest.actor_of(contest.organiser), result=result, vacancy=vacancy,
            reason="Không đủ bài dự thi.", now=LATER,
        )  # fmt: skip


def approve(contest: Contest, result: Result) -> Result:
    return service.approve_result(contest.session, actor=contest.actor_of(contest.chair), result=result, now=LATER)


# ---- closing ------------------------------------------------------------------------------------------------------


def test_close_round_locks_sheets_and_proposes(contest: Contest) -> None:
    full_contest(contest)

    result = close(contest)

    statuses = {s.status for s in contest.session.exec(select(ScoreSheet))}
    assert (statuses, result.status, result.number) == ({"locked"}, "proposed", 1)


def test_close_round_names_each_missing_sheet(contest: Contest) -> None:
    entry = make_entry(contest, title="Trả kết quả qua bưu chính")
    judge(contest, entry, 80, 80)
    add_sheet(contest, assign(contest, contest.jurors[2], entry), marks={"novelty": 2000}, status=SheetStatus.DRAFT)

    with pytest.raises(Conflict) as refused:
        close(contest)

    words = " ".join(str(m) for m in refused.value.fields.values())
    assert "Trả kết quả qua bưu chính" in words
    assert "Giám khảo thứ 3" in words
    assert contest.round.closed_at is None


def test_close_round_with_too_few_sheets_after_a_recusal_is_refused(contest: Contest) -> None:
    entry = make_entry(contest)
    judge(contest, entry, 80, 80)

    with pytest.raises(Conflict, match="chưa đủ phiếu"):
        close(contest)


def test_close_round_discards_a_proposal_that_still_waits(contest: Contest) -> None:
    """Afterwards nobody could accept it or throw it away, and it would wait on every home page."""
    judge(contest, make_entry(contest), 80, 81, 82)
    organiser = contest.actor_of(contest.organiser)
    propose_assignment(contest.session, actor=organiser, round_=contest.round, seed="hạt", now=LATER)

    close(contest)

    assert find_proposal(contest.session, round_id=contest.round.id or 0) is None
    kinds = [e.kind for e in contest.session.exec(select(JournalEvent).order_by(col(JournalEvent.id)))]
    assert kinds.index("assignment.discarded") < kinds.index("round.closed")


def test_close_round_twice_is_refused(contest: Contest) -> None:
    full_contest(contest)
    close(contest)

    with pytest.raises(Conflict, match="đã đóng"):
        close(contest)


def test_close_round_by_others_is_refused(contest: Contest) -> None:
    full_contest(contest)
    for user in (contest.chair, contest.clerk, contest.juror_user(), contest.admin):
        with pytest.raises(Forbidden):
            service.close_round(contest.session, actor=contest.actor_of(user), round_=contest.round, now=LATER)


# ---- computing ------------------------------------------------------------------------------------------------------


def test_all_slots_filled_come_to_eighteen_million_three_hundred_thousand(contest: Contest) -> None:
    full_contest(contest)

    result = close(contest)

    awards = contest.session.exec(select(Award).where(Award.result_id == result.id)).all()
    assert len(awards) == 14
    assert sum(a.amount for a in awards) == 18_300_000
    assert sum(a.amount for a in awards if a.category == "individual") == 6_100_000


def test_mean_is_exact_and_rounded_once(contest: Contest) -> None:
    entry = make_entry(contest)
    judge(contest, entry, 80, 80, 81)

    result = close(contest)

    standing = contest.session.get_one(Standing, (result.id, entry.id))
    assert Fraction(standing.mean_numerator, standing.mean_denominator) == Fraction(241, 3)
    assert standing.score == 8033


def test_tied_totals_are_separated_by_the_plan_s_criteria(contest: Contest) -> None:
    """Same total; the one stronger in effectiveness comes first."""
    weak, strong = make_entry(contest), make_entry(contest)
    base = {"feasibility": 1500, "replication": 700, "presentation": 700}
    for juror in contest.jurors:
        add_sheet(contest, assign(contest, juror, weak), marks={**base, "novelty": 2600, "effectiveness": 2400})
        add_sheet(contest, assign(contest, juror, strong), marks={**base, "novelty": 2400, "effectiveness": 2600})

    result = close(contest)

    ranks = {s.entry_id: s.rank for s in contest.session.exec(select(Standing).where(Standing.result_id == result.id))}
    assert ranks == {strong.id: 1, weak.id: 2}


def test_recused_sheet_never_counts(contest: Contest) -> None:
    entry = make_entry(contest)
    judge(contest, entry, 80, 80, 80)
    recused = assign(contest, add_juror(contest), entry)
    add_sheet(contest, recused, marks=dict.fromkeys(MARKS, 0))
    recused.recused_at, recused.recuse_reason = LATER, "Có lợi ích liên quan."
    contest.session.add(recused)
    contest.session.flush()

    result = close(contest)

    standing = contest.session.get_one(Standing, (result.id, entry.id))
    assert (standing.score, standing.sheets) == (8000, 3)


# ---- ties -----------------------------------------------------------------------------------------------------------


def tied(contest: Contest) -> tuple[Result, list[Entry]]:
    """Two individual entries level at the line between second and third prize."""
    fill(contest, Category.INDIVIDUAL, 95)
    level = fill(contest, Category.INDIVIDUAL, 88, 88)
    fill(contest, Category.INDIVIDUAL, 80, 75, 70, 65)
    fill(contest, Category.GROUP, 95, 90, 85, 80, 75, 70, 65)
    return close(contest), level


def decide(contest: Contest, result: Result, order: list[int]) -> Result:
    return service.decide_tie(
        contest.session, actor=contest.actor_of(contest.chair), round_=contest.round, result=result, order=order,
        reason="Bài có khả năng nhân rộng cao hơn.", now=LATER,
    )  # fmt: skip


def test_tie_across_a_line_waits_for_the_chair(contest: Contest) -> None:
    result, level = tied(contest)

    pending = queries.read_pending(result)

    assert [(p.tier, p.category, set(p.entry_ids)) for p in pending] == [
        ("second", "individual", {e.id for e in level})
    ]
    # What is held by the tie is not vacant: nobody is asked why it stays empty.
    assert not queries.list_vacancies(contest.session, result=result)
    with pytest.raises(Conflict, match="bằng điểm"):
        approve(contest, result)


def test_decide_tie_follows_the_chair_s_order(contest: Contest) -> None:
    result, (first, second) = tied(contest)

    decide(contest, result, [second.id or 0, first.id or 0])

    tiers = {a.entry_id: a.tier for a in contest.session.exec(select(Award).where(Award.result_id == result.id))}
    assert (tiers[second.id or 0], tiers[first.id or 0]) == ("second", "third")
    assert not queries.read_pending(result)


def test_decide_tie_is_the_chair_s_alone(contest: Contest) -> None:
    result, level = tied(contest)

    with pytest.raises(Forbidden):
        service.decide_tie(
            contest.session, actor=contest.actor_of(contest.organiser), round_=contest.round, result=result,
            order=[e.id or 0 for e in level], reason="Vì sao.", now=LATER,
        )  # fmt: skip


@pytest.mark.parametrize("wrong", ["one", "twice", "stranger"])
def test_decide_tie_takes_exactly_the_tied_entries(contest: Contest, wrong: str) -> None:
    result, (first, second) = tied(contest)
    a, b = first.id or 0, second.id or 0
    order = {"one": [a], "twice": [a, b, a], "stranger": [a, b + 10_000]}[wrong]

    with pytest.raises(Invalid):
        decide(contest, result, order)


# ---- vacancies ------------------------------------------------------------------------------------------------------


def test_vacant_slots_need_a_reason_before_approval(contest: Contest) -> None:
    fill(contest, Category.INDIVIDUAL, 95)
    result = close(contest)
    assert queries.list_vacancies(contest.session, result=result)
    with pytest.raises(Conflict, match="để trống"):
        approve(contest, result)

    explain_all(contest, result)

    assert approve(contest, result).status == "approved"


# ---- approval, payouts, publication --------------------------------------------------------------------------------


def test_approve_splits_each_prize_to_the_last_dong(contest: Contest) -> None:
    full_contest(contest)
    trio = make_entry(contest, category=Category.GROUP, authors=("Lê Ánh", "Trần Thị Ánh", "Đỗ Thị Ân"))
    judge(contest, trio, 100, 100, 100)
    result = close(contest)

    approve(contest, result)

    award = contest.session.exec(select(Award).where(Award.entry_id == trio.id)).one()
    parts = contest.session.exec(select(Payout).where(Payout.award_id == award.id).order_by(col(Payout.ordinal))).all()
    assert [p.amount for p in parts] == [1_333_334, 1_333_333, 1_333_333]
    total = sum(p.amount for p in contest.session.exec(select(Payout)))
    assert total == 18_300_000


def test_approve_splits_by_shares(contest: Contest) -> None:
    full_contest(contest)
    pair = make_entry(contest, category=Category.GROUP, authors=("Lê Ánh", "Trần Thị Ánh"))
    judge(contest, pair, 100, 100, 100)
    for author, share in zip(
        contest.session.exec(select(Author).where(Author.entry_id == pair.id)), (6667, 3333), strict=True
    ):
        author.share = share
        contest.session.add(author)
    result = close(contest)

    approve(contest, result)

    award = contest.session.exec(select(Award).where(Award.entry_id == pair.id)).one()
    parts = contest.session.exec(select(Payout).where(Payout.award_id == award.id).order_by(col(Payout.ordinal))).all()
    assert [p.amount for p in parts] == [2_666_800, 1_333_200]


def test_approve_is_the_chair_s_alone_and_once(contest: Contest) -> None:
    full_contest(contest)
    result = close(contest)
    with pytest.raises(Forbidden):
        service.approve_result(contest.session, actor=contest.actor_of(contest.organiser), result=result, now=LATER)
    approve(contest, result)

    with pytest.raises(Conflict, match="phê duyệt"):
        approve(contest, result)
    with pytest.raises(Conflict, match="phê duyệt"):
        service.compute_result(
            contest.session, actor=contest.actor_of(contest.organiser), round_=contest.round, now=LATER
        )


def test_publish_needs_approval_and_shows_to_all(contest: Contest) -> None:
    full_contest(contest)
    result = close(contest)
    organiser = contest.actor_of(contest.organiser)
    with pytest.raises(Conflict, match="phê duyệt"):
        service.publish_result(contest.session, actor=organiser, result=result, now=LATER)
    assert queries.find_published(contest.session, programme_id=contest.scene.programme_id) is None
    approve(contest, result)

    service.publish_result(contest.session, actor=organiser, result=result, now=LATER)

    assert queries.find_published(contest.session, programme_id=contest.scene.programme_id) == result


def test_unpublish_keeps_the_approved_result(contest: Contest) -> None:
    full_contest(contest)
    result = approve(contest, close(contest))
    service.publish_result(contest.session, actor=contest.actor_of(contest.chair), result=result, now=LATER)

    service.unpublish_result(
        contest.session, actor=contest.actor_of(contest.chair), result=result, reason="Sai tên tác giả.", now=LATER
    )

    assert (result.status, result.published_at) == ("approved", None)
    assert queries.find_published(contest.session, programme_id=contest.scene.programme_id) is None


def test_canonical_result_names_no_person(contest: Contest) -> None:
    full_contest(contest)

    result = close(contest)

    content = json.loads(result.canonical)
    names = {a.full_name for a in contest.session.exec(select(Author))}
    assert content["total"] == 18_300_000
    assert not [n for n in names if n in result.canonical]


def test_refusals_carry_a_sentence(contest: Contest) -> None:
    full_contest(contest)
    result = close(contest)
    refusal = None
    try:
        service.approve_result(contest.session, actor=contest.actor_of(contest.clerk), result=result, now=LATER)
    except DomainError as error:
        refusal = error

    assert refusal is not None
    assert str(refusal.message) == "Chỉ Trưởng Ban Tổ chức được phê duyệt kết quả."
