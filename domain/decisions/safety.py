"""Commands of safety."""

from typing import ClassVar

from domain.decisions.command import Report
from domain.decisions.reporting import report
from domain.patient import Patient
from domain.toxicity.terms import require_grade_of_term
from events.event import Event
from events.safety import (
    AdverseEvent,
    AdverseEventRecorded,
    SeriousAdverseEvent,
    SeriousAdverseEventAssessed,
    SeriousAdverseEventAssessment,
    SeriousAdverseEventClosed,
    SeriousAdverseEventDeclared,
    SeriousAdverseEventNotice,
    SeriousAdverseEventReference,
    SeriousAdverseEventReported,
)


class RecordAdverseEvent(AdverseEvent, Report):
    """A toxicity was graded."""

    wire: ClassVar[str] = "record-adverse-event"
    title: ClassVar[str] = "Adverse event"
    day_is: ClassVar[str] = "The day on which it was graded."
    records: ClassVar[type[Event]] = AdverseEventRecorded
    identity: ClassVar[tuple[str, ...] | None] = ("occurred_on", "term", "select", "scale", "scale_version")


class DeclareSeriousAdverseEvent(SeriousAdverseEvent, Report):
    """An adverse event is serious; its reporting clocks start when the site became aware."""

    wire: ClassVar[str] = "declare-serious-adverse-event"
    title: ClassVar[str] = "Serious adverse event"
    day_is: ClassVar[str] = "The day on which it became serious."
    records: ClassVar[type[Event]] = SeriousAdverseEventDeclared
    identity: ClassVar[tuple[str, ...] | None] = ("sae_id",)


class RecordSeriousAdverseEventNotice(SeriousAdverseEventNotice, Report):
    """A serious adverse event was reported to the principal investigator or the ethics committee."""

    wire: ClassVar[str] = "record-serious-adverse-event-notice"
    title: ClassVar[str] = "Notice of a serious adverse event"
    day_is: ClassVar[str] = "The day on which it was reported onwards."
    must_be_said: ClassVar[frozenset[str]] = frozenset({"kind"})
    records: ClassVar[type[Event]] = SeriousAdverseEventReported
    about: ClassVar[tuple[type[Event], str] | None] = (SeriousAdverseEventDeclared, "sae_id")
    identity: ClassVar[tuple[str, ...] | None] = ("sae_id", "to", "kind")


class AssessSeriousAdverseEvent(SeriousAdverseEventAssessment, Report):
    """The principal investigator's assessment: serious, related, expected. No longer serious stops the clocks."""

    wire: ClassVar[str] = "assess-serious-adverse-event"
    title: ClassVar[str] = "Assessment of a serious adverse event"
    day_is: ClassVar[str] = "The day of the assessment."
    must_be_said: ClassVar[frozenset[str]] = frozenset({"serious"})
    usual_role: ClassVar[str] = "principal-investigator"
    records: ClassVar[type[Event]] = SeriousAdverseEventAssessed
    newest_counts: ClassVar[bool] = True
    about: ClassVar[tuple[type[Event], str] | None] = (SeriousAdverseEventDeclared, "sae_id")


class CloseSeriousAdverseEvent(SeriousAdverseEventReference, Report):
    """A serious adverse event was followed to its end."""

    wire: ClassVar[str] = "close-serious-adverse-event"
    title: ClassVar[str] = "Closed serious adverse event"
    day_is: ClassVar[str] = "The day on which it ended."
    records: ClassVar[type[Event]] = SeriousAdverseEventClosed
    about: ClassVar[tuple[type[Event], str] | None] = (SeriousAdverseEventDeclared, "sae_id")
    identity: ClassVar[tuple[str, ...] | None] = ("sae_id",)


def record_adverse_event(command: RecordAdverseEvent, patient: Patient) -> list[Event]:
    """Keep a grading whose grade the term has. Raises `Implausible`."""
    require_grade_of_term(command)
    return report(command, patient)
