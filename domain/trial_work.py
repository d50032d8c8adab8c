"""What the engine must do for the trial as a whole: analyses that events have made stale."""

from collections.abc import Mapping

from domain.endpoints import ENDPOINTS
from domain.standing import Standing
from events.conduct import AnalysisPerformed, AuditPerformed, DataCutDeclared, ProjectionDrifted, ResultsDisclosed
from events.consent import IdentityDisclosed, PatientForgotten, PatientIdentified
from events.event import Event
from events.follow_up import FollowUpScheduled, ReminderSent
from events.genomics import (
    CancelledOrderSettled,
    GenomicOrderDisputed,
    GenomicReportSetAside,
    GenomicTestCancelled,
    GenomicTestOrdered,
)
from events.randomisation import AllocationDrawn, AllocationListCommitted, AllocationListRevealed, RecruitmentClosed
from events.recorded import Recorded

_WITHOUT_EFFECT: tuple[type[Event], ...] = (
    AllocationDrawn,
    AllocationListCommitted,
    AllocationListRevealed,
    AnalysisPerformed,
    AuditPerformed,
    CancelledOrderSettled,
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
    RecruitmentClosed,
    ReminderSent,
    ResultsDisclosed,
)


def touches_analyses(event: Event) -> bool:
    """Whether an event can change a result."""
    return not isinstance(event, _WITHOUT_EFFECT)


def analysed_at(trial: Standing) -> Mapping[str, int]:
    """The position each endpoint was last analysed at to keep up with the log; 0 for never."""
    last = {entry.event.endpoint: entry.event.position for entry in trial.every(AnalysisPerformed) if _keeps_up(entry)}
    return {code: last.get(code, 0) for code in ENDPOINTS}


def _keeps_up(entry: Recorded[AnalysisPerformed]) -> bool:
    """Whether it is of all that is known, and shown on the trial's pages: not one of the past, nor of a report."""
    told = entry.event
    now = told.cutoff is None and told.known_at is None
    return now and told.population == "itt" and entry.provenance.source.kind != "command-line"


def stale(trial: Standing, last_touched: int) -> tuple[str, ...]:
    """The endpoints last analysed before position `last_touched`."""
    return tuple(code for code, position in analysed_at(trial).items() if position < last_touched)
