"""Keep app/core/locale/en.po complete: `check` fails on the first thing that is not, `update` adds what is missing.

Source strings are Vietnamese. A message is an `_()`, `N_()`, `gettext()` or `ngettext()` in code, or `_()` and
`{% trans %}` in a template. English that changes with the number `n` has msgid_plural equal to msgid, and two forms.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
PO = ROOT / "app/core/locale/en.po"
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2")]
OPTIONS = {"**.html": {"trimmed": "true", "extensions": "jinja2.ext.i18n,jinja2.ext.do", "silent": "false"}}
_PARAMETER = re.compile(r"%\((\w+)\)[sd]")


def messages() -> dict[str, str]:
    """Every message of the application and where it stands first."""
    found: dict[str, str] = {}
    for folder in ("app", "frontend/templates"):
        for name, line, message, _comments, _context in extract_from_dir(
            str(ROOT / folder), METHODS, OPTIONS, KEYWORDS, callback=None
        ):
            for text in message if isinstance(message, tuple) else (message,):
                if text:
                    found.setdefault(text, f"{folder}/{name}:{line}")
    return found


def read() -> Catalog:
    """The English catalogue; an empty one where there is no file yet."""
    if not PO.exists():
        return Catalog(locale="en", project="chamthi", fuzzy=False)
    with PO.open("rb") as stream:
        return read_po(stream, locale="en")


def source(message: Message) -> str:
    """The Vietnamese of a catalogue entry."""
    return message.id if isinstance(message.id, str) else message.id[0]


def forms(message: Message | None) -> tuple[str, ...]:
    """The English of a catalogue entry: none, one form, or singular and plural."""
    string = message.string if message else ""
    return tuple(string) if isinstance(string, list | tuple) else (string,) if string else ()


def faults(found: dict[str, str], catalogue: Catalog) -> Iterator[str]:
    """What is missing, doubtful, left over, or loses a parameter."""
    known = {source(m): m for m in catalogue if m.id}
    for text, place in found.items():
        english = forms(known.get(text))
        if not english or not all(english):
            yield f"{place}: no English for «{text}»"
        elif known[text].fuzzy:
            yield f"{place}: doubtful (fuzzy) English for «{text}»"
        for form in english:
            if set(_PARAMETER.findall(text)) != set(_PARAMETER.findall(form)):
                yield f"{place}: other parameters in «{text}» than in «{form}»"
    for text in known.keys() - found.keys():
        yield f"{PO.relative_to(ROOT)}: nothing says «{text}» any more"


def update(found: dict[str, str], catalogue: Catalog) -> None:
    """Write the file anew: what is said now, in order, with the English that is there."""
    fresh = Catalog(
        locale="en",
        project="chamthi",
        version="1",
        fuzzy=False,
        header_comment="# Chấm Thi in English.",
        msgid_bugs_address="CONTRIBUTING.md",
        last_translator="Chấm Thi",
        language_team="English",
        # Kept, so that an update without news leaves the file as it is.
        creation_date=catalogue.creation_date,
        revision_date=catalogue.creation_date,
    )
    for text in sorted(found):
        english = forms(catalogue.get(text))
        if len(english) > 1:
            fresh.add((text, text), english)
        else:
            fresh.add(text, english[0] if english else "")
    PO.parent.mkdir(parents=True, exist_ok=True)
    with PO.open("wb") as stream:
        write_po(stream, fresh, width=110, sort_output=True, omit_header=False)


def main(command: str) -> int:
    """Do `command`; the exit status."""
    found, catalogue = messages(), read()
    if command == "update":
        update(found, catalogue)
    wrong = list(faults(found, read()))
    for fault in wrong:
        print(fault)
    print(f"{len(found)} messages, {len(wrong)} faults")
    return 1 if wrong and command == "check" else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "check"))
