"""Run as a program of its own, under limits: opens files of strangers with libraries written in C.

Usage: reader.py pdf|doc|video PATH. Writes JSON to standard output; any failure ends with a status other than 0.
Imports nothing of the application, so that it starts fast and knows no secret.
"""

import json
import os
import resource
import sys
from typing import Any

_CPU_SECONDS = 15
_MEMORY = 2 * 1024**3
_PAGES_AT_MOST = 300
_CHARACTERS_AT_MOST = 400_000


def limit() -> None:
    """Bound processor time and memory; no file can be written."""
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def read_pdf(path: str) -> list[str]:
    """Give the text of each page, as its lines lie on the page."""
    import pypdfium2

    pages: list[str] = []
    left = _CHARACTERS_AT_MOST
    document = pypdfium2.PdfDocument(path)
    for number in range(min(len(document), _PAGES_AT_MOST)):
        text = document[number].get_textpage().get_text_bounded()[:left]
        left -= len(text)
        pages.append(text)
    return pages


def read_video(path: str) -> dict[str, Any]:
    """Give length and size, and decode one picture: what has none is no film."""
    import av

    # The format is pinned: a text file named .mp4 could otherwise be a play list that opens other files.
    with av.open(path, format="mov", options={"protocol_whitelist": "file"}) as film:
        track = film.streams.video[0]
        picture = next(film.decode(track))
        upright = picture.rotation % 180 == 0
        width, height = (picture.width, picture.height) if upright else (picture.height, picture.width)
        return {
            "milliseconds": round((film.duration or 0) / 1000),
            "width": width,
            "height": height,
            "codec": track.codec_context.name,
        }


def run_catdoc(path: str) -> None:
    """Become catdoc, which reads Word 97 files; the limits stay."""
    os.execvp("catdoc", ["catdoc", "-w", "-d", "utf-8", path])  # noqa: S606, S607 - fixed arguments, no shell


def main(kind: str, path: str) -> None:
    """Read one file."""
    limit()
    if kind == "doc":
        run_catdoc(path)
    sys.stdout.write(json.dumps(read_pdf(path) if kind == "pdf" else read_video(path)))


if __name__ == "__main__":
    main(*sys.argv[1:])
