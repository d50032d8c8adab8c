"""Every event of the trial by wire name: the one place where an event is registered."""

import json
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import get_args

from pydantic import ValidationError

from events.conduct import (
    AnalysisPerformed,
    AuditPerformed,
    DataCutDeclared,
    ProjectionDrifted,
    ProtocolEditionActivated,
    QueryAnswered,
    QueryClosed,
    QueryOpened,
    ReadingChosen,
    ResultsDisclosed,
    TrialOpened,
    WorkItemReleased,
    WorkItemSetAside,
)
from events.consent import ConsentSigned, ConsentWithdrawn, IdentityDisclosed, PatientForgotten, PatientIdentified
from events.corrections import EntryCorrected, EntryVoided
from events.event import Event
from events.follow_up import (
    ContactMade,
    DiseaseAssessed,
    FollowUpLost,
    FollowUpResumed,
    FollowUpScheduled,
    ReminderSent,
    VisitDone,
    VisitMissed,
)
from events.genomics import (
    CancelledOrderSettled,
    GenomicOrderDisputed,
    GenomicReportSetAside,
    GenomicResultAmended,
    GenomicResultReported,
    GenomicResultWithdrawn,
    GenomicTestCancelled,
    GenomicTestOrdered,
)
from events.outcomes import (
    ContralateralCancerDiagnosed,
    DeathReported,
    OutcomeAdjudicated,
    RecurrenceConfirmed,
    RecurrenceRefuted,
    RecurrenceSuspected,
    SecondPrimaryDiagnosed,
)
from events.radiotherapy import (
    FractionDelivered,
    FractionMissed,
    NodalVolumeDelivered,
    PlanDoseReported,
    PlanReviewed,
    RadiotherapyCompleted,
    RadiotherapyNeverStarted,
    RadiotherapyPlanned,
    RadiotherapyStarted,
    RadiotherapyStoppedEarly,
)
from events.randomisation import AllocationEvent, AllocationTakenOver, PatientRandomised
from events.recorded import Recorded, StoredEvent
from events.safety import (
    AdverseEventRecorded,
    SeriousAdverseEventAssessed,
    SeriousAdverseEventClosed,
    SeriousAdverseEventDeclared,
    SeriousAdverseEventReported,
)
from events.screening import (
    EligibilityConfirmed,
    MedicalHistoryRecorded,
    PathologyReported,
    PatientScreened,
    PerformanceStatusRecorded,
    ScreeningFailed,
    StagingRecorded,
    SurgeryRecorded,
    TreatmentTimingRecorded,
)
from events.upcasting import UPCASTS, Upcast, upcast

ScreeningEvent = (
    PatientScreened
    | PathologyReported
    | SurgeryRecorded
    | StagingRecorded
    | MedicalHistoryRecorded
    | PerformanceStatusRecorded
    | TreatmentTimingRecorded
    | EligibilityConfirmed
    | ScreeningFailed
)
ConsentEvent = ConsentSigned | ConsentWithdrawn | PatientIdentified | PatientForgotten | IdentityDisclosed
GenomicEvent = (
    GenomicTestOrdered
    | GenomicOrderDisputed
    | GenomicTestCancelled
    | CancelledOrderSettled
    | GenomicResultReported
    | GenomicResultAmended
    | GenomicResultWithdrawn
    | GenomicReportSetAside
)
RandomisationEvent = PatientRandomised | AllocationTakenOver
RadiotherapyEvent = (
    RadiotherapyPlanned
    | PlanDoseReported
    | PlanReviewed
    | RadiotherapyStarted
    | FractionDelivered
    | FractionMissed
    | RadiotherapyCompleted
    | RadiotherapyStoppedEarly
    | RadiotherapyNeverStarted
    | NodalVolumeDelivered
)
FollowUpEvent = (
    FollowUpScheduled
    | VisitDone
    | VisitMissed
    | DiseaseAssessed
    | ContactMade
    | FollowUpLost
    | FollowUpResumed
    | ReminderSent
)
SafetyEvent = (
    AdverseEventRecorded
    | SeriousAdverseEventDeclared
    | SeriousAdverseEventReported
    | SeriousAdverseEventAssessed
    | SeriousAdverseEventClosed
)
OutcomeEvent = (
    RecurrenceSuspected
    | RecurrenceConfirmed
    | RecurrenceRefuted
    | ContralateralCancerDiagnosed
    | SecondPrimaryDiagnosed
    | DeathReported
    | OutcomeAdjudicated
)
CorrectionEvent = EntryCorrected | EntryVoided
QualityEvent = QueryOpened | QueryAnswered | QueryClosed | WorkItemSetAside | WorkItemReleased

PatientEvent = (
    ScreeningEvent
    | ConsentEvent
    | GenomicEvent
    | RandomisationEvent
    | RadiotherapyEvent
    | FollowUpEvent
    | SafetyEvent
    | OutcomeEvent
    | CorrectionEvent
    | QualityEvent
)
"""What can happen in a patient's stream."""

TrialEvent = (
    TrialOpened
    | ProtocolEditionActivated
    | ReadingChosen
    | DataCutDeclared
    | AnalysisPerformed
    | AuditPerformed
    | ProjectionDrifted
    | ResultsDisclosed
    | GenomicReportSetAside
    | QualityEvent
    | ReminderSent
)
"""What can happen in the trial's own stream."""


class UnreadableEvent(Exception):
    """A stored event whose type is unknown or whose payload does not fit it."""

    def __init__(self, wire_name: str, problem: str) -> None:
        super().__init__(wire_name, problem)
        self.wire_name = wire_name
        self.problem = problem

    def __str__(self) -> str:
        return f"{self.wire_name}: {self.problem}"


def _by_wire_name(unions: Iterable[object]) -> Mapping[str, type[Event]]:
    classes: set[type[Event]] = {member for union in unions for member in get_args(union)}
    return MappingProxyType({member.type: member for member in sorted(classes, key=lambda member: member.type)})


CATALOGUE: Mapping[str, type[Event]] = _by_wire_name((PatientEvent, TrialEvent, AllocationEvent))


def encode(event: Event) -> bytes:
    """The bytes of an event's payload, as they are stored and hashed."""
    return event.__pydantic_serializer__.to_json(event, exclude_none=True)


def decode(
    wire_name: str,
    data: bytes | str,
    catalogue: Mapping[str, type[Event]] = CATALOGUE,
    upcasts: Mapping[str, Upcast] = UPCASTS,
) -> Event:
    """Read a stored payload as the newest version of its event. Raises `UnreadableEvent`."""
    if wire_name in upcasts:
        wire_name, data = _newest(wire_name, data, upcasts)
    event_class = catalogue.get(wire_name)
    if event_class is None:
        raise UnreadableEvent(wire_name, "no such event type: the program is older than the log, or the log is damaged")
    try:
        return event_class.__pydantic_validator__.validate_json(data)
    except ValidationError as problem:
        raise UnreadableEvent(wire_name, str(problem)) from None


def _newest(wire_name: str, data: bytes | str, upcasts: Mapping[str, Upcast]) -> tuple[str, str]:
    try:
        newest, payload = upcast(wire_name, json.loads(data), upcasts)
    except (ValueError, LookupError, TypeError) as problem:
        raise UnreadableEvent(wire_name, f"cannot be brought to its newest version: {problem!r}") from None
    return newest, json.dumps(payload)


def read(stored: StoredEvent) -> Recorded[Event]:
    """Open a stored event's envelope. Raises `UnreadableEvent`."""
    return Recorded(
        event=decode(stored.type, stored.data),
        position=stored.position,
        stream=stored.stream,
        version=stored.version,
        event_id=stored.event_id,
        recorded_at=stored.recorded_at,
        provenance=stored.provenance,
    )
