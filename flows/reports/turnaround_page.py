"""The page of the laboratory: how long results take, what it still owes, and reports nobody may act on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from statistics import median

from domain.genomic_test import disputed_order
from events.genomics import GenomicReportSetAside
from flows.reports.links import patient_link
from flows.reports.markdown import number_of, share, shortened_table, table
from flows.reports.trial_view import TrialView
from store.projections.laboratory_orders import LaboratoryOrderRow, laboratory_orders

_ORDERED = ("Order", "Patient", "Ordered", "Reported", "Days")


def turnaround_page(view: TrialView) -> str:
    """Turn-around of the RecurIndex test from order to first report, open orders, and reports set aside."""
    orders = [order for patient in view.patients for order in laboratory_orders(patient)]
    answered = [order for order in orders if order.days is not None]
    waiting = [order for order in orders if order.days is None and not order.cancelled]
    expected = view.edition.result_expected_days
    newest = sorted(answered, key=lambda order: (order.reported_on or "", order.order_key), reverse=True)
    parts = [
        f"# Laboratory turn-around on {view.today}",
        f"{number_of(len(orders), 'test')} ordered, {len(answered)} answered, {len(waiting)} open, "
        f"{sum(order.cancelled for order in orders)} cancelled. A result is expected within {expected} days.",
        _speed(answered, expected),
        "## Open orders",
        _open(waiting, view.today, expected),
        *_disputed(view),
        *_set_aside(view),
        "## Answered",
        shortened_table(_ORDERED, [_row(order) for order in newest], "imni projection laboratory-orders"),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _speed(answered: Sequence[LaboratoryOrderRow], expected: int) -> str:
    days = sorted(order.days for order in answered if order.days is not None)
    if not days:
        return "No result yet."
    in_time = sum(taken <= expected for taken in days)
    row = (f"{median(days):g}", days[(9 * len(days) - 1) // 10], days[-1], f"{in_time} ({share(in_time, len(days))})")
    return table(("Median days", "Nine of ten within", "Longest", f"Within {expected} days"), [row])


def _open(waiting: Sequence[LaboratoryOrderRow], today: date, expected: int) -> str:
    if not waiting:
        return "The laboratory owes nothing."
    rows = [
        (order.order_key, patient_link(order.patient_id), order.ordered_on, days, "**overdue**" * (days > expected))
        for order in sorted(waiting, key=lambda order: order.ordered_on)
        for days in [(today - date.fromisoformat(order.ordered_on)).days]
    ]
    return shortened_table(("Order", "Patient", "Ordered", "Days so far", ""), rows, "imni worklist")


def _disputed(view: TrialView) -> Sequence[str]:
    rows = [
        (entry.event.order_key, patient_link(patient.patient_id), entry.event.problem)
        for patient in view.patients
        if (entry := disputed_order(patient))
    ]
    heading = ("Order", "Patient", "Problem")
    return ("## To settle with the laboratory", shortened_table(heading, rows, "imni worklist")) if rows else ()


def _set_aside(view: TrialView) -> Sequence[str]:
    """Reports that belong to nobody stand in the trial's own stream."""
    held = [(patient_link(p.patient_id), e) for p in view.patients for e in p.every(GenomicReportSetAside)]
    held += [("", entry) for entry in view.trial.every(GenomicReportSetAside)]
    rows = [
        (entry.occurred_on, entry.event.report_id, entry.event.report_version, whose, entry.event.problem)
        for whose, entry in held
    ]
    heading = ("Date", "Report", "Version", "Patient", "Problem")
    return ("## Reports set aside", shortened_table(heading, rows, "imni history")) if rows else ()


def _row(order: LaboratoryOrderRow) -> tuple[object, ...]:
    return (order.order_key, patient_link(order.patient_id), order.ordered_on, order.reported_on, order.days)
