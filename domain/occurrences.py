"""Occurrences: what the endpoints count, dated, from confirmed and adjudicated outcomes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from domain.patient import Patient
from events.clinical_date import ClinicalDate
from events.event import Event
from events.outcomes import (
    Behaviour,
    ContralateralCancerDiagnosed,
    DeathCause,
    DeathReported,
    OutcomeAdjudicated,
    RecurrenceConfirmed,
    RecurrenceRefuted,
    RecurrenceSite,
    RecurrenceSuspected,
    SecondPrimaryDiagnosed,
)
from events.recorded import Recorded


class Kind(StrEnum):
    """The rows of the endpoint matrix."""

    LOCAL = "LOCAL"
    REGIONAL = "REGIONAL"
    DISTANT = "DISTANT"
    CONTRALATERAL_INVASIVE = "CONTRALATERAL_INVASIVE"
    DCIS = "DCIS"
    SECOND_PRIMARY = "SECOND_PRIMARY"
    DEATH_BREAST_CANCER = "DEATH_BREAST_CANCER"
    DEATH_OTHER = "DEATH_OTHER"
    DEATH_UNKNOWN = "DEATH_UNKNOWN"


_LOCAL = (RecurrenceSite.BREAST, RecurrenceSite.CHEST_WALL)
_DEATHS = {
    DeathCause.BREAST_CANCER: Kind.DEATH_BREAST_CANCER,
    DeathCause.OTHER: Kind.DEATH_OTHER,
    DeathCause.UNKNOWN: Kind.DEATH_UNKNOWN,
}
DEATHS = frozenset(_DEATHS.values())


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Something an endpoint may count, at the site or of the cause named in `detail`."""

    kind: Kind
    dated: ClinicalDate
    detail: str
    entries: tuple[UUID, ...]


def occurrences(patient: Patient) -> tuple[Occurrence, ...]:
    """Everything that happened to the patient's disease and life, adjudicated where it was."""
    return tuple(
        adjudicated
        for entry, occurrence in (*_recurrences(patient), *_new_cancers(patient), *_deaths(patient))
        if (adjudicated := _adjudicated(patient, entry, occurrence)) is not None
    )


_Found = Iterator[tuple[Recorded[Event], Occurrence]]


def _recurrences(patient: Patient) -> _Found:
    for entry in patient.every(RecurrenceConfirmed):
        suspicion = _first_evidence(patient, entry)
        dated = entry.occurred_on if suspicion is None else suspicion.occurred_on
        sources = (entry.event_id,) if suspicion is None else (suspicion.event_id, entry.event_id)
        for site in entry.event.sites:
            yield entry, Occurrence(_kind_of(site, entry.event.behaviour), dated, site, sources)


def _kind_of(site: RecurrenceSite, behaviour: Behaviour) -> Kind:
    if behaviour is Behaviour.DCIS:
        return Kind.DCIS
    if site is RecurrenceSite.DISTANT:
        return Kind.DISTANT
    return Kind.LOCAL if site in _LOCAL else Kind.REGIONAL


def _first_evidence(patient: Patient, confirmed: Recorded[RecurrenceConfirmed]) -> Recorded[RecurrenceSuspected] | None:
    """The earliest suspicion of a shared site that was not refuted before it was confirmed (PQ-36)."""
    earlier = [
        suspicion
        for suspicion in patient.every(RecurrenceSuspected)
        if set(suspicion.event.sites) & set(confirmed.event.sites)
        and suspicion.occurred_on.earliest < confirmed.occurred_on.earliest
        and not _refuted(patient, suspicion)
    ]
    return min(earlier, key=lambda suspicion: suspicion.occurred_on.earliest, default=None)


def _refuted(patient: Patient, suspicion: Recorded[RecurrenceSuspected]) -> bool:
    return any(
        refutation.position > suspicion.position
        and (not refutation.event.sites or set(refutation.event.sites) & set(suspicion.event.sites))
        for refutation in patient.every(RecurrenceRefuted)
    )


def _new_cancers(patient: Patient) -> _Found:
    for other in patient.every(ContralateralCancerDiagnosed):
        invasive = other.event.behaviour is Behaviour.INVASIVE
        kind = Kind.CONTRALATERAL_INVASIVE if invasive else Kind.DCIS
        yield other, Occurrence(kind, other.occurred_on, f"CONTRALATERAL_{other.event.behaviour}", (other.event_id,))
    for second in patient.every(SecondPrimaryDiagnosed):
        yield second, Occurrence(Kind.SECOND_PRIMARY, second.occurred_on, second.event.site, (second.event_id,))


def _deaths(patient: Patient) -> _Found:
    death = patient.last(DeathReported)
    if death is not None:
        kind = _DEATHS[death.event.cause]
        yield death, Occurrence(kind, death.occurred_on, kind, (death.event_id,))


def _adjudicated(patient: Patient, entry: Recorded[Event], occurrence: Occurrence) -> Occurrence | None:
    decisions = [d for d in patient.every(OutcomeAdjudicated) if d.event.target == entry.event_id]
    if not decisions:
        return occurrence
    decision = decisions[-1]
    if decision.event.upheld == "no":
        return None
    cause = decision.event.cause if occurrence.kind in DEATHS else None
    kind = _DEATHS[cause] if cause else occurrence.kind
    dated = decision.event.dated or occurrence.dated
    return Occurrence(kind, dated, kind if cause else occurrence.detail, (*occurrence.entries, decision.event_id))
