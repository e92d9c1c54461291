"""What every JSON address under /api/v1 shares: how it refuses, and that nothing between it and its reader keeps it."""

from typing import Any, Final

from fastapi import Depends, Response
from pydantic import BaseModel, ConfigDict

API: Final = "/api/v1"


class Answer(BaseModel):
    """Base of all answers. Numbers are integers; marks are text with two decimals; no float ever leaves."""

    model_config = ConfigDict(frozen=True)


class Refusal(Answer):
    """Why a request is refused: a sentence, and what is wrong with which field."""

    message: str
    errors: dict[str, str]


def _keep_nowhere(response: Response) -> None:
    # The same address answers differently to the public and to those who are signed in.
    response.headers["Cache-Control"] = "no-store"


API_ROUTER: Final[dict[str, Any]] = {
    "dependencies": [Depends(_keep_nowhere)],
    "responses": {"4XX": {"model": Refusal, "description": "Not signed in, not found, or not possible now."}},
}
"""Arguments of every API router."""


def plain_points(hundredths: int) -> str:
    """8800 → "88.00": a mark as programs write it."""
    whole, part = divmod(hundredths, 100)
    return f"{whole}.{part:02d}"
