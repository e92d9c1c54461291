"""What jurors and organisers fill in: score sheets, recusals, jurors, conflicts."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field
from starlette.datastructures import FormData

from app.core.errors import Invalid
from app.core.forms import FORM_REFUSED, Block, Form, Line, Optionally
from app.core.i18n import N_, Message
from app.core.numbers import InvalidNumberError, format_points, parse_hundredths
from app.programmes.plan import RoundRules
from scoring import Criterion

CONFLICT_KINDS = ("family", "supervisor", "collaborator", "other")
CONFLICT_LABELS: dict[str, Message] = {
    "same_unit": N_("Cùng đơn vị với bài dự thi"),
    "author": N_("Là tác giả của bài dự thi"),
    "family": N_("Người thân của tác giả"),
    "supervisor": N_("Phụ trách hoặc hướng dẫn trực tiếp tác giả"),
    "collaborator": N_("Cùng tham gia xây dựng ý tưởng, giải pháp"),
    "other": N_("Lý do khác"),
}


class ScoreForm(Form):
    """A score sheet as posted: `marks` in hundredths (only those typed), made from which version, on whose page."""

    marks: Mapping[str, int] = Field(default_factory=dict)
    comment: Annotated[Block, Field(max_length=5000)] = ""
    version: int = 0
    juror: int | None = None

    @classmethod
    def read(cls, data: FormData | Mapping[str, Any], *, rules: RoundRules) -> "ScoreForm":
        """Read «marks.<key>» boxes by the rubric. Each wrong mark is named beside its criterion."""
        marks: dict[str, int] = {}
        faults: dict[str, Message] = {}
        for criterion in rules.judging_rubric.criteria:
            typed = str(data.get(f"marks.{criterion.key}") or "").strip()
            if typed:
                _read_mark(typed, criterion, marks, faults)
        if faults:
            raise Invalid(FORM_REFUSED, fields=faults)
        plain = {name: data.get(name) for name in ("comment", "version", "juror") if data.get(name) is not None}
        return cls.parse({**plain, "marks": marks})


def _read_mark(typed: str, criterion: Criterion, marks: dict[str, int], faults: dict[str, Message]) -> None:
    name = f"marks.{criterion.key}"
    try:
        mark = parse_hundredths(typed)
    except InvalidNumberError:
        faults[name] = N_("«%(typed)s» không phải là điểm. Nhập số, ví dụ 8,5.", typed=typed[:20])
        return
    refusal = criterion.refuse(mark)
    if refusal == "above_maximum":
        faults[name] = N_("Điểm tối đa của tiêu chí này là %(max)s.", max=format_points(criterion.maximum, trim=True))
    elif refusal == "off_step":
        faults[name] = N_("Điểm cho theo bước %(step)s.", step=format_points(criterion.step, trim=True))
    elif refusal is not None:
        faults[name] = N_("Điểm không hợp lệ.")
    else:
        marks[criterion.key] = mark


class RecusalForm(Form):
    """Why a juror steps back from an entry, and on whose page it was said."""

    juror: int | None = None
    kind: Line = "other"
    reason: Annotated[Block, Field(min_length=1, max_length=2000)]


class DismissalForm(Form):
    """Why a juror is taken off the jury: needed if they still owe sheets."""

    reason: Annotated[Block, Field(max_length=2000)] = ""


class JurorForm(Form):
    """A juror's unit, fields of expertise and capacity."""

    user_id: int
    unit_id: Annotated[int | None, Optionally] = None
    position: Annotated[Line, Field(max_length=200)] = ""
    fields: tuple[str, ...] = ()
    minimum: Annotated[int, Field(ge=0)] = 0
    maximum: Annotated[Annotated[int, Field(ge=0)] | None, Optionally] = None


class ConflictForm(Form):
    """A conflict that an organiser sets."""

    juror_id: int
    entry_id: int
    kind: Line
    reason: Annotated[Block, Field(min_length=1, max_length=2000)]


class PairForm(Form):
    """One juror and one entry."""

    juror_id: int
    entry_id: int
