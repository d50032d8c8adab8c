"""One thing the protocol asks for next, for one patient."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from domain.protocol.reminder_steps import Asked, Wording

Doer = Literal["engine", "coordinator", "radiation-oncologist", "investigator", "adjudicator"]


class Work(StrEnum):
    """The kinds of work. Those of the engine are answered by a flow each; the rest by people."""

    ORDER_GENOMIC_TEST = "order-genomic-test"
    COLLECT_GENOMIC_RESULT = "collect-genomic-result"
    SCHEDULE_FOLLOW_UP = "schedule-follow-up"
    SEND_REMINDER = "send-reminder"

    COMPLETE_SCREENING = "complete-screening"
    OBTAIN_CONSENT = "obtain-consent"
    SETTLE_ORDER = "settle-order"
    SETTLE_CANCELLED_ORDER = "settle-cancelled-order"
    SETTLE_RISK_CLASS = "settle-risk-class"
    CONFIRM_ELIGIBILITY = "confirm-eligibility"
    RANDOMISE = "randomise"
    PLAN_RADIOTHERAPY = "plan-radiotherapy"
    REVIEW_PLAN = "review-plan"
    DELIVER_FRACTION = "deliver-fraction"
    RECORD_TREATMENT_END = "record-treatment-end"
    SEE_PATIENT = "see-patient"
    REPORT_SERIOUS_EVENT = "report-serious-event"
    ASSESS_SERIOUS_EVENT = "assess-serious-event"
    ANSWER_QUERY = "answer-query"
    RELEASE_WORK = "release-work"
    ADJUDICATE_OUTCOME = "adjudicate-outcome"


ENGINE_WORK = frozenset(
    {Work.ORDER_GENOMIC_TEST, Work.COLLECT_GENOMIC_RESULT, Work.SCHEDULE_FOLLOW_UP, Work.SEND_REMINDER}
)


@dataclass(frozen=True, slots=True)
class Note:
    """Which subject a reminder is about, whom it asks, and what it says in both languages.

    It goes out no earlier than `not_before`; only an `urgent` one goes out in the quiet hours.
    """

    subject: str
    step: str
    asked: Asked
    role: Wording
    title: Wording
    words: Wording
    not_before: datetime | None = None
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class WorkItem:
    """Open work. `key` is the same however often it is asked for; `due_on` is the last good day for it.

    `subject` says what the work is about: an order key, a visit, a reminder step. A reminder has a `note`. `known` is
    what else its form can be filled in with.
    """

    work: Work
    key: str
    patient_id: str
    due_on: date
    doer: Doer
    wording: str
    subject: str = ""
    note: Note | None = None
    known: tuple[tuple[str, str | int], ...] = ()


def reminder(patient_id: str, key: str, due_on: date, note: Note) -> WorkItem:
    """The work of sending one note about a patient, under a key of its own."""
    subject = f"{note.subject}/{note.step}"
    return WorkItem(Work.SEND_REMINDER, key, patient_id, due_on, "engine", note.words.english, subject, note)
