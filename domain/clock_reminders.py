"""Reminders of the clocks of serious adverse events, on the instant: they run on whatever became of the patient."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from domain.patient import Patient
from domain.protocol.edition import Edition
from domain.serious_events import RunningClock, running_clocks
from domain.work_item import Note, WorkItem, reminder
from events.follow_up import ReminderSent


def remind_of_clocks(patient: Patient, edition: Edition, today: date) -> Iterator[WorkItem]:
    """Of each clock that runs: the newest reminder due before today, and those whose instant comes today.

    Each carries its instant; which of them is sent is decided by the time of day.
    """
    sent = {entry.event.key for entry in patient.every(ReminderSent)}
    for running in _unmet(patient, edition):
        steps = [(step, at) for step, at in enumerate(running.steps) if _day(at, edition) <= today]
        newest_sent = max((step for step, _ in steps if _key(patient, running, step) in sent), default=-1)
        settled = max((step for step, at in steps if _day(at, edition) < today), default=0)
        for step, at in steps:
            if step > newest_sent and step >= settled:
                note = _note(running, step, at, edition)
                yield reminder(patient.patient_id, _key(patient, running, step), running.due_on(edition), note)


def clock_days(patient: Patient, edition: Edition) -> Iterator[date]:
    """Every day, past or to come, on which a clock that runs now starts, escalates or runs out."""
    for running in _unmet(patient, edition):
        yield from (_day(at, edition) for at in running.steps)


def _unmet(patient: Patient, edition: Edition) -> Iterator[RunningClock]:
    return (running for running in running_clocks(patient, edition) if running.met is None)


def _key(patient: Patient, running: RunningClock, step: int) -> str:
    return f"reminder/{patient.patient_id}/serious-event/{running.sae_id}/{running.clock.id}/{step}"


def _day(at: datetime, edition: Edition) -> date:
    return at.astimezone(edition.site_zone).date()


def _note(running: RunningClock, step: int, at: datetime, edition: Edition) -> Note:
    """The last step is that it has run out: then the next person is asked."""
    words, clock = edition.reminders, running.clock
    overdue = step == len(running.steps) - 1
    told = {
        "sae": running.sae_id,
        "clock": clock.wording,
        "clock_zh": clock.chinese,
        "due": f"{running.due_at.astimezone(edition.site_zone):%Y-%m-%d %H:%M}",
    }
    asked = words.clock_overdue_asks if overdue else words.clock_running_asks
    return Note(
        subject="serious-event",
        step=f"{clock.id}-{step}",
        asked=asked,
        role=words.roles[asked],
        title=words.clock_title.filled(**told),
        words=(words.clock_overdue if overdue else words.clock_running).filled(**told),
        not_before=at,
        urgent=True,
    )
