"""Accrual of a simulated trial: patients come, until as many as wanted are randomised or on their way."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Protocol

from domain.simulation.accrual import arrivals
from domain.simulation.assumptions import Assumptions
from domain.simulation.courses import draw_course
from flows.simulated_site import PatientFile, SimulatedSite

_GIVEN_UP_AFTER = timedelta(days=180)


class ToldLaboratory(Protocol):
    """A laboratory that can be told the time and what its assays will find."""

    def set_clock(self, now: datetime) -> None:
        """Tell it the time."""
        ...

    def fix_scores(self, table: Mapping[str, Mapping[str, Decimal]]) -> None:
        """Tell it the scores of patients."""
        ...


class Accrual:
    """Who comes, and whether anybody more is wanted."""

    def __init__(
        self, site: SimulatedSite, assumptions: Assumptions, step: timedelta, laboratory: ToldLaboratory | None
    ) -> None:
        self._site, self._assumptions, self._step, self._laboratory = site, assumptions, step, laboratory
        self._arrivals = arrivals(assumptions)
        self._next = next(self._arrivals)

    @property
    def randomised(self) -> int:
        """How many are randomised."""
        return sum(patient.allocation is not None for patient in self._site.patients.values())

    @property
    def complete(self) -> bool:
        """Whether as many as wanted are randomised, and nobody else is on her way."""
        return not self._more_wanted() and not self._coming()

    def admit(self) -> None:
        """Admit everybody whose day has come, and tell the laboratory what their tumours hold."""
        scores: dict[str, Mapping[str, Decimal]] = {}
        while self._next[1] <= self._site.today and self._more_wanted():
            number, _ = self._next
            course = draw_course(number, self._came_on(), self._assumptions)
            scores[course.patient_id] = course.scores
            self._site.admit(course)
            self._next = next(self._arrivals)
        if self._laboratory is not None and scores:
            self._laboratory.fix_scores(scores)

    def _came_on(self) -> date:
        """Her day; while accrual was full nobody was looked at, so that day may have to be today."""
        return max(self._next[1], self._site.today - self._step + timedelta(days=1))

    def _more_wanted(self) -> bool:
        if self._assumptions.ends_on is not None and self._site.today > self._assumptions.ends_on:
            return False
        return self.randomised + self._coming() < self._assumptions.patients

    def _coming(self) -> int:
        """How many of those in screening will be randomised, as far as their course goes."""
        return sum(self._will_enter(file) for file in self._site.files.values())

    def _will_enter(self, file: PatientFile) -> bool:
        patient = self._site.patients[file.course.patient_id]
        recent = file.course.screened_on + _GIVEN_UP_AFTER > self._site.today
        return file.course.enters and recent and patient.allocation is None and not patient.screening_failed
