"""Commands of the RecurIndex test: placed, disputed, cancelled, reported, amended, withdrawn, set aside."""

from typing import ClassVar

from domain.decisions.command import Report
from domain.decisions.reporting import recorded_as, report
from domain.genomic_test import ordered_for, results
from domain.patient import Patient
from domain.protocol.edition import Edition
from domain.queries import risk_class_query, set_aside_query
from domain.rejections import Contradiction
from domain.standing import Standing
from events.event import Event
from events.genomics import (
    CancelledOrder,
    CancelledOrderSettled,
    GenomicOrderDisputed,
    GenomicReport,
    GenomicReportSetAside,
    GenomicResultAmended,
    GenomicResultReported,
    GenomicResultWithdrawn,
    GenomicTestCancelled,
    GenomicTestOrdered,
    OrderAgain,
    OrderReference,
    PlacedOrder,
    Problem,
    ReportReference,
)


class RecordGenomicOrder(PlacedOrder, Report):
    """The laboratory holds an order under our key."""

    wire: ClassVar[str] = "record-genomic-order"
    title: ClassVar[str] = "RecurIndex order"
    by_engine: ClassVar[bool] = True
    records: ClassVar[type[Event]] = GenomicTestOrdered
    identity: ClassVar[tuple[str, ...] | None] = ("order_key", "laboratory_order_id")


class RecordGenomicDispute(OrderReference, Problem, Report):
    """The laboratory answered an order ambiguously: a person must settle it with the laboratory."""

    wire: ClassVar[str] = "record-genomic-dispute"
    title: ClassVar[str] = "Disputed RecurIndex order"
    by_engine: ClassVar[bool] = True
    records: ClassVar[type[Event]] = GenomicOrderDisputed
    identity: ClassVar[tuple[str, ...] | None] = ("order_key",)


class CancelGenomicTest(CancelledOrder, Report):
    """The order will bring no result, for instance because the specimen was rejected; a new one is then placed."""

    wire: ClassVar[str] = "cancel-genomic-test"
    title: ClassVar[str] = "Cancelled RecurIndex order"
    day_is: ClassVar[str] = "The day on which it was cancelled."
    records: ClassVar[type[Event]] = GenomicTestCancelled
    identity: ClassVar[tuple[str, ...] | None] = ("order_key",)


class SettleCancelledOrder(OrderAgain, Report):
    """Say whether the RecurIndex test is ordered again after the laboratory cancelled it. The newest answer counts."""

    wire: ClassVar[str] = "settle-cancelled-order"
    title: ClassVar[str] = "RecurIndex order again"
    day_is: ClassVar[str] = "The day on which it is decided: today, as a rule."
    records: ClassVar[type[Event]] = CancelledOrderSettled
    newest_counts: ClassVar[bool] = True
    about: ClassVar[tuple[type[Event], str] | None] = (GenomicTestCancelled, "order_key")


class RecordGenomicResult(GenomicReport, Report):
    """A RecurIndex report: its scores, and the class the laboratory gave beside them."""

    wire: ClassVar[str] = "record-genomic-result"
    title: ClassVar[str] = "RecurIndex result"
    day_is: ClassVar[str] = "The day of the laboratory's report."
    records: ClassVar[type[Event]] = GenomicResultReported


class WithdrawGenomicResult(ReportReference, Report):
    """The laboratory declared a report entered in error."""

    wire: ClassVar[str] = "withdraw-genomic-result"
    title: ClassVar[str] = "Withdrawn RecurIndex result"
    day_is: ClassVar[str] = "The day on which the laboratory took it back."
    records: ClassVar[type[Event]] = GenomicResultWithdrawn
    identity: ClassVar[tuple[str, ...] | None] = ("report_id", "report_version")


class SetGenomicReportAside(ReportReference, Problem, Report):
    """A report nobody may act on: wrong patient, unknown order, or unreadable. A query asks what becomes of it."""

    wire: ClassVar[str] = "set-genomic-report-aside"
    title: ClassVar[str] = "RecurIndex report set aside"
    by_engine: ClassVar[bool] = True
    records: ClassVar[type[Event]] = GenomicReportSetAside
    identity: ClassVar[tuple[str, ...] | None] = ("report_id", "report_version")


def set_report_aside(command: SetGenomicReportAside, standing: Standing) -> list[Event]:
    """The report set aside, and the query about it; nothing when it is set aside already. Raises `Contradiction`."""
    kept = report(command, standing)
    return [*kept, *(set_aside_query(each, standing) for each in kept if isinstance(each, GenomicReportSetAside))]


def record_result(command: RecordGenomicResult, patient: Patient, edition: Edition) -> list[Event]:
    """A first result, an amendment of an earlier version, or nothing new; and a query where score and class disagree.

    Raises `Contradiction`.
    """
    _require_own_order(command, patient)
    reported = _result(command, patient)
    return [*reported, *(risk_class_query(command, patient, edition, command.occurred_on) if reported else ())]


def _require_own_order(command: RecordGenomicResult, patient: Patient) -> None:
    """A result is never entered for a patient whose order it does not answer."""
    named = ordered_for(command.order_key or "")
    if named not in {None, patient.patient_id}:
        raise Contradiction(
            "order_key",
            command.order_key or "",
            f"is an order of patient {named}, not of {patient.patient_id}",
            "Look at the report: enter it for the patient it is about",
        )


def _result(command: RecordGenomicResult, patient: Patient) -> list[Event]:
    earlier = [result for result in results(patient) if result.event.report_id == command.report_id]
    if not earlier:
        return report(command, patient)
    same_version = [result for result in earlier if result.event.report_version == command.report_version]
    if not same_version:
        return [recorded_as(command, GenomicResultAmended)]
    if any(_scores(result.event) == _scores(command) for result in same_version):
        return []
    raise Contradiction(
        "report_version",
        command.report_version,
        f"version {command.report_version} of report {command.report_id} is on record with other scores",
        "Ask the laboratory for a corrected report with a new version, or use correct-entry",
    )


def _scores(account: GenomicReport) -> tuple[object, ...]:
    return (account.score_18gene, account.ri_lr, account.ri_dr, account.class_reported)
