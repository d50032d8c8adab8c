"""When radiotherapy began, and exclusion 12: whether it starts soon enough after surgery or chemotherapy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from domain.calendar_arithmetic import add_months
from domain.findings import UNKNOWN, Finding, found, unanimous
from domain.patient import Known, Patient
from domain.protocol.edition import Case
from events.clinical_date import ClinicalDate
from events.event import Event
from events.radiotherapy import FractionDelivered, RadiotherapyStarted
from events.recorded import Recorded
from events.screening import SurgeryRecorded, TreatmentTimingRecorded


def beginning(patient: Patient) -> Recorded[Event] | None:
    """The entry that shows when radiotherapy began: its start as recorded, or else the earliest fraction."""
    given = patient.every(FractionDelivered)
    return patient.first(RadiotherapyStarted) or min(given, key=lambda each: each.occurred_on.earliest, default=None)


def starts_in_time(case: Case) -> Finding:
    """The planned start of radiotherapy lies within the interval of exclusion 12."""
    start = case.patient.known(TreatmentTimingRecorded, lambda timing: timing.radiotherapy_planned_for)
    return UNKNOWN if start is None else start_in_time(case, start)


def start_in_time(case: Case, start: Known[ClinicalDate]) -> Finding:
    """A start of radiotherapy against exclusion 12: 8 weeks after chemotherapy, else 3 months after surgery (PQ-01)."""
    chemotherapy = case.patient.known(TreatmentTimingRecorded, lambda timing: timing.adjuvant_chemotherapy)
    if chemotherapy is None:
        return UNKNOWN
    after_chemotherapy = _within_8_weeks_of_chemotherapy(case, start.value)
    after_surgery = _within_3_months_of_surgery(case, start.value)
    if chemotherapy.value == "no":
        return found(after_surgery, start, chemotherapy)
    if case.edition.reading("PQ-01") == "conditional":
        return found(after_chemotherapy, start, chemotherapy)
    both = (after_surgery, after_chemotherapy)
    return found(False if False in both else None if None in both else True, start, chemotherapy)


def _within_8_weeks_of_chemotherapy(case: Case, start: ClinicalDate) -> bool | None:
    last = case.patient.known(TreatmentTimingRecorded, lambda timing: timing.last_chemotherapy_on)
    return None if last is None else _by(start, last.value, lambda day: day + timedelta(weeks=8))


def _within_3_months_of_surgery(case: Case, start: ClinicalDate) -> bool | None:
    surgery = case.patient.last(SurgeryRecorded)
    return None if surgery is None else _by(start, surgery.occurred_on, lambda day: add_months(day, 3))


def _by(start: ClinicalDate, since: ClinicalDate, limit: Callable[[date], date]) -> bool | None:
    """Whether a start keeps its limit; None when dates known only in part leave it open."""
    return unanimous((start.earliest <= limit(since.latest), start.latest <= limit(since.earliest)))
