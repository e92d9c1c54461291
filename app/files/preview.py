"""What a file holds, without opening it in an office program: its text for reading on a phone, a film's length."""

import codecs
import json
import logging
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile
from xml.etree.ElementTree import Element

from app.core.errors import Invalid
from app.core.storage import ObjectMissingError, Store
from app.core.text import clean
from app.files import reader, texts
from app.files.archives import open_zip, read_xml
from app.files.models import File

_PARAGRAPHS_AT_MOST = 5000
_CHARACTERS_AT_MOST = 300_000
_DOCX_XML = 16 * 1024 * 1024
_TXT_BYTES = 4 * _CHARACTERS_AT_MOST
_PATIENCE_S = 30
_PATH = "/usr/bin:/bin:/usr/local/bin:/opt/homebrew/bin"  # where catdoc may lie
_FULL_LINE = 0.75  # of the longest: a shorter line ends its paragraph

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_LIST_ITEM = re.compile(r"([-–—•+*▪●]|\d{1,3}[.)]|[a-zđ][.)]|[IVX]{1,5}\.)\s")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Film:
    """A video as it will be shown: its length, its upright size, and the codec inside."""

    milliseconds: int
    width: int
    height: int
    codec: str


def read_text(store: Store, file: File) -> tuple[str, ...] | None:
    """Give the paragraphs of a stored file, or None where there is no text to read. Read once, then remembered."""
    try:
        return _read_stored(store, file.storage_key, file.sha256, file.extension)
    except ObjectMissingError:
        # The page around it still says everything else; the download says that the bytes are gone.
        _log.exception("the bytes of file %s are missing from the store", file.id)
    except TimeoutError:
        # Raised, so that nothing remembers it: a machine that was busy now may read the file in a minute.
        _log.warning("reading file %s took too long", file.id)
    return None


@lru_cache(maxsize=64)
def _read_stored(store: Store, key: str, sha256: str, extension: str) -> tuple[str, ...] | None:
    kept = texts.find(store, sha256=sha256, extension=extension)
    if kept is not None:
        return kept
    with store.local_path(key) as path:
        found = extract_text(path, extension)
    if found is None:
        return None
    texts.keep(store, tuple(found), sha256=sha256, extension=extension)
    return tuple(found)


def read_film(store: Store, file: File) -> Film | None:
    """Give length and size of a stored video, or None if it cannot be played."""
    with store.local_path(file.storage_key) as path:
        return probe_video(path)


def extract_text(source: Path | bytes, extension: str) -> list[str] | None:
    """Give the paragraphs of a DOCX, DOC, PDF or TXT: NFC, bounded; None if it is another kind or unreadable.

    Raises TimeoutError if the reader had to be stopped.
    """
    if extension == "docx":
        lines = _docx(source)
    elif extension == "txt":
        lines = _txt(source)
    elif extension in {"pdf", "doc"}:
        lines = _by_reader(source, extension)
    else:
        return None
    return None if lines is None else list(_bounded(lines))


def probe_video(path: Path) -> Film | None:
    """Give length and size of an MP4 or MOV, or None if no picture can be decoded."""
    answer = _ask_reader("video", path)
    return None if answer is None else Film(**json.loads(answer))


def _bounded(lines: Iterable[str]) -> Iterator[str]:
    left = _CHARACTERS_AT_MOST
    count = 0
    for line in lines:
        text = clean(line[:left])
        if not text:
            continue
        yield text
        left -= len(text)
        count += 1
        if left <= 0 or count >= _PARAGRAPHS_AT_MOST:
            return


# ---- DOCX -------------------------------------------------------------------------------------------------


def _docx(source: Path | bytes) -> list[str] | None:
    try:
        with open_zip(BytesIO(source) if isinstance(source, bytes) else source) as archive:
            root = read_xml(archive, "word/document.xml", limit=_DOCX_XML)
    except Invalid:
        return None
    body = None if root is None else root.find(f"{_W}body")
    if body is None:
        return None
    try:
        return list(_blocks(body))
    except RecursionError:
        return None


def _blocks(parent: Element) -> Iterator[str]:
    """Paragraphs and table rows in the order of the page."""
    for child in parent:
        if child.tag == f"{_W}p":
            yield from _paragraph(child)
        elif child.tag == f"{_W}tbl":
            for row in _rows(child):
                cells = (" ".join(_blocks(cell)) for cell in row.findall(f"{_W}tc"))
                yield " | ".join(text for text in cells if text.strip())
        elif child.tag != _FALLBACK:
            yield from _blocks(child)


def _paragraph(paragraph: Element) -> Iterator[str]:
    text = "".join(_runs(paragraph))
    bullet = paragraph.find(f"{_W}pPr/{_W}numPr") is not None and text.strip()
    yield from (f"– {text}" if bullet else text).split("\n")
    for box in _boxes(paragraph):
        yield from _blocks(box)


def _rows(table: Element) -> Iterator[Element]:
    """Rows of this table, also those in a content control; not those of a table inside a cell."""
    for child in table:
        if child.tag == f"{_W}tr":
            yield child
        elif child.tag in {f"{_W}sdt", f"{_W}sdtContent"}:
            yield from _rows(child)


def _boxes(element: Element) -> Iterator[Element]:
    for child in element:
        if child.tag == f"{_W}txbxContent":
            yield child
        elif child.tag != _FALLBACK:
            yield from _boxes(child)


def _runs(element: Element) -> Iterator[str]:
    for child in element:
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag in {f"{_W}br", f"{_W}cr"}:
            yield "\n"
        elif child.tag == f"{_W}tab":
            yield " "
        # A drawing's box comes after its paragraph; the fallback says the same again for old programs.
        elif child.tag not in {f"{_W}txbxContent", f"{_W}pPr", _FALLBACK}:
            yield from _runs(child)


# ---- TXT --------------------------------------------------------------------------------------------------


def _txt(source: Path | bytes) -> list[str]:
    if isinstance(source, Path):
        with source.open("rb") as stream:
            data = stream.read(_TXT_BYTES)
    else:
        data = source[:_TXT_BYTES]
    return _decoded(data).splitlines()


def _decoded(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    try:
        # Not final: the bound may have cut a letter in two.
        return codecs.getincrementaldecoder("utf-8-sig")().decode(data)
    except UnicodeDecodeError:
        return data.decode("cp1258", "replace")


# ---- PDF, DOC and films: in a process of their own ---------------------------------------------------------


def _by_reader(source: Path | bytes, extension: str) -> list[str] | None:
    with _as_path(source) as path:
        answer = _ask_reader(extension, path)
    if answer is None:
        return None
    if extension == "doc":
        return answer.decode("utf-8", "replace").splitlines()
    return [paragraph for page in json.loads(answer) for paragraph in _joined(page.splitlines())]


@contextmanager
def _as_path(source: Path | bytes) -> Iterator[Path]:
    if isinstance(source, Path):
        yield source
        return
    with NamedTemporaryFile() as copy:
        copy.write(source)
        copy.flush()
        yield Path(copy.name)


def _ask_reader(kind: str, path: Path) -> bytes | None:
    # Isolated mode: neither the folder nor the environment of the server decides what is imported.
    command = [sys.executable, "-I", reader.__file__, kind, str(path.resolve())]
    try:
        done = subprocess.run(  # noqa: S603 - our own program, a path of our own
            command, capture_output=True, check=False, timeout=_PATIENCE_S, env={"PATH": _PATH}
        )
    except subprocess.TimeoutExpired as error:
        raise TimeoutError(f"reading a {kind} took more than {_PATIENCE_S} s") from error
    if done.returncode != 0:
        _log.info("a %s could not be read: %s", kind, done.stderr[-300:].decode("utf-8", "replace"))
        return None
    return done.stdout


def _joined(lines: list[str]) -> Iterator[str]:
    """Join the lines of a page to paragraphs: a short line ends one, a list item begins one."""
    full = _FULL_LINE * max((len(line.strip()) for line in lines), default=0)
    paragraph: list[str] = []
    for line in map(str.strip, lines):
        if paragraph and (not line or len(paragraph[-1]) < full or _LIST_ITEM.match(line)):
            yield " ".join(paragraph)
            paragraph = []
        if line:
            paragraph.append(line)
    yield " ".join(paragraph)
