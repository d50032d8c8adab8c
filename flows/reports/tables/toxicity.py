"""The worst grade of each patient, term by term, in the acute and in the late phase. Protocol: Toxicity assessment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from domain.analysis_sets import POPULATIONS
from domain.patient import Patient
from domain.toxicity.worst_grades import ACUTE_DAYS, WorstGrades, worst_grades
from flows.reports.figures.drawing import Group
from flows.reports.report_view import ReportView
from flows.reports.tables.table import Row, Table

GRADES = (1, 2, 3, 4, 5)
_PHASES: tuple[Literal["acute", "late"], ...] = ("acute", "late")
_Term = tuple[str, str, str, str]
_Worst = dict[_Term, list[WorstGrades]]


def toxicity(view: ReportView) -> Table:
    """Patients at each worst grade, of the safety population, by the volume delivered; terms in alphabetical order."""
    groups = list(_treated(view))
    worst = [_by_term(members) for _, members in groups]
    terms = sorted({term for found in worst for term in found})
    rows = [row for term in terms for row in _rows(term, worst)]
    names = [f"{name} (n = {len(members)})" for name, (_, members) in zip(view.names, groups, strict=True)]
    notes = (
        f"Acute is up to day {ACUTE_DAYS} from the start of radiotherapy, late what comes after. A patient counts once "
        "a term and phase, at her worst grade.",
        *(() if terms else ("No toxicity is on record.",)),
    )
    return Table(
        title="Toxicity: worst grade by term",
        columns=[str(grade) for _ in names for grade in GRADES],
        rows=rows,
        notes=notes,
        first="Term and phase, by grade",
        spans=[(name, len(GRADES)) for name in names],
    )


def _treated(view: ReportView) -> Iterator[tuple[Group, Sequence[Patient]]]:
    """The safety population, in the arm that was delivered."""
    edition = view.trial.edition
    arms = {patient.patient_id: POPULATIONS["safety"](patient, edition) for patient in view.trial.randomised}
    for group, _ in view.members:
        chosen = [p for p in view.trial.randomised if (arm := arms[p.patient_id]) and group.name in (arm, "All")]
        yield group, chosen


def _by_term(patients: Sequence[Patient]) -> _Worst:
    found: _Worst = {}
    for patient in patients:
        for worst in worst_grades(patient):
            term = (worst.term, worst.select or "", worst.scale, worst.scale_version)
            found.setdefault(term, []).append(worst)
    return found


def _rows(term: _Term, worst: Sequence[_Worst]) -> Iterator[Row]:
    name, select, scale, version = term
    yield Row(f"{name}{f', {select}' if select else ''} ({scale} {version})")
    for phase in _PHASES:
        grades = [[getattr(each, phase) for each in found.get(term, ())] for found in worst]
        yield Row(phase, tuple(group.count(grade) for group in grades for grade in GRADES), 1)
