"""What is on record of the allocation: the lists committed one after the other, and the places drawn from them."""

from __future__ import annotations

from dataclasses import dataclass

from domain.allocation.design import ListDesign
from domain.rejections import NotPermitted, OutOfOrder
from domain.standing import Standing
from events.randomisation import AllocationDrawn, AllocationListCommitted, AllocationListRevealed, RecruitmentClosed
from events.recorded import Recorded

FEW_PLACES = 20
"""From here on the next list is asked for: about three months of recruitment (the plan is 214 patients in 3 years)."""


@dataclass(frozen=True)
class AllocationRecord(Standing):
    """The allocation stream. Places are numbered through the whole trial, whatever list they are of."""

    @property
    def lists(self) -> tuple[Recorded[AllocationListCommitted], ...]:
        """Every list, in the order committed."""
        return self.every(AllocationListCommitted)

    @property
    def draws(self) -> tuple[Recorded[AllocationDrawn], ...]:
        """Every place drawn, in order."""
        return self.every(AllocationDrawn)

    @property
    def next_place(self) -> int:
        """The number of the place that is drawn next."""
        return len(self.draws) + 1

    @property
    def in_force(self) -> AllocationListCommitted:
        """The list that is drawn from. Raises `OutOfOrder` when none is committed."""
        if not self.lists:
            raise OutOfOrder(
                "allocation list", "none", "no allocation list is committed", "Open the trial first: `imni init`"
            )
        return self.lists[-1].event

    @property
    def places_left(self) -> int:
        """The places nobody was given yet of the list that is drawn from; 0 when there is none."""
        return self.in_force.first_place + self.in_force.capacity - self.next_place if self.lists else 0

    @property
    def closed(self) -> Recorded[RecruitmentClosed] | None:
        """The end of recruitment."""
        return self.first(RecruitmentClosed)

    @property
    def shown(self) -> tuple[Recorded[AllocationListRevealed], ...]:
        """Every time somebody was shown a list."""
        return self.every(AllocationListRevealed)

    @property
    def warning(self) -> str:
        """What an operator must know of the places left; empty while there are enough, or none is needed any more."""
        left = self.places_left
        if self.closed or not self.lists or left > FEW_PLACES:
            return ""
        if left:
            return f"Only {left} places are left on the allocation list: the statistician prepares the next one now"
        return "The allocation list is used up: nobody can be randomised until the statistician commits another one"

    def require_open(self) -> None:
        """Raises `NotPermitted` once recruitment is closed."""
        if self.closed is not None:
            raise NotPermitted(
                "recruitment", f"closed on {self.closed.occurred_on}", "no place is drawn any more", "The trial is full"
            )

    def list_of(self, place: int) -> AllocationListCommitted | None:
        """The list that a place of the trial is drawn from: the last one that begins at or before it."""
        return next((each.event for each in reversed(self.lists) if each.event.first_place <= place), None)

    def drawn_from(self, committed: AllocationListCommitted) -> tuple[Recorded[AllocationDrawn], ...]:
        """The draws from one list."""
        return tuple(draw for draw in self.draws if self.list_of(draw.event.sequence_number) == committed)


def design_of(committed: AllocationListCommitted) -> ListDesign:
    """How a committed list was made."""
    return ListDesign(committed.scheme, committed.capacity)
