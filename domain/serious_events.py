"""Serious adverse events and their clocks: what must be reported by when, and what was too late.

Clocks run on UTC instants from the moment the site became aware, whatever was entered when. An event that is no longer
serious, or void, stops them; once it is serious again they run as if they had never stopped.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import assert_never

from domain.patient import Patient
from domain.protocol.edition import Edition, SeriousEventClock
from events.event import Event
from events.recorded import Recorded
from events.safety import (
    SeriousAdverseEventAssessed,
    SeriousAdverseEventClosed,
    SeriousAdverseEventDeclared,
    SeriousAdverseEventReported,
    SeriousCriterion,
)

_FATAL = frozenset({SeriousCriterion.DEATH})
_GRAVE = frozenset({SeriousCriterion.DEATH, SeriousCriterion.LIFE_THREATENING})
_PREGNANCY = frozenset({SeriousCriterion.PREGNANCY})


@dataclass(frozen=True, slots=True)
class RunningClock:
    """One clock of one serious adverse event. `met` is the entry that stopped it, None while it still runs."""

    clock: SeriousEventClock
    declared: Recorded[SeriousAdverseEventDeclared]
    started_at: datetime
    met: Recorded[Event] | None

    @property
    def sae_id(self) -> str:
        """The number of the serious adverse event."""
        return self.declared.event.sae_id

    @property
    def due_at(self) -> datetime:
        """The last good instant."""
        return self.started_at + self.clock.limit

    def is_overdue(self, now: datetime) -> bool:
        """Whether it still runs at an instant past its limit."""
        return self.met is None and now >= self.due_at

    def step(self, now: datetime) -> int:
        """How often it has escalated by an instant: 0 at first, one more when it is overdue, none once it is met."""
        if self.met is not None:
            return 0
        return sum(now >= at for at in self.steps[1:])

    @property
    def steps(self) -> tuple[datetime, ...]:
        """The instants at which somebody is told: when it starts, at each escalation, and when it has run out."""
        return (self.started_at, *(self.started_at + after for after in self.clock.escalates), self.due_at)

    def due_on(self, edition: Edition) -> date:
        """The day of the site it runs out on."""
        return self.due_at.astimezone(edition.site_zone).date()


def open_serious_events(patient: Patient) -> tuple[str, ...]:
    """The numbers of the serious adverse events nobody has closed."""
    closed = {entry.event.sae_id for entry in patient.every(SeriousAdverseEventClosed)}
    declared = (entry.event.sae_id for entry in patient.every(SeriousAdverseEventDeclared))
    return tuple(sae_id for sae_id in declared if sae_id not in closed)


def running_clocks(patient: Patient, edition: Edition) -> Iterator[RunningClock]:
    """Every clock of every serious adverse event that stands, stopped ones included."""
    for declared in patient.every(SeriousAdverseEventDeclared):
        assessed = _assessment(patient, declared)
        if assessed is not None and assessed.event.serious == "no":
            continue
        for clock in edition.clocks:
            started_at = _started_at(patient, declared, clock, edition)
            if started_at is not None and _applies(clock, declared, assessed):
                yield RunningClock(clock, declared, started_at, _met_by(patient, declared, clock))


def _assessment(
    patient: Patient, declared: Recorded[SeriousAdverseEventDeclared]
) -> Recorded[SeriousAdverseEventAssessed] | None:
    about = [a for a in patient.every(SeriousAdverseEventAssessed) if a.event.sae_id == declared.event.sae_id]
    return about[-1] if about else None


def _applies(
    clock: SeriousEventClock,
    declared: Recorded[SeriousAdverseEventDeclared],
    assessed: Recorded[SeriousAdverseEventAssessed] | None,
) -> bool:
    """What nobody has assessed counts as related."""
    criteria = frozenset(declared.event.criteria)
    match clock.applies:
        case "every":
            return True
        case "fatal":
            return bool(criteria & _FATAL)
        case "fatal-or-life-threatening":
            return bool(criteria & _GRAVE)
        case "other-related":
            unrelated = assessed is not None and assessed.event.related == "no"
            return not (criteria & _GRAVE or criteria == _PREGNANCY or unrelated)
        case _:
            assert_never(clock.applies)


def _started_at(
    patient: Patient, declared: Recorded[SeriousAdverseEventDeclared], clock: SeriousEventClock, edition: Edition
) -> datetime | None:
    match clock.starts:
        case "awareness":
            return declared.event.aware_at.astimezone(UTC)
        case "record":
            return declared.recorded_at
        case "first-report":
            reported = [_reported_at(notice, edition) for notice in _notices(patient, declared, "ethics-committee")]
            return min(reported, default=None)
        case _:
            assert_never(clock.starts)


def _reported_at(notice: Recorded[SeriousAdverseEventReported], edition: Edition) -> datetime:
    """When a notice went out: before it was entered, and by the end of its day."""
    next_day = notice.occurred_on.latest + timedelta(days=1)
    return min(notice.recorded_at, datetime.combine(next_day, time.min, edition.site_zone).astimezone(UTC))


def _met_by(
    patient: Patient, declared: Recorded[SeriousAdverseEventDeclared], clock: SeriousEventClock
) -> Recorded[Event] | None:
    match clock.met_by:
        case "assessment":
            return _first_assessment(patient, declared)
        case "notice-to-investigator":
            return next(iter(_notices(patient, declared, "principal-investigator")), None)
        case "notice-to-ethics":
            return next(iter(_notices(patient, declared, "ethics-committee")), None)
        case "follow-up-to-ethics":
            notices = _notices(patient, declared, "ethics-committee")
            return next((notice for notice in notices if notice.event.kind == "follow-up"), None)
        case _:
            assert_never(clock.met_by)


def _first_assessment(
    patient: Patient, declared: Recorded[SeriousAdverseEventDeclared]
) -> Recorded[SeriousAdverseEventAssessed] | None:
    about = (a for a in patient.every(SeriousAdverseEventAssessed) if a.event.sae_id == declared.event.sae_id)
    return next(about, None)


def _notices(
    patient: Patient, declared: Recorded[SeriousAdverseEventDeclared], to: str
) -> list[Recorded[SeriousAdverseEventReported]]:
    every = patient.every(SeriousAdverseEventReported)
    return [notice for notice in every if notice.event.sae_id == declared.event.sae_id and notice.event.to == to]
