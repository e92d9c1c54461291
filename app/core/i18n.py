"""Language: sources are Vietnamese, English comes from locale/en.po, the reader's choice is a context variable."""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po

LANGUAGES = ("vi", "en")
_LOCALE_DIR = Path(__file__).parent / "locale"

language: ContextVar[str] = ContextVar("language", default="vi")


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence for a person, translated only when it is shown. Parameters are named: «%(title)s»."""

    text: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        """The sentence in the reader's language."""
        shown = {k: str(v) if isinstance(v, Message) else v for k, v in self.params.items()}
        translated = gettext(self.text)
        return translated % shown if shown else translated


def N_(text: str, **params: Any) -> Message:  # noqa: N802 - the gettext convention for "translate later"
    """Mark `text` for translation when it is shown."""
    return Message(text, params)


@cache
def _catalogue(code: str) -> dict[str, str]:
    path = _LOCALE_DIR / f"{code}.po"
    if not path.exists():
        return {}
    with path.open("rb") as stream:
        catalogue = read_po(stream, locale=code)
    return {str(m.id): str(m.string) for m in catalogue if m.id and m.string and isinstance(m.id, str)}


def gettext(text: str) -> str:
    """`text` in the reader's language; the Vietnamese source where there is no translation."""
    return _catalogue(language.get()).get(text, text)


def ngettext(singular: str, plural: str, n: int) -> str:
    """Vietnamese has one form; English picks by `n`."""
    if language.get() == "vi":
        return singular
    return gettext(singular if n == 1 else plural)
