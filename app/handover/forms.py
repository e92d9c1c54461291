"""What the pages of the hand-over send."""

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import Field
from starlette.datastructures import FormData

from app.core.errors import Invalid
from app.core.forms import FORM_REFUSED, Form, Line
from app.core.i18n import N_
from app.handover.models import Mode

_PREFIX = "mode."
_ENTRY_ID = re.compile(r"[0-9]{1,100}")


class ArchiveForm(Form):
    """Why the archive leaves after the deadline; empty before it."""

    late_reason: Annotated[Line, Field(max_length=2000)] = ""


def typed_modes(data: FormData) -> dict[int, str]:
    """What was chosen for each entry, unchecked: `mode.<entry id>`; empty or absent is not chosen."""
    return {
        int(name.removeprefix(_PREFIX)): str(value)
        for name, value in data.multi_items()
        if _ENTRY_ID.fullmatch(name.removeprefix(_PREFIX)) and name.startswith(_PREFIX)
    }


def read_choices(typed: Mapping[int, str]) -> dict[int, Mode]:
    """The chosen entries with how each takes part; Invalid for anything else."""
    known = {mode.value: mode for mode in Mode}
    chosen = {entry_id: value for entry_id, value in typed.items() if value}
    wrong = {
        f"mode.{entry_id}": N_("Vui lòng chọn một trong các giá trị có sẵn.")
        for entry_id, value in chosen.items()
        if value not in known
    }
    if wrong:
        raise Invalid(FORM_REFUSED, fields=wrong)
    return {entry_id: known[value] for entry_id, value in chosen.items()}
