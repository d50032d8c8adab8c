"""What stands at each place of a list: an arm; under minimisation a chance, because the arm depends on the patients."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import assert_never

from domain.allocation.design import ListDesign
from domain.allocation.generator import byte_stream, draw_below
from events.randomisation import Arm, BigStick, Minimisation, PermutedBlocks, PreparedElsewhere, Simple, Urn

Content = Arm | int
"""An arm, or a chance from 0 to 99."""

COIN = (Arm.OMIT, Arm.IMNI)


def contents(design: ListDesign, seed: bytes) -> tuple[Content, ...]:
    """Every place of a list that follows from a seed, in order; none of a list prepared elsewhere."""
    stream, scheme = byte_stream(seed), design.scheme
    places: Iterator[Content]
    match scheme:
        case Simple():
            places = _simple(stream)
        case PermutedBlocks():
            places = _permuted_blocks(stream, scheme)
        case BigStick():
            places = _big_stick(stream, scheme)
        case Urn():
            places = _urn(stream, scheme)
        case Minimisation():
            places = _chances(stream)
        case PreparedElsewhere():
            places = iter(())
        case _:
            assert_never(scheme)
    return tuple(islice(places, design.capacity))


def _simple(stream: Iterator[int]) -> Iterator[Arm]:
    while True:
        yield COIN[draw_below(stream, 2)]


def _permuted_blocks(stream: Iterator[int], scheme: PermutedBlocks) -> Iterator[Arm]:
    sizes = scheme.block_sizes
    while True:
        size = sizes[draw_below(stream, len(sizes))]
        block = [Arm.OMIT] * (size // 2) + [Arm.IMNI] * (size // 2)
        for high in range(size - 1, 0, -1):
            other = draw_below(stream, high + 1)
            block[high], block[other] = block[other], block[high]
        yield from block


def _big_stick(stream: Iterator[int], scheme: BigStick) -> Iterator[Arm]:
    """A coin is tossed for every place, and not looked at where one arm has gone as far as it may."""
    lead = 0  # of OMIT over IMNI
    while True:
        tossed = COIN[draw_below(stream, 2)]
        arm = tossed if abs(lead) < scheme.max_imbalance else COIN[lead > 0]
        lead += 1 if arm is Arm.OMIT else -1
        yield arm


def _urn(stream: Iterator[int], scheme: Urn) -> Iterator[Arm]:
    """The first ball out of an empty urn is the toss of a coin."""
    balls = {Arm.OMIT: scheme.alpha, Arm.IMNI: scheme.alpha}
    while True:
        held = balls[Arm.OMIT] + balls[Arm.IMNI]
        arm = COIN[draw_below(stream, held) >= balls[Arm.OMIT]] if held else COIN[draw_below(stream, 2)]
        balls[Arm.IMNI if arm is Arm.OMIT else Arm.OMIT] += scheme.beta
        yield arm


def _chances(stream: Iterator[int]) -> Iterator[int]:
    while True:
        yield draw_below(stream, 100)
