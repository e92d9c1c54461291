"""What the result pages show, made of rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import groupby
from typing import Any

from app.core.errors import Invalid
from app.core.i18n import Message
from app.core.numbers import format_points
from app.entries.models import Author, Entry, Purpose
from app.entries.policy import all_agree
from app.jury.gaps import find_gaps
from app.jury.queries import OwedSheet
from app.jury.rubric import units_per_point
from app.programmes.labels import GAP_OUTCOME_LABELS
from app.programmes.plan import RoundRules
from app.results.models import Payout
from app.results.queries import Prize, Ranked


@dataclass(frozen=True, slots=True)
class RankLine:
    """A line of the ranked list."""

    rank: int
    code: str
    entry: Entry
    authors: str
    score: str
    mean: str
    sheets: int
    further: int
    spread: str
    has_gap: bool
    tier: str


@dataclass(frozen=True, slots=True)
class Debtor:
    """A juror who owes sheets, and which."""

    juror_id: int
    name: str
    sheets: tuple[OwedSheet, ...]

    @property
    def codes(self) -> str:
        """The numbers of the entries, as one says them."""
        return ", ".join(f"{s.entry.number or 0:03d}" for s in self.sheets)


def list_debtors(sheets: Sequence[OwedSheet]) -> list[Debtor]:
    """Group owed sheets by juror; they come in that order."""
    grouped = [(key, tuple(owed)) for key, owed in groupby(sheets, key=lambda s: (s.juror_id, s.juror_name))]
    return [Debtor(juror_id, name, owed) for (juror_id, name), owed in grouped]


@dataclass(frozen=True, slots=True)
class Refused:
    """A form of the page that was refused: which one, what was typed, and why. By default none was."""

    form: str = ""
    typed: Mapping[str, Any] = field(default_factory=dict)
    error: Invalid | None = None

    def error_at(self, form: str, name: str) -> Message | None:
        """What is wrong with a field of a form, or None."""
        if self.error is None or form != self.form:
            return None
        # «order.2» is one choice of the order.
        return next((said for at, said in self.error.fields.items() if at.split(".")[0] == name), None)

    def typed_at(self, form: str, name: str, *, stored: Any) -> Any:
        """What stands in a field: what was typed if that form was refused, else what is stored."""
        return self.typed.get(name, stored) if self.error is not None and form == self.form else stored


def tie_form(entry_ids: Iterable[int]) -> str:
    """What the form about these tied entries is called, in whatever order they stand."""
    return "-".join(["tie", *map(str, sorted(entry_ids))])


def list_authors(authors: Sequence[Author]) -> str:
    """All names, the representative first."""
    ordered = sorted(authors, key=lambda a: (not a.is_representative, a.ordinal))
    return ", ".join(a.full_name for a in ordered)


def rank_line(row: Ranked, *, rules: RoundRules, tiers: dict[int, str]) -> RankLine:
    """Make a line; spread and gap are those of the first marking."""
    spread = Fraction(row.high - row.low, units_per_point(rules))
    return RankLine(
        rank=row.standing.rank,
        code=f"{row.entry.number or 0:03d}",
        entry=row.entry,
        authors=list_authors(row.entry.authors),
        score=format_points(row.standing.score),
        mean=str(row.mean),
        sheets=row.standing.sheets,
        further=row.standing.further,
        spread=format_points(spread * 100, trim=True),
        has_gap=bool(find_gaps(rules, {0: (row.low, row.high)})),
        tier=tiers.get(row.entry.id or 0, ""),
    )


def gap_outcome(rules: RoundRules) -> Message | None:
    """What an entry scores that was marked once more; None where the rules know of no further marking."""
    return GAP_OUTCOME_LABELS[rules.gap.outcome] if rules.gap is not None and rules.marks_further else None


@dataclass(frozen=True, slots=True)
class Payee:
    """Who is paid what for which prize, and whether they have agreed to being paid through this list."""

    payout: Payout
    prize: Prize
    has_agreed: bool


def list_payees(prizes: Sequence[Prize]) -> list[Payee]:
    """Make a line of every payout. The authors' consents are loaded with the prizes."""
    return [Payee(p, prize, has_agreed_to_payment(prize, p)) for prize in prizes for p in prize.payouts]


def has_agreed_to_payment(prize: Prize, payout: Payout) -> bool:
    """Whether the author whom `payout` pays has agreed to it."""
    author = next(a for a in prize.entry.authors if a.id == payout.author_id)
    return all_agree([author], Purpose.PAYMENT)


@dataclass(frozen=True, slots=True)
class PublicPrize:
    """A prize as everybody may see it: names only where each author agreed to it."""

    tier: str
    category: str
    rank: int
    score: str
    title: str
    authors: str
    unit: str
    field: str
    amount: int
    why: str


def public_prize(prize: Prize, *, field_label: str) -> PublicPrize:
    """Make the public line of a prize."""
    agreed = all_agree(prize.entry.authors, Purpose.PUBLICATION)
    return PublicPrize(
        tier=prize.award.tier,
        category=prize.award.category,
        rank=prize.standing.rank,
        score=format_points(prize.standing.score),
        title=prize.entry.title,
        authors=list_authors(prize.entry.authors) if agreed else "",
        unit=prize.entry.unit_name,
        field=field_label,
        amount=prize.award.amount,
        why=prize.award.why,
    )
