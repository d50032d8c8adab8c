"""The random generator, specified and not borrowed: the same seed gives the same list on every platform, for ever.

HMAC-SHA-256 in counter mode, keyed by the seed; numbers below a bound by rejection sampling of as many bytes as the
bound needs (one up to 256), big end first; permutations by Fisher-Yates from the high index.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from hashlib import sha256

GENERATOR = "HMAC-SHA-256 counter, rejection sampling, Fisher-Yates (1)"
_BYTE = 256


def byte_stream(seed: bytes) -> Iterator[int]:
    """The generator's bytes: HMAC-SHA-256 of an 8-byte big-endian counter from 0, keyed by the seed."""
    counter = 0
    while True:
        yield from hmac.new(seed, counter.to_bytes(8, "big"), sha256).digest()
        counter += 1


def draw_below(stream: Iterator[int], bound: int) -> int:
    """A uniform number below `bound`, by rejection."""
    width = max(1, ((bound - 1).bit_length() + 7) // 8)
    limit = _BYTE**width - _BYTE**width % bound
    while True:
        drawn = int.from_bytes(bytes(next(stream) for _ in range(width)), "big")
        if drawn < limit:
            return drawn % bound
