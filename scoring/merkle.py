"""A Merkle tree over raw leaves: one root binds every sheet, a short proof shows one of them."""

import hashlib
from collections.abc import Sequence

from scoring.errors import InvalidProofError
from scoring.exact import is_integer


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """The root of the tree over `leaves`.

    Parameters
    ----------
    leaves : sequence of bytes
        Raw data, in order; hashed here.

    Returns
    -------
    bytes
        32 bytes; SHA-256 of nothing for no leaves.

    Raises
    ------
    InvalidProofError
        If a leaf is not bytes.

    References
    ----------
    RFC 9162, section 2.1.1.

    Examples
    --------
    >>> merkle_root([b""]).hex()[:8]
    '6e340b9c'
    """
    return _root(_leaf_hashes(leaves))


def merkle_proof(leaves: Sequence[bytes], *, index: int) -> list[bytes]:
    """The hashes that lead from the leaf at `index` to the root.

    Parameters
    ----------
    leaves : sequence of bytes
        Raw data, in order.
    index : int
        Place of the leaf, in ``[0, len(leaves))``.

    Returns
    -------
    list of bytes
        From the bottom up, at most log2 of the size, rounded up.

    Raises
    ------
    InvalidProofError
        If there is no such leaf, or a leaf is not bytes.

    References
    ----------
    RFC 9162, section 2.1.3.1.

    Examples
    --------
    >>> leaves = [b"a", b"b", b"c"]
    >>> proof = merkle_proof(leaves, index=2)
    >>> verify_proof(b"c", index=2, size=3, proof=proof, root=merkle_root(leaves))
    True
    """
    if not is_integer(index) or not 0 <= index < len(leaves):
        raise InvalidProofError(f"there is no leaf {index} among {len(leaves)}")
    proof = []
    level = _leaf_hashes(leaves)
    while len(level) > 1:
        sibling = index ^ 1
        if sibling < len(level):
            proof.append(level[sibling])
        level = _next_level(level)
        index //= 2
    return proof


def verify_proof(leaf: bytes, *, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether `leaf` stands at `index` of the tree of `size` leaves with this `root`.

    Parameters
    ----------
    leaf : bytes
        Raw data.
    index, size : int
        Its place and the number of leaves.
    proof : sequence of bytes
        From `merkle_proof`.
    root : bytes
        32 bytes, from a source that is trusted.

    Returns
    -------
    bool
        False for anything that does not fit; nothing is raised for a wrong proof.

    References
    ----------
    RFC 9162, section 2.1.3.2.
    """
    if not _all_integers(index, size) or not 0 <= index < size or not _all_bytes(proof, leaf, root):
        return False
    here, last, result = index, size - 1, _hash_leaf(leaf)
    for step in proof:
        if last == 0:
            return False
        if here % 2 or here == last:
            result = _hash_pair(step, result)
            while here and here % 2 == 0:
                here, last = here >> 1, last >> 1
        else:
            result = _hash_pair(result, step)
        here, last = here >> 1, last >> 1
    return last == 0 and result == root


def merkle_consistency(leaves: Sequence[bytes], *, old_size: int) -> list[bytes]:
    """The proof that the tree over `leaves` only appended to the one over the first `old_size`.

    Parameters
    ----------
    leaves : sequence of bytes
        Raw data, in order.
    old_size : int
        In ``[1, len(leaves)]``.

    Returns
    -------
    list of bytes
        Empty if the tree has not grown.

    Raises
    ------
    InvalidProofError
        If `old_size` is out of range, or a leaf is not bytes.

    References
    ----------
    RFC 9162, section 2.1.4.1.
    """
    if not is_integer(old_size) or not 1 <= old_size <= len(leaves):
        raise InvalidProofError(f"a tree of {len(leaves)} has no earlier state of {old_size}")
    return _subproof(_leaf_hashes(leaves), old_size, known=True)


def verify_consistency(*, old_size: int, size: int, proof: Sequence[bytes], old_root: bytes, root: bytes) -> bool:
    """Whether the tree of `size` leaves begins with the tree of `old_size`.

    Parameters
    ----------
    old_size, size : int
        Leaves of the earlier and the later tree, ``1 <= old_size <= size``.
    proof : sequence of bytes
        From `merkle_consistency`.
    old_root, root : bytes
        Their roots.

    Returns
    -------
    bool
        False for anything that does not fit; nothing is raised for a wrong proof.

    References
    ----------
    RFC 9162, section 2.1.4.2.

    Examples
    --------
    >>> leaves = [b"a", b"b", b"c"]
    >>> proof = merkle_consistency(leaves, old_size=2)
    >>> roots = {"old_root": merkle_root(leaves[:2]), "root": merkle_root(leaves)}
    >>> verify_consistency(old_size=2, size=3, proof=proof, **roots)
    True
    """
    if not _all_integers(old_size, size) or not 1 <= old_size <= size or not _all_bytes(proof, old_root, root):
        return False
    if old_size == size:
        return not proof and old_root == root
    path = list(proof)
    if old_size & (old_size - 1) == 0:
        path.insert(0, old_root)
    return bool(path) and _replay(path, old_size - 1, size - 1) == (old_root, root)


def _replay(path: list[bytes], here: int, last: int) -> tuple[bytes, bytes] | None:
    """The two roots that a consistency proof leads to; None if it is too long or too short."""
    while here % 2:
        here, last = here >> 1, last >> 1
    old = new = path[0]
    for step in path[1:]:
        if last == 0:
            return None
        if here % 2 or here == last:
            old, new = _hash_pair(step, old), _hash_pair(step, new)
            while here and here % 2 == 0:
                here, last = here >> 1, last >> 1
        else:
            new = _hash_pair(new, step)
        here, last = here >> 1, last >> 1
    return (old, new) if last == 0 else None


def _subproof(level: list[bytes], old_size: int, *, known: bool) -> list[bytes]:
    if old_size == len(level):
        return [] if known else [_root(level)]
    split = 1 << ((len(level) - 1).bit_length() - 1)
    if old_size <= split:
        return [*_subproof(level[:split], old_size, known=known), _root(level[split:])]
    return [*_subproof(level[split:], old_size - split, known=False), _root(level[:split])]


def _root(level: list[bytes]) -> bytes:
    if not level:
        return hashlib.sha256().digest()
    while len(level) > 1:
        level = _next_level(level)
    return level[0]


def _next_level(level: list[bytes]) -> list[bytes]:
    """Pairs from the left; an odd last one rises alone, which is the split of the RFC."""
    above = [_hash_pair(level[place], level[place + 1]) for place in range(0, len(level) - 1, 2)]
    return above + level[-1:] if len(level) % 2 else above


def _all_bytes(proof: Sequence[object], *values: object) -> bool:
    return isinstance(proof, Sequence) and all(isinstance(value, bytes) for value in (*proof, *values))


def _all_integers(*values: object) -> bool:
    return all(is_integer(value) for value in values)


def _leaf_hashes(leaves: Sequence[bytes]) -> list[bytes]:
    return [_hash_leaf(leaf) for leaf in leaves]


def _hash_leaf(leaf: bytes) -> bytes:
    if not isinstance(leaf, bytes):
        raise InvalidProofError(f"a leaf is raw bytes, not {type(leaf).__name__}")
    return hashlib.sha256(b"\x00" + leaf).digest()


def _hash_pair(left: bytes, right: bytes) -> bytes:
    # The prefixes keep a pair of hashes from passing for a leaf.
    return hashlib.sha256(b"\x01" + left + right).digest()
