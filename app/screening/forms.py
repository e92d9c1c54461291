"""What the unit, its head and the district fill in about an entry."""

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import Field, field_validator, model_validator

from app.core.forms import Block, FieldError, Form, Line
from app.core.i18n import N_
from app.screening.models import DistrictDecision, UnitDecision

Note = Annotated[Block, Field(max_length=2000)]


class ScreeningForm(Form):
    """The unit's checklist and decision. `checklist` holds the keys of the items that are met."""

    checklist: tuple[str, ...] = ()
    decision: UnitDecision
    reason: Note = ""

    @field_validator("checklist", mode="before")
    @classmethod
    def _as_tuple(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _reason_to_decline(self) -> Self:
        if self.decision == UnitDecision.DECLINE and not self.reason:
            raise FieldError(N_("Không chọn bài thì phải ghi rõ lý do để tác giả được biết."))
        return self


class ConfirmationForm(Form):
    """The head's two confirmations: a grade of the plan's scale and a sentence each."""

    effectiveness_grade: Line
    effectiveness_note: Annotated[Note, Field(min_length=1)]
    feasibility_grade: Line
    feasibility_note: Annotated[Note, Field(min_length=1)]


class CheckForm(Form):
    """The district's decision. `supplement_until` is a local date: the entry is due before that day ends."""

    decision: DistrictDecision
    reason: Note = ""
    supplement_until: str = ""

    @model_validator(mode="after")
    def _reason(self) -> Self:
        if self.decision != DistrictDecision.ACCEPT and not self.reason:
            raise FieldError(N_("Trả lại hoặc loại bài thì phải ghi rõ lý do."))
        if self.decision == DistrictDecision.RETURN and self.supplement_date is None:
            raise FieldError(N_("Trả lại để bổ sung thì phải ghi hạn bổ sung, ví dụ 12/06/2024."))
        return self

    @property
    def supplement_date(self) -> datetime | None:
        """The typed date (naive, local), from a date box or dd/mm/yyyy; None if it is no date."""
        for pattern in ("%Y-%m-%d", "%d/%m/%Y"):
            try:
                return datetime.strptime(self.supplement_until.strip(), pattern)  # noqa: DTZ007 - the caller adds the zone
            except ValueError:
                continue
        return None
