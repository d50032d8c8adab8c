"""The simulated coordinators at visits: seen inside the window, late, or missed; toxicity graded at every visit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial

from domain.decisions.conduct import AnswerQuery, CloseQuery, OpenQuery
from domain.decisions.follow_up import RecordContact, RecordMissedVisit, RecordVisit
from domain.decisions.safety import RecordAdverseEvent
from domain.engine_work import open_visits
from domain.simulation.site_acts import (
    COORDINATOR,
    DATA_MANAGER,
    NOTHING,
    Act,
    Doings,
    Situation,
    enters,
    wait_until,
)
from domain.simulation.slips import enters_with_care
from domain.simulation.visit_book import Seen
from domain.visit_windows import scheduled_visits, weekly_visits
from domain.work_item import WorkItem
from events.clinical_date import ClinicalDate
from events.conduct import QueryAnswered
from events.follow_up import Assessment, DiseaseStatus, ScheduledVisit

_DERMATITIS = "Rash: dermatitis associated with radiation"
_LATE_TOXICITIES = ("Fibrosis-deep connective tissue", "Edema:limb", "Pneumonitis/pulmonary infiltrates", "Pain")
_EARLY_SHARE = 0.6
"""Appointments are made for the first part of a window."""


def see_patient(situation: Situation, item: WorkItem) -> Doings:
    """The visit on its true day, or missed once its window has closed."""
    visit = next(visit for visit in _visits(situation) if visit.visit == item.subject)
    day = visit_day(situation, visit)
    if day is not None:
        return _done(situation, visit, day) if day <= situation.today else wait_until(day)
    if situation.today <= visit.closes:
        return wait_until(visit.closes + timedelta(days=1))
    return _missed(situation, visit) if situation.life.attends_on(situation.today) else NOTHING


def next_visit_day(situation: Situation) -> date | None:
    """The day on which the next visit will be entered, as done or as missed."""
    if situation.randomised_life is None:
        return None
    patient, edition = situation.patient, situation.edition
    visits = open_visits(patient, scheduled_visits(patient), edition)
    days = (visit_day(situation, visit) or visit.closes + timedelta(days=1) for visit in visits)
    return min((day for day in days if day > situation.today), default=None)


def visit_day(situation: Situation, visit: ScheduledVisit) -> date | None:
    """The day she comes; None when she misses the visit."""
    assumptions, life = situation.course.assumptions, situation.life
    draws = situation.course.draws(f"visit {visit.visit}")
    misses, late = draws.happens(assumptions.visit_missed), draws.happens(assumptions.visit_late)
    early, weeks_late = draws.share(), draws.between(1, 25)
    follow_up = not visit.visit.startswith("week-")
    length = (visit.closes - visit.opens).days
    day = visit.opens + timedelta(days=int(early * (length * _EARLY_SHARE if follow_up else length + 1)))
    if late and follow_up:
        day = visit.closes + timedelta(days=weeks_late)
    return day if not misses and life.attends_on(day) else None


def _visits(situation: Situation) -> tuple[ScheduledVisit, ...]:
    return (*weekly_visits(situation.patient, situation.edition), *scheduled_visits(situation.patient))


def _done(situation: Situation, visit: ScheduledVisit, day: date) -> Doings:
    """A visit; during radiotherapy the disease itself is not assessed."""
    on_treatment = visit.visit.startswith("week-")
    status = DiseaseStatus.NOT_ASSESSED if on_treatment else situation.life.status_on(day)
    right = RecordVisit(
        occurred_on=_on(day),
        visit=visit.visit,
        assessments=tuple(_assessments_done(situation, visit)),
        disease_status=status,
    )
    wrong = right.model_copy(update={"occurred_on": _on(day + timedelta(days=9))})
    noted = Doings(notes=(Seen(day, assessed=not on_treatment),), later=tuple(_queries(situation, visit, day)))
    return enters_with_care(situation, COORDINATOR, right, wrong) + noted + _toxicity(situation, visit, day)


def _assessments_done(situation: Situation, visit: ScheduledVisit) -> Iterator[Assessment]:
    """All that Table 1 asks for, now and then without one of the machines."""
    draws = situation.course.draws(f"assessments {visit.visit}")
    for assessment in visit.assessments:
        if assessment in (Assessment.PHYSICAL_EXAMINATION, Assessment.TOXICITY) or not draws.happens(0.03):
            yield assessment


def _toxicity(situation: Situation, visit: ScheduledVisit, day: date) -> Doings:
    draws = situation.course.draws(f"toxicity {visit.visit}")
    if visit.visit.startswith("week-"):
        week = int(visit.visit.removeprefix("week-"))
        term, grade = _DERMATITIS, min(3, draws.between(0, 1) + week // 2)
    else:
        term = draws.one_of({term: 1 / len(_LATE_TOXICITIES) for term in _LATE_TOXICITIES})
        grade = draws.one_of({0: 0.75, 1: 0.18, 2: 0.06, 3: 0.01})
    if grade == 0:
        return NOTHING
    right = RecordAdverseEvent(occurred_on=_on(day), term=term, grade=grade, attribution="probable")
    wrong = right.model_copy(update={"grade": grade + 1})
    return enters_with_care(situation, COORDINATOR, right, wrong)


def _missed(situation: Situation, visit: ScheduledVisit) -> Doings:
    """The window closed; a telephone call may still find her well."""
    missed = RecordMissedVisit(occurred_on=_on(visit.closes), visit=visit.visit, reason="did not come")
    draws, life = situation.course.draws(f"call {visit.visit}"), situation.life
    called_on = visit.closes + timedelta(days=1)
    reached = draws.happens(0.6) and life.in_touch_on(called_on)
    if visit.visit.startswith("week-") or not reached:
        return enters(COORDINATOR, missed)
    call = RecordContact(occurred_on=_on(called_on), channel="telephone")
    return enters(COORDINATOR, missed, call) + Doings(notes=(Seen(called_on),))


def _queries(situation: Situation, visit: ScheduledVisit, day: date) -> Iterator[Act]:
    """The data manager asks about a visit, and closes the query a month after."""
    draws = situation.course.draws(f"query {visit.visit}")
    if draws.happens(situation.course.assumptions.query):
        asked_on = situation.today + timedelta(days=draws.between(1, 20))
        query_id = f"Q-{visit.visit}"
        yield Act(asked_on, partial(_ask, query_id, f"Visit {visit.visit} on {day}: is this the date of the source?"))
        yield Act(asked_on + timedelta(days=30), partial(_close, query_id))


def _ask(query_id: str, question: str, situation: Situation) -> Doings:
    return enters(DATA_MANAGER, OpenQuery(occurred_on=_on(situation.today), query_id=query_id, question=question))


def _close(query_id: str, situation: Situation) -> Doings:
    on = _on(situation.today)
    answered = any(a.event.query_id == query_id for a in situation.patient.every(QueryAnswered))
    closed = enters(DATA_MANAGER, CloseQuery(occurred_on=on, query_id=query_id))
    if answered:
        return closed
    return enters(COORDINATOR, AnswerQuery(occurred_on=on, query_id=query_id, answer="See the source.")) + closed


def _on(day: date) -> ClinicalDate:
    return ClinicalDate.parse(day)
