"""When was each RecurIndex test ordered, and when was it answered?"""

from __future__ import annotations

from typing import ClassVar

from sqlmodel import Field, SQLModel

from domain.genomic_test import results
from domain.patient import Patient
from domain.protocol.edition import Edition
from events.genomics import GenomicTestCancelled, GenomicTestOrdered
from store.projections.projection import Projection


class LaboratoryOrderRow(SQLModel, table=True):
    """One row an order; `days` from order to first report."""

    __tablename__: ClassVar[str] = "projection_laboratory_orders"  # pyright: ignore[reportIncompatibleVariableOverride] - SQLModel's own idiom

    order_key: str = Field(primary_key=True)
    patient_id: str = Field(index=True)
    laboratory_order_id: str
    ordered_on: str
    reported_on: str | None = None
    days: int | None = None
    cancelled: bool = False


def laboratory_orders(patient: Patient) -> list[LaboratoryOrderRow]:
    """A patient's orders, each with its first report; also of a patient as of another moment."""
    reported = {result.event.order_key: result.occurred_on for result in reversed(results(patient))}
    cancelled = {entry.event.order_key for entry in patient.every(GenomicTestCancelled)}
    rows: dict[str, LaboratoryOrderRow] = {}
    for order in patient.every(GenomicTestOrdered):
        key = order.event.order_key
        answered = reported.get(key)
        rows[key] = LaboratoryOrderRow(
            order_key=key,
            patient_id=patient.patient_id,
            laboratory_order_id=order.event.laboratory_order_id,
            ordered_on=str(order.occurred_on),
            reported_on=str(answered) if answered else None,
            days=(answered.latest - order.occurred_on.latest).days if answered else None,
            cancelled=key in cancelled,
        )
    return list(rows.values())


def _rows(patient: Patient, edition: Edition) -> list[LaboratoryOrderRow]:
    return laboratory_orders(patient)


LABORATORY_ORDERS = Projection(
    "laboratory-orders", "When was each test ordered and answered?", LaboratoryOrderRow, _rows
)
