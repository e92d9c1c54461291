"""The inside of ZIP and OLE files, read with bounds: what a file claims is checked before anything is unpacked."""

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from app.core.errors import Invalid
from app.core.i18n import N_

MAX_UNPACKED = 512 * 1024 * 1024
_MAX_DIRECTORY = 2 * 1024 * 1024
_MAX_MEMBERS = 10_000
_MAX_RATIO = 200
_RATIO_FROM = 8 * 1024 * 1024  # a small file may well be all zeros
_MAX_XML = 1024 * 1024
_MAX_RELATIONSHIPS = 200

BROKEN = N_("Tệp bị hỏng hoặc chưa tải hết, không mở được. Vui lòng mở thử trên máy, lưu lại rồi tải lại.")
BOMB = N_("Tệp nén khai báo dung lượng khi giải nén quá lớn nên bị từ chối.")
ENCRYPTED = N_("Tệp có đặt mật khẩu nên Ban Giám khảo không mở được. Vui lòng bỏ mật khẩu rồi tải lại.")
MACROS = N_("Tệp chứa mã lệnh (macro, ActiveX) nên bị từ chối. Vui lòng lưu lại ở dạng không có macro.")
REMOTE = N_("Tệp tự tải mẫu hoặc đối tượng từ máy khác khi mở nên bị từ chối. Vui lòng bỏ liên kết đó rồi lưu lại.")

_OLE_END = 0xFFFFFFFA
_OLE_ENTRY = 128
_OLE_MAX_SECTORS = 4096  # of the directory: some 16 000 names, far beyond any document


@contextmanager
def open_zip(source: Path | BinaryIO) -> Iterator[zipfile.ZipFile]:
    """Open a ZIP whose directory and declared sizes are within bounds; refuse it otherwise.

    A member that is larger than it declares ends in a CRC error when read, so the declared sizes hold.
    """
    try:
        _check_directory(source)
        with zipfile.ZipFile(source) as archive:
            _check_members(archive)
            yield archive
    except (zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, EOFError) as error:
        raise Invalid(BROKEN) from error


def _check_directory(source: Path | BinaryIO) -> None:
    # ZipFile would read a directory of any size into memory; its declared size is looked at first.
    if isinstance(source, Path):
        with source.open("rb") as stream:
            _check_directory(stream)
        return
    end = source.seek(0, 2)
    start = max(0, end - 66_000)
    source.seek(start)
    tail = source.read(66_000)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0:
        raise zipfile.BadZipFile
    members, size = struct.unpack("<HI", tail[at + 10 : at + 16])
    locator = tail[at - 20 : at] if at >= 20 else b""
    if locator.startswith(b"PK\x06\x07"):
        source.seek(struct.unpack("<Q", locator[8:16])[0])
        members, size = struct.unpack("<32xQQ", source.read(48))
    if members > _MAX_MEMBERS or size > _MAX_DIRECTORY:
        raise Invalid(BOMB)
    source.seek(0)


def _check_members(archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if len(members) > _MAX_MEMBERS or unpacked > MAX_UNPACKED:
        raise Invalid(BOMB)
    if unpacked > _RATIO_FROM and unpacked > _MAX_RATIO * max(packed, 1):
        raise Invalid(BOMB)
    if any(member.flag_bits & 1 for member in members):
        raise Invalid(ENCRYPTED)


def is_plain(member: zipfile.ZipInfo) -> bool:
    """Tell whether a member can be unpacked in little memory: LZMA may ask for a dictionary of gigabytes."""
    return member.compress_type in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


def read_xml(archive: zipfile.ZipFile, name: str, *, limit: int = _MAX_XML) -> Element | None:
    """Parse a member, or None where there is none; entities and oversize are refused."""
    try:
        member = archive.getinfo(name)
    except KeyError:
        return None
    if member.file_size > limit:
        raise Invalid(BOMB)
    if not is_plain(member):
        raise Invalid(BROKEN)
    try:
        root: Element = fromstring(archive.read(member), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise Invalid(BROKEN) from error
    return root


def find_office_kind(archive: zipfile.ZipFile) -> str:
    """Tell what an Office file is by the type of its main part: docx, xlsx, pptx, or zip for anything else."""
    types = read_xml(archive, "[Content_Types].xml")
    if types is None:
        return "zip"
    declared = {part.get("ContentType", "") for part in types}
    for kind, word in (("docx", "wordprocessingml.document"), ("xlsx", "spreadsheetml.sheet")):
        if any(f"{word}.main+xml" in text for text in declared):
            return kind
    if any("presentationml.presentation.main+xml" in text for text in declared):
        return "pptx"
    if any("macroEnabled" in text for text in declared):
        raise Invalid(MACROS)
    return "zip"


def refuse_active_content(archive: zipfile.ZipFile) -> None:
    """Refuse macros, ActiveX, and templates or objects that Office would fetch from elsewhere on opening."""
    names = archive.namelist()
    if any(re.search(r"vbaProject|activeX/", name, re.IGNORECASE) for name in names):
        raise Invalid(MACROS)
    relationships = [name for name in names if name.endswith(".rels")]
    if len(relationships) > _MAX_RELATIONSHIPS * 10:
        raise Invalid(BOMB)
    for name in relationships:
        root = read_xml(archive, name)
        if root is not None and any(_is_remote(relationship) for relationship in root):
            raise Invalid(REMOTE)


def _is_remote(relationship: Element) -> bool:
    if relationship.get("TargetMode", "").lower() != "external":
        return False
    kind = relationship.get("Type", "").rsplit("/", 1)[-1]
    target = relationship.get("Target", "").strip().lower().replace("\\", "/")
    # Hyperlinks wait for a click. Word notes the template's place on the author's own disk in honest files too.
    fetched = kind in {"attachedTemplate", "oleObject", "frame", "subDocument"}
    return fetched and re.match(r"(https?|ftp|mhtml|ms-[a-z]+):|file:/*[^/]+\.[^/]+/|//|file:////", target) is not None


# ---- OLE: .doc, .xls, .ppt --------------------------------------------------------------------------------


def find_ole_kind(path: Path) -> str | None:
    """Tell what an OLE file is by the names of its streams; refuse macros and passwords."""
    try:
        with path.open("rb") as stream:
            names = set(_Ole(stream).names())
    except (struct.error, IndexError) as error:
        raise Invalid(BROKEN) from error
    if "EncryptedPackage" in names:
        raise Invalid(ENCRYPTED)
    if names & {"Macros", "_VBA_PROJECT_CUR", "_VBA_PROJECT", "VBA"}:
        raise Invalid(MACROS)
    for kind, stream_names in (
        ("doc", {"WordDocument"}),
        ("xls", {"Workbook", "Book"}),
        ("ppt", {"PowerPoint Document"}),
    ):
        if names & stream_names:
            return kind
    return None


class _Ole:
    """Just enough of the compound file format to list its directory, sector by sector."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        header = stream.read(512)
        shift = struct.unpack_from("<H", header, 30)[0]
        if shift not in (9, 12):
            raise IndexError
        self.size = 1 << shift
        self.directory = struct.unpack_from("<I", header, 48)[0]
        following, count = struct.unpack_from("<II", header, 68)
        self.tables = list(struct.unpack_from("<109I", header, 76))
        for _ in range(min(count, _OLE_MAX_SECTORS)):
            if following >= _OLE_END:
                break
            *more, following = self._numbers(following)
            self.tables += more

    def _sector(self, number: int) -> bytes:
        self.stream.seek((number + 1) * self.size)
        return self.stream.read(self.size)

    def _numbers(self, number: int) -> tuple[int, ...]:
        return struct.unpack(f"<{self.size // 4}I", self._sector(number))

    def names(self) -> Iterator[str]:
        """Names of all storages and streams."""
        sector = self.directory
        for _ in range(_OLE_MAX_SECTORS):
            if sector >= _OLE_END:
                return
            block = self._sector(sector)
            for at in range(0, len(block) - _OLE_ENTRY + 1, _OLE_ENTRY):
                length = struct.unpack_from("<H", block, at + 64)[0]
                if 2 < length <= 64:
                    yield block[at : at + length - 2].decode("utf-16-le", "replace")
            table, place = divmod(sector, self.size // 4)
            sector = self._numbers(self.tables[table])[place]
