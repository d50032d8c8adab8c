"""Commands of follow-up."""

import re
from typing import ClassVar

from domain.decisions.command import Ask, Circumstances, Report
from domain.decisions.reporting import report
from domain.patient import Patient
from domain.protocol.edition import Edition
from domain.rejections import NoSuchEntry, OutOfOrder
from domain.visit_windows import anchor, to_schedule
from events.event import Event
from events.follow_up import (
    Contact,
    ContactMade,
    DiseaseAssessed,
    DiseaseAssessment,
    FollowUpLost,
    FollowUpResumed,
    FollowUpScheduled,
    LossReason,
    MissedVisit,
    Reminder,
    ReminderSent,
    Visit,
    VisitDone,
    VisitMissed,
)

UNSCHEDULED = "unscheduled"
_YEARLY = re.compile("[6-9]y|[1-9][0-9]y")
WEEKLY_VISITS = tuple(f"week-{week}" for week in range(1, 11))


class ScheduleFollowUp(Ask):
    """Set out the follow-up visits from the end of radiotherapy (Table 1)."""

    wire: ClassVar[str] = "schedule-follow-up"
    title: ClassVar[str] = "Follow-up schedule"
    by_engine: ClassVar[bool] = True


class RecordVisit(Visit, Report):
    """A visit took place."""

    wire: ClassVar[str] = "record-visit"
    title: ClassVar[str] = "Visit"
    day_is: ClassVar[str] = "The day of the visit."
    records: ClassVar[type[Event]] = VisitDone
    identity: ClassVar[tuple[str, ...] | None] = ("visit",)

    @property
    def account_of(self) -> tuple[str, ...]:
        """An unscheduled visit is told apart by its date."""
        return ("visit", "occurred_on") if self.visit == UNSCHEDULED else ("visit",)


class RecordMissedVisit(MissedVisit, Report):
    """A visit did not take place."""

    wire: ClassVar[str] = "record-missed-visit"
    title: ClassVar[str] = "Missed visit"
    day_is: ClassVar[str] = "The day on which it was certain that it would not take place."
    records: ClassVar[type[Event]] = VisitMissed
    identity: ClassVar[tuple[str, ...] | None] = ("visit",)


class RecordAssessment(DiseaseAssessment, Report):
    """The disease was assessed outside the visit schedule."""

    wire: ClassVar[str] = "record-assessment"
    title: ClassVar[str] = "Assessment of disease"
    day_is: ClassVar[str] = "The day of the assessment."
    records: ClassVar[type[Event]] = DiseaseAssessed


class RecordContact(Contact, Report):
    """The patient was known alive on this date."""

    wire: ClassVar[str] = "record-contact"
    title: ClassVar[str] = "Contact"
    day_is: ClassVar[str] = "The day on which she was known alive."
    must_be_said: ClassVar[frozenset[str]] = frozenset({"channel"})
    records: ClassVar[type[Event]] = ContactMade


class RecordLoss(LossReason, Report):
    """The patient can no longer be reached: nobody is reminded of her visits any more."""

    wire: ClassVar[str] = "record-loss"
    title: ClassVar[str] = "Loss to follow-up"
    day_is: ClassVar[str] = "The day on which she was given up as lost."
    records: ClassVar[type[Event]] = FollowUpLost


class RecordReturn(Report):
    """A patient thought lost is followed again."""

    wire: ClassVar[str] = "record-return"
    title: ClassVar[str] = "Return to follow-up"
    day_is: ClassVar[str] = "The day on which she was reached again."
    records: ClassVar[type[Event]] = FollowUpResumed


class RecordReminder(Reminder, Report):
    """A reminder about a visit went out."""

    wire: ClassVar[str] = "record-reminder"
    title: ClassVar[str] = "Reminder"
    by_engine: ClassVar[bool] = True
    records: ClassVar[type[Event]] = ReminderSent
    identity: ClassVar[tuple[str, ...] | None] = ("key",)


def schedule_follow_up(command: ScheduleFollowUp, patient: Patient, circumstances: Circumstances) -> list[Event]:
    """The visits from the present anchor; nothing when they are set out so already, or when she has died since.

    Decided on the day the schedule is of, which stands in the log: a log that records later decides the same again.
    """
    start = anchor(patient, circumstances.edition)
    if start is None:
        raise OutOfOrder(
            "radiotherapy", "not ended", "follow-up is counted from its end", "Record how radiotherapy ended first"
        )
    last = patient.last(FollowUpScheduled)
    visits = to_schedule(patient, start, circumstances.edition, command.occurred_on.latest)
    if last is not None and (patient.death or (last.event.anchor, last.event.visits) == (start.kind, visits)):
        return []
    return [FollowUpScheduled(occurred_on=command.occurred_on, anchor=start.kind, anchored_on=start.on, visits=visits)]


def record_visit(
    command: RecordVisit | RecordMissedVisit, patient: Patient, circumstances: Circumstances
) -> list[Event]:
    """Keep a visit the protocol knows; unscheduled ones any number of times. Raises `NoSuchEntry`."""
    require_known_visit(command.visit, circumstances.edition)
    return report(command, patient)


def require_known_visit(visit: str, edition: Edition) -> None:
    """Raises `NoSuchEntry` for a visit that is no column of Table 1."""
    columns = [column.id for column in edition.columns]
    if edition.reading("PQ-21") == "then-yearly" and _YEARLY.fullmatch(visit):
        return
    if visit not in {"baseline", *WEEKLY_VISITS, *columns, UNSCHEDULED}:
        raise NoSuchEntry(
            "visit",
            repr(visit),
            "no such visit (Protocol: Table 1)",
            f"Use baseline, {WEEKLY_VISITS[0]} to {WEEKLY_VISITS[-1]}, {', '.join(columns)}, or {UNSCHEDULED}",
        )
