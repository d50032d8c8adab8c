"""Departures in verification: cone-beam CT that was not taken, and shifts nobody corrected."""

from __future__ import annotations

from decimal import Decimal

from domain.deviation_rules.deviation import Deviation, Found
from domain.patient import Patient
from domain.protocol.edition import Edition
from events.radiotherapy import FractionDelivered, Phase


def cone_beam_missed(patient: Patient, edition: Edition) -> Found:
    """One of the first fractions surely had no cone-beam CT."""
    for fraction in patient.every(FractionDelivered):
        if fraction.event.number <= edition.cbct_first_fractions and fraction.event.cbct == "no":
            wording = f"No cone-beam CT at fraction {fraction.event.number} ({fraction.event.phase})"
            yield Deviation("CBCT", "minor", wording, (fraction.event_id,))


def weekly_cone_beam_missed(patient: Patient, edition: Edition) -> Found:
    """A week of five fractions, after the first three, that surely had no cone-beam CT."""
    for phase in Phase:
        given = {entry.event.number: entry for entry in patient.every(FractionDelivered) if entry.event.phase is phase}
        for week, numbers in _weeks_of_their_own(max(given, default=0), edition):
            week_given = [given[number] for number in numbers if number in given]
            if len(week_given) == len(numbers) and all(entry.event.cbct == "no" for entry in week_given):
                wording = f"No cone-beam CT in week {week} ({phase}), fractions {numbers[0]} to {numbers[-1]}"
                yield Deviation("CBCT", "minor", wording, tuple(entry.event_id for entry in week_given))


def _weeks_of_their_own(last: int, edition: Edition) -> list[tuple[int, range]]:
    """The weeks whose cone-beam CT is not one of the first fractions'; a week begun is not judged."""
    first_weeks = -(-edition.cbct_first_fractions // edition.fractions_a_week)
    length = edition.fractions_a_week
    return [
        (week + 1, range(week * length + 1, (week + 1) * length + 1)) for week in range(first_weeks, last // length)
    ]


def shift_not_corrected(patient: Patient, edition: Edition) -> Found:
    """A shift beyond the action level without a correction on record before the beam went on (question PQ-32)."""
    for fraction in patient.every(FractionDelivered):
        shift = fraction.event.shift_mm
        if shift is not None and _reaches_action_level(shift, edition) and fraction.event.shift_corrected != "yes":
            said = "not corrected" if fraction.event.shift_corrected == "no" else "no correction on record"
            number = f"{fraction.event.number} ({fraction.event.phase})"
            wording = (
                f"Shift of {shift} mm at fraction {number}, action level {edition.cbct_action_level_mm} mm: {said}"
            )
            yield Deviation("SHIFT", "minor", wording, (fraction.event_id,))


def _reaches_action_level(shift: Decimal, edition: Edition) -> bool:
    if edition.reading("PQ-32") == ">=5mm-any-axis":
        return shift >= edition.cbct_action_level_mm
    return shift > edition.cbct_action_level_mm
