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
from domain.protocol.edition import Edition
from events.clinical_date import ClinicalDate
from events.consent import ConsentSigned, WithdrawalScope
from events.event import Event
from events.follow_up import ContactMade, DiseaseAssessed, DiseaseStatus, FollowUpResumed, VisitDone
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
    FollowUpResumed,
    RadiotherapyStarted,
    FractionDelivered,
    RadiotherapyCompleted,
    RecurrenceSuspected,
    RecurrenceConfirmed,
    RecurrenceRefuted,
    ContralateralCancerDiagnosed,
    SecondPrimaryDiagnosed,
)


_ENDS_OBSERVATION = (WithdrawalScope.VISITS, WithdrawalScope.DATA_COLLECTION, WithdrawalScope.DATA_USE)


@dataclass(frozen=True, slots=True)
class Dated:
    """A day, the entries it comes from, and what of it was imputed."""

    on: date
    entries: tuple[UUID, ...] = ()
    flag: Flag | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """What was seen of a randomised patient by the cutoff.

    `assessments` are those since randomisation, oldest first; `ended` is the death, or else the cutoff.
    """

    start: date
    arm: str
    allocation: UUID
    occurrences: tuple[Occurrence, ...]
    latest: date
    ended: date
    assessments: tuple[Dated, ...]
    last_alive: Dated
    withdrew: bool

    @property
    def last_assessed(self) -> Dated:
        """The last assessment of disease; randomisation itself when there was none since."""
        return self.assessments[-1] if self.assessments else self.origin

    @property
    def origin(self) -> Dated:
        """The randomisation, where every endpoint begins."""
        return Dated(self.start, (self.allocation,))

    def date_of(self, occurrence: Occurrence) -> Dated:
        """The day an occurrence counts at, never before randomisation; a death never before the last sign of life.

        A partial date is not taken past a death; a day that is known stays, even where it contradicts the death.
        """
        if occurrence.kind in DEATHS:
            return _imputed(occurrence.dated, self.last_alive.on, self.latest, occurrence.entries)
        latest = self.ended if occurrence.dated.earliest <= self.ended else self.latest
        return _imputed(occurrence.dated, self.start, latest, occurrence.entries)


def observe(patient: Patient, edition: Edition) -> Observation | None:
    """Observe a patient up to her cutoff; None when she was not randomised by then."""
    allocation, arm = patient.allocation, patient.arm
    if allocation is None or arm is None:
        return None
    latest = patient.cutoff or date.max
    start = _imputed(allocation.occurred_on, date.min, latest, ()).on
    happened = occurrences(patient, edition)
    death = next((o.dated.latest for o in happened if o.kind in DEATHS), latest)
    ended = max(start, min(death, latest))
    signs = _dated(_signs_of_life(patient), start, ended)
    return Observation(
        start=start,
        arm=arm,
        allocation=allocation.event_id,
        occurrences=happened,
        latest=latest,
        ended=ended,
        assessments=tuple(seen for seen in _dated(_assessments(patient), start, ended) if seen.on > start),
        last_alive=signs[-1] if signs else Dated(start, (allocation.event_id,)),
        withdrew=any(patient.withdrew(scope) for scope in _ENDS_OBSERVATION),
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


def _dated(entries: Iterator[Recorded[Event]], start: date, ended: date) -> tuple[Dated, ...]:
    """The days of entries from randomisation to the end, in order; what is dated after a death does not count."""
    found = (
        _imputed(entry.occurred_on, start, ended, (entry.event_id,))
        for entry in entries
        if entry.occurred_on.latest >= start and entry.occurred_on.earliest <= ended
    )
    return tuple(sorted(found, key=lambda dated: (dated.on, dated.flag is None)))


def _imputed(dated: ClinicalDate, earliest: date, latest: date, entries: tuple[UUID, ...]) -> Dated:
    month, day = dated.month or 7, dated.day or (15 if dated.month else 1)
    on = min(max(date(dated.year, month, day), earliest), latest)
    flags: dict[str, Flag | None] = {"day": None, "month": "D", "year": "M"}
    return Dated(on, entries, flags[dated.precision])
