"""What the hand-over's page shows, made of rows."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from app.core.i18n import N_, Message
from app.core.numbers import format_points
from app.documents.parts import author_names, code_of
from app.entries.models import Category
from app.handover import policy
from app.handover.models import Mode
from app.handover.queries import Candidate
from app.programmes.plan import Plan

MODE_LABELS: Mapping[str, Message] = {
    "": N_("Không gửi"),
    Mode.WRITTEN.value: N_("Bài viết"),
    Mode.PRESENTATION.value: N_("Thuyết trình"),
}
SECTION_LABELS: Mapping[str, Message] = {Category.GROUP.value: N_("Tập thể"), Category.INDIVIDUAL.value: N_("Cá nhân")}


@dataclass(frozen=True, slots=True)
class Line:
    """A judged entry on the page. `silent` are the authors who have not agreed to the hand-over."""

    entry_id: int
    code: str
    title: str
    authors: str
    unit: str
    score: str
    rank: int
    prize: str
    mode: str
    silent: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A prize category: the winners and whoever else is chosen or at fault come first, the others lie folded."""

    category: str
    label: Message
    first: list[Line]
    others: list[Line]


def make_sections(
    candidates: Sequence[Candidate],
    modes: Mapping[int, str],
    *,
    plan: Plan,
    chosen_only: bool,
    at_fault: Collection[str],
) -> list[Section]:
    """The candidates by category, groups first, each with what is chosen for it."""
    made = []
    for category, label in SECTION_LABELS.items():
        lines = [_line(c, modes, plan=plan) for c in candidates if c.standing.category == category]
        if not lines:
            continue
        if chosen_only:
            made.append(Section(category, label, [line for line in lines if line.mode], []))
            continue
        first = [line for line in lines if line.prize or line.mode or f"mode.{line.entry_id}" in at_fault]
        made.append(Section(category, label, first, [line for line in lines if line not in first]))
    return made


def _line(candidate: Candidate, modes: Mapping[int, str], *, plan: Plan) -> Line:
    entry, standing = candidate.entry, candidate.standing
    return Line(
        entry_id=standing.entry_id,
        code=code_of(entry),
        title=entry.title,
        authors=author_names(entry, mark=str(N_("đại diện"))),
        unit=entry.unit_name,
        score=format_points(standing.score),
        rank=standing.rank,
        prize=plan.prize_rules.labels[candidate.tier] if candidate.tier else "",
        mode=modes.get(standing.entry_id, ""),
        silent=tuple(policy.names_without_consent(entry)),
    )


def winners(candidates: Sequence[Candidate]) -> dict[int, str]:
    """What the page suggests before anything was chosen: every winner whose authors agree, in writing."""
    return {
        c.standing.entry_id: Mode.WRITTEN.value
        for c in candidates
        if c.tier is not None and not policy.names_without_consent(c.entry)
    }
