"""The worklist: everything the protocol asks for next, as a pure function of the patient and the date.

An item disappears only when the event that reports it done is in the log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta

from domain import deciding_work, engine_work, safety_work, site_work
from domain.clock_reminders import clock_days, remind_of_clocks
from domain.ladder_reminders import ladder_days, remind_of_adjudications, remind_of_matters, remind_of_queries
from domain.matters import adjudications, matters, queries
from domain.patient import Patient
from domain.protocol.amendments import edition_for
from domain.protocol.edition import Edition
from domain.set_aside import set_aside
from domain.visit_reminders import remind_of_visits, visit_reminder_days
from domain.visit_windows import grows_after
from domain.work_item import Work, WorkItem

Rule = Callable[[Patient, Edition, date], Iterator[WorkItem]]

ENGINE_RULES: tuple[Rule, ...] = (
    engine_work.order_test,
    engine_work.collect_result,
    engine_work.schedule,
    remind_of_visits,
    remind_of_matters,
    remind_of_adjudications,
    remind_of_queries,
    remind_of_clocks,
)
SITE_RULES: tuple[Rule, ...] = (
    site_work.settle,
    site_work.screen,
    site_work.consent,
    site_work.reconsent,
    site_work.enter,
    site_work.treat,
    site_work.see,
)
ALWAYS_RULES: tuple[Rule, ...] = (
    remind_of_adjudications,
    remind_of_queries,
    remind_of_clocks,
    safety_work.report_serious_events,
    deciding_work.answer_queries,
    deciding_work.adjudicate,
)
"""What is asked for whatever became of the patient."""


def worklist(patient: Patient, edition: Edition, today: date) -> tuple[WorkItem, ...]:
    """Open work for one patient, the most urgent first.

    Of who died, is lost, or stopped data collection: only safety, queries to answer, and outcomes to adjudicate.
    Work set aside need not be released once it is no longer open for other reasons.
    """
    items = _open(patient, edition, today, dict.fromkeys((*ENGINE_RULES, *SITE_RULES, *ALWAYS_RULES)))
    keys = {item.key for item in items}
    return tuple(item for item in items if item.work is not Work.RELEASE_WORK or item.subject in keys)


def owed(patient: Patient, edition: Edition, today: date) -> tuple[WorkItem, ...]:
    """The worklist without the reminders: what they remind of is on it itself, or waits for somebody's decision."""
    return tuple(item for item in worklist(patient, edition, today) if item.work is not Work.SEND_REMINDER)


def engine_worklist(patient: Patient, edition: Edition, today: date) -> tuple[WorkItem, ...]:
    """The open work that flows answer, without what was set aside."""
    aside = set_aside(patient)
    return tuple(item for item in _open(patient, edition, today, ENGINE_RULES) if item.key not in aside)


def next_look_on(patient: Patient, edition: Edition, today: date) -> date | None:
    """The first day on which the engine can owe something without any news of the patient; None for never.

    Asked of a patient it owes nothing today. Early is harmless: who is still entering is looked at every day.
    """
    if not patient.history:
        return None
    holds, tomorrow = edition_for(patient, edition), today + timedelta(days=1)
    if engine_work.is_followed(patient) and engine_work.is_entering(patient):
        return tomorrow
    return min((day for day in _days_to_come(patient, holds, today) if day > today), default=None)


def _days_to_come(patient: Patient, edition: Edition, today: date) -> Iterator[date]:
    """The days on which the calendar alone opens work; some are past."""
    yield from clock_days(patient, edition)
    yield from ladder_days(patient, edition, today, adjudications)
    yield from ladder_days(patient, edition, today, queries)
    if engine_work.is_followed(patient):
        yield from visit_reminder_days(patient, edition)
        yield from ladder_days(patient, edition, today, matters)
        grows = grows_after(patient, edition, today)
        if grows is not None:
            yield max(grows, today + timedelta(days=1))


def _open(patient: Patient, edition: Edition, today: date, rules: Iterable[Rule]) -> tuple[WorkItem, ...]:
    if not engine_work.is_followed(patient):
        rules = [rule for rule in rules if rule in ALWAYS_RULES]
    if not patient.history:
        return ()
    holds = edition_for(patient, edition)
    items = [item for rule in rules for item in rule(patient, holds, today)]
    return tuple(sorted(items, key=lambda item: (item.due_on, item.key)))
