"""Reads the ideas: one YAML file per field of reform, each idea written out by hand."""

import unicodedata
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from app.demo.shapes import Attachment, EntryFormat, Fate, Grade

DATA = Path(__file__).parent / "data"
FIELDS = (
    "leadership",
    "institutions",
    "procedures",
    "one_stop",
    "apparatus",
    "civil_service",
    "public_finance",
    "it",
)


class Idea(BaseModel):
    """An idea as its file has it. An author is "position @ office", or the login of an official."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    unit: str
    title: str
    summary: str
    text: str
    format: EntryFormat
    authors: tuple[str, ...]
    attachments: tuple[Attachment, ...] = ()
    quality: float
    prize_zone: bool = False
    fate: Fate = "accepted"
    fate_reason: str = ""
    supplement: str = ""
    keep: str = ""
    effectiveness: tuple[Grade, str] | None = None
    feasibility: tuple[Grade, str] | None = None
    plus: str
    minus: str


@cache
def ideas() -> tuple[tuple[str, Idea], ...]:
    """Every idea with the key of its field, in the order of the plan's fields."""
    return tuple((field, idea) for field in FIELDS for idea in _read(field))


def _read(field: str) -> tuple[Idea, ...]:
    text = unicodedata.normalize("NFC", (DATA / f"{field}.yaml").read_text(encoding="utf-8"))
    return tuple(Idea.model_validate(row) for row in yaml.safe_load(text))
