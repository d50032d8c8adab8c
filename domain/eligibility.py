"""Eligibility: all criteria weighed, always; what is unknown never passes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from domain.findings import Finding
from domain.patient import Known, Patient
from domain.protocol.edition import Case, Criterion, Edition
from domain.start_of_radiotherapy import beginning, start_in_time


@dataclass(frozen=True, slots=True)
class Verdict:
    """One criterion and what it made of the patient, under which readings of the protocol."""

    criterion: Criterion
    finding: Finding
    readings: tuple[str, ...] = ()

    def __str__(self) -> str:
        outcome = {True: "met", False: "not met", None: "not known"}[self.finding.passes]
        read = "".join(f"; {reading}" for reading in self.readings)
        return f"{self.criterion.id} {self.criterion.wording}: {outcome} ({self.finding.value}{read})"


def weigh_all(patient: Patient, edition: Edition, on: date) -> tuple[Verdict, ...]:
    """Every criterion of the edition, weighed at the consent date, or `on` before consent."""
    case = Case(patient, patient.reference_date or on, edition)
    return tuple(
        Verdict(criterion, criterion.weigh(case), edition.told(criterion.id)) for criterion in edition.criteria
    )


def last_weighed(patient: Patient, today: date) -> date:
    """The day on which she was last weighed: of who failed screening, the day of that decision."""
    return patient.eligibility.occurred_on.latest if patient.screening_failed and patient.eligibility else today


def failed(verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """The verdicts that bar the patient."""
    return tuple(verdict for verdict in verdicts if verdict.finding.passes is False)


def unknown(verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """The verdicts that still want a fact."""
    return tuple(verdict for verdict in verdicts if verdict.finding.passes is None)


def clinical_risk(patient: Patient, edition: Edition, on: date) -> Finding:
    """Whether the patient is clinically high risk (IC04), which is what the genomic test is ordered for."""
    case = Case(patient, patient.reference_date or on, edition)
    return next(criterion for criterion in edition.criteria if criterion.id == "IC04").weigh(case)


def actual_start(patient: Patient, edition: Edition) -> Finding | None:
    """Exclusion 12 weighed again on the actual start of radiotherapy: late is a deviation, never an un-enrolment."""
    started = beginning(patient)
    if started is None:
        return None
    case = Case(patient, patient.reference_date or started.occurred_on.earliest, edition)
    return start_in_time(case, Known(started.occurred_on, started.event_id))
