"""What gradings amount to: the baseline, and the worst grade of the acute and of the late phase, term by term."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from domain.findings import unanimous
from domain.patient import Patient
from domain.start_of_radiotherapy import beginning
from events.clinical_date import ClinicalDate
from events.recorded import Recorded
from events.safety import AdverseEventRecorded, ToxicityScale

Phase = Literal["baseline", "acute", "late"]

ACUTE_DAYS = 90
"""Acute is day 1 to day 90 from the start of radiotherapy, late what comes after (RTOG)."""


@dataclass(frozen=True, slots=True)
class WorstGrades:
    """One term on one version of one scale: the worst grade of each phase, None where nothing was graded."""

    scale: ToxicityScale
    scale_version: str
    term: str
    select: str | None
    baseline: int | None
    acute: int | None
    late: int | None


def phase_of(on: ClinicalDate, start: date | None) -> Phase | None:
    """The phase of a day; everything is baseline before radiotherapy. None when the date leaves it open."""
    if start is None:
        return "baseline"
    first_late = start + timedelta(days=ACUTE_DAYS)
    late = unanimous((on.earliest >= first_late, on.latest >= first_late))
    before = unanimous((on.earliest < start, on.latest < start))
    if late or before:
        return "late" if late else "baseline"
    return None if late is None or before is None else "acute"


def start_of_radiotherapy(patient: Patient) -> date | None:
    """The day radiotherapy began: as recorded, or else the day of the first fraction."""
    began = beginning(patient)
    return None if began is None else began.occurred_on.earliest


def worst_grades(patient: Patient) -> tuple[WorstGrades, ...]:
    """Every term that was graded, in the order first recorded. Protocol: Toxicity assessment."""
    gradings: dict[tuple[ToxicityScale, str, str, str | None], list[Recorded[AdverseEventRecorded]]] = {}
    for entry in patient.every(AdverseEventRecorded):
        said = entry.event
        gradings.setdefault((said.scale, said.scale_version, said.term, said.select), []).append(entry)
    start = start_of_radiotherapy(patient)
    return tuple(
        WorstGrades(*term, *(_worst(graded, phase, start) for phase in ("baseline", "acute", "late")))
        for term, graded in gradings.items()
    )


def _worst(graded: Iterable[Recorded[AdverseEventRecorded]], phase: Phase, start: date | None) -> int | None:
    grades = (entry.event.grade for entry in graded if phase_of(entry.occurred_on, start) == phase)
    return max(grades, default=None)
