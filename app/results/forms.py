"""What the organiser and the chair fill in about a result."""

from typing import Annotated

from pydantic import Field

from app.core.forms import Block, Form


class TieForm(Form):
    """The chair's order of tied entries, the best first, with the reason."""

    order: tuple[int, ...]
    reason: Annotated[Block, Field(min_length=1, max_length=2000)]


class ReasonForm(Form):
    """A sentence of why."""

    reason: Annotated[Block, Field(min_length=1, max_length=2000)]
