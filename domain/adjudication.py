"""Which outcomes wait for the adjudicators."""

from __future__ import annotations

from collections.abc import Iterator

from domain.patient import Patient
from events.event import Event
from events.outcomes import (
    ContralateralCancerDiagnosed,
    DeathReported,
    OutcomeAdjudicated,
    RecurrenceConfirmed,
    SecondPrimaryDiagnosed,
)
from events.recorded import Recorded

_OUTCOMES: tuple[type[Event], ...] = (
    RecurrenceConfirmed,
    ContralateralCancerDiagnosed,
    SecondPrimaryDiagnosed,
    DeathReported,
)


def outcome_name(outcome: Event) -> str:
    """What an outcome is called, in plain words."""
    return outcome.type.partition(".")[0].replace("-", " ")


def not_adjudicated(patient: Patient) -> Iterator[Recorded[Event]]:
    """Outcomes of a randomised patient that no adjudicator has looked at."""
    if patient.allocation is None:
        return
    decided = {entry.event.target for entry in patient.every(OutcomeAdjudicated)}
    for kind in _OUTCOMES:
        yield from (outcome for outcome in patient.every(kind) if outcome.event_id not in decided)
