"""Follow-up: visits that are due, done or missed, and whether the patient can still be reached."""

from datetime import date
from enum import StrEnum
from typing import ClassVar, Literal

from pydantic import Field

from events.event import Event, Facts


class Assessment(StrEnum):
    """What is done at a visit. CBC: blood count. MYO_ENZYMES: myocardial enzymes. US_BREAST_NODES: ultrasound of
    breasts and nodes. LIVER_US: ultrasound of the liver. ECHO: echocardiography."""

    PHYSICAL_EXAMINATION = "PHYSICAL_EXAM"
    BLOOD_COUNT = "CBC"
    THYROID_FUNCTION = "THYROID"
    MYOCARDIAL_ENZYMES = "MYO_ENZYMES"
    CHEST_CT = "CHEST_CT"
    MAMMOGRAPHY = "MAMMOGRAPHY"
    BREAST_AND_NODE_ULTRASOUND = "US_BREAST_NODES"
    ECG = "ECG"
    ECHOCARDIOGRAPHY = "ECHO"
    TOXICITY = "TOXICITY"
    LIVER_FUNCTION = "LIVER_FUNCTION"
    RENAL_FUNCTION = "RENAL_FUNCTION"
    LIVER_ULTRASOUND = "LIVER_US"


_VISITS = "Column of Table 1: baseline, week-1 …, 4w, 6m, 12m, 18m, 2y, 3y, 4y, 5y"


class DiseaseStatus(StrEnum):
    """What is seen of the cancer. NOT_ASSESSED does not count as an assessment."""

    NO_EVIDENCE = "NO_EVIDENCE"
    SUSPICION = "SUSPICION"
    RECURRENCE = "RECURRENCE"
    NOT_ASSESSED = "NOT_ASSESSED"


class Visit(Facts):
    """A visit that took place."""

    visit: str = Field(
        min_length=1,
        max_length=20,
        title="Which visit",
        description=f"{_VISITS}, or unscheduled.",
        examples=["6m"],
    )
    assessments: tuple[Assessment, ...] = Field(default=(), title="Assessments done")
    disease_status: DiseaseStatus = Field(title="Disease status")


class MissedVisit(Facts):
    """A visit that did not take place."""

    visit: str = Field(min_length=1, max_length=20, title="Which visit", description=f"{_VISITS}.", examples=["12m"])
    reason: str = Field(default="", max_length=500, title="Reason", examples=["she is abroad"])


class DiseaseAssessment(Facts):
    """An assessment of disease outside the visit schedule."""

    disease_status: DiseaseStatus = Field(title="Disease status")


class Contact(Facts):
    """News that the patient is alive; it moves overall survival, not the assessment of disease."""

    channel: Literal["telephone", "clinic", "message", "registry", "other"] = Field(default="other", title="How")


class LossReason(Facts):
    """Why the patient can no longer be followed."""

    reason: str = Field(default="", max_length=500, title="Reason", examples=["she is abroad"])


class Reminder(Facts):
    """A reminder that went out; `key` is the same however often it is tried.

    `subject` is a visit, or the topic of other work that people owe; `asked` is the role it was addressed to.
    """

    key: str = Field(min_length=1, max_length=200)
    subject: str = Field(min_length=1, max_length=50)
    step: str = Field(min_length=1, max_length=50)
    asked: str = Field(min_length=1, max_length=50)
    channel: str = Field(min_length=1, max_length=100)


class ScheduledVisit(Facts):
    """One visit of the schedule with its window; both ends belong to it."""

    visit: str
    target: date
    opens: date
    closes: date
    assessments: tuple[Assessment, ...]


class FollowUpScheduled(Event):
    """The follow-up visits were set out from `anchor` (Table 1). A later schedule replaces an earlier one."""

    type: ClassVar[str] = "follow-up-scheduled.v1"

    anchor: Literal["radiotherapy-completed", "last-fraction", "randomised-plus-planned-radiotherapy"]
    anchored_on: date
    visits: tuple[ScheduledVisit, ...]


class VisitDone(Visit, Event):
    """A visit took place."""

    type: ClassVar[str] = "visit-done.v1"


class VisitMissed(MissedVisit, Event):
    """A visit did not take place."""

    type: ClassVar[str] = "visit-missed.v1"


class DiseaseAssessed(DiseaseAssessment, Event):
    """The disease was assessed outside the schedule."""

    type: ClassVar[str] = "disease-assessed.v1"


class ContactMade(Contact, Event):
    """The patient was known alive on this date."""

    type: ClassVar[str] = "contact-made.v1"


class FollowUpLost(LossReason, Event):
    """The patient was declared lost to follow-up."""

    type: ClassVar[str] = "follow-up-lost.v1"


class FollowUpResumed(Event):
    """A patient thought lost is followed again."""

    type: ClassVar[str] = "follow-up-resumed.v1"


class ReminderSent(Reminder, Event):
    """People were reminded of a visit, or of other work they owe."""

    type: ClassVar[str] = "reminder-sent.v2"
