"""The radiotherapy that was in fact delivered, of everyone randomised. Protocol: Radiotherapy."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from domain.analysis_sets import as_treated
from domain.dose import delivered_cgy
from domain.patient import Patient
from domain.protocol.edition import Edition
from events.radiotherapy import (
    FractionDelivered,
    FractionMissed,
    NodalVolumeDelivered,
    Phase,
    RadiotherapyCompleted,
    RadiotherapyNeverStarted,
    RadiotherapyPlanned,
    RadiotherapyStoppedEarly,
    Regimen,
)
from flows.reports.patient_flow import began
from flows.reports.report_view import ReportView
from flows.reports.tables.table import Cell, Count, Row, Spread, Table

_Is = Callable[[Patient, Edition], bool]
_Value = Callable[[Patient], float | None]


def radiotherapy(view: ReportView) -> Table:
    """Counts are of the patients randomised, or, below `Of those who began`, of those who did."""
    groups = [members for _, members in view.members]
    begun = [[patient for patient in members if began(patient)] for members in groups]
    edition = view.trial.edition
    rows = [
        *(Row(title, _counts(is_one, groups, edition)) for title, is_one in _OF_ALL.items()),
        Row("Of those who began", tuple(Count(len(members), len(members)) for members in begun)),
        *(Row(title, _counts(is_one, begun, edition), 1) for title, is_one in _OF_BEGUN.items()),
        *(Row(title, _spreads(value, begun, digits), 1) for title, (value, digits) in _QUANTITIES.items()),
    ]
    columns = [f"{name} (n = {len(members)})" for name, members in zip(view.names, groups, strict=True)]
    return Table("Radiotherapy delivered", columns, rows, ("Median (range), or number (share of the group).",))


def _counts(is_one: _Is, groups: Sequence[Sequence[Patient]], edition: Edition) -> tuple[Cell, ...]:
    return tuple(Count(sum(is_one(patient, edition) for patient in group), len(group)) for group in groups)


def _spreads(value: _Value, groups: Sequence[Sequence[Patient]], digits: int) -> tuple[Cell, ...]:
    found = [[known for patient in group if (known := value(patient)) is not None] for group in groups]
    return tuple(Spread(tuple(values), digits) for values in found)


def _regimen(regimen: Regimen) -> _Is:
    def planned(patient: Patient, edition: Edition) -> bool:
        plan = patient.last(RadiotherapyPlanned)
        return plan is not None and plan.event.regimen is regimen

    return planned


def _other_volume(patient: Patient, edition: Edition) -> bool:
    return patient.has(NodalVolumeDelivered) and as_treated(patient, edition) is not patient.arm


def _boosted(patient: Patient, edition: Edition) -> bool:
    return any(entry.event.phase is Phase.BOOST for entry in patient.every(FractionDelivered))


_OF_ALL: Mapping[str, _Is] = {
    "Began radiotherapy": lambda patient, edition: began(patient),
    "Never started": lambda patient, edition: patient.has(RadiotherapyNeverStarted),
    "Still to come": lambda patient, edition: not began(patient) and not patient.has(RadiotherapyNeverStarted),
}
_OF_BEGUN: Mapping[str, _Is] = {
    "completed": lambda patient, edition: patient.has(RadiotherapyCompleted),
    "stopped early": lambda patient, edition: patient.has(RadiotherapyStoppedEarly),
    "hypofractionated": _regimen(Regimen.HYPOFRACTIONATED),
    "conventional": _regimen(Regimen.CONVENTIONAL),
    "with a boost": _boosted,
    "nodal volume recorded": lambda patient, edition: patient.has(NodalVolumeDelivered),
    "nodal volume other than allocated": _other_volume,
}


def _fraction_days(patient: Patient) -> list[int]:
    return [entry.occurred_on.latest.toordinal() for entry in patient.every(FractionDelivered)]


def _treated_for(patient: Patient) -> float | None:
    days = _fraction_days(patient)
    return float(max(days) - min(days) + 1) if days else None


def _waited(patient: Patient) -> float | None:
    days = _fraction_days(patient)
    if not days or patient.allocation is None:
        return None
    return float(min(days) - patient.allocation.occurred_on.earliest.toordinal())


def _gray(patient: Patient) -> float | None:
    return delivered_cgy(patient) / 100 if patient.has(FractionDelivered) else None


_QUANTITIES: Mapping[str, tuple[_Value, int]] = {
    "dose delivered, Gy": (_gray, 2),
    "fractions": (lambda patient: float(len(patient.every(FractionDelivered))) or None, 0),
    "days from first to last fraction": (_treated_for, 0),
    "days from randomisation to first fraction": (_waited, 0),
    "treatment days missed": (lambda patient: float(len(patient.every(FractionMissed))), 0),
}
