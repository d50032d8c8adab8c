"""Chapters of a patient's page that the protocol's rules make: visits and the next window, toxicity, and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from domain.engine_work import is_followed, open_visits
from domain.explain import explain
from domain.patient import Patient
from domain.protocol.edition import Edition
from domain.toxicity.worst_grades import WorstGrades, worst_grades
from domain.visit_status import VisitState, visit_states
from domain.visit_windows import anchor, scheduled_visits, weekly_visits
from events.clinical_date import ClinicalDate
from events.follow_up import Assessment, ScheduledVisit, VisitDone
from flows.form_words import WORDS
from flows.reports.links import form_link
from flows.reports.markdown import number_of, table

_EXPLAINED = ("risk", "arm", "dose", "due-date", "endpoint")
"""What the page explains beside eligibility and deviations, which have tables of their own."""


def next_window(patient: Patient, edition: Edition, today: date) -> str:
    """The next visit nobody has settled, with its window; empty when none is set out or asked for any more."""
    visit = _next_visit(patient, edition)
    if visit is None:
        return ""
    days = (visit.opens - today).days
    opens = f"opens in {number_of(days, 'day')}" if days > 0 else "open now" if today <= visit.closes else "**overdue**"
    form = form_link("Record the visit", "record-visit", patient.patient_id, visit=visit.visit)
    window = f"window {visit.opens} to {visit.closes}, best on {visit.target}"
    return f"Next visit: **{visit.visit}**, {window}: {opens}. {form}"


def _next_visit(patient: Patient, edition: Edition) -> ScheduledVisit | None:
    """The next visit nobody has settled."""
    if not is_followed(patient):
        return None
    weekly = () if anchor(patient, edition) else weekly_visits(patient, edition)
    visits = open_visits(patient, (*weekly, *scheduled_visits(patient)), edition)
    return min(visits, key=lambda visit: visit.closes, default=None)


def visits(patient: Patient, edition: Edition, today: date) -> Sequence[str]:
    """Every visit of the schedule with its window and what became of it."""
    states = visit_states(patient, edition, today)
    if not states:
        return ()
    asked = open_visits(patient, tuple(state.visit for state in states), edition) if is_followed(patient) else ()
    done = {entry.event.visit: entry.occurred_on for entry in patient.every(VisitDone)}
    rows = [
        (
            state.visit.visit,
            state.visit.opens,
            state.visit.target,
            state.visit.closes,
            _became(state, state.visit in asked, done.get(state.visit.visit)),
            "" if state.status == "missed" else ", ".join(WORDS[Assessment][each] for each in state.missing),
        )
        for state in states
    ]
    return ("## Visits", table(("Visit", "Opens", "Target", "Closes", "State", "Not done at it"), rows))


def _became(state: VisitState, is_asked: bool, done_on: ClinicalDate | None) -> str:
    """What became of a visit; of one that is done whether it was in time and whole."""
    if done_on is not None:
        return f"done {done_on}" + ("" if state.status == "done" else f", {state.status.replace('-', ' ')}")
    return state.status if is_asked or state.status == "missed" else "not asked for"


def toxicity(patient: Patient) -> Sequence[str]:
    """The worst grade of each term before, soon after and late after radiotherapy."""
    worst = worst_grades(patient)
    if not worst:
        return ()
    rows = [(_term(each), f"{each.scale} {each.scale_version}", *_grades(each)) for each in worst]
    heading = ("Term", "Scale", "Baseline", "Worst to day 90", "Worst later")
    return ("## Toxicity", table(heading, rows))


def _term(worst: WorstGrades) -> str:
    return f"{worst.term}, {worst.select}" if worst.select else worst.term


def _grades(worst: WorstGrades) -> Sequence[object]:
    return ["" if grade is None else grade for grade in (worst.baseline, worst.acute, worst.late)]


def why(patient: Patient, edition: Edition, today: date) -> Sequence[str]:
    """Each value that a rule made, with the rule's source and the readings it depends on; of visits the next only."""
    coming = _next_visit(patient, edition)
    rows = [
        (found.rule, found.value, f"{found.wording} ({'; '.join((found.source, *found.readings))})")
        for value in _EXPLAINED
        for found in explain(patient, value, edition, today)
        if value != "due-date" or (coming and found.rule == coming.visit)
    ]
    return ("## Why", table(("What", "Is", "Because"), rows)) if rows else ()
