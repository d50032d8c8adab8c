"""The RecurIndex test of one patient: which order is open, which result stands."""

from __future__ import annotations

from domain.patient import Known, Patient
from domain.protocol.edition import Edition
from events.genomics import (
    CancelledOrderSettled,
    GenomicOrderDisputed,
    GenomicReport,
    GenomicResultAmended,
    GenomicResultReported,
    GenomicResultWithdrawn,
    GenomicTestCancelled,
    GenomicTestOrdered,
)
from events.recorded import Recorded

Result = Recorded[GenomicResultReported] | Recorded[GenomicResultAmended]


def results(patient: Patient) -> tuple[Result, ...]:
    """Every reported version of every report, in the order recorded."""
    reported: list[Result] = [*patient.every(GenomicResultReported), *patient.every(GenomicResultAmended)]
    return tuple(sorted(reported, key=lambda result: result.position))


def standing_result(patient: Patient) -> Result | None:
    """The result that counts: of the report heard of last, the newest version, unless that report was withdrawn.

    Versions decide, not arrival: a laboratory may deliver an old version after a newer one.
    """
    withdrawn = {entry.event.report_id: _order(entry.event.report_version) for entry in _withdrawals(patient)}
    standing = [
        result
        for result in results(patient)
        if result.event.report_id not in withdrawn
        or _order(result.event.report_version) > withdrawn[result.event.report_id]
    ]
    first_heard = {result.event.report_id: result.position for result in reversed(standing)}
    return max(
        standing,
        key=lambda result: (first_heard[result.event.report_id], _order(result.event.report_version)),
        default=None,
    )


def supersedes_all(report: GenomicReport, patient: Patient) -> bool:
    """Whether no newer version of the same report is on record."""
    versions = [r.event.report_version for r in results(patient) if r.event.report_id == report.report_id]
    return all(_order(version) <= _order(report.report_version) for version in versions)


def _withdrawals(patient: Patient) -> tuple[Recorded[GenomicResultWithdrawn], ...]:
    return tuple(sorted(patient.every(GenomicResultWithdrawn), key=lambda entry: _order(entry.event.report_version)))


def _order(version: str) -> tuple[int, str]:
    """Versions in their natural order: 2 before 10."""
    number = version.lstrip("0")
    return (len(number), number)


def standing_scores(patient: Patient) -> Known[GenomicReport] | None:
    """The scores that count, and the entry they come from."""
    result = standing_result(patient)
    return Known(result.event, result.event_id) if result else None


def order_key(patient_id: str, attempt: int) -> str:
    """The key an order carries everywhere: at the laboratory, in the log, in the flow."""
    return f"recurindex/{patient_id}/{attempt}"


def ordered_for(key: str) -> str | None:
    """The patient an order key names; None for a key of somebody else's making."""
    made_by, _, rest = key.partition("/")
    patient_id, _, attempt = rest.rpartition("/")
    return patient_id if made_by == "recurindex" and attempt else None


def next_attempt(patient: Patient) -> int:
    """The number of the order to place next: orders that ended without a result are counted past."""
    return 1 + len(_ended(patient))


def open_order(patient: Patient) -> Recorded[GenomicTestOrdered] | None:
    """The order the laboratory still owes a result for."""
    if standing_result(patient) is not None:
        return None
    ended = _ended(patient)
    orders = [o for o in patient.every(GenomicTestOrdered) if o.event.order_key not in ended]
    return orders[-1] if orders else None


def disputed_order(patient: Patient) -> Recorded[GenomicOrderDisputed] | None:
    """An order the laboratory answered ambiguously, until a person cancels it or it is found placed."""
    settled = _ended(patient) | {order.event.order_key for order in patient.every(GenomicTestOrdered)}
    return next((d for d in patient.every(GenomicOrderDisputed) if d.event.order_key not in settled), None)


def is_cancelled(patient: Patient, key: str) -> bool:
    """Whether an order is known to bring no result."""
    return key in _ended(patient)


def cancellation_to_settle(patient: Patient, edition: Edition) -> Recorded[GenomicTestCancelled] | None:
    """The laboratory's cancellation after which nothing is ordered before a person has said so.

    The engine itself orders again so often as the edition says; after a person's own cancellation always.
    """
    last = patient.last(GenomicTestCancelled)
    if last is None or not _is_by_laboratory(last) or _settlement(last, patient) is not None:
        return None
    by_laboratory = sum(map(_is_by_laboratory, patient.every(GenomicTestCancelled)))
    return last if by_laboratory > edition.orders_after_cancellation else None


def is_given_up(patient: Patient) -> bool:
    """Whether a person decided that the order cancelled last was the last one."""
    last = patient.last(GenomicTestCancelled)
    settlement = _settlement(last, patient) if last else None
    return settlement is not None and settlement.event.again == "no"


def _settlement(cancelled: Recorded[GenomicTestCancelled], patient: Patient) -> Recorded[CancelledOrderSettled] | None:
    """What was decided last about a cancelled order."""
    decided = patient.every(CancelledOrderSettled)
    return next((each for each in reversed(decided) if each.event.order_key == cancelled.event.order_key), None)


def _is_by_laboratory(cancelled: Recorded[GenomicTestCancelled]) -> bool:
    return cancelled.provenance.source.kind == "laboratory"


def _ended(patient: Patient) -> set[str]:
    return {entry.event.order_key for entry in patient.every(GenomicTestCancelled)}
