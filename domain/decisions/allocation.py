"""Commands of the allocation stream: which list is drawn from. What is secret never stands in them in clear."""

from typing import ClassVar, assert_never

from domain.allocation.minimisation import require_known_factors
from domain.allocation.record import AllocationRecord, design_of
from domain.decisions.command import Ask, Circumstances
from domain.rejections import NoSuchEntry, NotPermitted
from events.event import Event
from events.randomisation import (
    AllocationListCommitted,
    AllocationListRevealed,
    Closing,
    CommittedList,
    Minimisation,
    PreparedElsewhere,
    RecruitmentClosed,
    Revelation,
)


class CommitAllocationList(CommittedList, Ask):
    """Draw from a new list from now on. What was allocated before stands."""

    wire: ClassVar[str] = "commit-allocation-list"
    title: ClassVar[str] = "Allocation list"
    at_vault: ClassVar[bool] = True


class CommitFirstList(CommitAllocationList):
    """Draw from a first list, unless there is one."""

    wire: ClassVar[str] = "commit-first-list"
    by_engine: ClassVar[bool] = True


class CloseRecruitment(Closing, Ask):
    """Randomise nobody any more."""

    wire: ClassVar[str] = "close-recruitment"
    title: ClassVar[str] = "End of recruitment"
    at_vault: ClassVar[bool] = True


class RevealAllocationList(Revelation, Ask):
    """Show somebody a list: everybody once recruitment is closed, before only the statistician of the DSMB."""

    wire: ClassVar[str] = "reveal-allocation-list"
    title: ClassVar[str] = "Allocation list revealed"
    at_vault: ClassVar[bool] = True

    to_dsmb: bool = False


AllocationCommand = CommitAllocationList | CommitFirstList | CloseRecruitment | RevealAllocationList


def decide_allocation(
    command: AllocationCommand, record: AllocationRecord, circumstances: Circumstances
) -> list[Event]:
    """What a command about the allocation makes happen; nothing when it is so already. Raises `Rejection`."""
    match command:
        case CommitFirstList():
            return [] if record.lists else _commit(command, record, circumstances)
        case CommitAllocationList():
            return _commit(command, record, circumstances)
        case CloseRecruitment():
            return [] if record.closed else [RecruitmentClosed(occurred_on=command.occurred_on)]
        case RevealAllocationList():
            return _reveal(command, record)
        case _:
            assert_never(command)


def _reveal(command: RevealAllocationList, record: AllocationRecord) -> list[Event]:
    """The showing, every time anew. The secret goes on record once no place is drawn any more."""
    if not 1 <= command.number <= len(record.lists):
        raise NoSuchEntry("list", str(command.number), f"there are {len(record.lists)}", "See `imni allocation status`")
    if not (record.closed or command.to_dsmb):
        raise NotPermitted(
            "recruitment",
            "open",
            "whoever knows the list knows the next patient's arm",
            "Close recruitment first: `imni allocation close`; the DSMB's statistician says --role dsmb-statistician",
        )
    shown = AllocationListRevealed(occurred_on=command.occurred_on, number=command.number, reason=command.reason)
    secret = {"seed": command.seed, "prepared": command.prepared}
    return [shown.model_copy(update=secret) if record.closed else shown]


def _commit(command: CommitAllocationList, record: AllocationRecord, circumstances: Circumstances) -> list[Event]:
    """The list, from the next place on; none when it is in force already."""
    if record.lists and record.in_force.commitment == command.commitment:
        return []
    record.require_open()
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
