"""The Merkle tree: the RFC's own test vectors, and what a proof may and may not show."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.merkle import EMPTY_ROOT, Frontier, inclusion_proof, merkle_root, verify_inclusion

# The eight inputs and roots of the Certificate Transparency reference tests, RFC 9162's tree.
_INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
_LEAVES = [sha256(b"\x00" + bytes.fromhex(text)).digest() for text in _INPUTS]


@pytest.mark.parametrize("size", range(1, 9))
def test_the_reference_roots(size: int) -> None:
    assert merkle_root(_LEAVES[:size]).hex() == _ROOTS[size - 1]


def test_the_root_of_nothing() -> None:
    assert (
        merkle_root([])
        == EMPTY_ROOT
        == bytes.fromhex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    )


def test_a_reference_proof() -> None:
    """The path of the first leaf in a tree of eight."""
    proof = inclusion_proof(_LEAVES, 0)
    assert [step.hex()[:8] for step in proof] == ["96a296d2", "5f083f0a", "6b47aaf2"]


def _leaves(count: int) -> list[bytes]:
    return [sha256(number.to_bytes(4, "big")).digest() for number in range(count)]


@given(st.integers(1, 70).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size - 1))))
def test_every_leaf_is_proved_at_its_place(place: tuple[int, int]) -> None:
    size, index = place
    leaves = _leaves(size)
    proof = inclusion_proof(leaves, index)
    assert len(proof) <= (size - 1).bit_length()
    assert verify_inclusion(leaves[index], index, size, proof, merkle_root(leaves))


@given(st.data())
def test_nothing_else_is_proved(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 40))
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(-1, size + 1).filter(lambda number: number != index))
    leaves = _leaves(size)
    proof, root = inclusion_proof(leaves, index), merkle_root(leaves)
    assert not verify_inclusion(leaves[index], other, size, proof, root)
    assert not verify_inclusion(_leaves(size + 1)[-1], index, size, proof, root)
    assert not verify_inclusion(leaves[index], index, size, proof[:-1], root)
    assert not verify_inclusion(leaves[index], index, size, [*proof, root], root)
    assert not verify_inclusion(leaves[index], index, size, proof, merkle_root(leaves[:-1]))


@given(st.integers(1, 40), st.data())
def test_one_changed_leaf_changes_the_root(size: int, data: st.DataObject) -> None:
    leaves = _leaves(size)
    changed = data.draw(st.integers(0, size - 1))
    root = merkle_root(leaves)
    leaves[changed] = sha256(leaves[changed]).digest()
    assert merkle_root(leaves) != root


def test_a_tree_that_grows_has_the_root_of_its_leaves_at_every_size() -> None:
    growing = Frontier()
    assert growing.root() == EMPTY_ROOT
    leaves = _leaves(70)
    for size, leaf in enumerate(leaves, start=1):
        growing.take(leaf)
        assert growing.size == size
        assert growing.root() == merkle_root(leaves[:size])
    assert Frontier(growing.size, list(growing.peaks)).root() == growing.root()
