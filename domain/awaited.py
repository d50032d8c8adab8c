"""What waits for one person's decision: a plan's review, a cancelled order, an adjudication, a query, work set aside.

Nothing sleeps until it is answered: what waits is derived from the log each time, so it survives every restart, and the
answer is an entry with its author. What is not answered in time is asked of the next person on the ladder.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from domain.adjudication import not_adjudicated, outcome_name
from domain.engine_work import is_followed, order_to_settle
from domain.patient import Patient
from domain.protocol.amendments import edition_for
from domain.protocol.edition import Edition
from domain.protocol.reminder_steps import Asked, Ladder
from domain.queries import standing_queries
from domain.review import needs_review
from domain.set_aside import set_aside
from domain.standing import Standing
from domain.trial_matters import next_audit, to_release
from domain.work_item import Work
from domain.worklist import worklist
from events.conduct import WorkItemSetAside
from events.event import Event
from events.genomics import GenomicTestCancelled
from events.radiotherapy import RadiotherapyPlanned
from events.recorded import Recorded


@dataclass(frozen=True, slots=True)
class Awaited:
    """A decision somebody owes. `form` is the command that gives it, `known` what it can be filled in with already.

    Its ladder is the one its reminders go up.
    """

    patient_id: str
    wording: str
    since: date
    due_on: date
    ladder: Ladder
    form: str
    known: Mapping[str, str] = field(default_factory=dict[str, str])

    def asked(self, today: date) -> Asked:
        """Whose turn it is: who owes it first, then the investigator, then the principal investigator."""
        return self.ladder.asked(self.since, today)


def awaited_of_patient(patient: Patient, edition: Edition, today: date) -> tuple[Awaited, ...]:
    """Every decision that waits about a patient."""
    return tuple(_of_patient(patient, edition, today))


def awaited_of_trial(trial: Standing, edition: Edition, today: date) -> tuple[Awaited, ...]:
    """Every decision that waits about the trial as a whole."""
    return tuple(_of_trial(trial, edition, today))


def longest_overdue_first(found: Iterable[Awaited]) -> list[Awaited]:
    """In the order in which they are to be given."""
    return sorted(found, key=lambda each: (each.due_on, each.patient_id, each.wording))


def _of_patient(patient: Patient, edition: Edition, today: date) -> Iterator[Awaited]:
    holds = edition_for(patient, edition)
    asked = needs_review(patient, holds) or set_aside(patient)
    items = worklist(patient, holds, today) if asked else ()
    plan = patient.last(RadiotherapyPlanned)
    if plan and any(item.work is Work.REVIEW_PLAN for item in items):
        yield _plan_review(patient.patient_id, plan, holds)
    cancelled = order_to_settle(patient, holds, today) if is_followed(patient) else None
    if cancelled:
        yield _order_again(patient.patient_id, cancelled, holds)
    yield from (_adjudication(patient.patient_id, outcome, holds) for outcome in not_adjudicated(patient))
    yield from _queries(patient, patient.patient_id, holds)
    open_still = {item.subject for item in items if item.work is Work.RELEASE_WORK}
    for key, entry in set_aside(patient).items():
        if key in open_still:
            yield _release(key, entry, patient.patient_id, holds)


def _of_trial(trial: Standing, edition: Edition, today: date) -> Iterator[Awaited]:
    yield from _queries(trial, "", edition)
    for key, entry in to_release(trial, edition, today).items():
        yield _release(key, entry, "", edition)
    audit, ladder = next_audit(trial, edition), edition.reminders.ladders["audit"]
    if audit is not None and ladder.steps[0].on(audit.since) <= today:
        wording = f"Hold the audit that is due on {audit.since}"
        yield Awaited("", wording, audit.since, audit.since, ladder, "record-audit")


def _plan_review(patient_id: str, plan: Recorded[RadiotherapyPlanned], edition: Edition) -> Awaited:
    """The first fraction waits for it."""
    since, wording = plan.occurred_on.latest, "Review the plan before the first fraction"
    ladder = edition.reminders.ladders["plan-review"]
    return Awaited(patient_id, wording, since, ladder.due_on(since), ladder, "record-plan-review")


def _order_again(patient_id: str, cancelled: Recorded[GenomicTestCancelled], edition: Edition) -> Awaited:
    since, ladder = edition.day_of(cancelled.recorded_at), edition.reminders.ladders["order"]
    wording = f"Order the RecurIndex test again? The laboratory cancelled: {cancelled.event.reason}"
    known = {"order_key": cancelled.event.order_key}
    return Awaited(patient_id, wording, since, ladder.due_on(since), ladder, "settle-cancelled-order", known)


def _adjudication(patient_id: str, outcome: Recorded[Event], edition: Edition) -> Awaited:
    since, ladder = edition.day_of(outcome.recorded_at), edition.reminders.ladders["adjudication"]
    wording = f"Adjudicate: {outcome_name(outcome.event)} {outcome.occurred_on}"
    known = {"target": str(outcome.event_id)}
    return Awaited(patient_id, wording, since, ladder.due_on(since), ladder, "record-adjudication", known)


def _queries(standing: Standing, patient_id: str, edition: Edition) -> Iterator[Awaited]:
    for query in standing_queries(standing):
        if query.answer is None:
            since = query.opened.occurred_on.latest
            ladder, due = edition.reminders.ladders[query.topic], query.answer_due(edition)
            wording = f"Answer {query.query_id}: {query.opened.event.question}"
            known = {"query_id": query.query_id}
            yield Awaited(patient_id, wording, since, due, ladder, "answer-query", known)


def _release(key: str, entry: Recorded[WorkItemSetAside], patient_id: str, edition: Edition) -> Awaited:
    since, ladder = entry.occurred_on.latest, edition.reminders.ladders["set-aside"]
    wording = f"Let the engine try again: {key}: {entry.event.problem}"
    return Awaited(patient_id, wording, since, ladder.due_on(since), ladder, "release-work", {"key": key})
