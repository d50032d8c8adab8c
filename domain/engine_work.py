"""What the engine itself must do for a patient: order, collect, schedule. Reminders are in files of their own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from domain.eligibility import clinical_risk, failed, weigh_all
from domain.genomic_test import (
    cancellation_to_settle,
    disputed_order,
    is_given_up,
    next_attempt,
    open_order,
    order_key,
    standing_result,
)
from domain.patient import Patient
from domain.protocol.edition import Edition
from domain.registry_stratum import is_treated_here
from domain.visit_windows import Anchor, anchor, to_schedule
from domain.work_item import Work, WorkItem
from events.consent import ConsentKind, ConsentWithdrawn, WithdrawalScope
from events.follow_up import FollowUpScheduled, ScheduledVisit, VisitDone, VisitMissed
from events.genomics import GenomicTestCancelled
from events.randomisation import AllocationTakenOver
from events.recorded import Recorded

_COLLECTING = (WithdrawalScope.DATA_COLLECTION, WithdrawalScope.DATA_USE)


def is_followed(patient: Patient) -> bool:
    """Whether anything may still be asked of the patient: alive, not lost, and data collection not withdrawn."""
    return patient.death is None and patient.lost is None and may_be_collected(patient)


def may_be_collected(patient: Patient) -> bool:
    """Whether data about the patient may still be asked of the site: neither their collection nor use is withdrawn."""
    return not any(patient.withdrew(scope) for scope in _COLLECTING)


def order_test(patient: Patient, edition: Edition, today: date) -> Iterator[WorkItem]:
    """The RecurIndex test is ordered for a clinically high-risk patient who agreed to it."""
    if cancellation_to_settle(patient, edition) or not _wants_test(patient, edition, today):
        return
    key = order_key(patient.patient_id, next_attempt(patient))
    yield WorkItem(Work.ORDER_GENOMIC_TEST, key, patient.patient_id, today, "engine", "Order the RecurIndex test", key)


def is_entering(patient: Patient) -> bool:
    """Whether the patient may still come to be randomised: not allocated, not failed, nothing withdrawn."""
    return patient.allocation is None and not patient.screening_failed and not patient.has(ConsentWithdrawn)


def _wants_test(patient: Patient, edition: Edition, today: date) -> bool:
    """Whether an order of the test is missing: she agreed, can still enter, and none is under way or given up."""
    if not _lacks_test(patient) or clinical_risk(patient, edition, today).passes is not True:
        return False
    return not failed(weigh_all(patient, edition, today))


def order_to_settle(patient: Patient, edition: Edition, today: date) -> Recorded[GenomicTestCancelled] | None:
    """The cancelled order of whom a person says whether another is placed, while she still wants the test."""
    cancelled = cancellation_to_settle(patient, edition)
    return cancelled if cancelled and _wants_test(patient, edition, today) else None


def _lacks_test(patient: Patient) -> bool:
    agreed = patient.consent(ConsentKind.GENOMIC_TEST) or patient.consent(ConsentKind.TRIAL)
    underway = open_order(patient) or disputed_order(patient) or standing_result(patient)
    return bool(agreed and not underway and is_entering(patient) and not is_given_up(patient))


def collect_result(patient: Patient, edition: Edition, today: date) -> Iterator[WorkItem]:
    """A result the laboratory still owes."""
    order = open_order(patient)
    if order is not None:
        due = order.occurred_on.latest + timedelta(days=edition.result_expected_days)
        key = order.event.order_key
        wording = "Collect the RecurIndex result" if today <= due else "RecurIndex result overdue: chase the laboratory"
        yield WorkItem(Work.COLLECT_GENOMIC_RESULT, f"result/{key}", patient.patient_id, due, "engine", wording, key)


def schedule(patient: Patient, edition: Edition, today: date) -> Iterator[WorkItem]:
    """Follow-up is set out when radiotherapy has ended, and again when that date moves.

    The key counts the schedules made before: a date that moves and moves back is set out anew each time.
    """
    start = to_set_out(patient, edition, today)
    if start is not None:
        made = sum(isinstance(entry.event, FollowUpScheduled) for entry in patient.history)
        key = f"follow-up/{patient.patient_id}/{start.on}/{made + 1}"
        wording = "Set out the follow-up visits"
        yield WorkItem(Work.SCHEDULE_FOLLOW_UP, key, patient.patient_id, today, "engine", wording, start.kind)


def to_set_out(patient: Patient, edition: Edition, today: date) -> Anchor | None:
    """The anchor that the standing schedule, if any, does not follow."""
    start, last = anchor(patient, edition), patient.last(FollowUpScheduled)
    if start is None or not is_treated_here(patient, edition):
        return None
    if last is None:
        return start
    is_set_out = (last.event.anchor, last.event.visits) == (start.kind, to_schedule(patient, start, edition, today))
    return None if is_set_out else start


def open_visits(patient: Patient, visits: tuple[ScheduledVisit, ...], edition: Edition) -> tuple[ScheduledVisit, ...]:
    """Visits neither done nor missed; what closed before a take-over was the old system's to record."""
    if patient.withdrew(WithdrawalScope.VISITS):
        return ()
    settled = {entry.event.visit for kind in (VisitDone, VisitMissed) for entry in patient.every(kind)}
    taken_over = patient.first(AllocationTakenOver)
    since = taken_over.recorded_at.astimezone(edition.site_zone).date() if taken_over else date.min
    return tuple(visit for visit in visits if visit.visit not in settled and visit.closes >= since)
