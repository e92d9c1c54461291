"""What the unit, its head and the district fill in about an entry."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, ValidationInfo, field_validator

from app.core.forms import Block, FieldError, Form, Line
from app.core.i18n import N_
from app.screening.models import DistrictDecision, UnitDecision

Note = Annotated[Block, Field(max_length=2000)]
_YEARS = range(2000, 2200)


class ScreeningForm(Form):
    """The unit's checklist and decision. `checklist` holds the keys of the items that are met."""

    checklist: tuple[str, ...] = ()
    decision: UnitDecision
    reason: Annotated[Note, Field(validate_default=True)] = ""

    @field_validator("checklist", mode="before")
    @classmethod
    def _as_tuple(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @field_validator("reason")
    @classmethod
    def _reason_to_decline(cls, reason: str, info: ValidationInfo) -> str:
        if info.data.get("decision") == UnitDecision.DECLINE and not reason:
            raise FieldError(N_("Không chọn bài thì phải ghi rõ lý do để tác giả được biết."))
        return reason


class ConfirmationForm(Form):
    """The head's two confirmations: a grade of the plan's scale and a sentence each."""

    effectiveness_grade: Line
    effectiveness_note: Annotated[Note, Field(min_length=1)]
    feasibility_grade: Line
    feasibility_note: Annotated[Note, Field(min_length=1)]


class CheckForm(Form):
    """The district's decision. `supplement_until` is a local day without a zone: the entry is due before it ends."""

    decision: DistrictDecision
    reason: Annotated[Note, Field(validate_default=True)] = ""
    supplement_until: Annotated[datetime | None, Field(validate_default=True)] = None

    @field_validator("reason")
    @classmethod
    def _reason_unless_accepted(cls, reason: str, info: ValidationInfo) -> str:
        if info.data.get("decision") in {DistrictDecision.RETURN, DistrictDecision.INELIGIBLE} and not reason:
            raise FieldError(N_("Trả lại hoặc loại bài thì phải ghi rõ lý do."))
        return reason

    @field_validator("supplement_until", mode="before")
    @classmethod
    def _date_if_returned(cls, value: Any, info: ValidationInfo) -> datetime | None:
        """Read a date box or dd/mm/yyyy; any other decision than a return has no date."""
        if info.data.get("decision") != DistrictDecision.RETURN:
            return None
        for pattern in ("%Y-%m-%d", "%d/%m/%Y"):
            try:
                day = datetime.strptime(str(value or "").strip(), pattern)  # noqa: DTZ007 - the service adds the zone
            except ValueError:
                continue
            if day.year in _YEARS:
                return day
        raise FieldError(N_("Trả lại để bổ sung thì phải ghi hạn bổ sung, ví dụ 12/06/2024."))
