"""The allocation list: reproducible for ever, bound before the first patient, revealed one place at a time."""

import json
from collections import Counter
from dataclasses import replace
from hashlib import sha256
from itertools import islice

import pytest

from domain.allocation.allocation_list import AllocationList, Draw, proves
from domain.allocation.design import ListDesign
from domain.allocation.generator import byte_stream, draw_below
from domain.rejections import Implausible, NotPermitted
from events.randomisation import Arm, PermutedBlocks
from tests.allocations import committed, seed

BLOCKS = ListDesign(PermutedBlocks(), capacity=214)
SIMPLE = ListDesign(capacity=24)
ZERO_SEED = bytes(32)


def test_golden_vector_a01_the_list_of_the_zeroseed() -> None:
    """Source: reference code of the protocol survey, appendix A (A01)."""
    arms = [arm.value for arm in AllocationList(BLOCKS, ZERO_SEED).arms()]
    assert " ".join(arms[:12]) == "OMIT IMNI IMNI OMIT IMNI OMIT IMNI IMNI OMIT OMIT OMIT IMNI"
    assert Counter(arms) == {"OMIT": 107, "IMNI": 107}
    assert sha256(json.dumps(arms).encode()).hexdigest().startswith("f4b355f9558554d9")


def test_the_simple_scheme_of_the_zero_seed_never_changes() -> None:
    arms = [arm.value[0] for arm in AllocationList(SIMPLE, ZERO_SEED).arms()]
    assert "".join(arms) == "".join("OI"[byte % 2] for byte in islice(byte_stream(ZERO_SEED), 24))


@pytest.mark.parametrize("size", [2, 4, 6])
@pytest.mark.parametrize("number", range(20))
def test_every_block_is_balanced(size: int, number: int) -> None:
    """A02: every block is balanced."""
    design = ListDesign(PermutedBlocks(block_sizes=(size,)), capacity=60)
    arms = AllocationList(design, seed(number)).arms()
    for start in range(0, 60, size):
        assert arms[start : start + size].count(Arm.OMIT) == size // 2


def test_under_mixed_blocks_the_arms_are_never_more_than_half_a_block_apart() -> None:
    for number in range(50):
        lead = 0
        for arm in AllocationList(BLOCKS, seed(number)).arms():
            lead += 1 if arm is Arm.OMIT else -1
            assert abs(lead) <= 3


def test_permutations_of_a_block_are_equally_likely() -> None:
    """A03: block permutations are uniform."""
    design = ListDesign(PermutedBlocks(block_sizes=(4,)), capacity=4000)
    arms = AllocationList(design, ZERO_SEED).arms()
    seen = Counter(arms[start : start + 4] for start in range(0, 4000, 4))
    expected = 1000 / 6
    chi_square = sum((count - expected) ** 2 / expected for count in seen.values())
    assert len(seen) == 6
    assert chi_square < 20.5  # 0.999 quantile at 5 degrees of freedom


@pytest.mark.parametrize("bound", [2, 3, 5, 6, 7, 256])
def test_a_draw_below_a_bound_is_uniform(bound: int) -> None:
    stream = byte_stream(seed(bound))
    draws = Counter(draw_below(stream, bound) for _ in range(200 * bound))
    assert set(draws) == set(range(bound))
    assert sum((count - 200) ** 2 / 200 for count in draws.values()) < 2.5 * bound + 20


def test_bytes_that_would_favour_small_numbers_are_rejected() -> None:
    assert draw_below(iter([255, 254, 9]), 6) == 3  # 252 and more are thrown away
    assert draw_below(iter([251]), 6) == 5


@pytest.mark.parametrize("design", [SIMPLE, replace(BLOCKS, capacity=25), ListDesign(capacity=1)])
def test_every_place_proves_that_it_stood_in_the_committed_list(design: ListDesign) -> None:
    """A09: the proof of every place verifies."""
    allocation_list = AllocationList(design, seed(1))
    bound = committed(allocation_list)
    draws = [allocation_list.draw(number) for number in range(1, design.capacity + 1)]
    assert all(proves(draw, bound) for draw in draws)
    assert tuple(draw.arm for draw in draws) == allocation_list.arms()
    assert [draw.sequence_number for draw in draws] == list(range(1, design.capacity + 1))


def test_an_altered_draw_proves_nothing() -> None:
    """A09: an altered one does not."""
    allocation_list = AllocationList(SIMPLE, seed(1))
    bound = committed(allocation_list)
    for number in range(1, SIMPLE.capacity + 1):
        draw = allocation_list.draw(number)
        other_arm = Arm.IMNI if draw.arm is Arm.OMIT else Arm.OMIT
        altered = (
            replace(draw, arm=other_arm),
            replace(draw, sequence_number=number % SIMPLE.capacity + 1),
            replace(draw, sequence_number=0),
            replace(draw, sequence_number=SIMPLE.capacity + 1),
            replace(draw, salt=bytes(32).hex()),
            replace(draw, proof=(bytes(32).hex(), *draw.proof[1:])),
            replace(draw, proof=draw.proof[:-1]),
        )
        assert not any(proves(change, bound) for change in altered)


def test_another_seed_or_another_design_is_another_commitment() -> None:
    lists = [
        AllocationList(SIMPLE, seed(1)),
        AllocationList(SIMPLE, seed(2)),
        AllocationList(replace(SIMPLE, capacity=25), seed(1)),
        AllocationList(replace(BLOCKS, capacity=24), seed(1)),
        AllocationList(ListDesign(PermutedBlocks(block_sizes=(4,)), capacity=24), seed(1)),
    ]
    assert len({found.committed()["commitment"] for found in lists}) == len(lists)
    assert len({found.committed()["merkle_root"] for found in lists}) == len(lists)
    assert lists[0].committed() == AllocationList(SIMPLE, seed(1)).committed()


def test_nothing_published_shows_the_seed_or_an_arm() -> None:
    allocation_list = AllocationList(BLOCKS, seed(1))
    shown = f"{allocation_list!r} {allocation_list} {allocation_list.committed()}"
    assert seed(1).hex() not in shown
    assert repr(seed(1)) not in shown
    assert "OMIT" not in shown
    assert "IMNI" not in shown


def test_equal_arms_at_different_places_have_different_leaves() -> None:
    draws = [AllocationList(SIMPLE, seed(1)).draw(number) for number in range(1, 25)]
    assert len({draw.salt for draw in draws}) == 24


@pytest.mark.parametrize("place", [0, 25, -1])
def test_beyond_the_list_nothing_is_drawn(place: int) -> None:
    allocation_list = AllocationList(SIMPLE, seed(1))
    assert isinstance(allocation_list.draw(24), Draw)
    with pytest.raises(NotPermitted, match="the list has 24 places"):
        allocation_list.draw(place)


@pytest.mark.parametrize("sizes", [(), (3,), (2, 5), (0,)])
def test_a_block_holds_both_arms_equally_often(sizes: tuple[int, ...]) -> None:
    with pytest.raises(Implausible, match="both arms equally often"):
        ListDesign(PermutedBlocks(block_sizes=sizes))
