"""Occurrences: what the endpoints count, dated, from confirmed and adjudicated outcomes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from domain.patient import Patient
from domain.protocol.edition import Edition
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
LOCOREGIONAL = frozenset({Kind.LOCAL, Kind.REGIONAL})


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Something an endpoint may count, at the site or of the cause named in `detail`.

    It counts from `dated`, its first evidence, or its confirmation as PQ-36 is read; `established` is the day it was
    confirmed, which a cutoff looks at.
    """

    kind: Kind
    dated: ClinicalDate
    established: ClinicalDate
    detail: str
    entries: tuple[UUID, ...]


def occurrences(patient: Patient, edition: Edition) -> tuple[Occurrence, ...]:
    """Everything that happened to the patient's disease and life by her cutoff, adjudicated where it was.

    An adjudication is knowledge, like a correction: what it says holds for every cutoff, whenever the panel met.
    """
    whole = patient if patient.cutoff is None else replace(patient, cutoff=None)
    reported = (*_recurrences(whole, edition), *_new_cancers(whole), *_deaths(whole))
    return tuple(
        occurrence
        for entry, as_reported in reported
        if (occurrence := _adjudicated(whole, entry, as_reported)) is not None
        and (patient.cutoff is None or occurrence.established.earliest <= patient.cutoff)
    )


_Found = Iterator[tuple[Recorded[Event], Occurrence]]


def _recurrences(patient: Patient, edition: Edition) -> _Found:
    by_evidence = edition.reading("PQ-36") == "first-evidence"
    for entry in patient.every(RecurrenceConfirmed):
        for site in entry.event.sites:
            suspicion = _first_evidence(patient, entry, site) if by_evidence else None
            dated = entry.occurred_on if suspicion is None else suspicion.occurred_on
            sources = (entry.event_id,) if suspicion is None else (suspicion.event_id, entry.event_id)
            yield entry, Occurrence(_kind_of(site, entry.event.behaviour), dated, entry.occurred_on, site, sources)


def _kind_of(site: RecurrenceSite, behaviour: Behaviour) -> Kind:
    if behaviour is Behaviour.DCIS:
        return Kind.DCIS
    if site is RecurrenceSite.DISTANT:
        return Kind.DISTANT
    return Kind.LOCAL if site in _LOCAL else Kind.REGIONAL


def _first_evidence(
    patient: Patient, confirmed: Recorded[RecurrenceConfirmed], site: RecurrenceSite
) -> Recorded[RecurrenceSuspected] | None:
    """The earliest suspicion of a site that was surely there before it was confirmed, and not refuted (PQ-36)."""
    earlier = [
        suspicion
        for suspicion in patient.every(RecurrenceSuspected)
        if site in suspicion.event.sites
        and suspicion.occurred_on.latest < confirmed.occurred_on.latest
        and not _refuted(patient, suspicion, confirmed, site)
    ]
    return min(earlier, key=lambda suspicion: suspicion.occurred_on.latest, default=None)


def _refuted(
    patient: Patient,
    suspicion: Recorded[RecurrenceSuspected],
    confirmed: Recorded[RecurrenceConfirmed],
    site: RecurrenceSite,
) -> bool:
    """Whether the suspicion of a site was refuted between the day it arose and the day that site was confirmed."""
    return any(
        (not refutation.event.sites or site in refutation.event.sites)
        and suspicion.occurred_on.earliest <= refutation.occurred_on.latest
        and refutation.occurred_on.latest < confirmed.occurred_on.latest
        for refutation in patient.every(RecurrenceRefuted)
    )


def _new_cancers(patient: Patient) -> _Found:
    for other in patient.every(ContralateralCancerDiagnosed):
        invasive = other.event.behaviour is Behaviour.INVASIVE
        kind = Kind.CONTRALATERAL_INVASIVE if invasive else Kind.DCIS
        yield other, _at_once(other, kind, f"CONTRALATERAL_{other.event.behaviour}")
    for second in patient.every(SecondPrimaryDiagnosed):
        yield second, _at_once(second, Kind.SECOND_PRIMARY, second.event.site or Kind.SECOND_PRIMARY)


def _deaths(patient: Patient) -> _Found:
    death = patient.last(DeathReported)
    if death is not None:
        kind = _DEATHS[death.event.cause]
        yield death, _at_once(death, kind, kind)


def _at_once(entry: Recorded[Event], kind: Kind, detail: str) -> Occurrence:
    return Occurrence(kind, entry.occurred_on, entry.occurred_on, detail, (entry.event_id,))


def _adjudicated(patient: Patient, entry: Recorded[Event], reported: Occurrence) -> Occurrence | None:
    decisions = [d for d in patient.every(OutcomeAdjudicated) if d.event.target == entry.event_id]
    if not decisions:
        return reported
    decision = decisions[-1]
    if decision.event.upheld == "no":
        return None
    cause = decision.event.cause if reported.kind in DEATHS else None
    return Occurrence(
        kind=_DEATHS[cause] if cause else reported.kind,
        dated=decision.event.dated or reported.dated,
        established=decision.event.dated or reported.established,
        detail=_DEATHS[cause] if cause else reported.detail,
        entries=(*reported.entries, decision.event_id),
    )
