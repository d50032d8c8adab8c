"""Allocation lists as they are committed, and the allocation stream, for tests."""

from __future__ import annotations

from hashlib import sha256

from domain.allocation.allocation_list import AllocationList
from domain.allocation.generator import GENERATOR
from domain.allocation.record import AllocationRecord
from events.event import Event
from events.randomisation import AllocationDrawn, AllocationListCommitted
from tests.facts import day
from tests.given import recording


def seed(number: int) -> bytes:
    """A seed of its own for each number."""
    return sha256(number.to_bytes(8, "big")).digest()


def committed(allocation_list: AllocationList, number: int = 1, first_place: int = 1) -> AllocationListCommitted:
    """A list, bound for everybody."""
    return AllocationListCommitted(
        occurred_on=day("2020-12-10"),
        number=number,
        first_place=first_place,
        scheme=allocation_list.design.scheme,
        capacity=allocation_list.design.capacity,
        generator=GENERATOR,
        **allocation_list.committed(),
    )


def drawn(*places: int) -> tuple[AllocationDrawn, ...]:
    """Places of the trial drawn, each for a patient of its own."""
    return tuple(
        AllocationDrawn(occurred_on=day("2021-01-10"), sequence_number=place, patient_id=f"RJ-{place:04d}")
        for place in places
    )


def record_with(*events: Event) -> AllocationRecord:
    """The allocation stream with these events on record."""
    return AllocationRecord(recording(*events, stream="allocation"))
