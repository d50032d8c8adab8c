"""Merkle tree of RFC 9162: one root binds many leaves, and a short proof shows that one of them is in it.

A leaf here is 32 bytes that are already hashed with the RFC's leaf prefix, or bound by a salt of their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256

EMPTY_ROOT = sha256(b"").digest()


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """The root over leaves in order. Source: RFC 9162, 2.1.1."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    split = _split(len(leaves))
    return _node(merkle_root(leaves[:split]), merkle_root(leaves[split:]))


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The sibling hashes from a leaf to the root. Source: RFC 9162, 2.1.3.1."""
    if len(leaves) <= 1:
        return []
    split = _split(len(leaves))
    if index < split:
        return [*inclusion_proof(leaves[:split], index), merkle_root(leaves[split:])]
    return [*inclusion_proof(leaves[split:], index - split), merkle_root(leaves[:split])]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether a proof leads from a leaf at an index of a tree of a size to its root. Source: RFC 9162, 2.1.3.2."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if place % 2 or place == last:
            found = _node(sibling, found)
            while place and not place % 2:
                place, last = place // 2, last // 2
        else:
            found = _node(found, sibling)
        place, last = place // 2, last // 2
    return last == 0 and found == root


@dataclass
class Frontier:
    """A tree that grows leaf by leaf and keeps only its right edge; its root is `merkle_root` of the leaves so far."""

    size: int = 0
    peaks: list[bytes] = field(default_factory=list[bytes])
    """The roots of the whole subtrees, the largest first: one a binary digit 1 of `size`."""

    def take(self, leaf: bytes) -> None:
        """Add the next leaf."""
        whole, node = self.size, leaf
        while whole & 1:
            whole, node = whole >> 1, _node(self.peaks.pop(), node)
        self.peaks.append(node)
        self.size += 1

    def root(self) -> bytes:
        """The root over all leaves taken."""
        if not self.peaks:
            return EMPTY_ROOT
        *larger, found = self.peaks
        for peak in reversed(larger):
            found = _node(peak, found)
        return found


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def _split(size: int) -> int:
    """The largest power of two below a size."""
    return 1 << ((size - 1).bit_length() - 1)
