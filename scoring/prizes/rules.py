"""The prize rules as data: tiers, their slots and money, and the policies for ties and unused slots."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Generic

from scoring.draw import draw_order
from scoring.errors import InexactNumberError, InvalidRulesError
from scoring.exact import Exact, Id, has_order, require_count, require_exact, require_unique

TIES = ("adjudicate", "extra", "share", "draw")
UNUSED = ("leave", "roll")
OVERALL = ""


@dataclass(frozen=True, slots=True)
class Tier:
    """One line of the prize structure.

    Parameters
    ----------
    key : str
        Unique, as ``"first"``.
    amount : int
        Đồng for one slot, 0 or more.
    slots : dict of category to int
        Prizes in each ladder. Contenders whose category no tier names compete in the ladder ``""``, if any.
    floor : int, Fraction or None
        Points below which nobody gets this tier.
    group_multiplier : int or Fraction
        What a group's prize is multiplied by; the product must be whole đồng.
    caps : dict of category to int
        In the ladder ``""``, how many prizes of this tier a category may take.
    label : str
        How sentences call the tier; by default the Vietnamese name of first, second, third and consolation.

    Raises
    ------
    InvalidRulesError
        For a negative amount, slot, cap or multiplier, slots or caps that are no mapping, or group money that is not
        whole đồng.
    InexactNumberError
        For a float.
    """

    key: str
    amount: int
    slots: dict[str, int]
    floor: Exact | None = None
    group_multiplier: Exact = 1
    caps: dict[str, int] = field(default_factory=dict)
    label: str = ""

    def __post_init__(self) -> None:
        name = f"tier {self.key!r}"
        if isinstance(self.amount, float):
            raise InexactNumberError(f"{name}: the amount must be integer đồng, not {self.amount!r}")
        require_count(self.amount, what=f"{name}: the amount")
        for what, counts in (("slots", self.slots), ("caps", self.caps)):
            if not isinstance(counts, Mapping):
                raise InvalidRulesError(f"{name}: {what} are a mapping of category to int, not {counts!r}")
            object.__setattr__(self, what, dict(counts))
            for category, count in counts.items():
                require_count(count, what=f"{name}: {what} for {category!r}")
        if self.floor is not None:
            require_exact(self.floor, what=f"{name}: the floor")
        if require_exact(self.group_multiplier, what=f"{name}: the group multiplier") < 0:
            raise InvalidRulesError(f"{name}: the group multiplier must not be negative")
        if Fraction(self.amount * self.group_multiplier).denominator != 1:
            raise InvalidRulesError(f"{name}: {self.amount} × {self.group_multiplier} is not whole đồng")

    def money(self, *, group: bool) -> int:
        """Đồng of one slot for a group or an individual."""
        return int(self.amount * self.group_multiplier) if group else self.amount


@dataclass(frozen=True, slots=True)
class Rules(Generic[Id]):
    """Everything the allocation obeys, checked.

    Raises
    ------
    InvalidRulesError
        For an unknown policy, a draw without a seed or a negative reserve.
    DuplicateIdError
        If two tiers share a key or a decision names an id twice.
    """

    tiers: tuple[Tier, ...]
    ties: str
    unused: str
    seed: int | str | None
    decisions: tuple[tuple[Id, ...], ...]
    reserve: int

    def __post_init__(self) -> None:
        require_unique((tier.key for tier in self.tiers), what="tier")
        _require_choice(self.ties, TIES, what="tie policy")
        _require_choice(self.unused, UNUSED, what="policy for unused slots")
        require_count(self.reserve, what="reserve")
        if self.ties == "draw":
            draw_order((), seed="" if self.seed is None else self.seed)
        for decision in self.decisions:
            require_unique(decision, what="id in a decision")

    @property
    def categories(self) -> list[str]:
        """The ladders, by name."""
        return sorted({category for tier in self.tiers for category in tier.slots})


def read_decisions(decisions: Iterable[Iterable[Id]]) -> tuple[tuple[Id, ...], ...]:
    """The chair's decisions as tuples; what has no order of its own decides nothing."""
    if not has_order(decisions):
        raise InvalidRulesError(f"decisions are a sequence, the latest last, not {decisions!r}")
    read = []
    for decision in decisions:
        if not has_order(decision):
            raise InvalidRulesError(f"a decision is a sequence of ids in order, not {decision!r}")
        read.append(tuple(decision))
    return tuple(read)


def _require_choice(value: str, choices: tuple[str, ...], *, what: str) -> None:
    if value not in choices:
        raise InvalidRulesError(f"unknown {what} {value!r}: one of {', '.join(choices)}")
