"""The course of one simulated patient: what is true of her, whether or not the site ever learns it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from domain.decide import PatientCommand
from domain.decisions.screening import ScreenPatient
from domain.simulation.assumptions import Assumptions, TreatmentCourse
from domain.simulation.baseline import Barrier, chart_reports, draw_dates, draw_tumour, opening_report
from domain.simulation.draws import Draws
from events.radiotherapy import Regimen

Refusal = Literal["test", "trial"]
_LOW = (50, 440)
_HIGH = (450, 950)
"""18-gene scores in tenths: 5.0 to 44.0 are low, 45.0 to 95.0 high (Protocol: Trial design)."""


@dataclass(frozen=True, slots=True)
class Course:
    """One patient up to randomisation, and how she and her radiotherapy will behave after it."""

    patient_id: str
    number: int
    assumptions: Assumptions
    screened_on: date
    opening: ScreenPatient
    chart: tuple[PatientCommand, ...]
    barrier: Barrier | None
    refuses: Refusal | None
    scores: Mapping[str, Decimal]
    genomic_low: bool
    specimen_rejected: bool
    conserving: bool
    regimen: Regimen
    radiotherapy_planned_for: date
    treatment: TreatmentCourse
    crosses_over: bool

    @property
    def enters(self) -> bool:
        """Whether she will be randomised, if everyone does as the protocol says."""
        return self.barrier is None and self.refuses is None and self.genomic_low

    def draws(self, purpose: str) -> Draws:
        """Her draws for one purpose."""
        return Draws(self.assumptions.seed, self.number, purpose)


def patient_id_of(number: int) -> str:
    """The pseudonymous id of a simulated patient."""
    return f"SIM-{number:04}"


def draw_course(number: int, screened_on: date, assumptions: Assumptions) -> Course:
    """The course of the patient with a running number who comes on a day."""
    draws = Draws(assumptions.seed, number, "course")
    barrier = draws.one_of({kind: 1 / len(Barrier) for kind in Barrier})
    barred = barrier if draws.happens(assumptions.ineligible) else None
    conserving = draws.happens(assumptions.conserved_breast)
    genomic_low = draws.happens(assumptions.genomic_low)
    dates = draw_dates(Draws(assumptions.seed, number, "dates"), screened_on, assumptions.adjuvant_chemotherapy)
    tumour = draw_tumour(Draws(assumptions.seed, number, "tumour"), barred)
    chart = Draws(assumptions.seed, number, "chart")
    return Course(
        patient_id=patient_id_of(number),
        number=number,
        assumptions=assumptions,
        screened_on=screened_on,
        opening=opening_report(chart, dates, tumour),
        chart=chart_reports(chart, dates, tumour, barred, conserving=conserving),
        barrier=barred,
        refuses=_refusal(draws, assumptions),
        scores=_scores(draws, genomic_low=genomic_low),
        genomic_low=genomic_low,
        specimen_rejected=draws.happens(assumptions.specimen_rejected),
        conserving=conserving,
        regimen=Regimen.HYPOFRACTIONATED if draws.happens(assumptions.hypofractionated) else Regimen.CONVENTIONAL,
        radiotherapy_planned_for=dates.radiotherapy_planned_for,
        treatment=draws.one_of(assumptions.treatment),
        crosses_over=draws.happens(assumptions.crossover),
    )


def _refusal(draws: Draws, assumptions: Assumptions) -> Refusal | None:
    test, trial = draws.happens(assumptions.refuses_test), draws.happens(assumptions.refuses_trial)
    if test:
        return "test"
    return "trial" if trial else None


def _scores(draws: Draws, *, genomic_low: bool) -> Mapping[str, Decimal]:
    low, high = _LOW if genomic_low else _HIGH
    tenths = {
        "score_18gene": draws.between(low, high),
        "ri_lr": draws.between(20, 900),
        "ri_dr": draws.between(20, 900),
    }
    return {name: Decimal(value) / 10 for name, value in tenths.items()}
