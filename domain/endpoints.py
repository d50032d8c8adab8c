"""The endpoints as declared values, and how one patient's history becomes one record of time to event.

A role says what an occurrence is to an endpoint: an event, a competing event that ends the observation, or nothing.
Sources: protocol, Outcomes; STEEP 2.0 (doi 10.1200/JCO.20.03613) for the columns beside the protocol's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from domain.observation import Dated, Observation, observe
from domain.occurrences import DEATHS, Kind, Occurrence
from domain.patient import Patient
from domain.protocol.edition import Edition

Role = Literal["event", "competing"]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A time-to-event endpoint, counted from randomisation. What has no role is ignored."""

    code: str
    wording: str
    events: frozenset[Kind]
    competing: frozenset[Kind]
    follows: Literal["disease", "life"]
    source: str
    questions: tuple[str, ...] = ()

    def role(self, kind: Kind, edition: Edition) -> Role | None:
        """What an occurrence of a kind is to this endpoint, under the readings of an edition."""
        read_as = _read(kind, edition)
        if read_as in self.events:
            return "event"
        return "competing" if read_as in self.competing else None


def _read(kind: Kind, edition: Edition) -> Kind:
    if kind is Kind.DCIS and edition.reading("PQ-12") == "dcis-counts":
        return Kind.CONTRALATERAL_INVASIVE
    if kind is Kind.DEATH_UNKNOWN and edition.reading("PQ-35") == "unknown-is-breast-cancer":
        return Kind.DEATH_BREAST_CANCER
    return kind


_LOCOREGIONAL = frozenset({Kind.LOCAL, Kind.REGIONAL})
_NOT_BREAST_CANCER = frozenset({Kind.DEATH_OTHER, Kind.DEATH_UNKNOWN})

EFS = Endpoint(
    code="EFS",
    wording="Event-free survival: first recurrence at any site, contralateral breast cancer, or breast cancer death",
    events=_LOCOREGIONAL | {Kind.DISTANT, Kind.CONTRALATERAL_INVASIVE, Kind.DEATH_BREAST_CANCER},
    competing=_NOT_BREAST_CANCER,
    follows="disease",
    source="Protocol: The primary outcomes",
    questions=("PQ-06", "PQ-10", "PQ-12", "PQ-35"),
)
LRRFS = Endpoint(
    code="LRRFS",
    wording="Locoregional recurrence-free survival: first recurrence in breast, chest wall or regional nodes",
    events=_LOCOREGIONAL,
    competing=_NOT_BREAST_CANCER | {Kind.DISTANT, Kind.CONTRALATERAL_INVASIVE, Kind.DEATH_BREAST_CANCER},
    follows="disease",
    source="Protocol: The secondary outcomes",
    questions=("PQ-11",),
)
OS = Endpoint(
    code="OS",
    wording="Overall survival: death from any cause",
    events=DEATHS,
    competing=frozenset(),
    follows="life",
    source="Protocol: The secondary outcomes",
)

ENDPOINTS: Mapping[str, Endpoint] = {endpoint.code: endpoint for endpoint in (EFS, LRRFS, OS)}

Reason = Literal[
    "end-of-follow-up", "lost", "withdrew", "competing-death", "competing-cancer", "no-assessment", "event"
]
CNSR: Mapping[str, int] = {
    "event": 0,
    "end-of-follow-up": 1,
    "lost": 2,
    "withdrew": 3,
    "competing-death": 4,
    "competing-cancer": 5,
    "no-assessment": 6,
}
"""CDISC coding: 0 is an event, each reason of censoring a positive integer."""


@dataclass(frozen=True, slots=True)
class EndpointRecord:
    """One patient's time to one endpoint; `days` counts from `start`, so day 0 is the day of randomisation.

    `date_flag` is D or M when the day or the month of `end` was imputed (ADaM ADTF).
    """

    patient: str
    start: date
    end: date
    days: int
    observed: bool
    arm: str
    reason: str
    event_ids: tuple[UUID, ...]
    date_flag: Literal["D", "M"] | None = None

    @property
    def cnsr(self) -> int:
        """The CDISC censoring code."""
        return 0 if self.observed else CNSR[self.reason.split(":")[0]]


def derive(patient: Patient, endpoint: Endpoint, edition: Edition) -> EndpointRecord | None:
    """The record of one endpoint as of the patient's cutoff; None for who was not randomised by then."""
    seen = observe(patient)
    if seen is None:
        return None
    ending = _first(seen, endpoint, edition)
    if ending is not None:
        occurrence, role = ending
        reason = f"event: {occurrence.detail}" if role == "event" else _competing(occurrence)
        return _record(patient, seen, seen.date_of(occurrence), role == "event", reason)
    last = seen.last_assessed if endpoint.follows == "disease" else seen.last_alive
    return _record(patient, seen, last, False, _why_censored(patient, seen, endpoint))


def _first(seen: Observation, endpoint: Endpoint, edition: Edition) -> tuple[Occurrence, Role] | None:
    """The earliest occurrence with a role; on the same day an event counts before a competing one."""
    roles: list[tuple[Occurrence, Role]] = []
    for occurrence in seen.occurrences:
        role = endpoint.role(occurrence.kind, edition)
        if role is not None:
            roles.append((occurrence, role))
    return min(roles, key=lambda found: (seen.date_of(found[0]).on, found[1] != "event"), default=None)


def _competing(occurrence: Occurrence) -> str:
    return "competing-death" if occurrence.kind in DEATHS else f"competing-cancer: {occurrence.detail}"


def _why_censored(patient: Patient, seen: Observation, endpoint: Endpoint) -> Reason:
    if endpoint.follows == "disease" and not seen.assessed:
        return "no-assessment"
    if seen.withdrew:
        return "withdrew"
    return "lost" if patient.lost else "end-of-follow-up"


def _record(patient: Patient, seen: Observation, end: Dated, observed: bool, reason: str) -> EndpointRecord:
    return EndpointRecord(
        patient=patient.patient_id,
        start=seen.start,
        end=end.on,
        days=(end.on - seen.start).days,
        observed=observed,
        arm=seen.arm,
        reason=reason,
        event_ids=tuple(dict.fromkeys((seen.allocation, *end.entries))),
        date_flag=end.flag,
    )
