"""What the engine must do for the trial as a whole: analyses that events have made stale."""

from collections.abc import Mapping

from domain.endpoints import ENDPOINTS
from domain.standing import Standing
from events.conduct import AnalysisPerformed, AuditPerformed, DataCutDeclared, ProjectionDrifted
from events.consent import IdentityDisclosed, PatientForgotten, PatientIdentified
from events.event import Event
from events.follow_up import FollowUpScheduled, ReminderSent
from events.genomics import GenomicOrderDisputed, GenomicReportSetAside, GenomicTestCancelled, GenomicTestOrdered
from events.randomisation import AllocationDrawn, AllocationListCommitted

_WITHOUT_EFFECT: tuple[type[Event], ...] = (
    AllocationDrawn,
    AllocationListCommitted,
    AnalysisPerformed,
    AuditPerformed,
    DataCutDeclared,
    FollowUpScheduled,
    GenomicOrderDisputed,
    GenomicReportSetAside,
    GenomicTestCancelled,
    GenomicTestOrdered,
    IdentityDisclosed,
    PatientForgotten,
    PatientIdentified,
    ProjectionDrifted,
    ReminderSent,
)


def touches_analyses(event: Event) -> bool:
    """Whether an event can change a result."""
    return not isinstance(event, _WITHOUT_EFFECT)


def analysed_at(trial: Standing) -> Mapping[str, int]:
    """The position each endpoint was last analysed at; 0 for never."""
    last = {entry.event.endpoint: entry.event.position for entry in trial.every(AnalysisPerformed)}
    return {code: last.get(code, 0) for code in ENDPOINTS}


def stale(trial: Standing, last_touched: int) -> tuple[str, ...]:
    """The endpoints last analysed before position `last_touched`."""
    return tuple(code for code, position in analysed_at(trial).items() if position < last_touched)
