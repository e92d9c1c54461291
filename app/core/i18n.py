"""Language: sources are Vietnamese, English comes from locale/en.po, the reader's choice is a context variable.

Vietnamese nouns do not change with number, so a source is one sentence. Where English needs two, the catalogue holds
both under the same source, and the parameter `n` picks: 1 is singular.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po
from jinja2 import Environment, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

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
        translated = gettext(self.text, n=self.params.get("n"))
        return translated % shown if shown else translated


def N_(text: str, **params: Any) -> Message:  # noqa: N802 - the gettext convention for "translate later"
    """Mark `text` for translation when it is shown."""
    return Message(text, params)


@cache
def _catalogue(code: str) -> dict[str, tuple[str, ...]]:
    """Every source with its forms: one, or singular and plural."""
    path = _LOCALE_DIR / f"{code}.po"
    if not path.exists():
        return {}
    with path.open("rb") as stream:
        catalogue = read_po(stream, locale=code)
    return {
        (m.id if isinstance(m.id, str) else m.id[0]): ((m.string,) if isinstance(m.string, str) else tuple(m.string))
        for m in catalogue
        if m.id and m.string
    }


def gettext(text: str, *, n: object = None) -> str:
    """`text` in the reader's language, for `n` things; the Vietnamese source where there is no translation."""
    forms = _catalogue(language.get()).get(text) or (text,)
    return forms[0] if str(n) == "1" else forms[-1]


def ngettext(singular: str, plural: str, n: int) -> str:
    """Pick by `n` between two sources. Vietnamese has one form, and it is the first."""
    if language.get() == "vi":
        return singular
    return gettext(singular if n == 1 else plural, n=n)


@pass_context
def _in_template(context: Context, text: str, /, **params: Any) -> str:
    translated = gettext(text, n=params.get("n"))
    return (Markup(translated) if context.eval_ctx.autoescape else translated) % params  # noqa: S704 - our own sentence


def install(env: Environment) -> None:
    """Give templates `_()` and `{% trans %}`; parameters are escaped, and `n` picks the form as in a Message."""
    env.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    env.globals["gettext"] = _in_template
