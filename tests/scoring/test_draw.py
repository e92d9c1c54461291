import hashlib
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring import DuplicateIdError, InvalidRulesError, draw_order


def test_draw_order_is_recomputed_from_its_definition():
    ids = ["E01", "E02", "E03", 4]
    expected = sorted(ids, key=lambda name: hashlib.sha256(f"quay|{name}".encode()).hexdigest())
    assert draw_order(ids, seed="quay") == expected


def test_draw_order_of_a_known_seed():
    assert draw_order(["A", "B", "C"], seed="18300000") == ["B", "C", "A"]


@given(st.lists(st.integers(0, 99), unique=True), st.integers(), st.randoms(use_true_random=False))
def test_draw_order_ignores_the_order_given(ids, seed, random):
    order = draw_order(ids, seed=seed)
    assert sorted(order) == sorted(ids)
    assert draw_order(random.sample(ids, len(ids)), seed=seed) == order


def test_draw_order_is_fair_over_seeds():
    wins = Counter(draw_order("ABC", seed=seed)[0] for seed in range(3000))
    assert all(900 < wins[name] < 1100 for name in "ABC")


def test_draw_order_of_nobody_is_empty():
    assert draw_order([], seed=1) == []


@pytest.mark.parametrize("seed", ["", None, 1.5, True, b"seed"])
def test_draw_order_refuses_a_seed_that_is_none(seed):
    with pytest.raises(InvalidRulesError):
        draw_order(["A"], seed=seed)


@pytest.mark.parametrize("ids", [["A", "A"], [1, "1"]])
def test_draw_order_refuses_two_of_one_text(ids):
    with pytest.raises(DuplicateIdError):
        draw_order(ids, seed=1)
