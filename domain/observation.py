"""The time a patient was observed: from randomisation to the last assessment, the last sign of life, or death.

Partial dates are completed here and nowhere else: day 15 or 1 July, bounded by randomisation and by death or cutoff.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from domain.occurrences import DEATHS, Occurrence, occurrences
from domain.patient import Patient
from events.clinical_date import ClinicalDate
from events.consent import ConsentSigned, WithdrawalScope
from events.event import Event
from events.follow_up import ContactMade, DiseaseAssessed, DiseaseStatus, VisitDone
from events.outcomes import (
    ContralateralCancerDiagnosed,
    RecurrenceConfirmed,
    RecurrenceRefuted,
    RecurrenceSuspected,
    SecondPrimaryDiagnosed,
)
from events.radiotherapy import FractionDelivered, RadiotherapyCompleted, RadiotherapyStarted
from events.recorded import Recorded

Flag = Literal["D", "M"]

_SIGNS_OF_LIFE: tuple[type[Event], ...] = (
    ConsentSigned,
    ContactMade,
    VisitDone,
    DiseaseAssessed,
    RadiotherapyStarted,
    FractionDelivered,
    RadiotherapyCompleted,
    RecurrenceSuspected,
    RecurrenceConfirmed,
    RecurrenceRefuted,
    ContralateralCancerDiagnosed,
    SecondPrimaryDiagnosed,
)


@dataclass(frozen=True, slots=True)
class Dated:
    """A day, the entries it comes from, and what of it was imputed."""

    on: date
    entries: tuple[UUID, ...] = ()
    flag: Flag | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """What was seen of a randomised patient by the cutoff."""

    start: date
    arm: str
    allocation: UUID
    occurrences: tuple[Occurrence, ...]
    latest: date
    last_assessed: Dated
    last_alive: Dated
    assessed: bool
    withdrew: bool

    def date_of(self, occurrence: Occurrence) -> Dated:
        """The day an occurrence counts at, never before randomisation; a death never before the last sign of life."""
        earliest = self.last_alive.on if occurrence.kind in DEATHS else self.start
        return _imputed(occurrence.dated, earliest, self.latest, occurrence.entries)


def observe(patient: Patient) -> Observation | None:
    """Observe a patient up to her cutoff; None when she was not randomised by then."""
    allocation, arm = patient.allocation, patient.arm
    if allocation is None or arm is None:
        return None
    latest = patient.cutoff or date.max
    start = _imputed(allocation.occurred_on, date.min, latest, ()).on
    happened = occurrences(patient)
    death = next((o.dated.latest for o in happened if o.kind in DEATHS), latest)
    origin = Dated(start, (allocation.event_id,))
    assessments = _dated(_assessments(patient), start, min(death, latest))
    signs = _dated(_signs_of_life(patient), start, min(death, latest))
    return Observation(
        start=start,
        arm=arm,
        allocation=allocation.event_id,
        occurrences=happened,
        latest=latest,
        last_assessed=_newest(assessments, origin),
        last_alive=_newest(signs, origin),
        assessed=bool(assessments),
        withdrew=bool(patient.withdrew(WithdrawalScope.VISITS) or patient.withdrew(WithdrawalScope.DATA_COLLECTION)),
    )


def _assessments(patient: Patient) -> Iterator[Recorded[Event]]:
    for visit in patient.every(VisitDone):
        if visit.event.disease_status is not DiseaseStatus.NOT_ASSESSED:
            yield visit
    for assessment in patient.every(DiseaseAssessed):
        if assessment.event.disease_status is not DiseaseStatus.NOT_ASSESSED:
            yield assessment


def _signs_of_life(patient: Patient) -> Iterator[Recorded[Event]]:
    for kind in _SIGNS_OF_LIFE:
        yield from patient.every(kind)


def _dated(entries: Iterator[Recorded[Event]], start: date, latest: date) -> tuple[Dated, ...]:
    """The days of entries between randomisation and the end; what is dated after a death does not count."""
    return tuple(
        _imputed(entry.occurred_on, start, latest, (entry.event_id,))
        for entry in entries
        if entry.occurred_on.latest >= start and entry.occurred_on.earliest <= latest
    )


def _newest(found: tuple[Dated, ...], origin: Dated) -> Dated:
    return max((origin, *found), key=lambda dated: dated.on)


def _imputed(dated: ClinicalDate, earliest: date, latest: date, entries: tuple[UUID, ...]) -> Dated:
    month, day = dated.month or 7, dated.day or (15 if dated.month else 1)
    on = min(max(date(dated.year, month, day), earliest), latest)
    flags: dict[str, Flag | None] = {"day": None, "month": "D", "year": "M"}
    return Dated(on, entries, flags[dated.precision])
