import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring import (
    InvalidProofError,
    merkle_consistency,
    merkle_proof,
    merkle_root,
    verify_consistency,
    verify_proof,
)

# The test tree of the Certificate Transparency reference code (RFC 6962, RFC 9162).
LEAVES = [
    bytes.fromhex(text)
    for text in "- 00 10 2021 3031 40414243 5051525354555657 606162636465666768696a6b6c6d6e6f".replace("-", "").split(
        " "
    )
]
ROOT = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"

trees = st.integers(1, 40).map(lambda size: [b"sheet %d" % number for number in range(size)])


def test_root_published_prefixes():
    roots = [merkle_root(LEAVES[:size]).hex()[:8] for size in range(1, 9)]
    assert roots == ["6e340b9c", "fac54203", "aeb6bcfe", "d37ee418", "4e3bbb1f", "76e67dad", "ddb89be4", "5dc9da79"]
    assert merkle_root(LEAVES).hex() == ROOT


def test_proofs_published():
    # Audit paths of the first and the sixth leaf, and the proof that the tree of six has grown to eight.
    paths = [merkle_proof(LEAVES, index=0), merkle_proof(LEAVES, index=5), merkle_consistency(LEAVES, old_size=6)]
    assert [[step.hex()[:8] for step in path] for path in paths] == [
        ["96a296d2", "5f083f0a", "6b47aaf2"],
        ["bc1a0643", "ca854ea1", "d37ee418"],
        ["0ebc5d34", "ca854ea1", "d37ee418"],
    ]


def test_root_of_nothing_is_the_hash_of_nothing():
    assert merkle_root([]) == hashlib.sha256(b"").digest()


def split_root(leaves):
    """The recursion of RFC 9162, section 2.1.1, word for word."""
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = max(2**power for power in range(10) if 2**power < len(leaves))
    return hashlib.sha256(b"\x01" + split_root(leaves[:split]) + split_root(leaves[split:])).digest()


@given(trees)
def test_root_agrees_with_the_recursive_definition(leaves):
    assert merkle_root(leaves) == split_root(leaves)


@pytest.mark.parametrize("size", range(1, 34))
def test_every_leaf_is_proved_and_nothing_else(size):
    leaves = [b"sheet %d" % number for number in range(size)]
    root = merkle_root(leaves)
    for index, leaf in enumerate(leaves):
        proof = merkle_proof(leaves, index=index)
        assert len(proof) <= (size - 1).bit_length()
        assert verify_proof(leaf, index=index, size=size, proof=proof, root=root)
        assert not verify_proof(leaf + b"!", index=index, size=size, proof=proof, root=root)
        assert not any(
            verify_proof(leaf, index=other, size=size, proof=proof, root=root)
            for other in range(-1, size + 1)
            if other != index
        )


@given(trees, st.data())
def test_a_changed_proof_fails(leaves, data):
    index = data.draw(st.integers(0, len(leaves) - 1))
    proof = merkle_proof(leaves, index=index)
    root = merkle_root(leaves)
    size = len(leaves)
    assert not verify_proof(leaves[index], index=index, size=size, proof=[*proof, root], root=root)
    assert not verify_proof(leaves[index], index=index, size=size, proof=proof, root=hashlib.sha256(root).digest())
    for place, step in enumerate(proof):
        broken = [*proof[:place], bytes([step[0] ^ 1]) + step[1:], *proof[place + 1 :]]
        assert not verify_proof(leaves[index], index=index, size=size, proof=broken, root=root)
        assert not verify_proof(
            leaves[index], index=index, size=size, proof=proof[:place] + proof[place + 1 :], root=root
        )


def test_a_proof_of_a_larger_tree_does_not_pass_for_one_leaf():
    proof, root = merkle_proof([b"a", b"b"], index=1), merkle_root([b"a", b"b"])
    assert verify_proof(b"b", index=1, size=2, proof=proof, root=root)
    assert not verify_proof(b"b", index=0, size=1, proof=proof, root=root)


def test_a_pair_of_hashes_does_not_pass_for_a_leaf():
    pair = b"".join(hashlib.sha256(b"\x00" + leaf).digest() for leaf in (b"a", b"b"))
    assert merkle_root([pair]) != merkle_root([b"a", b"b"])


@pytest.mark.parametrize("size", range(1, 18))
def test_growth_is_proved_and_rewriting_is_not(size):
    leaves = [b"event %d" % number for number in range(size)]
    for old in range(1, size + 1):
        proof = merkle_consistency(leaves, old_size=old)
        facts = {"old_size": old, "size": size, "proof": proof, "root": merkle_root(leaves)}
        assert verify_consistency(**facts, old_root=merkle_root(leaves[:old]))
        assert not verify_consistency(**facts, old_root=merkle_root([*leaves[: old - 1], b"other"]))
        if proof:
            short = {**facts, "proof": proof[:-1]}
            assert not verify_consistency(**short, old_root=merkle_root(leaves[:old]))
        assert not verify_consistency(**{**facts, "proof": [*proof, b"x" * 32]}, old_root=merkle_root(leaves[:old]))


def test_verification_answers_no_to_nonsense():
    facts = {"index": 0, "size": 1, "proof": []}
    assert verify_proof(b"a", **facts, root=merkle_root([b"a"]))
    assert not verify_proof("a", **facts, root=merkle_root([b"a"]))
    assert not verify_proof(b"a", **facts, root=merkle_root([b"a"]).hex())
    assert not verify_proof(b"a", index=0, size=0, proof=[], root=merkle_root([]))
    assert not verify_proof(b"a", **{**facts, "proof": None}, root=merkle_root([b"a"]))
    assert not verify_consistency(old_size=1, size=1, proof=None, old_root=b"", root=b"")
    assert not verify_consistency(old_size=0, size=1, proof=[], old_root=merkle_root([]), root=merkle_root([b"a"]))
    assert not verify_consistency(old_size=2, size=1, proof=[], old_root=b"", root=b"")
    assert not verify_consistency(old_size=3, size=5, proof=[], old_root=b"", root=b"")


@pytest.mark.parametrize(("leaves", "index"), [([], 0), ([b"a"], 1), ([b"a"], -1)])
def test_proof_of_a_leaf_that_is_not_there_is_refused(leaves, index):
    with pytest.raises(InvalidProofError):
        merkle_proof(leaves, index=index)


@pytest.mark.parametrize("old_size", [0, 3])
def test_consistency_with_no_earlier_state_is_refused(old_size):
    with pytest.raises(InvalidProofError):
        merkle_consistency([b"a", b"b"], old_size=old_size)


def test_a_leaf_that_is_no_bytes_is_refused():
    with pytest.raises(InvalidProofError):
        merkle_root(["text"])


def test_a_short_consistency_proof_does_not_pass_for_a_smaller_tree():
    leaves = [b"event %d" % number for number in range(4)]
    proof = merkle_consistency(leaves, old_size=2)
    roots = {"old_root": merkle_root(leaves[:2]), "root": merkle_root(leaves)}
    assert verify_consistency(old_size=2, size=4, proof=proof, **roots)
    assert not verify_consistency(old_size=2, size=8, proof=proof, **roots)


@pytest.mark.parametrize("place", [None, "0", 0.0, True])
def test_place_that_is_no_integer_proves_nothing(place):
    root = merkle_root([b"a", b"b"])
    proof = merkle_proof([b"a", b"b"], index=0)
    assert not verify_proof(b"a", index=place, size=2, proof=proof, root=root)
    assert not verify_proof(b"a", index=0, size=place, proof=proof, root=root)
    assert not verify_consistency(old_size=place, size=2, proof=[], old_root=root, root=root)
    for refused in (
        lambda: merkle_proof([b"a", b"b"], index=place),
        lambda: merkle_consistency([b"a"], old_size=place),
    ):
        with pytest.raises(InvalidProofError):
            refused()
