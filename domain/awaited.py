"""What waits for one person's decision: a plan's review, an adjudication, an audit finding or query, work set aside.

Nothing sleeps until it is answered: what waits is derived from the log each time, so it survives every restart, and the
answer is an entry with its author. What is not answered in time is asked of the next person on the ladder.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from domain.adjudication import not_adjudicated
from domain.patient import Patient
from domain.protocol.amendments import edition_for
from domain.protocol.edition import Edition
from domain.protocol.reminder_steps import Asked
from domain.queries import standing_queries
from domain.review import needs_review
from domain.set_aside import set_aside
from domain.standing import Standing
from domain.work_item import Work
from domain.worklist import worklist
from events.event import Event
from events.radiotherapy import RadiotherapyPlanned
from events.recorded import Recorded

ADJUDICATED_IN = timedelta(days=28)
"""The protocol names no time; a panel that meets every month can keep this one."""
RELEASED_IN = timedelta(days=1)
ESCALATED_AFTER = timedelta(days=7)
"""So long each person of the ladder has before the next is asked."""


@dataclass(frozen=True, slots=True)
class Awaited:
    """A decision somebody owes. `form` is the command that gives it, `known` what it can be filled in with already."""

    patient_id: str
    wording: str
    since: date
    due_on: date
    asked_first: Asked
    form: str
    known: Mapping[str, str] = field(default_factory=dict[str, str])

    def asked(self, today: date) -> Asked:
        """Whose turn it is: who owes it first, then the investigator, then the principal investigator."""
        if today <= self.due_on:
            return self.asked_first
        return "investigator" if today <= self.due_on + ESCALATED_AFTER else "principal-investigator"


def awaited_decisions(
    patients: Sequence[Patient], trial: Standing, edition: Edition, today: date
) -> tuple[Awaited, ...]:
    """Every decision that waits, the longest overdue first."""
    found = [each for patient in patients for each in _of_patient(patient, edition, today)]
    found += [*_queries(trial, "", edition), *_set_aside(trial, "")]
    return tuple(sorted(found, key=lambda each: (each.due_on, each.patient_id, each.wording)))


def _of_patient(patient: Patient, edition: Edition, today: date) -> Iterator[Awaited]:
    holds = edition_for(patient, edition)
    asked = needs_review(patient, holds) or set_aside(patient)
    items = worklist(patient, holds, today) if asked else ()
    plan = patient.last(RadiotherapyPlanned)
    if plan and any(item.work is Work.REVIEW_PLAN for item in items):
        yield _plan_review(patient.patient_id, plan)
    yield from (_adjudication(patient.patient_id, outcome) for outcome in not_adjudicated(patient))
    yield from _queries(patient, patient.patient_id, holds)
    released = {item.subject for item in items if item.work is Work.RELEASE_WORK}
    yield from (each for each in _set_aside(patient, patient.patient_id) if each.known["key"] in released)


def _plan_review(patient_id: str, plan: Recorded[RadiotherapyPlanned]) -> Awaited:
    """The first fraction waits for it, which is due the day after the plan."""
    since, wording = plan.occurred_on.latest, "Review the plan before the first fraction"
    return Awaited(patient_id, wording, since, since + timedelta(days=1), "radiation-oncologist", "record-plan-review")


def _adjudication(patient_id: str, outcome: Recorded[Event]) -> Awaited:
    since = outcome.recorded_at.date()
    name = outcome.event.type.partition(".")[0].replace("-", " ")
    return Awaited(
        patient_id,
        f"Adjudicate: {name} {outcome.occurred_on}",
        since,
        since + ADJUDICATED_IN,
        "adjudicator",
        "record-adjudication",
        {"target": str(outcome.event_id)},
    )


def _queries(standing: Standing, patient_id: str, edition: Edition) -> Iterator[Awaited]:
    for query in standing_queries(standing):
        if query.answer is None:
            since = query.opened.occurred_on.latest
            known = {"query_id": query.query_id}
            wording = f"Answer {query.query_id}: {query.opened.event.question}"
            yield Awaited(patient_id, wording, since, query.answer_due(edition), "coordinator", "answer-query", known)


def _set_aside(standing: Standing, patient_id: str) -> Iterator[Awaited]:
    for key, entry in set_aside(standing).items():
        since = entry.occurred_on.latest
        wording = f"Let the engine try again: {key}: {entry.event.problem}"
        yield Awaited(patient_id, wording, since, since + RELEASED_IN, "coordinator", "release-work", {"key": key})
