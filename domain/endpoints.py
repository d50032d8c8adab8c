"""The protocol's endpoints as declared values, and how one patient's history becomes one record of time to event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from domain.endpoint import Alternative, Endpoint, Role
from domain.gap_rule import last_before_gap
from domain.observation import Dated, Observation, observe
from domain.occurrences import DEATHS, LOCOREGIONAL, Kind, Occurrence
from domain.patient import Patient
from domain.protocol.edition import Edition

_NOT_BREAST_CANCER = frozenset({Kind.DEATH_OTHER, Kind.DEATH_UNKNOWN})
_OTHER_CANCER = frozenset({Kind.DISTANT, Kind.CONTRALATERAL_INVASIVE})

EFS = Endpoint(
    code="EFS",
    wording="Event-free survival: first recurrence at any site, contralateral breast cancer, or breast cancer death",
    events=LOCOREGIONAL | {Kind.DISTANT, Kind.CONTRALATERAL_INVASIVE, Kind.DEATH_BREAST_CANCER},
    competing=_NOT_BREAST_CANCER,
    follows="disease",
    source="Protocol: The primary outcomes",
    questions=("PQ-06", "PQ-10", "PQ-12", "PQ-35"),
    alternatives=(
        Alternative("PQ-12", "dcis-counts", frozenset({Kind.DCIS}), "event"),
        Alternative("PQ-35", "unknown-is-breast-cancer", frozenset({Kind.DEATH_UNKNOWN}), "event"),
    ),
)
LRRFS = Endpoint(
    code="LRRFS",
    wording="Locoregional recurrence-free survival: first recurrence in breast, chest wall or regional nodes",
    events=LOCOREGIONAL,
    competing=_OTHER_CANCER | DEATHS,
    follows="disease",
    source="Protocol: The secondary outcomes",
    questions=("PQ-11", "PQ-44"),
    alternatives=(
        Alternative("PQ-11", "survival", DEATHS, "event"),
        Alternative("PQ-44", "later-recurrence-counts", _OTHER_CANCER, None),
    ),
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
"""The protocol's own endpoints."""

PRIMARY = EFS.code


Sensitivity = Literal["gap-rule"]
"""A supportive way to derive a record. `gap-rule`: an event found after two or more missed visits does not count."""

CNSR: Mapping[str, int] = {
    "event": 0,
    "end-of-follow-up": 1,
    "lost": 2,
    "withdrew": 3,
    "competing-death": 4,
    "competing-cancer": 5,
    "no-assessment": 6,
    "gap-rule": 7,
}
"""CDISC coding by what a reason begins with: 0 is an event, each way of censoring a positive integer."""


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
        return CNSR[self.reason.split(":")[0]]


def derive(
    patient: Patient, endpoint: Endpoint, edition: Edition, sensitivity: Sensitivity | None = None
) -> EndpointRecord | None:
    """The record of one endpoint as of the patient's cutoff; None for who was not randomised by then."""
    seen = observe(patient, edition)
    if seen is None:
        return None
    ending = _first(seen, endpoint, edition)
    if ending is None:
        last = seen.last_assessed if endpoint.follows == "disease" else seen.last_alive
        return _record(patient, seen, last, _why_censored(patient, seen, endpoint))
    occurrence, role = ending
    end = seen.date_of(occurrence)
    if role == "competing":
        return _record(patient, seen, end, _competing(occurrence))
    if sensitivity == "gap-rule" and endpoint.follows == "disease":
        before = last_before_gap(patient, seen, end.on)
        if before is not None:
            return _record(patient, seen, before, "gap-rule")
    return _record(patient, seen, end, f"event: {occurrence.detail}")


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


def _why_censored(patient: Patient, seen: Observation, endpoint: Endpoint) -> str:
    if endpoint.follows == "disease" and not seen.assessments:
        return "no-assessment"
    if seen.withdrew:
        return "withdrew"
    return "lost" if patient.lost else "end-of-follow-up"


def _record(patient: Patient, seen: Observation, end: Dated, reason: str) -> EndpointRecord:
    return EndpointRecord(
        patient=patient.patient_id,
        start=seen.start,
        end=end.on,
        days=(end.on - seen.start).days,
        observed=reason.startswith("event"),
        arm=seen.arm,
        reason=reason,
        event_ids=tuple(dict.fromkeys((seen.allocation, *end.entries))),
        date_flag=end.flag,
    )
