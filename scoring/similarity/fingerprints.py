"""Three syllables in a row are a shingle; the few shingles a text is looked up by are its fingerprints."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scoring.similarity.syllables import Hashes, Ints

SYLLABLES = 3
# Any unbroken copy of WINDOW + SYLLABLES - 1 = 6 syllables shares a fingerprint with its source.
WINDOW = 4
# A text of so few shingles keeps them all.
SHORT = 64
# A posting is one number: 40 bits of a fingerprint, 24 bits of the text it stands in.
NUMBER_BITS = np.uint64(24)
NUMBERS = 1 << int(NUMBER_BITS)
NUMBER_MASK = np.uint64(NUMBERS - 1)

_FACTORS = (np.uint64(0xD6E8FEB86659FD93), np.uint64(0xA0761D6478BD642F), np.uint64(0xE7037ED1A0B428DB))
_MIX = np.uint64(0x8EBC6AF09C88C6E3)
_SPREAD = np.uint64(0xFF51AFD7ED558CCD)
_SIEVE = np.uint64(0xFFFF)


def make_shingles(values: Hashes, bounds: Ints) -> Hashes:
    """The shingle that begins at each syllable.

    Parameters
    ----------
    values : (N,) uint64
        Syllables, 0 where one does not count.
    bounds : (texts + 1,) ints
        The syllables of text t are ``bounds[t]:bounds[t + 1]``.

    Returns
    -------
    (N,) uint64
        Odd; 0 where a text ends or a syllable does not count.
    """
    shingles = np.zeros(values.size, dtype=np.uint64)
    if values.size < SYLLABLES:
        return shingles
    parts = values[:-2], values[1:-1], values[2:]
    body: Hashes = parts[0] * _FACTORS[0] + parts[1] * _FACTORS[1] + parts[2] * _FACTORS[2]
    body ^= body >> np.uint64(32)
    body *= _MIX
    body |= np.uint64(1)
    if not values.all():
        body[(parts[0] == 0) | (parts[1] == 0) | (parts[2] == 0)] = 0
    shingles[:-2] = body
    for before in (1, 2):
        last = bounds[1:] - before
        shingles[last[last >= 0]] = 0
    return shingles


def hide_forms(values: Hashes, bounds: Ints, forms: Hashes) -> Hashes:
    """The syllables, with 0 for all that stand in a shingle of `forms` (sorted)."""
    if not forms.size:
        return values
    sieve = np.zeros(int(_SIEVE) + 1, dtype=np.bool_)
    sieve[_low_bits(forms)] = True
    shingles = make_shingles(values, bounds)
    maybe = np.flatnonzero(sieve[_low_bits(shingles)])
    found = maybe[is_among(shingles[maybe], forms)]
    hidden = values.copy()
    for ahead in range(SYLLABLES):
        hidden[found + ahead] = 0
    return hidden


def choose_fingerprints(shingles: Hashes, bounds: Ints) -> NDArray[np.bool_]:
    """Which shingles a text is looked up by: the least of every `WINDOW` in a row, all of a short run or text.

    Parameters
    ----------
    shingles : (N,) uint64
        From `make_shingles`.
    bounds : (texts + 1,) ints
        As there.

    Returns
    -------
    (N,) bools

    References
    ----------
    Winnowing: Schleimer, Wilkerson and Aiken, SIGMOD 2003.
    """
    padded = np.zeros(shingles.size + 2 * (WINDOW - 1), dtype=np.uint64)
    padded[WINDOW - 1 : shingles.size + WINDOW - 1] = shingles
    # The least of each window, 0 if it leaves its run; then the highest of those around each shingle.
    least = _slide(np.minimum, padded)
    highest = _slide(np.maximum, least)
    chosen: NDArray[np.bool_] = (highest == shingles) | (highest == 0)
    counts = np.add.reduceat(np.append(shingles != 0, 0), bounds[:-1]) if bounds.size > 1 else bounds[:0]
    chosen |= np.repeat(counts <= SHORT, np.diff(bounds))
    chosen &= shingles != 0
    return chosen


def make_postings(fingerprints: Hashes, numbers: Hashes) -> Hashes:
    """One sorted number a fingerprint and text, each once."""
    postings = (spread(fingerprints) << NUMBER_BITS) | numbers
    postings.sort()
    return drop_repeated(postings)


def spread(fingerprints: Hashes) -> Hashes:
    """The 40 bits a fingerprint is stored as; the least of several is still like any other number."""
    return (fingerprints * _SPREAD) >> NUMBER_BITS


def drop_repeated(ordered: Hashes) -> Hashes:
    """The distinct values of a sorted array."""
    new = np.ones(ordered.size, dtype=np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
    return ordered if new.all() else ordered[new]


def distinct(shingles: Hashes) -> Hashes:
    """The shingles that count, sorted, each once."""
    return drop_repeated(np.sort(shingles[shingles != 0]))


def is_among(values: Hashes, ordered: Hashes) -> NDArray[np.bool_]:
    """Which of `values` are in a sorted array."""
    if not ordered.size:
        return np.zeros(values.size, dtype=np.bool_)
    places = np.minimum(np.searchsorted(ordered, values), ordered.size - 1)
    found: NDArray[np.bool_] = ordered[places] == values
    return found


def _slide(ufunc: np.ufunc, values: Hashes) -> Hashes:
    """The ufunc over every four neighbours, by doubling."""
    two = ufunc(values[:-1], values[1:])
    four: Hashes = ufunc(two[:-2], two[2:])
    return four


def _low_bits(values: Hashes) -> Ints:
    # The lowest bit is always set.
    return ((values >> np.uint64(1)) & _SIEVE).astype(np.int64)
