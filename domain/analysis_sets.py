"""Analysis populations: who is analysed, and in which arm."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from domain.deviations import deviations
from domain.dose import delivered_cgy, planned_cgy
from domain.patient import Patient
from domain.protocol.amendments import edition_for
from domain.protocol.edition import Edition
from events.radiotherapy import (
    FractionDelivered,
    NodalVolumeDelivered,
    RadiotherapyCompleted,
    RadiotherapyNeverStarted,
    RadiotherapyStarted,
    RadiotherapyStoppedEarly,
)
from events.randomisation import Arm

Population = Callable[[Patient, Edition], Arm | None]


def intention_to_treat(patient: Patient, edition: Edition) -> Arm | None:
    """Everyone randomised, in the arm allocated."""
    return patient.arm


def per_protocol(patient: Patient, edition: Edition) -> Arm | None:
    """Who was irradiated without a major deviation: eligible, allocated volume, 90 % of the dose or more.

    A course that stopped early counts when its fractions on record reach that dose.
    """
    if not (patient.has(RadiotherapyCompleted) or _stopped_with_enough_dose(patient, edition)):
        return None
    major = any(deviation.classification == "major" for deviation in deviations(patient, edition))
    return None if major else patient.arm


def analysed_populations(edition: Edition) -> tuple[str, ...]:
    """The populations in which non-inferiority is judged; per protocol only as PQ-13 is read."""
    return ("itt", "per-protocol") if edition.reading("PQ-13") == "both" else ("itt",)


def _stopped_with_enough_dose(patient: Patient, edition: Edition) -> bool:
    holds = edition_for(patient, edition)
    needed = planned_cgy(patient, holds) * holds.per_protocol_dose_share
    return patient.has(RadiotherapyStoppedEarly) and 0 < needed <= delivered_cgy(patient)


def as_treated(patient: Patient, edition: Edition) -> Arm | None:
    """Everyone randomised and irradiated, by the nodal volume delivered; as allocated while that is not recorded."""
    if patient.arm is None or patient.has(RadiotherapyNeverStarted):
        return None
    delivered = patient.last(NodalVolumeDelivered)
    return delivered.event.arm if delivered else patient.arm


def safety(patient: Patient, edition: Edition) -> Arm | None:
    """Everyone who was given a fraction or is known to have begun, by the nodal volume delivered."""
    begun = any(patient.has(kind) for kind in (FractionDelivered, RadiotherapyStarted, RadiotherapyCompleted))
    return as_treated(patient, edition) if begun else None


POPULATIONS: Mapping[str, Population] = {
    "itt": intention_to_treat,
    "per-protocol": per_protocol,
    "as-treated": as_treated,
    "safety": safety,
}
