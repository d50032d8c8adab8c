"""Which list is drawn from: one is committed first, another from the next place on, and what was allocated stands."""

from __future__ import annotations

from typing import Any

import pytest

from domain.allocation.allocation_list import AllocationList, proves
from domain.allocation.design import ListDesign
from domain.allocation.record import design_of
from domain.decisions.allocation import CommitAllocationList, CommitFirstList, decide_allocation
from domain.decisions.command import Circumstances
from domain.protocol.v2_0 import EDITION
from domain.rejections import Implausible, NoSuchEntry, NotPermitted, OutOfOrder
from events.event import Event
from events.randomisation import (
    AllocationListCommitted,
    CommittedList,
    Factor,
    Minimisation,
    PermutedBlocks,
    PreparedElsewhere,
    Scheme,
)
from tests.allocations import committed, drawn, record_with, seed
from tests.given import NOW

FIRST = AllocationList(ListDesign(capacity=6), seed(1))
SECOND = AllocationList(ListDesign(PermutedBlocks(), 10), seed(2))
AT = Circumstances(NOW, EDITION)


def _told(allocation_list: AllocationList, **changed: Any) -> dict[str, Any]:
    told = committed(allocation_list).model_dump(include=set(CommittedList.model_fields))
    return {**told, "occurred_on": "2022-05-01", **changed}


def _commit(allocation_list: AllocationList, **changed: Any) -> CommitAllocationList:
    return CommitAllocationList.model_validate(_told(allocation_list, **changed))


def _listed(*happened: Event) -> AllocationListCommitted:
    (listed,) = happened
    assert isinstance(listed, AllocationListCommitted)
    return listed


def test_the_first_list_holds_from_place_one_and_is_committed_once() -> None:
    first = CommitFirstList.model_validate(_told(FIRST))
    listed = _listed(*decide_allocation(first, record_with(), AT))
    assert (listed.number, listed.first_place) == (1, 1)
    other = CommitFirstList.model_validate(_told(SECOND))
    assert decide_allocation(other, record_with(listed), AT) == []


def test_a_new_list_holds_from_the_next_place_on_and_old_allocations_are_proved_as_before() -> None:
    """A11: a scheme amended is a new commitment; what was allocated is unchanged."""
    past = [FIRST.draw(place) for place in (1, 2, 3)]
    before = (committed(FIRST), *drawn(1, 2, 3))
    listed = _listed(*decide_allocation(_commit(SECOND), record_with(*before), AT))
    assert (listed.number, listed.first_place, listed.capacity) == (2, 4, 10)
    record = record_with(*before, listed, *drawn(4))
    assert record.in_force == listed
    assert [record.list_of(place) for place in (1, 3, 4)] == [before[0], before[0], listed]
    assert all(proves(draw, committed(FIRST)) for draw in past)
    assert [draw.event.sequence_number for draw in record.drawn_from(listed)] == [4]
    assert record.places_left == 9
    assert design_of(listed) == SECOND.design
    assert decide_allocation(_commit(SECOND), record, AT) == []


def test_a_list_is_exhausted_when_every_place_is_drawn_and_a_second_one_goes_on() -> None:
    """A12: no place is given twice; a new list begins where the old one ended."""
    exhausted = record_with(committed(FIRST), *drawn(*range(1, 7)))
    assert exhausted.places_left == 0
    listed = _listed(*decide_allocation(_commit(SECOND), exhausted, AT))
    assert listed.first_place == 7


def test_without_a_list_there_is_no_place() -> None:
    record = record_with()
    assert record.places_left == 0
    assert record.list_of(1) is None
    with pytest.raises(OutOfOrder, match="no allocation list is committed"):
        _ = record.in_force


def _scheme(scheme: Scheme) -> dict[str, Any]:
    return scheme.model_dump(mode="json")


def test_a_list_prepared_elsewhere_is_taken_over_before_the_first_patient_only() -> None:
    prepared = _commit(FIRST, scheme=_scheme(PreparedElsewhere(prepared_by="SPSS 21, Ruijin")))
    listed = _listed(*decide_allocation(prepared, record_with(committed(SECOND)), AT))
    assert listed.scheme == PreparedElsewhere(prepared_by="SPSS 21, Ruijin")
    with pytest.raises(NotPermitted, match="before the first patient only"):
        decide_allocation(prepared, record_with(committed(SECOND), *drawn(1)), AT)


def test_a_design_nobody_can_draw_from_is_refused() -> None:
    with pytest.raises(Implausible, match="both arms equally often"):
        decide_allocation(_commit(FIRST, scheme=_scheme(PermutedBlocks(block_sizes=(3,)))), record_with(), AT)
    with pytest.raises(NoSuchEntry, match="no such factor"):
        decide_allocation(
            _commit(FIRST, scheme=_scheme(Minimisation(factors=(Factor(name="SITE"),)))), record_with(), AT
        )
