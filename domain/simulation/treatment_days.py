"""The weekdays of a simulated course of radiotherapy, with its fractions and the days without one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from domain.decisions.radiotherapy import RecordFraction, RecordMissedFraction
from domain.dose import prescribed_phases
from domain.protocol.edition import Edition
from domain.simulation.assumptions import TreatmentCourse
from domain.simulation.courses import Course
from domain.simulation.draws import Draws
from events.clinical_date import ClinicalDate
from events.radiotherapy import PlannedPhase

_WEEKDAYS = 5
_CONE_BEAM_MISSED = 0.02
_ACTION_LEVEL = Decimal(5)


@dataclass(frozen=True, slots=True)
class TreatmentDay:
    """One weekday of the course: its fraction, or why there was none."""

    on: date
    entry: RecordFraction | RecordMissedFraction


def first_weekday(day: date) -> date:
    """The day itself, or the Monday after a weekend."""
    return day + timedelta(days=7 - day.weekday() if day.weekday() >= _WEEKDAYS else 0)


def treatment_days(course: Course, edition: Edition, start: date) -> Iterator[TreatmentDay]:
    """The weekdays of the whole course, the same whenever they are asked for."""
    draws = course.draws("fractions")
    phases = prescribed_phases(edition, course.regimen, boost=course.conserving)
    planned = [(phase, number) for phase in phases for number in range(1, phase.fractions + 1)]
    if course.treatment is not TreatmentCourse.COMPLETES:
        planned = planned[: draws.between(3, len(planned) - 1)]
    day = start
    for phase, number in planned:
        while day.weekday() >= _WEEKDAYS or draws.happens(course.assumptions.fraction_missed):
            if day.weekday() < _WEEKDAYS:
                yield TreatmentDay(
                    day, RecordMissedFraction(occurred_on=ClinicalDate.parse(day), reason="machine down")
                )
            day += timedelta(days=1)
        yield TreatmentDay(day, _fraction(draws, day, phase, number))
        day += timedelta(days=1)


def _fraction(draws: Draws, day: date, phase: PlannedPhase, number: int) -> RecordFraction:
    wanted = number <= 3 or number % _WEEKDAYS == 1
    imaged, shift = wanted and not draws.happens(_CONE_BEAM_MISSED), Decimal(draws.between(0, 52)) / 10
    return RecordFraction(
        occurred_on=ClinicalDate.parse(day),
        phase=phase.phase,
        number=number,
        dose_cgy=phase.per_fraction_cgy,
        cbct="yes" if imaged else "no",
        shift_mm=shift if imaged else None,
        shift_corrected="yes" if imaged and shift > _ACTION_LEVEL and number % _WEEKDAYS else None,
    )
