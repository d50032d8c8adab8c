"""Reminders up the ladder: who owes a matter is asked first, then the investigator, then the principal investigator."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from domain.matters import Matter, adjudications, matters, queries
from domain.patient import Patient
from domain.protocol.edition import Edition
from domain.protocol.reminder_steps import LadderStep
from domain.standing import Standing
from domain.work_item import Note, WorkItem, reminder
from events.follow_up import ReminderSent

Finding = Callable[[Patient, Edition, date], Iterator[Matter]]


def remind_of_matters(patient: Patient, edition: Edition, today: date) -> Iterator[WorkItem]:
    """The newest reminder due for each matter of who is followed; older ones never sent are superseded by it."""
    return _reminders(patient, edition, today, matters)


def remind_of_adjudications(patient: Patient, edition: Edition, today: date) -> Iterator[WorkItem]:
    """The newest reminder due for each outcome not adjudicated, whatever became of the patient."""
    return _reminders(patient, edition, today, adjudications)


def remind_of_queries(patient: Patient, edition: Edition, today: date) -> Iterator[WorkItem]:
    """The newest reminder due for each query that waits, whatever became of the patient."""
    return _reminders(patient, edition, today, queries)


def ladder_days(patient: Patient, edition: Edition, today: date, find: Finding) -> Iterator[date]:
    """Every day, past or to come, on which a reminder of a matter that is owed now falls due."""
    for matter in find(patient, edition, today):
        for step in edition.reminders.ladders[matter.topic].steps:
            yield step.on(matter.since)


def reminder_due(matter: Matter, of: str, sent_to: Standing, edition: Edition, today: date) -> WorkItem | None:
    """The reminder of one matter that is due and not yet sent. `of` is the patient, or `TRIAL`."""
    step = _step_due(matter, edition, today)
    if step is None:
        return None
    key = _key(matter, of, step)
    if any(entry.event.key == key for entry in sent_to.every(ReminderSent)):
        return None
    return reminder(of, key, step.on(matter.since), _note(matter, step, edition))


def key_due(matter: Matter, of: str, edition: Edition, today: date) -> str | None:
    """The key of the reminder of one matter that is due, sent or not; None before the first is."""
    step = _step_due(matter, edition, today)
    return _key(matter, of, step) if step else None


def _step_due(matter: Matter, edition: Edition, today: date) -> LadderStep | None:
    due = [step for step in edition.reminders.ladders[matter.topic].steps if step.on(matter.since) <= today]
    return max(due, key=lambda each: each.days, default=None)


def _key(matter: Matter, of: str, step: LadderStep) -> str:
    return f"reminder/{of}/{matter.topic}/{matter.about}/{matter.since}/{step.id}"


def _reminders(patient: Patient, edition: Edition, today: date, find: Finding) -> Iterator[WorkItem]:
    for matter in find(patient, edition, today):
        item = reminder_due(matter, patient.patient_id, patient, edition, today)
        if item is not None:
            yield item


def _note(matter: Matter, step: LadderStep, edition: Edition) -> Note:
    words, told = edition.reminders, {"since": matter.since, **matter.told}
    ladder = words.ladders[matter.topic]
    return Note(
        subject=matter.topic,
        step=step.id,
        asked=step.asked,
        role=words.roles[step.asked],
        title=ladder.title.filled(**told),
        words=ladder.wording.filled(**told),
    )
