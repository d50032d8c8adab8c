"""When cone-beam CT is due: at the first fractions of each phase, then once a week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from domain.dose import planned_phases
from domain.patient import Patient
from domain.protocol.edition import Edition
from events.radiotherapy import Fraction, FractionDelivered, Phase, RadiotherapyPlanned


@dataclass(frozen=True, slots=True)
class NextFraction:
    """The fraction that comes next, of how many its phase has, its planned dose, and the day since when it does."""

    phase: Phase
    number: int
    of: int
    dose_cgy: int
    since: date


def cone_beam_due(patient: Patient, edition: Edition) -> NextFraction | None:
    """The next fraction, when somebody should be told that it needs cone-beam CT; None when nothing need be said.

    That is the first of a phase, one of the first fractions after one without, and the last of a week of fractions
    that had none so far. Protocol: Treatment verification.
    """
    coming = next_fraction(patient, edition)
    if coming is None or not _is_due(coming, patient, edition):
        return None
    return coming


def next_fraction(patient: Patient, edition: Edition) -> NextFraction | None:
    """The first fraction of the plan not on record; None without a plan, or when all are given."""
    plan = patient.last(RadiotherapyPlanned)
    if plan is None:
        return None
    given = patient.every(FractionDelivered)
    since = max((entry.occurred_on.latest for entry in given), default=plan.occurred_on.latest)
    for phase in planned_phases(plan, edition):
        done = {entry.event.number for entry in given if entry.event.phase is phase.phase}
        missing = next((number for number in range(1, phase.fractions + 1) if number not in done), None)
        if missing is not None:
            return NextFraction(phase.phase, missing, phase.fractions, phase.per_fraction_cgy, since)
    return None


def _is_due(coming: NextFraction, patient: Patient, edition: Edition) -> bool:
    given = {
        entry.event.number: entry.event
        for entry in patient.every(FractionDelivered)
        if entry.event.phase is coming.phase
    }
    if coming.number == 1:
        return True
    if coming.number <= edition.cbct_first_fractions:
        return not _taken(given.get(coming.number - 1))
    if coming.number % edition.fractions_a_week:
        return False
    of_the_week = range(coming.number - edition.fractions_a_week + 1, coming.number)
    return not any(_taken(given.get(number)) for number in of_the_week)


def _taken(fraction: Fraction | None) -> bool:
    return fraction is not None and fraction.cbct == "yes"
