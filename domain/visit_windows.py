"""Visits and their windows: Table 1 set out from the end of radiotherapy, weekly visits during it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from domain.calendar_arithmetic import add_months
from domain.dose import planned_fractions
from domain.patient import Patient
from domain.protocol.edition import Edition, VisitColumn
from domain.start_of_radiotherapy import beginning
from events.follow_up import FollowUpScheduled, ScheduledVisit, VisitDone, VisitMissed
from events.radiotherapy import (
    FractionDelivered,
    Phase,
    RadiotherapyCompleted,
    RadiotherapyNeverStarted,
    RadiotherapyStoppedEarly,
)

AnchorKind = Literal["radiotherapy-completed", "last-fraction", "randomised-plus-planned-radiotherapy"]


@dataclass(frozen=True, slots=True)
class Anchor:
    """The day follow-up is counted from, and why that day."""

    kind: AnchorKind
    on: date


def anchor(patient: Patient, edition: Edition) -> Anchor | None:
    """The day follow-up counts from; None while radiotherapy is still to come or under way."""
    if completed := patient.last(RadiotherapyCompleted):
        return Anchor("radiotherapy-completed", completed.occurred_on.latest)
    if stopped := patient.last(RadiotherapyStoppedEarly):
        fractions = [entry.occurred_on.latest for entry in patient.every(FractionDelivered)]
        return Anchor("last-fraction", max(fractions, default=stopped.occurred_on.latest))
    if patient.has(RadiotherapyNeverStarted) and patient.allocation:
        planned = planned_radiotherapy_days(patient, edition)
        return Anchor("randomised-plus-planned-radiotherapy", patient.allocation.occurred_on.latest + planned)
    return None


def planned_radiotherapy_days(patient: Patient, edition: Edition) -> timedelta:
    """How long the planned course lasts at five fractions a week; the longest regimen when nothing was planned."""
    fractions = sum(planned_fractions(patient, edition, phase) for phase in Phase)
    longest = max(prescription.main.fractions for prescription in edition.prescriptions.values())
    return timedelta(weeks=-(-(fractions or longest) // 5))


def set_out(start: Anchor, edition: Edition, today: date | None = None) -> tuple[ScheduledVisit, ...]:
    """The visits of Table 1 from an anchor, with windows that do not overlap.

    After Table 1 follow-up goes on yearly (PQ-21): of those visits, the ones that open within a year from `today`.
    """
    return _table_1(start.on, (*edition.columns, *_yearly(start, edition, today)))


def _yearly(start: Anchor, edition: Edition, today: date | None) -> Iterator[VisitColumn]:
    if today is None or edition.reading("PQ-21") != "then-yearly":
        return
    last = edition.columns[-1]
    months = last.months + 12
    while _opens(start, last, months) <= add_months(today, 12):
        yield replace(last, id=f"{months // 12}y", months=months)
        months += 12


def grows_after(patient: Patient, edition: Edition, today: date) -> date | None:
    """A day before which no further yearly visit joins the schedule as it stands today; None when none ever does."""
    start = anchor(patient, edition)
    if start is None or edition.reading("PQ-21") != "then-yearly":
        return None
    last = edition.columns[-1]
    months = last.months + 12
    while _opens(start, last, months) <= add_months(today, 12):
        months += 12
    return add_months(_opens(start, last, months), -12) - timedelta(days=1)


def _opens(start: Anchor, column: VisitColumn, months: int) -> date:
    return add_months(start.on, months) - timedelta(days=column.window_days)


def to_schedule(patient: Patient, start: Anchor, edition: Edition, today: date) -> tuple[ScheduledVisit, ...]:
    """The schedule from an anchor as it now stands: visits done or missed stay where they were, open ones move.

    An open window that would reach into the window of a visit already settled begins after it.
    """
    settled = {entry.event.visit for kind in (VisitDone, VisitMissed) for entry in patient.every(kind)}
    kept = {visit.visit: visit for visit in scheduled_visits(patient) if visit.visit in settled}
    visits: list[ScheduledVisit] = []
    for visit in set_out(start, edition, today):
        settled_end = max((earlier.closes for earlier in visits if earlier.visit in kept), default=date.min)
        visits.append(kept.get(visit.visit) or _opening_after(visit, settled_end))
    return tuple(visits)


def _opening_after(visit: ScheduledVisit, settled_end: date) -> ScheduledVisit:
    if not visit.opens <= settled_end < visit.target:
        return visit
    return visit.model_copy(update={"opens": settled_end + timedelta(days=1)})


@lru_cache(maxsize=4096)
def _table_1(start: date, columns: tuple[VisitColumn, ...]) -> tuple[ScheduledVisit, ...]:
    return tuple(_kept_apart([_visit(column, start) for column in columns]))


def _visit(column: VisitColumn, start: date) -> ScheduledVisit:
    target = add_months(start + timedelta(days=column.days), column.months)
    window = timedelta(days=column.window_days)
    return ScheduledVisit(
        visit=column.id,
        target=target,
        opens=target - window,
        closes=target + window,
        assessments=column.assessments,
    )


def _kept_apart(visits: list[ScheduledVisit]) -> list[ScheduledVisit]:
    kept = list(visits)
    for index, (earlier, later) in enumerate(pairwise(visits)):
        if earlier.closes >= later.opens:
            middle = earlier.target + (later.target - earlier.target) / 2
            kept[index] = kept[index].model_copy(update={"closes": middle})
            kept[index + 1] = kept[index + 1].model_copy(update={"opens": middle + timedelta(days=1)})
    return kept


def weekly_visits(patient: Patient, edition: Edition) -> tuple[ScheduledVisit, ...]:
    """The weekly visits during radiotherapy: one a planned week, from its actual start."""
    started = beginning(patient)
    if started is None:
        return ()
    start, weeks = started.occurred_on.latest, planned_radiotherapy_days(patient, edition).days // 7
    window = timedelta(days=edition.weekly_window_days)
    targets = [start + timedelta(days=7 * week - 3) for week in range(1, weeks + 1)]
    return tuple(
        ScheduledVisit(
            visit=f"week-{week}",
            target=target,
            opens=target - window,
            closes=target + window,
            assessments=edition.weekly,
        )
        for week, target in enumerate(targets, start=1)
    )


def scheduled_visits(patient: Patient) -> tuple[ScheduledVisit, ...]:
    """The follow-up visits as last scheduled."""
    scheduled = patient.last(FollowUpScheduled)
    return scheduled.event.visits if scheduled else ()
