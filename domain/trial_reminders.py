"""What people are reminded of about the trial as a whole: the audit every six months, and each day what is open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date

from domain.calendar_arithmetic import add_months
from domain.ladder_reminders import reminder_due
from domain.matters import Matter
from domain.patient import Patient
from domain.protocol.edition import Edition
from domain.protocol.reminder_steps import Wording
from domain.standing import Standing
from domain.work_item import Note, WorkItem, reminder
from domain.worklist import worklist
from events.conduct import AuditPerformed, ProtocolEditionActivated
from events.follow_up import ReminderSent

TRIAL = "trial"
"""What stands for the patient in the keys of these reminders. No patient's stream can be meant: it is the trial's."""


def trial_reminders(trial: Standing, patients: Iterable[Patient], edition: Edition, today: date) -> Iterator[WorkItem]:
    """The reminders of the trial that are due today and not yet sent. Yesterday's digest is sent to nobody."""
    audit = next_audit(trial, edition)
    item = reminder_due(audit, TRIAL, trial, edition, today) if audit else None
    if item is not None:
        yield item
    if not is_told(trial, today):
        yield reminder(TRIAL, _digest_key(today), today, _digest(patients, edition, today))


def is_told(trial: Standing, today: date) -> bool:
    """Whether the digest of a day has gone out."""
    return any(entry.event.key == _digest_key(today) for entry in trial.every(ReminderSent))


def next_audit(trial: Standing, edition: Edition) -> Matter | None:
    """The audit that is due next, so many months after the last one or after the protocol came into force.

    Protocol: Data management.
    """
    begun, audited = trial.first(ProtocolEditionActivated), trial.every(AuditPerformed)
    if begun is None:
        return None
    since = max((entry.occurred_on.latest for entry in audited), default=begun.occurred_on.latest)
    due = add_months(since, edition.audit_every_months)
    return Matter("audit", str(due), due)


def _digest_key(today: date) -> str:
    return f"reminder/{TRIAL}/digest/{today}"


def _digest(patients: Iterable[Patient], edition: Edition, today: date) -> Note:
    """How much of each kind of work is open and overdue: numbers only, and no patient."""
    items = [item for patient in patients for item in worklist(patient, edition, today) if item.doer != "engine"]
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
