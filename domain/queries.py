"""Questions about a patient's data until they are closed: how old they are, and those the engine asks by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from domain.genomic_test import supersedes_all
from domain.patient import Patient
from domain.protocol.edition import Edition
from domain.protocol.reminder_steps import Topic
from domain.standing import Standing
from events.clinical_date import ClinicalDate
from events.conduct import QueryAnswered, QueryClosed, QueryOpened
from events.genomics import GenomicReport, GenomicReportSetAside
from events.recorded import Recorded

_RISK_CLASS = "risk-class"
_REPORT = "report"
DRIFT = "drift"
"""What the queries about a projection that differed from the log are numbered under."""


@dataclass(frozen=True, slots=True)
class StandingQuery:
    """A query that nobody has closed; `answer` is the newest answer to it, None while it waits for one."""

    opened: Recorded[QueryOpened]
    answer: Recorded[QueryAnswered] | None

    @property
    def query_id(self) -> str:
        """Its number."""
        return self.opened.event.query_id

    @property
    def topic(self) -> Topic:
        """What the reminders of it are about: a projection that differed from the log has words of its own."""
        return "drift" if self.query_id.partition("/")[0] == DRIFT else "query"

    @property
    def is_about_risk_class(self) -> bool:
        """Whether the engine opened it, about a class that contradicts its score."""
        return self.query_id.partition("/")[0] == _RISK_CLASS

    def answer_due(self, edition: Edition) -> date:
        """The last good day for an answer."""
        return edition.reminders.ladders[self.topic].due_on(self.opened.occurred_on.latest)

    def days_open(self, today: date) -> int:
        """How many days ago it was asked."""
        return (today - self.opened.occurred_on.latest).days

    def is_aged(self, edition: Edition, today: date) -> bool:
        """Whether it stands longer than an answer may take, answered or not."""
        return self.days_open(today) > edition.query_answer_days


def standing_queries(asked_of: Standing) -> tuple[StandingQuery, ...]:
    """Every query of a patient, or of the trial, that is not closed, in the order asked."""
    closed = {entry.event.query_id for entry in asked_of.every(QueryClosed)}
    answers = {entry.event.query_id: entry for entry in asked_of.every(QueryAnswered)}
    return tuple(
        StandingQuery(opened, answers.get(opened.event.query_id))
        for opened in asked_of.every(QueryOpened)
        if opened.event.query_id not in closed
    )


def risk_class_query(
    report: GenomicReport, patient: Patient, edition: Edition, on: ClinicalDate
) -> tuple[QueryOpened, ...]:
    """The query that a report opens whose class is not the one of its score; none while such a query stands.

    Until score and class agree the patient is not randomised. Protocol: Trial design; question PQ-04.
    """
    score, reported = report.score_18gene, report.class_reported
    if score is None or reported is None or not supersedes_all(report, patient):
        return ()
    derived = edition.genomic.classify(score)
    if derived == reported or any(query.is_about_risk_class for query in standing_queries(patient)):
        return ()
    question = (
        f"Report {report.report_id} version {report.report_version}: score {score} is {derived} risk by the protocol, "
        f"reported as {reported}. Which is right?"
    )
    return (QueryOpened(occurred_on=on, query_id=next_query_id(_RISK_CLASS, patient), question=question),)


def set_aside_query(aside: GenomicReportSetAside, asked_of: Standing) -> QueryOpened:
    """The query that asks what becomes of a report nobody may act on. Its number is not the laboratory's."""
    question = (
        f"Report {aside.report_id} version {aside.report_version} was set aside: {aside.problem[:600]}. "
        "Whose is it, and what becomes of it? Ask the laboratory."
    )
    return QueryOpened(occurred_on=aside.occurred_on, query_id=next_query_id(_REPORT, asked_of), question=question)


def next_query_id(kind: str, asked_of: Standing) -> str:
    """The next number of the queries of one kind that the engine opens."""
    asked = [entry for entry in asked_of.every(QueryOpened) if entry.event.query_id.startswith(f"{kind}/")]
    return f"{kind}/{len(asked) + 1}"
