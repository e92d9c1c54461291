from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring import Contender, DuplicateIdError, InexactNumberError, InvalidContenderError, Ranked, rank
from tests.scoring.strategies import fields


def places(contenders):
    return [(one.id, one.rank) for one in rank(contenders)]


def test_rank_skips_after_a_tie():
    field = [Contender("A", (90,)), Contender("B", (95,)), Contender("C", (90,)), Contender("D", (80,))]
    assert places(field) == [("B", 1), ("A", 2), ("C", 2), ("D", 4)]


def test_rank_breaks_ties_by_the_rest_of_the_key():
    assert places([Contender("A", (90, 3)), Contender("B", (90, 5)), Contender("C", (90, 5))]) == [
        ("B", 1),
        ("C", 1),
        ("A", 3),
    ]


def test_rank_compares_fractions_exactly():
    close = [Contender("A", (Fraction(10**30 + 1, 10**30),)), Contender("B", (1,))]
    assert places(close) == [("A", 1), ("B", 2)]


def test_rank_compares_wild_denominators_exactly():
    wild = [Contender(number, (1 - Fraction(1, 2**number + 1),)) for number in range(1, 80)]
    assert [one.id for one in rank(wild)] == list(range(79, 0, -1))


def test_rank_states_both_ladders():
    field = [Contender("A", (90,), "group"), Contender("B", (95,), "individual"), Contender("C", (90,), "individual")]
    assert rank(field)[1:] == [
        Ranked("A", 2, tied=True, score=90, category="group", category_rank=1, category_tied=False),
        Ranked("C", 2, tied=True, score=90, category="individual", category_rank=2, category_tied=False),
    ]


def test_rank_of_nobody_is_empty():
    assert rank([]) == []


def test_rank_of_equals_is_one_block():
    assert {(one.rank, one.tied) for one in rank([Contender(n, (50,)) for n in range(5)])} == {(1, True)}


@given(fields(), st.randoms(use_true_random=False))
def test_rank_is_one_plus_the_number_of_betters(field, random):
    ranked = rank(random.sample(field, len(field)))
    assert ranked == rank(field)
    by_id = {one.id: one for one in field}
    for place in ranked:
        one = by_id[place.id]
        assert place.rank == 1 + sum(other.key > one.key for other in field)
        assert place.category_rank == 1 + sum(other.key > one.key for other in field if other.category == one.category)
        assert place.tied is (sum(other.key == one.key for other in field) > 1)


def test_rank_orders_ids_of_mixed_types():
    assert [one.id for one in rank([Contender("B", (1,)), Contender(7, (1,)), Contender("A", (1,))])] == [7, "A", "B"]


def test_rank_refuses_a_duplicate():
    with pytest.raises(DuplicateIdError):
        rank([Contender("A", (1,)), Contender("A", (2,))])


def test_rank_refuses_keys_of_different_lengths():
    with pytest.raises(InvalidContenderError):
        rank([Contender("A", (1,)), Contender("B", (1, 2))])


@pytest.mark.parametrize("key", [(), 90, Fraction(1, 3), {90, 5}, {90: 5}, "90"])
def test_contender_refuses_a_key_that_is_no_sequence_of_numbers(key):
    with pytest.raises(InvalidContenderError):
        Contender("A", key)


def test_contender_takes_a_list_for_a_key():
    assert Contender("A", [90, 5]).key == (90, 5)


@pytest.mark.parametrize("part", [90.0, float("nan"), True, None, "90"])
def test_contender_refuses_the_inexact(part):
    with pytest.raises(InexactNumberError):
        Contender("A", (90, part))
