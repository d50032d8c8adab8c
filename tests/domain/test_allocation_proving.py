"""Every allocation is proved from what is on record; whatever was altered is found, and no finding says an arm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from statistics import mean
from typing import Any

import pytest

from domain.allocation.allocation_list import AllocationList, Draw
from domain.allocation.design import ListDesign
from domain.allocation.minimisation import Weighed
from domain.allocation.predictability import convergence_guess, longest_run
from domain.allocation.proving import Randomised, prove
from domain.allocation.record import AllocationRecord
from domain.decisions.allocation import CloseRecruitment, RevealAllocationList, decide_allocation
from domain.decisions.command import Circumstances
from domain.protocol.v2_0 import EDITION
from domain.rejections import NoSuchEntry, NotPermitted
from events.event import Event
from events.randomisation import (
    AllocationDrawn,
    AllocationListRevealed,
    Arm,
    Factor,
    FactorLevel,
    Minimisation,
    PatientRandomised,
    PermutedBlocks,
    RecruitmentClosed,
)
from tests.allocations import committed, drawn, record_with, seed
from tests.facts import day
from tests.given import NOW, recording

BALANCED = Minimisation(factors=(Factor(name="SURGERY"),), preferred_pct=90)
FIRST = AllocationList(ListDesign(capacity=6), seed(1))
SECOND = AllocationList(ListDesign(BALANCED, 10), seed(2))
LEVELS = (FactorLevel(factor="SURGERY", level="MAST"),)
AT = Circumstances(NOW, EDITION)
CLOSED = RecruitmentClosed(occurred_on=day("2023-12-01"))


def _entries(*draws: Draw) -> Randomised:
    events = [
        PatientRandomised(
            occurred_on=day("2021-01-10"),
            arm=draw.arm,
            sequence_number=draw.sequence_number,
            salt=draw.salt,
            proof=draw.proof,
            balancing=draw.balancing,
        )
        for draw in draws
    ]
    entries: tuple[Any, ...] = recording(*events)
    return {f"RJ-{entry.event.sequence_number:04d}": entry for entry in entries}


def _draws() -> list[Draw]:
    """Three from the first list, then four from the second."""
    draws = [FIRST.draw(place) for place in (1, 2, 3)]
    before: list[Weighed] = []
    for place in range(1, 5):
        draws.append(SECOND.draw(place, first_place=4, levels=LEVELS, before=before))
        before.append(Weighed(LEVELS, draws[-1].arm))
    return draws


RECORD: tuple[Event, ...] = (committed(FIRST), *drawn(1, 2, 3), committed(SECOND, 2, 4), *drawn(4, 5, 6, 7))


def test_every_allocation_of_every_list_is_proved() -> None:
    """A09, A11: old allocations by the old list, new ones by the new."""
    found = prove(record_with(*RECORD), _entries(*_draws()))
    assert (found.ok, found.lists, found.allocations, found.findings) == (True, 2, 7, ())


def _other(arm: Arm) -> Arm:
    return Arm.IMNI if arm is Arm.OMIT else Arm.OMIT


def _altered(index: int, change: Callable[[Draw], Draw]) -> Randomised:
    draws = _draws()
    draws[index] = change(draws[index])
    return _entries(*draws)


ALTERED: list[tuple[int, Callable[[Draw], Draw], str]] = [
    (0, lambda draw: replace(draw, arm=_other(draw.arm)), "place 1 (RJ-0001): what was revealed did not stand"),
    (1, lambda draw: replace(draw, salt="00" * 32), "place 2 (RJ-0002): what was revealed did not stand"),
    (4, lambda draw: replace(draw, arm=_other(draw.arm)), "place 5 (RJ-0005): the arm does not follow"),
    (4, lambda draw: replace(draw, balancing=None), "place 5 (RJ-0005): what was revealed did not stand"),
]  # fmt: skip


@pytest.mark.parametrize(("index", "change", "words"), ALTERED)
def test_an_altered_allocation_is_found_by_its_place(index: int, change: Callable[[Draw], Draw], words: str) -> None:
    """A09: what was altered is named, and no arm is. A08."""
    found = prove(record_with(*RECORD), _altered(index, change))
    assert any(words in finding for finding in found.findings)
    assert not any(arm in finding for finding in found.findings for arm in Arm)


def _drawn_for(place: int, patient_id: str) -> AllocationDrawn:
    return AllocationDrawn(occurred_on=day("2021-01-10"), sequence_number=place, patient_id=patient_id)


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ((committed(FIRST), *drawn(2, 1)), "place 2 was drawn as number 1"),
        ((committed(FIRST), *drawn(1), _drawn_for(2, "RJ-0001")), "given two places"),
        ((committed(FIRST), *drawn(1)), "RJ-0002 was randomised without a place"),
        ((committed(FIRST), *drawn(1, 2, 3)), "RJ-0003 has no randomisation"),
        ((committed(FIRST), *drawn(1), _drawn_for(2, "RJ-0002"), CLOSED, *drawn(3)), "drawn after recruitment"),
        ((committed(FIRST, first_place=2), *drawn(1, 2)), "does not begin at place 1"),
        ((committed(FIRST), _drawn_for(1, "RJ-0002"), _drawn_for(2, "RJ-0001")), "her entry names place 2"),
    ],
)
def test_a_gap_a_second_place_or_a_wrong_order_is_found(record: tuple[Event, ...], words: str) -> None:
    """A16: numbers stand in the order recorded. A10: a number belongs to one patient for ever."""
    found = prove(record_with(*record), _entries(FIRST.draw(1), FIRST.draw(2)))
    assert any(words in finding for finding in found.findings), found.findings


def _reveal(number: int = 1, *, to_dsmb: bool = False) -> RevealAllocationList:
    return RevealAllocationList(
        occurred_on=day("2024-01-02"),
        number=number,
        reason="the trial is closed",
        seed=FIRST.seed.hex(),
        to_dsmb=to_dsmb,
    )


def test_a_list_is_revealed_once_recruitment_is_closed_and_anybody_makes_it_again() -> None:
    """A13: each showing is on record."""
    (closed,) = decide_allocation(CloseRecruitment(occurred_on=CLOSED.occurred_on), record_with(*RECORD), AT)
    assert closed == CLOSED
    record = record_with(*RECORD, closed)
    assert decide_allocation(CloseRecruitment(occurred_on=CLOSED.occurred_on), record, AT) == []
    (shown,) = decide_allocation(_reveal(), record, AT)
    assert isinstance(shown, AllocationListRevealed)
    assert AllocationList(FIRST.design, bytes.fromhex(shown.seed or "")).contents == FIRST.contents
    assert decide_allocation(_reveal(), record_with(*RECORD, closed, shown), AT) == [shown]
    assert prove(record_with(*RECORD, closed, shown), _entries(*_draws())).ok
    forged = shown.model_copy(update={"seed": seed(9).hex()})
    (finding,) = prove(record_with(*RECORD, closed, forged), _entries(*_draws())).findings
    assert "is not the list committed" in finding


def test_while_patients_are_randomised_only_the_dsmb_s_statistician_sees_a_list_and_no_secret_goes_on_record() -> None:
    """A13: looked at, by whom and why; A08: what is recorded does not tell."""
    record = record_with(*RECORD)
    with pytest.raises(NotPermitted, match="Close recruitment first"):
        decide_allocation(_reveal(), record, AT)
    (shown,) = decide_allocation(_reveal(to_dsmb=True), record, AT)
    assert isinstance(shown, AllocationListRevealed)
    assert (shown.seed, shown.prepared) == (None, ())
    assert prove(record_with(*RECORD, shown), _entries(*_draws())).ok
    with pytest.raises(NoSuchEntry):
        decide_allocation(_reveal(3, to_dsmb=True), record, AT)


def _left(*events: Event) -> AllocationRecord:
    return record_with(committed(AllocationList(ListDesign(capacity=22), seed(1))), *events)


def test_an_operator_is_warned_before_the_list_is_used_up_and_when_it_is() -> None:
    """A12: the alarm."""
    assert _left(*drawn(1)).warning == ""
    assert "Only 20 places" in _left(*drawn(1, 2)).warning
    assert "nobody can be randomised" in _left(*drawn(*range(1, 23))).warning
    assert _left(*drawn(*range(1, 23)), CLOSED).warning == ""
    assert record_with().warning == ""
    with pytest.raises(NotPermitted, match="closed on 2023-12-01"):
        _left(CLOSED).require_open()


def test_how_well_the_next_arm_could_be_guessed() -> None:
    """A14: the guess that the arm behind comes next: 0.707 in blocks of 4, 0.5 under a coin (survey, 7.1)."""
    blocks = [
        AllocationList(ListDesign(PermutedBlocks(block_sizes=(4,)), 214), seed(number)).arms() for number in range(60)
    ]
    assert mean(convergence_guess(arms) for arms in blocks) == pytest.approx(0.707, abs=0.01)
    coin = [AllocationList(ListDesign(capacity=214), seed(number)).arms() for number in range(60)]
    assert mean(convergence_guess(arms) for arms in coin) == pytest.approx(0.5, abs=0.02)
    assert (longest_run((Arm.OMIT, Arm.IMNI, Arm.IMNI)), longest_run(()), convergence_guess(())) == (2, 0, 0.0)
