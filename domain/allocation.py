"""The allocation list: made once from a secret seed, bound by a commitment, revealed one place at a time.

The generator is specified, not borrowed: HMAC-SHA-256 in counter mode, one byte a draw with rejection sampling,
Fisher-Yates from the high index. The same seed gives the same list on every platform, for ever.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

from domain.merkle import inclusion_proof, merkle_root, verify_inclusion
from domain.rejections import Implausible, NotPermitted
from events.randomisation import AllocationListCommitted, AllocationScheme, Arm

GENERATOR = "HMAC-SHA-256 counter, rejection sampling, Fisher-Yates (1)"
_BYTE = 256


def byte_stream(seed: bytes) -> Iterator[int]:
    """The generator's bytes: HMAC-SHA-256 of an 8-byte big-endian counter from 0, keyed by the seed."""
    counter = 0
    while True:
        yield from hmac.new(seed, counter.to_bytes(8, "big"), sha256).digest()
        counter += 1


def draw_below(stream: Iterator[int], bound: int) -> int:
    """A uniform number below `bound` (at most 256), by rejection."""
    limit = _BYTE - _BYTE % bound
    return next(byte for byte in stream if byte < limit) % bound


@dataclass(frozen=True, slots=True)
class ListDesign:
    """How an allocation list is made. `block_sizes` matter to permuted blocks only."""

    scheme: AllocationScheme = AllocationScheme.SIMPLE
    capacity: int = 260
    block_sizes: tuple[int, ...] = (2, 4, 6)

    def __post_init__(self) -> None:
        if not self.block_sizes or any(size < 2 or size % 2 for size in self.block_sizes):
            raise Implausible(
                "block_sizes",
                str(self.block_sizes),
                "a block holds both arms equally often",
                "Use even sizes such as 2, 4, 6",
            )

    def canonical(self) -> bytes:
        """The bytes the commitment covers."""
        blocks = self.block_sizes if self.scheme is AllocationScheme.PERMUTED_BLOCKS else ()
        value = {"blocks": blocks, "capacity": self.capacity, "generator": GENERATOR, "scheme": self.scheme}
        return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def _simple(stream: Iterator[int], design: ListDesign) -> Iterator[Arm]:
    while True:
        yield (Arm.OMIT, Arm.IMNI)[draw_below(stream, 2)]


def _permuted_blocks(stream: Iterator[int], design: ListDesign) -> Iterator[Arm]:
    while True:
        size = design.block_sizes[draw_below(stream, len(design.block_sizes))]
        block = [Arm.OMIT] * (size // 2) + [Arm.IMNI] * (size // 2)
        for high in range(size - 1, 0, -1):
            other = draw_below(stream, high + 1)
            block[high], block[other] = block[other], block[high]
        yield from block


_SCHEMES: Mapping[AllocationScheme, Callable[[Iterator[int], ListDesign], Iterator[Arm]]] = {
    AllocationScheme.SIMPLE: _simple,
    AllocationScheme.PERMUTED_BLOCKS: _permuted_blocks,
}


@dataclass(frozen=True, slots=True)
class Draw:
    """One place of the list, revealed with the proof that it stood there."""

    sequence_number: int
    arm: Arm
    salt: str
    proof: tuple[str, ...]


@dataclass(frozen=True, slots=True, repr=False)
class AllocationList:
    """The list and its secret seed. Its representation shows neither."""

    design: ListDesign
    seed: bytes

    def __repr__(self) -> str:
        return f"AllocationList({self.design.scheme}, capacity {self.design.capacity})"

    def arms(self) -> tuple[Arm, ...]:
        """Every place of the list, in order."""
        places = _SCHEMES[self.design.scheme](byte_stream(self.seed), self.design)
        return tuple(next(places) for _ in range(self.design.capacity))

    def committed(self) -> Mapping[str, str]:
        """What may be published before the first patient: `commitment` and `merkle_root` in hex."""
        commitment = sha256(self.design.canonical() + self._salt(0) + self.seed).hexdigest()
        return {"commitment": commitment, "merkle_root": merkle_root(self._leaves()).hex()}

    def draw(self, sequence_number: int) -> Draw:
        """Reveal one place. Raises `NotPermitted` when the list is exhausted."""
        if not 1 <= sequence_number <= self.design.capacity:
            raise NotPermitted(
                "allocation list",
                f"place {sequence_number}",
                f"the list has {self.design.capacity} places",
                "Stop randomising and tell the statistician: a new list must be committed first",
            )
        index = sequence_number - 1
        proof = tuple(step.hex() for step in inclusion_proof(self._leaves(), index))
        return Draw(sequence_number, self.arms()[index], self._salt(sequence_number).hex(), proof)

    def _salt(self, place: int) -> bytes:
        return hmac.new(self.seed, b"salt" + place.to_bytes(8, "big"), sha256).digest()

    def _leaves(self) -> list[bytes]:
        return [leaf(place, self._salt(place), arm) for place, arm in enumerate(self.arms(), start=1)]


def leaf(sequence_number: int, salt: bytes, arm: Arm) -> bytes:
    """The leaf that binds an arm to its place; the salt keeps it unguessable until it is revealed."""
    return sha256(sequence_number.to_bytes(8, "big") + salt + arm.encode()).digest()


def proves(draw: Draw, committed: AllocationListCommitted) -> bool:
    """Whether a revealed draw stood at its place of the committed list."""
    return verify_inclusion(
        leaf(draw.sequence_number, bytes.fromhex(draw.salt), draw.arm),
        draw.sequence_number - 1,
        committed.capacity,
        [bytes.fromhex(step) for step in draw.proof],
        bytes.fromhex(committed.merkle_root),
    )
