"""Extracted texts, kept on this machine's disk: a juror opens an entry many times, its text never changes.

A cache and nothing more: named by what was read (SHA-256) and by the version of the reading, it can be deleted at any
time and is no part of a backup. It holds what the files hold, so whoever erases a file calls `forget`.
"""

import json
import logging
import os
from contextlib import suppress
from pathlib import Path
from tempfile import mkstemp

from app.core.storage import Store

_READING = 1  # grows when app.files.preview reads something differently

_log = logging.getLogger(__name__)


def find(store: Store, *, sha256: str, extension: str) -> tuple[str, ...] | None:
    """Give the paragraphs that were kept, or None."""
    try:
        kept = _path(store, sha256, extension).read_text("utf-8")
    except OSError:
        return None
    return tuple(json.loads(kept))


def keep(store: Store, paragraphs: tuple[str, ...], *, sha256: str, extension: str) -> None:
    """Keep paragraphs. A disk that refuses costs time at the next reading and nothing else."""
    path = _path(store, sha256, extension)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = mkstemp(prefix=path.name, dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                json.dump(paragraphs, stream, ensure_ascii=False)
            Path(name).replace(path)  # whole or not at all: others may be reading
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError:
        _log.warning("an extracted text could not be kept", exc_info=True)


def forget(store: Store, *, sha256: str, extension: str) -> None:
    """Remove what was kept of an erased file."""
    with suppress(FileNotFoundError):
        _path(store, sha256, extension).unlink()


def _path(store: Store, sha256: str, extension: str) -> Path:
    return store.cache_dir / "texts" / sha256[:2] / f"{sha256}.{extension}.{_READING}.json"
