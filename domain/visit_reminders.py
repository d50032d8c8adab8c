"""Reminders of visits: before a window opens, when it opens, before it closes, and up the ladder when it has closed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from domain.engine_work import open_visits, to_set_out
from domain.patient import Patient
from domain.protocol.edition import Edition
from domain.protocol.reminder_steps import ReminderStep
from domain.visit_windows import anchor, scheduled_visits, weekly_visits
from domain.work_item import Note, WorkItem, reminder
from events.follow_up import ReminderSent, ScheduledVisit

_Reminded = tuple[ScheduledVisit, tuple[ReminderStep, ...]]


def remind_of_visits(patient: Patient, edition: Edition, today: date) -> Iterator[WorkItem]:
    """The newest reminder due for each open visit; older ones that were never sent are superseded by it.

    Nobody is reminded of visits that are about to be set out anew.
    """
    due = tuple(_reminders_due(patient, edition, today))
    if due and to_set_out(patient, edition, today) is None:
        yield from due


def _reminders_due(patient: Patient, edition: Edition, today: date) -> Iterator[WorkItem]:
    sent = {entry.event.key for entry in patient.every(ReminderSent)}
    for visit, steps in _reminded_of(patient, edition):
        step = _step_due(visit, steps, today)
        if step is None:
            continue
        key = f"reminder/{patient.patient_id}/{visit.visit}/{visit.target}/{step.id}"
        if key not in sent:
            yield reminder(patient.patient_id, key, visit.closes, _note(visit, step, edition))


def _reminded_of(patient: Patient, edition: Edition) -> Iterator[_Reminded]:
    weekly = () if anchor(patient, edition) else weekly_visits(patient, edition)
    for visits, steps in ((weekly, edition.reminders.weekly), (scheduled_visits(patient), edition.reminders.visits)):
        for visit in open_visits(patient, visits, edition):
            yield visit, steps


def _step_due(visit: ScheduledVisit, steps: tuple[ReminderStep, ...], today: date) -> ReminderStep | None:
    newest, due_on = None, date.min
    for step in steps:
        if due_on < (on := _reminder_date(visit, step)) <= today:
            newest, due_on = step, on
    return newest


def _reminder_date(visit: ScheduledVisit, step: ReminderStep) -> date:
    relative_to = visit.opens if step.relative_to == "opens" else visit.closes
    return relative_to + timedelta(days=step.days)


def visit_reminder_days(patient: Patient, edition: Edition) -> Iterator[date]:
    """Every day, past or to come, on which a reminder of a visit that is open now falls due."""
    for visit, steps in _reminded_of(patient, edition):
        yield from (_reminder_date(visit, step) for step in steps)


def _note(visit: ScheduledVisit, step: ReminderStep, edition: Edition) -> Note:
    title = edition.reminders.visit_title.filled(visit=visit.visit)
    words = step.wording.filled(visit=visit.visit, opens=visit.opens, closes=visit.closes)
    return Note(visit.visit, step.id, step.asked, edition.reminders.roles[step.asked], title, words)
