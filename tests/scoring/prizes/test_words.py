"""The sentences of an allocation."""

import pytest

from scoring.prizes import words


@pytest.mark.parametrize(("label", "name"), [("", "Nhất"), ("Giải Nhất", "Nhất"), ("A", "A"), ("Giải", "Giải")])
def test_tier_name_says_prize_once(label: str, name: str) -> None:
    assert words.tier_name("first", label) == name
