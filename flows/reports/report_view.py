"""What a report shows of the trial: as of which moment, and whether by arm or of all patients together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from domain.patient import Patient
from flows.reports.figures.drawing import BY_ARM, EVERYONE, Group
from flows.reports.trial_view import TrialView


@dataclass(frozen=True)
class ReportView:
    """The trial as of `trial.today`. By arm a report is closed; otherwise it is open and says nothing of an arm."""

    trial: TrialView
    by_arm: bool
    as_of: str

    @cached_property
    def members(self) -> Sequence[tuple[Group, Sequence[Patient]]]:
        """Everyone randomised, as allocated: one group an arm, or one of all."""
        randomised = self.trial.randomised
        if not self.by_arm:
            return [(EVERYONE, randomised)]
        return [(group, [patient for patient in randomised if patient.arm == group.name]) for group in BY_ARM]

    @property
    def names(self) -> tuple[str, ...]:
        """The groups' names, as headings of columns."""
        return tuple(group.name if self.by_arm else group.label for group, _ in self.members)
