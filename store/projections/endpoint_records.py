"""What is each patient's time to each endpoint, by all that is known now?"""

from __future__ import annotations

from typing import ClassVar

from sqlmodel import Field, SQLModel

from domain.endpoints import ENDPOINTS, derive
from domain.patient import Patient
from domain.protocol.edition import Edition
from domain.protocol.outputs import RESULTS
from store.projections.projection import Projection


class EndpointRow(SQLModel, table=True):
    """One row a patient and endpoint; `cnsr` is 0 for an event (CDISC ADTTE)."""

    __tablename__: ClassVar[str] = "projection_endpoint_records"  # pyright: ignore[reportIncompatibleVariableOverride] - SQLModel's own idiom

    patient_id: str = Field(primary_key=True)
    endpoint: str = Field(primary_key=True)
    start: str
    end: str
    days: int
    observed: bool
    cnsr: int
    arm: str
    reason: str


def _rows(patient: Patient, edition: Edition) -> list[EndpointRow]:
    found = ((code, derive(patient, endpoint, edition)) for code, endpoint in ENDPOINTS.items())
    return [
        EndpointRow(
            patient_id=patient.patient_id,
            endpoint=code,
            start=str(record.start),
            end=str(record.end),
            days=record.days,
            observed=record.observed,
            cnsr=record.cnsr,
            arm=record.arm,
            reason=record.reason,
        )
        for code, record in found
        if record is not None
    ]


ENDPOINT_RECORDS = Projection(
    "endpoint-records", "What is each patient's time to each endpoint?", EndpointRow, _rows, RESULTS
)
