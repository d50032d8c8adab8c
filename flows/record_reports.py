"""What the laboratory reports is put on record; what nobody may act on is set aside, and a person is asked."""

from prefect import get_run_logger
from pydantic import ValidationError

from domain.decide import PatientCommand
from domain.decisions.genomics import (
    CancelGenomicTest,
    RecordGenomicResult,
    SetGenomicReportAside,
    WithdrawGenomicResult,
)
from domain.genomic_test import is_cancelled
from domain.patient import Patient
from domain.rejections import Rejection
from domain.work_item import Work
from events.clinical_date import ClinicalDate
from events.genomics import GenomicTestOrdered, RiskClass
from flows.gateways.fhir_reports import Report
from flows.gateways.laboratory import ReportBatch
from flows.resources import Resources
from flows.work_off import open_items
from store.event_log import EventLogError

_FINAL = ("final", "amended", "corrected", "appended")


def record_batch(given: Resources, batch: ReportBatch) -> bool:
    """Record every report of a batch; what cannot be read is set aside and stops no other.

    Whether each was seen to: one whose order is still to be recorded has to be read again.
    """
    are_seen_to = [record_report(given, report) for report in batch.reports]
    for unreadable in batch.unreadable:
        _set_aside(given, None, unreadable.report_id, unreadable.version, unreadable.problem)
    return all(are_seen_to)


def record_report(given: Resources, report: Report) -> bool:
    """Record one version of a report in the patient's stream, or set it aside with the reason; it stops no other.

    Whether it was seen to: not while its order is still to be recorded.
    """
    if _order_on_its_way(given, report):
        return False
    patient, problem = _whose(given, report)
    if patient is None or problem:
        _set_aside(given, patient and patient.patient_id, report.report_id, report.version, problem)
        return True
    try:
        command = _command(report, patient, _issued_on(given, report))
        if command is not None:
            given.trial_log.transact(report.patient_id, command, _entry(given, report.report_id, report.version))
    except EventLogError:
        raise
    except Exception as problem:
        _set_aside(given, report.patient_id, report.report_id, report.version, _in_words(problem))
    return True


def _in_words(problem: Exception) -> str:
    """Why a report could not be recorded: refused, of another shape than the record, or a fault of ours."""
    if isinstance(problem, ValidationError):
        return "; ".join(f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in problem.errors())
    return str(problem) if isinstance(problem, Rejection) else f"{type(problem).__name__}: {problem}"


def _issued_on(given: Resources, report: Report) -> ClinicalDate:
    """The day of a report on the hospital's calendar; never a day to come, whatever the laboratory's clock says."""
    issued = report.issued_at.astimezone(given.settings.time_zone).date()
    return ClinicalDate.parse(min(issued, given.today))


def _order_on_its_way(given: Resources, report: Report) -> bool:
    """Whether the report answers an order whose acknowledgement was lost; once it is recorded the report is, too."""
    try:
        items = open_items(given, [report.patient_id], Work.ORDER_GENOMIC_TEST)
    except ValueError:
        return False
    return any(item.subject == report.order_key for item in items)


def _whose(given: Resources, report: Report) -> tuple[Patient | None, str]:
    """Whose a report is, and what speaks against it: an order we never placed; nobody's when it may be another's."""
    try:
        patient = given.trial_log.patient(report.patient_id)
    except ValueError as problem:
        return None, str(problem)
    if report.order_key in {order.event.order_key for order in patient.every(GenomicTestOrdered)}:
        return patient, ""
    if report.order_key.split("/")[1:2] == [report.patient_id]:
        return patient if patient.history else None, f"order {report.order_key} was never placed by us"
    return None, f"the report names patient {report.patient_id}, its order {report.order_key} another"


def _command(report: Report, patient: Patient, on: ClinicalDate) -> PatientCommand | None:
    """What a report has to say; nothing when it is not final, or cancels what is known to be cancelled."""
    if report.status == "entered-in-error":
        return WithdrawGenomicResult(occurred_on=on, report_id=report.report_id, report_version=report.version)
    if report.status == "cancelled" and is_cancelled(patient, report.order_key):
        return None
    if report.status == "cancelled":
        reason = report.remark[:500] or "cancelled by the laboratory"
        return CancelGenomicTest(occurred_on=on, order_key=report.order_key, reason=reason)
    if report.status not in _FINAL:
        return None
    scores = {score.name: score.value for score in report.scores}
    classes: list[RiskClass | None] = [score.reported_class for score in report.scores if score.name == "score_18gene"]
    return RecordGenomicResult(
        occurred_on=on,
        order_key=report.order_key,
        report_id=report.report_id,
        report_version=report.version,
        laboratory=report.laboratory or "",
        assay_version=report.assay_version or "",
        class_reported=classes[0] if classes else None,
        score_18gene=scores.get("score_18gene"),
        ri_lr=scores.get("ri_lr"),
        ri_dr=scores.get("ri_dr"),
    )


def _set_aside(given: Resources, patient_id: str | None, report_id: str, version: str, problem: str) -> None:
    command = SetGenomicReportAside(
        occurred_on=ClinicalDate.parse(given.today),
        report_id=report_id[:200],
        report_version=version[:50],
        problem=problem[:1000],
    )
    entry = _entry(given, report_id, version)
    try:
        if patient_id is None:
            given.trial_log.transact_trial(command, entry)
        else:
            given.trial_log.transact(patient_id, command, entry)
    except Rejection:
        get_run_logger().info("report %s version %s is set aside already", report_id, version)


def _entry(given: Resources, report_id: str, version: str):
    return given.engine_entry(f"report {report_id} version {version}", kind="laboratory")
