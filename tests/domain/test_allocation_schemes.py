"""What the schemes promise of a list: how far the arms drift apart, and that each seed gives the same list for ever."""

from __future__ import annotations

import json
from hashlib import sha256
from itertools import accumulate

import pytest

from domain.allocation.allocation_list import AllocationList, proves
from domain.allocation.design import ListDesign
from domain.allocation.generator import draw_below
from domain.rejections import Implausible
from events.randomisation import (
    Arm,
    BigStick,
    Factor,
    Minimisation,
    PermutedBlocks,
    PreparedElsewhere,
    Scheme,
    Simple,
    Urn,
)
from tests.allocations import committed, seed

BALANCED = Minimisation(factors=(Factor(name="SURGERY", weight=2), Factor(name="RF1")), preferred_pct=80)
BY_THE_LIST = (Simple(), PermutedBlocks(), BigStick(), Urn(), Urn(alpha=1, beta=3))
"""The schemes under which the list alone says the arm."""


def _leads(scheme: Scheme, number: int, places: int = 214) -> list[int]:
    """By how much OMIT leads after each place."""
    arms = AllocationList(ListDesign(scheme, places), seed(number)).arms()
    return list(accumulate(1 if arm is Arm.OMIT else -1 for arm in arms))


@pytest.mark.parametrize(
    ("scheme", "digest"),
    [
        (Simple(), "4f759ae617f9b290"),
        (PermutedBlocks(), "f4b355f9558554d9"),
        (BigStick(), "d9a37ba05555edfd"),
        (Urn(), "d3f92a54f7fd3fa3"),
        (BALANCED, "afc8409ba9fa6f74"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.scheme,
)
def test_the_list_of_the_zero_seed_never_changes(scheme: Scheme, digest: str) -> None:
    """A01: a golden vector of every scheme; that of blocks is the reference code's."""
    places = list(AllocationList(ListDesign(scheme, 214), bytes(32)).contents)
    assert sha256(json.dumps(places).encode()).hexdigest()[:16] == digest


@pytest.mark.parametrize("most", [1, 2, 3, 5])
def test_under_the_big_stick_no_arm_leads_by_more_than_it_may_and_some_list_gets_there(most: int) -> None:
    reached = {abs(lead) for number in range(20) for lead in _leads(BigStick(max_imbalance=most), number)}
    assert max(reached) == most


def test_the_urn_pulls_the_arms_together_and_the_coin_does_not() -> None:
    """214 places, 60 lists: the variance of the final lead is about 214/3 under UD(0, 1) and 214 under a coin."""
    urn, coin = ([_leads(scheme, number)[-1] for number in range(60)] for scheme in (Urn(), Simple()))
    assert sum(lead**2 for lead in urn) / 60 < 110
    assert sum(lead**2 for lead in coin) / 60 > 140


def test_both_arms_are_equally_likely_at_every_place_whatever_the_scheme() -> None:
    for scheme in BY_THE_LIST:
        firsts = [AllocationList(ListDesign(scheme, 8), seed(number)).arms() for number in range(200)]
        for place in range(8):
            assert 70 <= sum(arms[place] is Arm.OMIT for arms in firsts) <= 130


def test_numbers_above_a_byte_are_drawn_from_two_bytes() -> None:
    assert draw_below(iter([1, 44]), 300) == 0
    assert draw_below(iter([255, 255, 0, 7]), 300) == 7  # 65,400 and more are thrown away
    assert draw_below(iter([1, 2]), 1) == 0


@pytest.mark.parametrize("scheme", BY_THE_LIST, ids=lambda scheme: scheme.scheme)
def test_every_place_of_a_second_list_proves_that_it_stood_there_and_on_no_other_list(scheme: Scheme) -> None:
    """A09: places are numbered on through the trial, and proved against the list they are of."""
    allocation_list = AllocationList(ListDesign(scheme, 9), seed(1))
    bound, first = committed(allocation_list, 2, 41), committed(AllocationList(ListDesign(scheme, 60), seed(2)))
    draws = [allocation_list.draw(place, first_place=41) for place in range(1, 10)]
    assert [draw.sequence_number for draw in draws] == list(range(41, 50))
    assert all(proves(draw, bound) for draw in draws)
    assert not any(proves(draw, first) for draw in draws)


def test_a_list_prepared_elsewhere_is_bound_place_by_place() -> None:
    arms = (Arm.OMIT, Arm.IMNI, Arm.IMNI)
    design = ListDesign(PreparedElsewhere(prepared_by="SPSS 21, Ruijin"), 3)
    taken, other = AllocationList(design, seed(1), arms), AllocationList(design, seed(1), arms[::-1])
    assert taken.arms() == arms
    assert all(proves(taken.draw(place), committed(taken)) for place in (1, 2, 3))
    assert taken.committed()["commitment"] != other.committed()["commitment"]
    assert not AllocationList(design, seed(1)).arms()


@pytest.mark.parametrize(
    ("scheme", "words"),
    [
        (Simple(), "simple"),
        (PermutedBlocks(block_sizes=(4, 6)), "permuted blocks of 4, 6"),
        (BigStick(max_imbalance=4), "big stick, imbalance at most 4"),
        (Urn(alpha=1, beta=3), "urn UD(1, 3)"),
        (BALANCED, "minimisation of SURGERY x 2, RF1 x 1; the preferred arm with 80 %"),
        (PreparedElsewhere(prepared_by="SPSS 21, Ruijin"), "prepared elsewhere: SPSS 21, Ruijin"),
    ],
    ids=lambda value: "" if isinstance(value, str) else value.scheme,
)
def test_a_scheme_is_called_as_people_call_it(scheme: Scheme, words: str) -> None:
    assert ListDesign(scheme).in_words() == words


@pytest.mark.parametrize("capacity", [0, -1, 10_001])
def test_a_list_has_a_sensible_number_of_places(capacity: int) -> None:
    with pytest.raises(Implausible, match="a fifth more than patients"):
        ListDesign(capacity=capacity)


def test_a_factor_is_named_once() -> None:
    with pytest.raises(Implausible, match="named twice"):
        ListDesign(Minimisation(factors=(Factor(name="RF1"), Factor(name="RF1", weight=2))))
