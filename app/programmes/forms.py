"""What is typed about a programme's units, people, rosters, versions and clock."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from app.accounts.forms import Email, FullName, Login, Phone
from app.core.forms import FieldError, Form, Line, Optionally
from app.core.i18n import N_
from app.core.text import fold
from app.programmes.models import Body, Role


def _with_letters(text: str) -> str:
    if not fold(text):
        raise FieldError(N_("Mục này bắt buộc."))
    return text


def _local(moment: datetime) -> datetime:
    if moment.tzinfo is not None:
        raise FieldError(N_("Vui lòng nhập ngày giờ hợp lệ."))
    return moment


class ReasonForm(Form):
    """Why a plan changes, and which version the editor saw."""

    reason: Annotated[Line, StringConstraints(min_length=1, max_length=500)]
    base: int


class UnitForm(Form):
    """A unit."""

    name: Annotated[Line, StringConstraints(min_length=1, max_length=200), AfterValidator(_with_letters)]
    category: Line


class PersonForm(Form):
    """A person and their role. Without a login one is made of the name."""

    full_name: FullName
    role: Role
    unit: Annotated[int | None, Optionally] = None
    login: Annotated[Login | None, Optionally] = None
    email: Email = None
    phone: Phone = None


class CommitteeForm(Form):
    """A line of a roster."""

    body: Body
    full_name: FullName
    position: Annotated[Line, StringConstraints(max_length=200)] = ""
    duty: Annotated[Line, StringConstraints(max_length=200)] = ""


class ClockForm(Form):
    """What the demonstration's clock shall show, in the programme's zone."""

    shown_at: Annotated[datetime, AfterValidator(_local)]
    next: str = ""
