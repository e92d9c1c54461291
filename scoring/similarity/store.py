"""An index as bytes: the same texts give the same bytes, in whatever order they were added.

Magic, then version and length of the header (little-endian, 4 and 8 bytes), the header (JSON: ids, syllables of each
text, shingles of forms), forms, values, starts and ends as little-endian arrays, and SHA-256 of all that.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Any

import numpy as np

from scoring.errors import InvalidIndexError
from scoring.exact import is_integer
from scoring.similarity.passages import Text
from scoring.similarity.syllables import Hashes

MAGIC = b"chamthi similar\n"
# To be raised when syllables or shingles are hashed differently: old values cannot be compared with new ones.
VERSION = 1

_PREFIX = len(MAGIC) + 12
_DIGEST = 32


def write_index(texts: Sequence[Text[Any]], forms: Hashes) -> bytes:
    """The texts, sorted by id, and the shingles of forms.

    Raises
    ------
    InvalidIndexError
        If an id is neither int nor str.
    """
    for text in texts:
        if not (is_integer(text.id) or isinstance(text.id, str)):
            raise InvalidIndexError(f"only int and str ids can be stored, not {text.id!r}")
    header = json.dumps(
        {"forms": forms.size, "ids": [text.id for text in texts], "sizes": [text.values.size for text in texts]},
        separators=(",", ":"),
    ).encode()
    parts = [MAGIC, VERSION.to_bytes(4, "little"), len(header).to_bytes(8, "little"), header]
    parts.append(forms.astype("<u8", copy=False).tobytes())
    for name, kind in (("values", "<u8"), ("starts", "<u4"), ("ends", "<u4")):
        parts += [getattr(text, name).astype(kind, copy=False).tobytes() for text in texts]
    checksum = hashlib.sha256()
    for part in parts:
        checksum.update(part)
    return b"".join([*parts, checksum.digest()])


def read_index(data: bytes) -> tuple[list[Text[Any]], Hashes]:
    """What `write_index` wrote.

    Raises
    ------
    InvalidIndexError
        If the bytes are no index, of another version, cut short, altered, or at odds with themselves.
    """
    header, body = _open(data)
    try:
        ids, sizes, count = header["ids"], header["sizes"], header["forms"]
        total = sum(sizes)
        fits = (
            all(is_integer(one) and one >= 0 for one in [*sizes, count])
            and all(is_integer(one) or isinstance(one, str) for one in ids)
            and len(ids) == len(sizes) == len(set(ids))
            and len(body) == 8 * count + 16 * total
        )
    except (KeyError, TypeError) as error:
        raise InvalidIndexError("the header of the index is not one of ours") from error
    if not fits:
        raise InvalidIndexError("the header of the index does not fit what follows it")
    forms = np.frombuffer(body, "<u8", count).astype(np.uint64)
    values = np.frombuffer(body, "<u8", total, 8 * count).astype(np.uint64)
    spans = np.frombuffer(body, "<u4", 2 * total, 8 * count + 8 * total).astype(np.uint32)
    starts, ends = spans[:total], spans[total:]
    if not ((starts < ends).all() and (forms[1:] > forms[:-1]).all()):
        raise InvalidIndexError("the index has syllables without end, or its forms are out of order")
    cuts = pairwise(accumulate(sizes, initial=0))
    texts = [Text(one, values[a:b], starts[a:b], ends[a:b]) for one, (a, b) in zip(ids, cuts, strict=True)]
    return texts, forms


def _open(data: bytes) -> tuple[dict[str, Any], memoryview]:
    """The header and what follows it, after the checksum was found right."""
    if not isinstance(data, bytes) or data[: len(MAGIC)] != MAGIC or len(data) < _PREFIX + _DIGEST:
        raise InvalidIndexError("these bytes are no index of similar texts")
    version = int.from_bytes(data[len(MAGIC) : len(MAGIC) + 4], "little")
    if version != VERSION:
        raise InvalidIndexError(f"the index is of version {version}, this library reads {VERSION}: build it anew")
    view = memoryview(data)
    if hashlib.sha256(view[:-_DIGEST]).digest() != data[-_DIGEST:]:
        raise InvalidIndexError("the index was cut short or altered")
    begin = _PREFIX + int.from_bytes(data[_PREFIX - 8 : _PREFIX], "little")
    try:
        header = json.loads(data[_PREFIX:begin])
    except ValueError as error:
        raise InvalidIndexError("the header of the index cannot be read") from error
    if not isinstance(header, dict):
        raise InvalidIndexError("the header of the index is not one of ours")
    return header, view[begin:-_DIGEST]
