from collections import Counter
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from scoring import (
    Contender,
    DuplicateIdError,
    InexactNumberError,
    InvalidContenderError,
    InvalidRulesError,
    Reserve,
    ScoringError,
    Tier,
    allocate_prizes,
    draw_order,
)
from tests.scoring.strategies import CATEGORIES, fields, ladders

SLOTS = {"first": 1, "second": 1, "third": 2, "consolation": 3}
AMOUNTS = {"first": 2_000_000, "second": 1_000_000, "third": 800_000, "consolation": 500_000}
THANH_XUAN = [Tier(key, AMOUNTS[key], dict.fromkeys(CATEGORIES, SLOTS[key]), group_multiplier=2) for key in AMOUNTS]
SPORT = [Tier("first", 25, {"": 1}), Tier("second", 15, {"": 1}), Tier("third", 8, {"": 1})]
TIES = ("adjudicate", "extra", "share", "draw")


def line_up(**scores):
    return [Contender(name, (score,)) for name, score in scores.items()]


def prizes(outcome):
    return {award.id: (award.tier, award.amount) for award in outcome.awards}


def contest(size=20, *, step=1):
    """Both ladders, `step` contenders on each score."""
    return [
        Contender(f"{category}-{number:02d}", (90 - number // step,), category, group=category == "group")
        for category in CATEGORIES
        for number in range(size)
    ]


# The sample contest


def test_sample_contest_pays_eighteen_million_three_hundred_thousand():
    outcome = allocate_prizes(contest(), tiers=THANH_XUAN)
    paid = Counter()
    for award in outcome.awards:
        paid[award.category] += award.amount
    assert paid == {"individual": 6_100_000, "group": 12_200_000}
    assert (outcome.total, outcome.budget, len(outcome.awards)) == (18_300_000, 18_300_000, 14)
    assert (outcome.vacancies, outcome.pending, outcome.moves) == ((), (), ())


def test_award_says_why_in_facts_and_in_a_sentence():
    field = [
        Contender(name, (Fraction(score, 100), 1), "group", group=True) for name, score in (("A", 9000), ("B", 8750))
    ]
    award = allocate_prizes(field, tiers=THANH_XUAN).awards[1]
    assert award.why == "Hạng 2 ở hạng mục tập thể với 87,50 điểm; giải Nhì còn 1 suất."
    assert (award.id, award.tier, award.category, award.amount) == ("B", "second", "group", 2_000_000)
    assert (award.rank, award.score, award.basis, award.free, award.tied) == (2, Fraction(175, 2), "rank", 1, ("B",))


def test_awards_come_by_tier_then_category_then_rank():
    awards = allocate_prizes(contest(), tiers=THANH_XUAN).awards
    assert [(award.tier, award.category, award.rank) for award in awards[:5]] == [
        ("first", "group", 1),
        ("first", "individual", 1),
        ("second", "group", 2),
        ("second", "individual", 2),
        ("third", "group", 3),
    ]


# Ties


def test_share_three_for_first_published():
    outcome = allocate_prizes(line_up(A=9, B=9, C=9, D=5), tiers=SPORT, ties="share")
    assert prizes(outcome) == {"A": ("first", 16), "B": ("first", 16), "C": ("first", 16)}
    assert outcome.awards[0].pooled == ("first", "second", "third")
    assert outcome.vacancies == ()


def test_share_two_for_first_of_points_published():
    tiers = [Tier("first", 50, {"": 1}), Tier("second", 40, {"": 1})]  # 5 and 4 points, in tenths
    assert prizes(allocate_prizes(line_up(A=9, B=9), tiers=tiers, ties="share")) == {
        "A": ("first", 45),
        "B": ("first", 45),
    }


def test_share_eats_slots_below_and_no_more():
    outcome = allocate_prizes(line_up(A=9, B=9, C=5, D=4), tiers=SPORT, ties="share")
    assert prizes(outcome) == {"A": ("first", 20), "B": ("first", 20), "C": ("third", 8)}


def test_share_at_the_last_slot_divides_what_is_left():
    outcome = allocate_prizes(line_up(A=9, B=8, C=7, D=7, E=7), tiers=SPORT, ties="share")
    assert prizes(outcome) == {
        "A": ("first", 25),
        "B": ("second", 15),
        "C": ("third", 3),
        "D": ("third", 3),
        "E": ("third", 2),
    }


def test_share_multiplies_for_groups_alone_in_a_mixed_block():
    tiers = [Tier("first", 100, {"": 1}, group_multiplier=2)]
    field = [Contender("A", (9,)), Contender("G", (9,), group=True)]
    assert prizes(allocate_prizes(field, tiers=tiers, ties="share")) == {"A": ("first", 50), "G": ("first", 100)}


def test_share_keeps_a_fraction_of_a_dong_in_the_fund():
    tiers = [Tier("first", 4, {"": 1}, group_multiplier=Fraction(3, 2))]
    field = [Contender("A", (9,)), Contender("B", (9,)), Contender("G", (9,), group=True)]
    outcome = allocate_prizes(field, tiers=tiers, ties="share")  # 4/3 + 4/3 + 6/3 = 4 2/3
    assert (outcome.total, sorted(award.amount for award in outcome.awards)) == (4, [1, 1, 2])


def test_extra_gives_the_whole_block_the_tier_and_shows_the_budget():
    outcome = allocate_prizes(line_up(A=9, B=9, C=8, D=7), tiers=SPORT, ties="extra")
    assert prizes(outcome) == {"A": ("first", 25), "B": ("first", 25), "C": ("second", 15), "D": ("third", 8)}
    assert (outcome.total, outcome.budget) == (73, 48)
    assert outcome.awards[0].basis == "extra"
    assert (
        outcome.awards[0].why
        == "Đồng hạng 1 (2 bài dự thi) với 9,00 điểm; giải Nhất còn 1 suất, trao thêm 1 suất theo quy tắc đồng hạng."
    )


def test_budget_is_what_the_slots_could_cost_whoever_wins():
    tiers = [Tier("first", 100, {"": 2}, group_multiplier=Fraction(1, 2))]
    alone, together = Contender("A", (9,)), Contender("G", (9,), group=True)
    budgets = [allocate_prizes(field, tiers=tiers).budget for field in ([], [alone], [together], [alone, together])]
    assert budgets == [200, 200, 100, 200]


def test_adjudicate_stops_at_an_undecided_tie():
    outcome = allocate_prizes(line_up(A=9, B=8, C=8, D=7), tiers=SPORT)
    assert prizes(outcome) == {"A": ("first", 25)}
    (pending,) = outcome.pending
    assert (pending.tier, pending.category, pending.ids, pending.free, pending.rank) == ("second", "", ("B", "C"), 1, 2)
    assert [(gap.tier, gap.count, gap.reason, gap.held_by) for gap in outcome.vacancies] == [
        ("second", 1, "held", "second"),
        ("third", 1, "held", "second"),
    ]
    assert (
        pending.why == "Đồng hạng 2 (2 bài dự thi) với 8,00 điểm; giải Nhì chỉ còn 1 suất, "
        "cần quyết định thứ tự giữa các bài đồng hạng."
    )


def test_adjudicate_holds_one_ladder_and_not_the_other():
    field = [*contest(4), Contender("group-00b", (90,), "group", group=True)]
    outcome = allocate_prizes(field, tiers=THANH_XUAN)
    assert {award.category for award in outcome.awards} == {"individual"}
    assert [block.category for block in outcome.pending] == ["group"]


def test_adjudicate_follows_the_decision():
    field = line_up(A=9, B=8, C=8, D=7)
    outcome = allocate_prizes(field, tiers=SPORT, decisions=[("C", "B")])
    assert prizes(outcome) == {"A": ("first", 25), "C": ("second", 15), "B": ("third", 8)}
    assert [award.basis for award in outcome.awards] == ["rank", "decision", "decision"]
    assert (outcome.pending, outcome.unused_decisions) == ((), ())


def test_adjudicate_takes_the_last_decision_and_reports_the_void():
    field = line_up(A=9, B=9)
    outcome = allocate_prizes(field, tiers=SPORT[:1], decisions=[("A", "B"), ("B", "A"), ("A", "Z")])
    assert prizes(outcome) == {"B": ("first", 25)}
    assert outcome.unused_decisions == (("A", "B"), ("A", "Z"))


def test_decision_cannot_reorder_different_keys():
    outcome = allocate_prizes(line_up(A=9, B=8), tiers=SPORT, decisions=[("B", "A")], reserve=2)
    assert prizes(outcome) == {"A": ("first", 25), "B": ("second", 15)}
    assert outcome.unused_decisions == (("B", "A"),)


def test_decision_that_misses_a_member_leaves_the_block_pending():
    outcome = allocate_prizes(line_up(A=9, B=9, C=9), tiers=SPORT, decisions=[("A", "B")])
    assert [block.ids for block in outcome.pending] == [("A", "B", "C")]
    assert outcome.unused_decisions == (("A", "B"),)


def test_decision_still_holds_when_a_member_withdraws():
    outcome = allocate_prizes(line_up(A=9, C=9), tiers=SPORT[:1], decisions=[("B", "C", "A")])
    assert prizes(outcome) == {"C": ("first", 25)}


def test_tie_within_the_slots_needs_no_decision():
    tiers = [Tier("third", 8, {"": 2})]
    outcome = allocate_prizes(line_up(A=9, B=9), tiers=tiers)
    assert prizes(outcome) == {"A": ("third", 8), "B": ("third", 8)}
    assert {award.basis for award in outcome.awards} == {"rank"}


def test_draw_follows_the_public_order():
    field = line_up(A=9, B=9, C=9, D=9)
    outcome = allocate_prizes(field, tiers=SPORT, ties="draw", seed="xổ số 30/7")
    assert [award.id for award in outcome.awards] == draw_order("ABCD", seed="xổ số 30/7")[:3]
    assert {award.basis for award in outcome.awards} == {"draw"}


# Floors, unused slots, caps, reserves


def test_floor_leaves_the_tier_vacant_and_says_so():
    tiers = [Tier("first", 25, {"": 1}, floor=90), Tier("second", 15, {"": 1}, floor=60)]
    outcome = allocate_prizes(line_up(A=Fraction(8999, 100), B=59), tiers=tiers)
    assert prizes(outcome) == {"A": ("second", 15)}
    (gap,) = outcome.vacancies
    assert (gap.tier, gap.count, gap.reason) == ("first", 1, "below_floor")
    assert gap.why == "Giải Nhất còn trống 1 suất: bài kế tiếp được 89,99 điểm, chưa đạt mức tối thiểu 90,00 điểm."


def test_floor_itself_is_enough():
    assert prizes(allocate_prizes(line_up(A=90), tiers=[Tier("first", 25, {"": 1}, floor=90)])) == {"A": ("first", 25)}


def test_roll_moves_slots_down_at_the_lower_amount():
    tiers = [Tier("first", 25, {"": 2}, floor=90), Tier("second", 15, {"": 1}), Tier("third", 8, {"": 1})]
    outcome = allocate_prizes(line_up(A=80, B=79, C=78, D=77), tiers=tiers, unused="roll")
    assert [award.tier for award in outcome.awards] == ["second", "second", "second", "third"]
    (move,) = outcome.moves
    assert (move.tier, move.to, move.count, move.reason) == ("first", "second", 2, "below_floor")
    assert outcome.vacancies == ()


def test_leave_keeps_them_vacant():
    tiers = [Tier("first", 25, {"": 2}, floor=90), Tier("second", 15, {"": 1})]
    outcome = allocate_prizes(line_up(A=80, B=79), tiers=tiers)
    assert prizes(outcome) == {"A": ("second", 15)}
    assert [(gap.tier, gap.count) for gap in outcome.vacancies] == [("first", 2)]


def test_quota_larger_than_entries_is_vacant():
    outcome = allocate_prizes(contest(2), tiers=THANH_XUAN)
    assert sum(gap.count for gap in outcome.vacancies) == 10
    assert {gap.reason for gap in outcome.vacancies} == {"no_contender"}


def test_empty_contest_leaves_everything_vacant():
    outcome = allocate_prizes([], tiers=THANH_XUAN)
    assert (outcome.awards, outcome.total) == ((), 0)
    assert sum(gap.count for gap in outcome.vacancies) == 14


def test_all_marks_equal_is_one_undecided_block():
    outcome = allocate_prizes(line_up(A=50, B=50, C=50, D=50), tiers=SPORT)
    assert [block.ids for block in outcome.pending] == [("A", "B", "C", "D")]


def test_no_tiers_give_nothing():
    assert allocate_prizes(line_up(A=9), tiers=[]).total == 0


def test_category_without_a_ladder_is_named():
    outcome = allocate_prizes([Contender("A", (9,), "school"), Contender("B", (8,), "group")], tiers=THANH_XUAN)
    assert outcome.outside == ("A",)


OVERALL = [
    Tier("first", 25, {"": 2}, caps={"group": 1}),
    Tier("second", 15, {"": 2}, caps={"group": 1}),
]


def mixed(*lines):
    return [Contender(name, (score,), category) for name, score, category in lines]


def test_cap_passes_over_a_category_that_has_its_share():
    field = mixed(("A", 9, "group"), ("B", 8, "group"), ("C", 7, "group"), ("D", 6, "individual"))
    outcome = allocate_prizes(field, tiers=OVERALL)
    assert prizes(outcome) == {"A": ("first", 25), "D": ("first", 25), "B": ("second", 15)}
    assert [(gap.tier, gap.reason) for gap in outcome.vacancies] == [("second", "cap")]


@pytest.mark.parametrize("ties", ["extra", "share"])
def test_cap_lets_a_block_pass_whole_per_category_or_not_at_all(ties):
    field = mixed(("A", 9, "group"), ("B", 9, "group"), ("D", 9, "individual"), ("E", 8, "individual"))
    outcome = allocate_prizes(field, tiers=OVERALL, ties=ties)
    assert prizes(outcome) == {"D": ("first", 25), "E": ("first", 25)}
    assert [(gap.tier, gap.count, gap.reason) for gap in outcome.vacancies] == [("second", 2, "cap")]


def test_cap_across_a_tie_waits_for_the_chair():
    field = mixed(("A", 9, "group"), ("B", 9, "group"), ("D", 8, "individual"))
    assert [block.ids for block in allocate_prizes(field, tiers=OVERALL).pending] == [("A", "B")]
    decided = allocate_prizes(field, tiers=OVERALL, decisions=[("B", "A")])
    assert prizes(decided) == {"B": ("first", 25), "D": ("first", 25), "A": ("second", 15)}


def test_reserve_names_who_comes_next_for_each_tier():
    outcome = allocate_prizes(line_up(A=9, B=8, C=7, D=6, E=5), tiers=SPORT, reserve=2)
    assert outcome.reserves == (
        Reserve("first", "", ("B", "C")),
        Reserve("second", "", ("C", "D")),
        Reserve("third", "", ("D", "E")),
    )


def test_reserve_stops_at_the_floor_and_keeps_a_tie_whole():
    tiers = [Tier("first", 25, {"": 1}, floor=8), Tier("second", 15, {"": 1})]
    outcome = allocate_prizes(line_up(A=9, B=8, C=7, D=7, E=6), tiers=tiers, reserve=1)
    assert outcome.reserves == (Reserve("first", "", ("B",)), Reserve("second", "", ("C", "D")))


def test_reserve_begins_with_those_of_the_last_block_whom_a_cap_passed_over():
    field = mixed(("A", 9, "group"), ("B", 8, "group"), ("D", 8, "individual"), ("E", 7, "individual"))
    outcome = allocate_prizes(field, tiers=OVERALL[:1], reserve=2)
    assert prizes(outcome) == {"A": ("first", 25), "D": ("first", 25)}
    assert outcome.reserves == (Reserve("first", "", ("B", "E")),)


def test_reserve_follows_the_decision_and_the_draw():
    field = line_up(A=9, B=8, C=8, D=8)
    decided = allocate_prizes(field, tiers=SPORT[:2], decisions=[("D", "C", "B")], reserve=2)
    assert decided.reserves == (Reserve("first", "", ("D", "C")), Reserve("second", "", ("C", "B")))
    drawn = allocate_prizes(field, tiers=SPORT[:1], ties="draw", seed=5, reserve=2)
    assert drawn.reserves == (Reserve("first", "", tuple(draw_order("BCD", seed=5)[:2])),)


def test_reserve_says_nothing_where_a_tie_is_undecided():
    tiers = [Tier("first", 25, {"": 1}), Tier("third", 8, {"": 2})]
    outcome = allocate_prizes(line_up(A=9, B=8, C=7, D=7), tiers=tiers, reserve=1)
    assert prizes(outcome) == {"A": ("first", 25), "B": ("third", 8)}
    assert outcome.reserves == (Reserve("first", "", ("B",)),)


def test_score_that_two_decimals_cannot_print_says_so():
    assert allocate_prizes(line_up(A=Fraction(250, 3)), tiers=SPORT).awards[0].why.startswith("Hạng 1 với ≈ 83,33 điểm")


# Bad rules


@pytest.mark.parametrize(
    ("error", "change"),
    [
        (InvalidRulesError, {"amount": -1}),
        (InexactNumberError, {"amount": 2e6}),
        (InvalidRulesError, {"slots": {"group": -1}}),
        (InvalidRulesError, {"slots": {"group": 1.0}}),
        (InvalidRulesError, {"slots": 3}),
        (InvalidRulesError, {"caps": ["group"]}),
        (InvalidRulesError, {"caps": {"group": -1}}),
        (InexactNumberError, {"floor": 59.5}),
        (InexactNumberError, {"floor": float("nan")}),
        (InexactNumberError, {"group_multiplier": 1.5}),
        (InvalidRulesError, {"group_multiplier": -1}),
        (InvalidRulesError, {"amount": 5, "group_multiplier": Fraction(1, 2)}),
    ],
)
def test_tier_refuses(error, change):
    with pytest.raises(error):
        Tier(**{"key": "first", "amount": 100, "slots": {"group": 1}, **change})


@pytest.mark.parametrize(
    ("error", "change"),
    [
        (InvalidRulesError, {"ties": "fight"}),
        (InvalidRulesError, {"unused": "burn"}),
        (InvalidRulesError, {"ties": "draw"}),
        (InvalidRulesError, {"ties": "draw", "seed": ""}),
        (InvalidRulesError, {"ties": "draw", "seed": 0.5}),
        (InvalidRulesError, {"reserve": -1}),
        (InvalidRulesError, {"decisions": ["AB"]}),
        (InvalidRulesError, {"decisions": [7]}),
        (InvalidRulesError, {"decisions": [{"A", "B"}]}),
        (InvalidRulesError, {"decisions": [{"A": 1, "B": 2}]}),
        (InvalidRulesError, {"decisions": {("A", "B"), ("B", "A")}}),
        (DuplicateIdError, {"decisions": [("A", "A")]}),
        (DuplicateIdError, {"tiers": [SPORT[0], SPORT[0]]}),
        (DuplicateIdError, {"contenders": [Contender("A", (1,), "x"), Contender("A", (1,), "y")]}),
        (
            DuplicateIdError,
            {
                "contenders": [Contender("A", (1,), "group"), Contender("A", (1,))],
                "tiers": [Tier("first", 25, {"": 1, "group": 1})],
            },
        ),
        (InvalidContenderError, {"contenders": [Contender("A", (1,)), Contender("B", (1, 1))]}),
    ],
)
def test_allocation_refuses(error, change):
    arguments = {"contenders": line_up(A=9), "tiers": SPORT, **change}
    with pytest.raises(error) as caught:
        allocate_prizes(arguments.pop("contenders"), **arguments)
    assert isinstance(caught.value, ScoringError)


# Properties

policies = st.sampled_from(TIES)
unused = st.sampled_from(["leave", "roll"])


def run(field, tiers, ties, **more):
    return allocate_prizes(field, tiers=tiers, ties=ties, seed="công khai", **more)


def level(outcome, tiers):
    """Place of the tier each winner has; lower is better."""
    places = {tier.key: place for place, tier in enumerate(tiers)}
    return {award.id: places[award.tier] for award in outcome.awards}


@given(fields(), ladders(), policies, unused, st.randoms(use_true_random=False))
def test_outcome_does_not_depend_on_the_order_of_contenders(field, tiers, ties, rest, random):
    mixed_up = random.sample(field, len(field))
    assert run(mixed_up, tiers, ties, unused=rest, reserve=2) == run(field, tiers, ties, unused=rest, reserve=2)


@given(fields(), ladders(), policies, unused)
def test_an_entry_takes_one_prize_and_the_total_is_their_sum(field, tiers, ties, rest):
    outcome = run(field, tiers, ties, unused=rest)
    assert len({award.id for award in outcome.awards}) == len(outcome.awards)
    assert outcome.total == sum(award.amount for award in outcome.awards)
    assert all(type(award.amount) is int and award.amount >= 0 for award in outcome.awards)


@given(fields(), ladders(), policies, unused)
def test_nobody_is_leapt_over(field, tiers, ties, rest):
    won = level(run(field, tiers, ties, unused=rest), tiers)
    floors = [tier.floor if tier.floor is not None else -1 for tier in tiers]
    for better in field:
        for worse in field:
            if better.category == worse.category and better.key > worse.key and worse.id in won:
                assert won.get(better.id, len(tiers)) <= won[worse.id]
    assert all(one.score >= floors[won[one.id]] for one in field if one.id in won)


@given(fields(), ladders(), st.sampled_from(["adjudicate", "extra", "share"]), unused)
def test_equal_keys_have_equal_titles(field, tiers, ties, rest):
    won = level(run(field, tiers, ties, unused=rest), tiers)
    for one in field:
        for other in field:
            if (one.category, one.key) == (other.category, other.key):
                assert won.get(one.id) == won.get(other.id)


@given(fields(), ladders(), st.sampled_from(["adjudicate", "draw"]), unused)
def test_every_slot_is_awarded_or_accounted_for(field, tiers, ties, rest):
    outcome = run(field, tiers, ties, unused=rest)
    quota = sum(sum(tier.slots.values()) for tier in tiers)
    assert len(outcome.awards) + sum(gap.count for gap in outcome.vacancies) == quota
    assert (ties == "adjudicate") or not outcome.pending


@given(fields(), ladders(), unused)
def test_share_pays_out_the_slots_it_consumed(field, tiers, rest):
    outcome = run(field, tiers, "share", unused=rest)
    worth = {tier.key: tier for tier in tiers}
    blocks = {(award.category, award.tied): award for award in outcome.awards if award.basis == "share"}
    for award in blocks.values():
        parts = [one.amount for one in outcome.awards if one.tied == award.tied]
        assert sum(parts) == sum(worth[key].money(group=award.category == "group") for key in award.pooled)
        assert max(parts) - min(parts) <= 1
    alone = sum(award.basis == "rank" for award in outcome.awards)
    consumed = alone + sum(len(award.pooled) for award in blocks.values())
    assert consumed + sum(gap.count for gap in outcome.vacancies) == sum(sum(tier.slots.values()) for tier in tiers)


@given(fields(), ladders(), st.sampled_from(["adjudicate", "share", "draw"]), unused)
def test_no_policy_but_extra_can_exceed_the_budget(field, tiers, ties, rest):
    outcome = run(field, tiers, ties, unused=rest)
    assert outcome.total <= outcome.budget


@given(fields(), ladders(), unused, st.data())
def test_raising_a_score_never_lowers_the_tier(field, tiers, rest, data):
    assume(field)
    one = data.draw(st.sampled_from(field))
    raised = [replace(other, key=(other.score + 20, *other.key[1:])) if other == one else other for other in field]
    before = level(run(field, tiers, "extra"), tiers).get(one.id, len(tiers))
    assert level(run(raised, tiers, "extra"), tiers).get(one.id, len(tiers)) <= before


@given(fields(), ladders(), policies, unused)
def test_a_contender_below_every_floor_changes_nothing(field, tiers, ties, rest):
    tiers = [replace(tier, floor=tier.floor or 50) for tier in tiers]
    length = len(field[0].key) if field else 1
    hopeless = Contender("E99", (10,) * length, "individual")
    without, with_it = (
        run(contenders, tiers, ties, unused=rest, reserve=1) for contenders in (field, [*field, hopeless])
    )
    assert with_it.awards == without.awards
    assert with_it.pending == without.pending
    assert with_it.reserves == without.reserves


@given(fields(), ladders(), unused, st.randoms(use_true_random=False))
def test_decisions_on_every_block_leave_nothing_pending_and_reorder_nothing(field, tiers, rest, random):
    order = tuple(one.id for one in random.sample(field, len(field)))
    outcome = allocate_prizes(field, tiers=tiers, unused=rest, decisions=[order])
    assert outcome.pending == ()
    won = level(outcome, tiers)
    for one in field:
        for other in field:
            if one.category != other.category or other.id not in won:
                continue
            ahead = (one.key, -order.index(one.id)) > (other.key, -order.index(other.id))
            assert not ahead or won.get(one.id, len(tiers)) <= won[other.id]


@given(fields(), ladders(), policies, unused, st.integers(0, 2), st.integers(0, 2))
def test_caps_are_never_exceeded(field, tiers, ties, rest, individuals, groups):
    caps = {"individual": individuals, "group": groups}
    overall = [replace(tier, slots={"": sum(tier.slots.values())}, caps=caps) for tier in tiers]
    category = {one.id: one.category for one in field}
    taken = Counter((award.tier, category[award.id]) for award in run(field, overall, ties, unused=rest).awards)
    assert all(count <= caps[name] for (_, name), count in taken.items())


@given(st.lists(st.integers(0, 100), unique=True, min_size=4, max_size=12), ladders(categories=("",)), st.data())
def test_the_first_reserve_moves_up_when_a_winner_withdraws(scores, tiers, data):
    field = [Contender(f"E{number}", (score,)) for number, score in enumerate(scores)]
    outcome = allocate_prizes(field, tiers=tiers, reserve=1)
    assume(outcome.awards)
    gone = data.draw(st.sampled_from(outcome.awards))
    again = allocate_prizes([one for one in field if one.id != gone.id], tiers=tiers)
    before = {award.id for award in outcome.awards if award.tier == gone.tier}
    after = {award.id for award in again.awards if award.tier == gone.tier}
    listed = {reserve.tier: set(reserve.ids) for reserve in outcome.reserves}
    assert after - before == listed.get(gone.tier, set())


@given(fields(), ladders(), policies, unused)
def test_sentences_are_whole(field, tiers, ties, rest):
    outcome = run(field, tiers, ties, unused=rest)
    for said in (*outcome.awards, *outcome.vacancies, *outcome.pending, *outcome.moves):
        assert said.why.endswith(".")
        assert said.why[0].isupper()
        assert "None" not in said.why
