"""Commands of the allocation stream: which list is drawn from. What is secret never stands in them in clear."""

from typing import ClassVar, assert_never

from domain.allocation.minimisation import require_known_factors
from domain.allocation.record import AllocationRecord, design_of
from domain.decisions.command import Ask, Circumstances
from domain.rejections import NotPermitted
from events.event import Event
from events.randomisation import AllocationListCommitted, CommittedList, Minimisation, PreparedElsewhere


class CommitAllocationList(CommittedList, Ask):
    """Draw from a new list from now on. What was allocated before stands."""

    wire: ClassVar[str] = "commit-allocation-list"
    title: ClassVar[str] = "Allocation list"
    at_vault: ClassVar[bool] = True


class CommitFirstList(CommitAllocationList):
    """Draw from a first list, unless there is one."""

    wire: ClassVar[str] = "commit-first-list"
    by_engine: ClassVar[bool] = True


AllocationCommand = CommitAllocationList | CommitFirstList


def decide_allocation(
    command: AllocationCommand, record: AllocationRecord, circumstances: Circumstances
) -> list[Event]:
    """What a command about the allocation makes happen; nothing when it is so already. Raises `Rejection`."""
    match command:
        case CommitFirstList():
            return [] if record.lists else _commit(command, record, circumstances)
        case CommitAllocationList():
            return _commit(command, record, circumstances)
        case _:
            assert_never(command)


def _commit(command: CommitAllocationList, record: AllocationRecord, circumstances: Circumstances) -> list[Event]:
    """The list, from the next place on; none when it is in force already."""
    if record.lists and record.in_force.commitment == command.commitment:
        return []
    if isinstance(command.scheme, PreparedElsewhere):
        _require_nobody_allocated(record)
    if isinstance(command.scheme, Minimisation):
        require_known_factors(command.scheme, circumstances.edition)
    told = {name: getattr(command, name) for name in CommittedList.model_fields}
    committed = AllocationListCommitted(
        occurred_on=command.occurred_on, number=len(record.lists) + 1, first_place=record.next_place, **told
    )
    design_of(committed)
    return [committed]


def _require_nobody_allocated(record: AllocationRecord) -> None:
    if record.draws:
        raise NotPermitted(
            "allocation list",
            f"{len(record.draws)} places drawn",
            "a list prepared elsewhere is taken over before the first patient only: nobody could tell later that it "
            "was not made for the patients to come",
            "Commit a list that is made here: `imni allocation commit`",
        )
