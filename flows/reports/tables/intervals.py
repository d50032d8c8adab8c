"""How long the steps around allocation took: a longer wait in one arm is a sign that somebody knew or chose (A17)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from domain.patient import Patient
from domain.start_of_radiotherapy import beginning
from events.clinical_date import ClinicalDate
from events.screening import EligibilityConfirmed
from flows.reports.report_view import ReportView
from flows.reports.tables.table import Row, Spread, Table


def intervals(view: ReportView) -> Table:
    """Days from eligibility to randomisation and from there to radiotherapy; who lacks a full date is left out."""
    groups = [members for _, members in view.members]
    return Table(
        title="Days around randomisation",
        columns=[f"{name} (n = {len(members)})" for name, members in zip(view.names, groups, strict=True)],
        rows=[Row(title, tuple(_spread(days, group) for group in groups)) for title, days in _INTERVALS],
        notes=("Median (range) of the patients with both dates.",),
        first="From and to",
    )


def _spread(days: Callable[[Patient], int | None], group: Sequence[Patient]) -> Spread:
    return Spread(tuple(float(known) for patient in group if (known := days(patient)) is not None))


def _between(first: ClinicalDate | None, then: ClinicalDate | None) -> int | None:
    if first is None or then is None or {first.precision, then.precision} != {"day"}:
        return None
    return (then.latest - first.latest).days


def _allocated(patient: Patient) -> ClinicalDate | None:
    return patient.allocation.occurred_on if patient.allocation else None


def _to_randomisation(patient: Patient) -> int | None:
    confirmed = patient.last(EligibilityConfirmed)
    return _between(confirmed.occurred_on if confirmed else None, _allocated(patient))


def _to_radiotherapy(patient: Patient) -> int | None:
    began = beginning(patient)
    return _between(_allocated(patient), began.occurred_on if began else None)


_INTERVALS = (
    ("Eligibility confirmed to randomisation", _to_randomisation),
    ("Randomisation to start of radiotherapy", _to_radiotherapy),
)
