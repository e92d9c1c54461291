"""What the hand-over's page shows, made of rows."""

from collections.abc import Mapping, Sequence
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


def make_lines(candidates: Sequence[Candidate], modes: Mapping[int, str], *, plan: Plan) -> dict[str, list[Line]]:
    """The candidates by category, groups first, each with what is chosen for it."""
    lines: dict[str, list[Line]] = {category: [] for category in SECTION_LABELS}
    for candidate in candidates:
        entry, standing = candidate.entry, candidate.standing
        lines[standing.category].append(
            Line(
                entry_id=standing.entry_id,
                code=code_of(entry),
                title=entry.title,
                authors=author_names(entry),
                unit=entry.unit_name,
                score=format_points(standing.score),
                rank=standing.rank,
                prize=plan.prize_rules.labels[candidate.tier] if candidate.tier else "",
                mode=modes.get(standing.entry_id, ""),
                silent=tuple(policy.names_without_consent(entry)),
            )
        )
    return {category: found for category, found in lines.items() if found}


def winners(candidates: Sequence[Candidate]) -> dict[int, str]:
    """What the page suggests before anything was chosen: every winner whose authors agree, in writing."""
    return {
        c.standing.entry_id: Mode.WRITTEN.value
        for c in candidates
        if c.tier is not None and not policy.names_without_consent(c.entry)
    }
