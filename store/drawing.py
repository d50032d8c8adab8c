"""Drawing from the allocation list in force, for one patient."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from domain.allocation.allocation_list import Draw
from domain.allocation.minimisation import Weighed, levels_of, weighed
from domain.allocation.record import AllocationRecord
from domain.patient import Patient
from domain.protocol.amendments import edition_for
from domain.protocol.edition import Edition
from events.randomisation import Minimisation, PatientRandomised
from store.list_keeper import ListKeeper

if TYPE_CHECKING:
    from datetime import date

    from store.transact import TrialLog


class Drawing:
    """Draws at most one place, and remembers in `taken` the version of the allocation stream and the place's number."""

    def __init__(self, trial_log: TrialLog, keeper: ListKeeper, edition: Edition, today: date) -> None:
        self._trial_log, self._keeper = trial_log, keeper
        self._edition, self._today = edition, today
        self.taken: tuple[int, int] | None = None

    def draw(self, patient: Patient) -> Draw:
        """Reveal the next place to a patient. Raises `Rejection` when there is none, or she cannot be weighed."""
        record = self._trial_log.allocations()
        record.require_open()
        committed, number = record.in_force, record.next_place
        allocation_list = self._keeper.opened(committed)
        place, first = number - committed.first_place + 1, committed.first_place
        if isinstance(committed.scheme, Minimisation):
            levels = levels_of(patient, committed.scheme, edition_for(patient, self._edition), self._today)
            drawn = allocation_list.draw(place, first_place=first, levels=levels, before=self._weighed(record))
        else:
            drawn = allocation_list.draw(place, first_place=first)
        self.taken = (record.version, number)
        return drawn

    def _weighed(self, record: AllocationRecord) -> Sequence[Weighed]:
        """Those allocated from the list in force, as they were weighed then."""
        drawn = record.drawn_from(record.in_force)
        entries = (self._trial_log.patient(draw.event.patient_id).first(PatientRandomised) for draw in drawn)
        return [weighed(entry.event) for entry in entries if entry]
