"""Proving the allocations: each is held against the list that was fixed before it, by anybody, without a secret."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from domain.allocation.allocation_list import AllocationList, proves, revealed, weighed_arm
from domain.allocation.minimisation import Weighed, weighed
from domain.allocation.record import AllocationRecord, design_of
from events.randomisation import AllocationDrawn, AllocationListCommitted, Minimisation, PatientRandomised
from events.recorded import Recorded

Randomised = Mapping[str, Recorded[PatientRandomised]]
"""The randomisation of every patient, by her id."""


@dataclass(frozen=True, slots=True)
class Proved:
    """What was held against the commitments, and what does not agree. No finding says an arm."""

    lists: int
    allocations: int
    findings: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether every allocation was fixed before it was made."""
        return not self.findings


def prove(record: AllocationRecord, randomised: Randomised) -> Proved:
    """Hold every allocation against its list (A09), its number (A04, A16), and every list revealed against its bond."""
    findings = (*_lists(record), *_numbers(record, randomised), *_places(record, randomised), *_revealed(record))
    return Proved(len(record.lists), len(record.draws), findings)


def _lists(record: AllocationRecord) -> Iterator[str]:
    """Each list begins where the one before was left."""
    for number, entry in enumerate(record.lists, start=1):
        drawn = sum(draw.position < entry.position for draw in record.draws)
        if (entry.event.number, entry.event.first_place) != (number, drawn + 1):
            yield f"list {number} at position {entry.position} does not begin at place {drawn + 1}"


def _numbers(record: AllocationRecord, randomised: Randomised) -> Iterator[str]:
    """Places are drawn in order without a gap, one a patient, and none after the end of recruitment."""
    drawn = {draw.event.patient_id for draw in record.draws}
    if len(drawn) < len(record.draws):
        yield "a patient was given two places"
    for number, draw in enumerate(record.draws, start=1):
        if draw.event.sequence_number != number:
            yield f"position {draw.position}: place {draw.event.sequence_number} was drawn as number {number}"
        if record.closed is not None and draw.position > record.closed.position:
            yield f"position {draw.position}: place {number} was drawn after recruitment was closed"
    for patient_id in sorted(set(randomised) - drawn):
        yield f"{patient_id} was randomised without a place being drawn"


def _places(record: AllocationRecord, randomised: Randomised) -> Iterator[str]:
    """What each patient's entry reveals stood at her place, and her arm follows from it."""
    before: dict[int, list[Weighed]] = {}
    for draw in record.draws:
        entry, bound = randomised.get(draw.event.patient_id), record.list_of(draw.event.sequence_number)
        if entry is None or bound is None:
            yield f"place {draw.event.sequence_number}: {draw.event.patient_id} has no randomisation of a list"
            continue
        earlier = before.setdefault(bound.number, [])
        yield from _place(draw, entry.event, bound, earlier)
        earlier.append(weighed(entry.event))


def _place(
    draw: Recorded[AllocationDrawn], told: PatientRandomised, bound: AllocationListCommitted, before: Sequence[Weighed]
) -> Iterator[str]:
    place = f"place {draw.event.sequence_number} ({draw.event.patient_id})"
    if told.sequence_number != draw.event.sequence_number:
        yield f"{place}: her entry names place {told.sequence_number}"
    if isinstance(bound.scheme, Minimisation) is not bool(told.balancing) or not proves(revealed(told), bound):
        yield f"{place}: what was revealed did not stand in list {bound.number}"
    elif told.balancing and weighed_arm(bound.scheme, told.balancing, before) is not told.arm:
        yield f"{place}: the arm does not follow from the chance and the patients before"


def _revealed(record: AllocationRecord) -> Iterator[str]:
    """A list made again from what was revealed is the one that was committed."""
    for entry in record.shown:
        told, bound = entry.event, record.lists[entry.event.number - 1].event
        if told.seed is None:
            continue
        again = AllocationList(design_of(bound), bytes.fromhex(told.seed), told.prepared)
        if again.committed() != {"commitment": bound.commitment, "merkle_root": bound.merkle_root}:
            yield f"list {told.number}: what was revealed at position {entry.position} is not the list committed"
