"""What people are reminded of about the trial as a whole: what they owe it, and each day what is open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date

from domain.ladder_reminders import reminder_due
from domain.patient import Patient
from domain.protocol.edition import Edition
from domain.protocol.reminder_steps import Wording
from domain.set_aside import set_aside
from domain.standing import Standing
from domain.trial_matters import TRIAL, digest_key, trial_matters, trial_worklist
from domain.work_item import Note, WorkItem, reminder
from domain.worklist import worklist
from events.follow_up import ReminderSent


def trial_reminders(trial: Standing, patients: Iterable[Patient], edition: Edition, today: date) -> Iterator[WorkItem]:
    """The reminders of the trial that are due today, not yet sent and not set aside.

    Yesterday's digest is sent to nobody.
    """
    aside = set_aside(trial)
    for matter in trial_matters(trial, edition):
        item = reminder_due(matter, TRIAL, trial, edition, today)
        if item is not None and item.key not in aside:
            yield item
    if not is_told(trial, today) and digest_key(today) not in aside:
        yield reminder(TRIAL, digest_key(today), today, _digest(trial, patients, edition, today))


def is_told(trial: Standing, today: date) -> bool:
    """Whether the digest of a day has gone out."""
    return any(entry.event.key == digest_key(today) for entry in trial.every(ReminderSent))


def _digest(trial: Standing, patients: Iterable[Patient], edition: Edition, today: date) -> Note:
    """How much of each kind of work is open and overdue: numbers only, and no patient."""
    items = [item for patient in patients for item in worklist(patient, edition, today) if item.doer != "engine"]
    items += trial_worklist(trial, edition, today)
    counted = Counter(item.work.value for item in items)
    overdue = Counter(item.work.value for item in items if item.due_on < today)
    words = edition.reminders
    lines = [_line(words.works[kind], counted[kind], overdue[kind], words.digest_line) for kind in sorted(counted)]
    lines = lines or [words.works["none"]]
    return Note(
        subject="digest",
        step="daily",
        asked="coordinator",
        role=words.roles["coordinator"],
        title=words.digest_title.filled(day=today),
        words=Wording("\n".join(line.english for line in lines), "\n".join(line.chinese for line in lines)),
    )


def _line(work: Wording, counted: int, overdue: int, line: Wording) -> Wording:
    told = {"open": counted, "overdue": overdue}
    english, chinese = line.filled(work=work.english, **told), line.filled(work=work.chinese, **told)
    return Wording(english.english, chinese.chinese)
