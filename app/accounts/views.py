"""How accounts are shown: a browser in a person's words, the ready-made sign-ins of a sample contest."""

from dataclasses import dataclass

_BROWSERS = (
    ("Edg", "Microsoft Edge"),
    ("coc_coc", "Cốc Cốc"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True, slots=True)
class SampleSignIn:
    """An account of the sample contest that a visitor of the demonstration may take."""

    login: str
    full_name: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class SampleGroup:
    """Such accounts of one role."""

    label: str
    people: tuple[SampleSignIn, ...]


def describe_browser(agent: str) -> str:
    """Say which browser on which system a session lives in, or nothing if the header tells neither."""
    browser = next((name for mark, name in _BROWSERS if mark in agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    return " · ".join(part for part in (browser, system) if part)
