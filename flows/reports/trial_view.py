"""The trial as its pages show it, on one day: what several pages ask is worked out once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from domain.deviations import Deviation, deviations
from domain.patient import Patient
from domain.protocol.edition import Edition
from domain.standing import Standing
from domain.trial_matters import trial_worklist
from domain.work_item import WorkItem
from domain.worklist import owed


@dataclass(frozen=True)
class TrialView:
    """Every patient, ordered by id, the trial's own stream, and how far the log is sealed."""

    patients: Sequence[Patient]
    edition: Edition
    today: date
    trial: Standing = field(default_factory=Standing)
    simulated: bool = False
    position: int = 0
    sealed: int = 0
    allocation_warning: str = ""

    @cached_property
    def work(self) -> Sequence[WorkItem]:
        """Open work of people and engine, the most urgent first."""
        items = [item for patient in self.patients for item in owed(patient, self.edition, self.today)]
        items += trial_worklist(self.trial, self.edition, self.today)
        return sorted(items, key=lambda item: (item.due_on, item.key))

    @cached_property
    def randomised(self) -> Sequence[Patient]:
        """The patients with an allocation."""
        return [patient for patient in self.patients if patient.allocation is not None]

    @cached_property
    def deviations(self) -> Sequence[tuple[Patient, Deviation]]:
        """Every deviation, and whose it is."""
        return [(patient, found) for patient in self.randomised for found in deviations(patient, self.edition)]
