"""Prizes: ranked contenders in, awards with money out. Read `allocate` first, then `ladder`."""

from scoring.prizes.allocate import allocate_prizes
from scoring.prizes.outcome import Allocation, Award, Move, Pending, Reserve, Vacancy
from scoring.prizes.rules import Tier
from scoring.prizes.split import split_amount

__all__ = [
    "Allocation",
    "Award",
    "Move",
    "Pending",
    "Reserve",
    "Tier",
    "Vacancy",
    "allocate_prizes",
    "split_amount",
]
