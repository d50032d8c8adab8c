"""What people owe about the trial as a whole: its audit, answers to queries put to the trial, work set aside in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import count, takewhile

from domain.calendar_arithmetic import add_months
from domain.deciding_work import query_item
from domain.ladder_reminders import key_due
from domain.matters import Matter, query_matter
from domain.protocol.edition import Edition
from domain.queries import StandingQuery, standing_queries
from domain.set_aside import set_aside
from domain.standing import Standing
from domain.work_item import Work, WorkItem
from events.conduct import AuditPerformed, ProtocolEditionActivated, WorkItemSetAside
from events.recorded import Recorded

TRIAL = "trial"
"""What stands for the patient in the keys of its reminders. No patient's stream can be meant: it is the trial's."""
_REMINDER = "reminder/"


def trial_matters(trial: Standing, edition: Edition) -> Iterator[Matter]:
    """Everything owed about the trial, of which somebody is reminded; of a reminder that nobody took, nobody is."""
    audit = next_audit(trial, edition)
    if audit is not None:
        yield audit
    for query in _unanswered(trial):
        yield query_matter(query)
    for key, entry in set_aside(trial).items():
        if not key.startswith(_REMINDER):
            yield Matter("set-aside", key, entry.occurred_on.latest)


def trial_worklist(trial: Standing, edition: Edition, today: date) -> tuple[WorkItem, ...]:
    """Open work about the trial, the most urgent first. It names no patient."""
    items = [query_item(query, "", edition, today) for query in _unanswered(trial)]
    items += [_release(key, entry) for key, entry in to_release(trial, edition, today).items()]
    return tuple(sorted(items, key=lambda item: (item.due_on, item.key)))


def to_release(trial: Standing, edition: Edition, today: date) -> dict[str, Recorded[WorkItemSetAside]]:
    """What was set aside in the trial's stream, by key; a reminder only while it is the one that is due."""
    due = {digest_key(today), *(key_due(matter, TRIAL, edition, today) for matter in trial_matters(trial, edition))}
    aside = set_aside(trial)
    return {key: entry for key, entry in aside.items() if not key.startswith(_REMINDER) or key in due}


def digest_key(today: date) -> str:
    """The key of a day's digest."""
    return f"{_REMINDER}{TRIAL}/digest/{today}"


def next_audit(trial: Standing, edition: Edition) -> Matter | None:
    """The audit that is due next. Its days are fixed: every so many months from the day the protocol came into force.

    An audit is of the day it lies nearest to; it is due again on the day after that one. Protocol: Data management.
    """
    begun = trial.first(ProtocolEditionActivated)
    if begun is None:
        return None
    audited = max((entry.occurred_on.latest for entry in trial.every(AuditPerformed)), default=date.min)
    every, start = edition.audit_every_months, begun.occurred_on.latest
    settled_from = (add_months(start, every * number - every // 2) for number in count(1))
    passed = sum(1 for _ in takewhile(lambda day: day <= audited, settled_from))
    due = add_months(start, every * (passed + 1))
    return Matter("audit", str(due), due)


def _unanswered(trial: Standing) -> list[StandingQuery]:
    return [query for query in standing_queries(trial) if query.answer is None]


def _release(key: str, entry: Recorded[WorkItemSetAside]) -> WorkItem:
    since, wording = entry.occurred_on.latest, f"{key}: {entry.event.problem}"
    return WorkItem(Work.RELEASE_WORK, f"{Work.RELEASE_WORK}/{key}", "", since, "coordinator", wording, key)
