"""Names of files as senders give them, made safe to show, to store in a row and to save on any computer."""

import re

from app.core.text import clean

_LONGEST = 150
_NOT_ON_WINDOWS = re.compile(r'[<>:"|?*]')
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
_EXTENSION = re.compile(r"[a-z0-9]{1,10}")


def clean_name(name: str) -> str:
    """The last part of the path, NFC, without control or bidirectional characters, at most 150 long, extension kept."""
    last = re.split(r"[/\\]", name.replace("%22", '"'))[-1]
    shown = _NOT_ON_WINDOWS.sub("_", clean(last)).strip(". ")
    if _DEVICES.match(shown):
        shown = f"_{shown}"
    stem, dot, extension = shown.rpartition(".")
    if dot and _EXTENSION.fullmatch(extension.lower()):
        stem = stem[: _LONGEST - len(extension) - 1].rstrip(". ") or "tep"
        return f"{stem}.{extension}"
    return shown[:_LONGEST] or "tep"


def extension_of(name: str) -> str:
    """The extension in lower case without its dot; empty where there is none."""
    _, dot, extension = name.rpartition(".")
    return extension.lower() if dot and _EXTENSION.fullmatch(extension.lower()) else ""
