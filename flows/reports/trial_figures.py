"""The figures of how the trial is conducted: flow of patients, enrolment, visits, and each patient's course."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from domain.design.forecast import forecast
from domain.design.running import come_in
from domain.design.scenario import planned
from domain.endpoint_analysis import Question, endpoint_records
from domain.endpoints import PRIMARY
from domain.observation import Observation, observe
from domain.occurrences import DEATHS, Kind
from domain.patient import Patient
from events.radiotherapy import FractionDelivered, RadiotherapyCompleted, RadiotherapyStarted
from flows.reports.figures.drawing import Draw
from flows.reports.patient_flow import AFTER_ALLOCATION, FOLLOWING, analysed, counted, entering
from flows.reports.report_view import ReportView
from flows.reports.visits_kept import visits_kept

if TYPE_CHECKING:
    from datetime import date

    from flows.reports.figures.patient_flow import Box, Column
    from flows.reports.figures.swimmer import Lane, Mark

_OF_NO_INTEREST = 0
_RECURRENCES = (Kind.LOCAL, Kind.REGIONAL, Kind.DISTANT)


def flow_of_patients(view: ReportView) -> Draw:
    """From screening to analysis."""
    from flows.reports.figures.patient_flow import Box, Flow, draw

    found = entering(view.trial)
    excluded = [
        ("Did not meet the criteria", found.failed),
        *found.reasons,
        ("Withdrew before randomisation", found.withdrew),
        ("Died or lost before randomisation", found.left),
        ("Still entering", found.entering),
    ]
    flow = Flow(
        title="Flow of patients",
        caption=view.as_of,
        assessed=Box("Assessed for eligibility", found.assessed),
        excluded=Box("Not randomised", found.assessed - found.randomised, excluded),
        randomised=Box("Randomised", found.randomised),
        columns=[_column(view, group.name, members) for group, members in view.members],
    )
    return partial(draw, flow)


def _column(view: ReportView, name: str, members: Sequence[Patient]) -> Column:
    from flows.reports.figures.patient_flow import Box, Column

    edition = view.trial.edition
    heading = f"Allocated to {name}" if view.by_arm else "Allocated to either arm"
    (lost, *others), (itt, *populations) = counted(FOLLOWING, members, edition), analysed(view.trial, members)
    return Column(
        allocation=Box(heading, len(members), counted(AFTER_ALLOCATION, members, edition)),
        follow_up=Box(*lost, others),
        analysis=_analysis(itt, populations),
    )


def _analysis(itt: tuple[str, int], populations: Sequence[tuple[str, int]]) -> Box:
    from flows.reports.figures.patient_flow import Box

    return Box("Analysed, intention to treat", itt[1], populations)


def enrolment(view: ReportView) -> Draw:
    """Randomised against plan; while patients are missing, with the forecast of the last one."""
    from flows.reports.figures.enrolment import Enrolment, draw

    trial = view.trial
    days = sorted(p.allocation.occurred_on.earliest for p in trial.randomised if p.allocation)
    edition = trial.edition
    picture = Enrolment(
        title="Enrolment against plan",
        caption=view.as_of,
        days=days,
        target=edition.target_patients,
        months=edition.planned_accrual_months,
        as_of=trial.today,
        expected=_expected(view) if days else None,
    )
    return partial(draw, picture)


def _expected(view: ReportView) -> tuple[date, date, date] | None:
    trial = view.trial
    records = endpoint_records(trial.patients, Question(PRIMARY), trial.edition)
    found = forecast(come_in(records, trial.today), planned(trial.edition), _OF_NO_INTEREST).last_patient
    if found.day is None or found.earliest is None or found.latest is None:
        return None
    return found.earliest, found.day, found.latest


def visit_compliance(view: ReportView) -> Draw:
    """Visits in their window by half-year of randomisation, all patients together in either report."""
    from flows.reports.figures.visit_compliance import Compliance, draw

    visits, cohorts, cells = visits_kept(view.trial)
    title = "Visits done in their window, of those due, by half-year of randomisation"
    return partial(draw, Compliance(title, view.as_of, visits, cohorts, cells))


def swimmer(view: ReportView) -> Draw:
    """Each patient's course, the longest followed first."""
    from flows.reports.figures.swimmer import Lanes, Swimmer, draw

    groups = [
        Lanes(name, [lane for patient in members if (lane := _lane(patient, view))])
        for name, (_, members) in zip(view.names, view.members, strict=True)
    ]
    return partial(draw, Swimmer("Each patient's course", view.as_of, groups))


def _lane(patient: Patient, view: ReportView) -> Lane | None:
    from flows.reports.figures.swimmer import Lane

    seen = observe(patient, view.trial.edition)
    if seen is None:
        return None
    marks = [*_happened(seen), _ending(patient, seen)]
    days = max((day for day, _ in marks), default=0)
    return Lane(days, marks, _radiotherapy(patient, seen.start))


def _happened(seen: Observation) -> Iterator[tuple[int, Mark]]:
    for occurrence in seen.occurrences:
        day = (seen.date_of(occurrence).on - seen.start).days
        if occurrence.kind in _RECURRENCES:
            yield day, "recurrence"
        elif occurrence.kind is Kind.CONTRALATERAL_INVASIVE:
            yield day, "contralateral cancer"
        elif occurrence.kind not in DEATHS:
            yield day, "DCIS or other cancer"


def _ending(patient: Patient, seen: Observation) -> tuple[int, Mark]:
    death = next((occurrence for occurrence in seen.occurrences if occurrence.kind in DEATHS), None)
    if death is not None:
        return (seen.date_of(death).on - seen.start).days, "death"
    last = (seen.last_alive.on - seen.start).days
    if patient.lost:
        return last, "lost"
    return last, "withdrew" if seen.withdrew else "followed on"


def _radiotherapy(patient: Patient, start: date) -> tuple[int, int] | None:
    kinds = (RadiotherapyStarted, FractionDelivered, RadiotherapyCompleted)
    days = [(entry.occurred_on.latest - start).days for kind in kinds for entry in patient.every(kind)]
    return (max(min(days), 0), max(*days, 0)) if days else None
