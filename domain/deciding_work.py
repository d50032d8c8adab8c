"""What people must decide about a patient whatever became of her: answer queries, adjudicate outcomes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from domain.adjudication import not_adjudicated, outcome_name
from domain.engine_work import is_entering, is_followed, may_be_collected
from domain.patient import Patient
from domain.protocol.edition import Edition
from domain.queries import StandingQuery, standing_queries
from domain.risk_class import class_contradiction
from domain.work_item import Work, WorkItem


def answer_queries(patient: Patient, edition: Edition, today: date) -> Iterator[WorkItem]:
    """One item a query that waits for its answer.

    While she may still enter, a query about her risk class is answered by settling the class.
    """
    settled_first = is_followed(patient) and is_entering(patient) and class_contradiction(patient, edition) is not None
    for query in unanswered(patient):
        if not (settled_first and query.is_about_risk_class):
            yield query_item(query, patient.patient_id, edition, today)


def query_item(query: StandingQuery, of: str, edition: Edition, today: date) -> WorkItem:
    """The answer to one query. `of` is the patient, or nobody when the trial is asked."""
    key = "/".join(part for part in (Work.ANSWER_QUERY.value, of, query.query_id) if part)
    wording = f"{query.opened.event.question} ({query.days_open(today)} days open)"
    return WorkItem(Work.ANSWER_QUERY, key, of, query.answer_due(edition), "coordinator", wording, query.query_id)


def unanswered(patient: Patient) -> Iterator[StandingQuery]:
    """The queries that the site may be asked to answer; none of who withdrew her data."""
    if may_be_collected(patient):
        yield from (query for query in standing_queries(patient) if query.answer is None)


def adjudicate(patient: Patient, edition: Edition, today: date) -> Iterator[WorkItem]:
    """One item an outcome that no adjudicator has looked at."""
    for outcome in not_adjudicated(patient):
        due = edition.reminders.ladders["adjudication"].due_on(edition.day_of(outcome.recorded_at))
        key, target = f"{Work.ADJUDICATE_OUTCOME}/{patient.patient_id}/{outcome.version}", str(outcome.event_id)
        wording = f"Adjudicate: {outcome_name(outcome.event)} {outcome.occurred_on}"
        yield WorkItem(Work.ADJUDICATE_OUTCOME, key, patient.patient_id, due, "adjudicator", wording, target)
