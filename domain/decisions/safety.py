"""Commands of safety."""

from typing import ClassVar

from domain.decisions.command import Report
from events.event import Event
from events.safety import (
    AdverseEvent,
    AdverseEventRecorded,
    SeriousAdverseEvent,
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
    records: ClassVar[type[Event]] = AdverseEventRecorded
    identity: ClassVar[tuple[str, ...] | None] = ("occurred_on", "term", "scale", "scale_version")


class DeclareSeriousAdverseEvent(SeriousAdverseEvent, Report):
    """An adverse event is serious; its reporting clocks start when the site became aware."""

    wire: ClassVar[str] = "declare-serious-adverse-event"
    title: ClassVar[str] = "Serious adverse event"
    records: ClassVar[type[Event]] = SeriousAdverseEventDeclared
    identity: ClassVar[tuple[str, ...] | None] = ("sae_id",)


class RecordSeriousAdverseEventNotice(SeriousAdverseEventNotice, Report):
    """A serious adverse event was reported onwards."""

    wire: ClassVar[str] = "record-serious-adverse-event-notice"
    title: ClassVar[str] = "Notice of a serious adverse event"
    records: ClassVar[type[Event]] = SeriousAdverseEventReported
    about: ClassVar[tuple[type[Event], str] | None] = (SeriousAdverseEventDeclared, "sae_id")
    identity: ClassVar[tuple[str, ...] | None] = ("sae_id", "to")


class CloseSeriousAdverseEvent(SeriousAdverseEventReference, Report):
    """A serious adverse event was followed to its end."""

    wire: ClassVar[str] = "close-serious-adverse-event"
    title: ClassVar[str] = "Closed serious adverse event"
    records: ClassVar[type[Event]] = SeriousAdverseEventClosed
    about: ClassVar[tuple[type[Event], str] | None] = (SeriousAdverseEventDeclared, "sae_id")
    identity: ClassVar[tuple[str, ...] | None] = ("sae_id",)
