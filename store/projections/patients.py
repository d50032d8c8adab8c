"""Where does each patient stand?"""

from __future__ import annotations

from typing import ClassVar

from sqlmodel import Field, SQLModel

from domain.deviations import deviations
from domain.genomic_test import standing_result
from domain.patient import Patient
from domain.protocol.edition import Edition
from domain.protocol.outputs import DEPARTURES
from domain.start_of_radiotherapy import beginning
from events.consent import ConsentKind, ConsentWithdrawn
from events.event import Event
from events.radiotherapy import FractionDelivered, RadiotherapyCompleted
from events.recorded import Recorded
from store.projections.projection import Projection


class PatientRow(SQLModel, table=True):
    """One row a patient. Dates are ISO text with the precision the source had."""

    __tablename__: ClassVar[str] = "projection_patients"  # pyright: ignore[reportIncompatibleVariableOverride] - SQLModel's own idiom

    patient_id: str = Field(primary_key=True)
    screened_on: str | None = None
    consented_on: str | None = None
    genomic_score: str | None = None
    genomic_risk: str | None = None
    screening_failed: bool = False
    randomised_on: str | None = None
    arm: str | None = None
    radiotherapy_started_on: str | None = None
    radiotherapy_completed_on: str | None = None
    fractions: int = 0
    withdrew_on: str | None = None
    lost_on: str | None = None
    died_on: str | None = None
    deviations: int = 0
    events: int = 0


def _rows(patient: Patient, edition: Edition) -> list[PatientRow]:
    result = standing_result(patient)
    score = result.event.score_18gene if result else None
    row = PatientRow(
        patient_id=patient.patient_id,
        screened_on=_date(patient.screened),
        consented_on=_date(patient.consent(ConsentKind.TRIAL)),
        genomic_score=None if score is None else str(score),
        genomic_risk=None if score is None else edition.genomic.classify(score),
        screening_failed=patient.screening_failed,
        randomised_on=_date(patient.allocation),
        arm=patient.arm.value if patient.arm else None,
        radiotherapy_started_on=_date(beginning(patient)),
        radiotherapy_completed_on=_date(patient.last(RadiotherapyCompleted)),
        fractions=len(patient.every(FractionDelivered)),
        withdrew_on=_date(patient.first(ConsentWithdrawn)),
        lost_on=_date(patient.lost),
        died_on=_date(patient.death),
        deviations=len(deviations(patient, edition)),
        events=len(patient.history),
    )
    return [row]


def _date(entry: Recorded[Event] | None) -> str | None:
    return str(entry.occurred_on) if entry else None


PATIENTS = Projection("patients", "Where does each patient stand?", PatientRow, _rows, DEPARTURES)
