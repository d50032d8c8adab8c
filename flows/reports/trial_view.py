"""The trial as its pages show it, on one day: what several pages ask is worked out once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
from flows.remembered import Remembered, Rule, T


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
    remembered: Remembered = field(default_factory=Remembered)

    def of_each(self, rule: Rule[T]) -> Iterator[tuple[Patient, T]]:
        """What a rule says of each patient on this day; worked out only where an earlier page did not."""
        return ((patient, self.of(rule, patient)) for patient in self.patients)

    def of(self, rule: Rule[T], patient: Patient) -> T:
        """What a rule says of one patient on this day."""
        return self.remembered.of(rule, patient, self.edition, self.today)

    @cached_property
    def work(self) -> Sequence[WorkItem]:
        """Open work of people and engine, the most urgent first."""
        items = [item for _, items in self.of_each(owed) for item in items]
        items += trial_worklist(self.trial, self.edition, self.today)
        return sorted(items, key=lambda item: (item.due_on, item.key))

    @cached_property
    def randomised(self) -> Sequence[Patient]:
        """The patients with an allocation."""
        return [patient for patient in self.patients if patient.allocation is not None]

    @cached_property
    def deviations(self) -> Sequence[tuple[Patient, Deviation]]:
        """Every deviation, and whose it is."""
        return [(patient, found) for patient, every in self.of_each(_deviations) for found in every]


def _deviations(patient: Patient, edition: Edition, today: date) -> Sequence[Deviation]:
    return deviations(patient, edition)
