"""Departures in radiotherapy: the volume, the doses, and the fractions as they were delivered."""

from __future__ import annotations

from itertools import pairwise

from domain.deviation_rules.deviation import Deviation, Found
from domain.dose import delivered_cgy, planned_cgy, planned_fractions, planned_phases
from domain.patient import Patient
from domain.protocol.edition import Edition
from events.radiotherapy import (
    FractionDelivered,
    NodalVolumeDelivered,
    Phase,
    RadiotherapyCompleted,
    RadiotherapyPlanned,
    RadiotherapyStoppedEarly,
)
from events.recorded import Recorded


def other_volume_than_allocated(patient: Patient, edition: Edition) -> Found:
    """The arm delivered is not the arm assigned."""
    delivered = patient.last(NodalVolumeDelivered)
    if delivered is not None and delivered.event.arm is not patient.arm:
        wording = f"Allocated {patient.arm}, treated as {delivered.event.arm}"
        yield Deviation("ARM", "major", wording, (delivered.event_id,))


def dose_off_plan(patient: Patient, edition: Edition) -> Found:
    """A fraction beyond the last one planned."""
    plan = patient.last(RadiotherapyPlanned)
    for fraction in patient.every(FractionDelivered):
        planned = planned_fractions(patient, edition, fraction.event.phase)
        if plan is not None and fraction.event.number > planned:
            wording = f"Fraction {fraction.event.number} of {planned} ({fraction.event.phase})"
            yield Deviation("DOSE", "minor", wording, (fraction.event_id,))


def dose_short(patient: Patient, edition: Edition) -> Found:
    """Less than the per-protocol share of the planned dose once the course has ended."""
    ended = patient.last(RadiotherapyCompleted) or patient.last(RadiotherapyStoppedEarly)
    planned, delivered = planned_cgy(patient, edition), delivered_cgy(patient)
    if ended and planned and patient.has(FractionDelivered) and delivered < planned * edition.per_protocol_dose_share:
        wording = f"Delivered {delivered / 100:.2f} Gy of {planned / 100:.2f} Gy planned"
        yield Deviation("DOSE", "major", wording, (ended.event_id,))


def other_dose_than_planned(patient: Patient, edition: Edition) -> Found:
    """A fraction whose dose is not that of its planned phase."""
    plan = patient.last(RadiotherapyPlanned)
    planned = {phase.phase: phase.per_fraction_cgy for phase in planned_phases(plan, edition)} if plan else {}
    for fraction in patient.every(FractionDelivered):
        wanted = planned.get(fraction.event.phase, fraction.event.dose_cgy)
        if fraction.event.dose_cgy != wanted:
            given = f"{fraction.event.dose_cgy} cGy of {wanted} cGy planned"
            wording = f"Fraction {fraction.event.number} ({fraction.event.phase}): {given}"
            yield Deviation("DOSE", "minor", wording, (fraction.event_id,))


def two_fractions_a_day(patient: Patient, edition: Edition) -> Found:
    """Two fractions of one phase on one day."""
    for earlier, later in _neighbours(patient):
        on = earlier.occurred_on
        if on.precision == "day" and on == later.occurred_on:
            wording = f"Fractions {earlier.event.number} and {later.event.number} ({earlier.event.phase}) both on {on}"
            yield Deviation("FRACTION", "minor", wording, (earlier.event_id, later.event_id))


def fractions_out_of_order(patient: Patient, edition: Edition) -> Found:
    """A fraction that was surely given before the one of the number below."""
    for earlier, later in _neighbours(patient):
        if later.occurred_on.latest < earlier.occurred_on.earliest:
            dated = f"on {later.occurred_on}, before fraction {earlier.event.number} on {earlier.occurred_on}"
            wording = f"Fraction {later.event.number} ({later.event.phase}) {dated}"
            yield Deviation("FRACTION", "minor", wording, (earlier.event_id, later.event_id))


_Fraction = Recorded[FractionDelivered]


def _neighbours(patient: Patient) -> list[tuple[_Fraction, _Fraction]]:
    """The fractions of each phase in order of their numbers, two by two."""
    found: list[tuple[_Fraction, _Fraction]] = []
    for phase in Phase:
        given = [entry for entry in patient.every(FractionDelivered) if entry.event.phase is phase]
        found.extend(pairwise(sorted(given, key=lambda entry: entry.event.number)))
    return found
