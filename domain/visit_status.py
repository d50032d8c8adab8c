"""What became of each scheduled visit: upcoming, open, overdue, done, partial, out of window or missed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from domain.patient import Patient
from domain.protocol.edition import Edition
from domain.visit_windows import scheduled_visits, weekly_visits
from events.follow_up import Assessment, ScheduledVisit, VisitDone, VisitMissed
from events.recorded import Recorded

Status = Literal["upcoming", "open", "overdue", "done", "partial", "out-of-window", "missed"]


@dataclass(frozen=True, slots=True)
class VisitState:
    """A scheduled visit on a day. `missing` are the assessments due at it that were not done; `entries` tell of it."""

    visit: ScheduledVisit
    status: Status
    missing: tuple[Assessment, ...] = ()
    entries: tuple[UUID, ...] = ()


def visit_states(patient: Patient, edition: Edition, today: date) -> tuple[VisitState, ...]:
    """Every weekly and follow-up visit of the schedule, in order."""
    return tuple(_states(patient, (*weekly_visits(patient, edition), *scheduled_visits(patient)), today))


def _states(patient: Patient, visits: tuple[ScheduledVisit, ...], today: date) -> Iterator[VisitState]:
    done = {entry.event.visit: entry for entry in patient.every(VisitDone)}
    missed = {entry.event.visit: entry for entry in patient.every(VisitMissed)}
    for visit in visits:
        if visit.visit in done:
            yield _done(visit, done[visit.visit])
        elif visit.visit in missed:
            yield VisitState(visit, "missed", visit.assessments, (missed[visit.visit].event_id,))
        else:
            yield VisitState(visit, _to_come(visit, today))


def _done(visit: ScheduledVisit, entry: Recorded[VisitDone]) -> VisitState:
    """A visit that surely lies outside its window is out of window, whatever was done at it."""
    missing = tuple(due for due in visit.assessments if due not in entry.event.assessments)
    outside = entry.occurred_on.latest < visit.opens or entry.occurred_on.earliest > visit.closes
    status: Status = "out-of-window" if outside else "partial" if missing else "done"
    return VisitState(visit, status, missing, (entry.event_id,))


def _to_come(visit: ScheduledVisit, today: date) -> Status:
    if today < visit.opens:
        return "upcoming"
    return "open" if today <= visit.closes else "overdue"
