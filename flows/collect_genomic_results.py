"""Reaction: what the laboratory reports is recorded; what nobody may act on is set aside for a person."""

from collections.abc import Sequence

from prefect import flow, get_run_logger
from pydantic import ValidationError

from domain.decide import PatientCommand
from domain.decisions.genomics import (
    CancelGenomicTest,
    RecordGenomicResult,
    SetGenomicReportAside,
    WithdrawGenomicResult,
)
from domain.rejections import Rejection
from domain.work_item import Work
from events.clinical_date import ClinicalDate
from events.genomics import GenomicTestOrdered, RiskClass
from flows.gateways.errors import GatewayError
from flows.gateways.fhir_reports import Report
from flows.gateways.laboratory import ReportBatch
from flows.resources import Resources, resources
from flows.work_off import Fate, Outcome, fate_of, open_items

_FINAL = ("final", "amended", "corrected", "appended")
_cursors: dict[str, str | None] = {}
"""How far each laboratory's reports were read by this process. Lost with it: reading again records nothing twice."""


@flow(
    name="collect-genomic-results",
    description="Collect what the laboratory reported.",
    validate_parameters=False,
    persist_result=False,
)
async def collect_genomic_results(patient_ids: Sequence[str]) -> tuple[Outcome, ...]:
    """Record every report the laboratory has made since the last time."""
    given = resources()
    if given.laboratory is None:
        return ()
    place = f"{given.trial_log.log.log_id} {given.settings.laboratory_url}"
    try:
        batch = await given.laboratory.reports_since(_cursors.get(place))
    except GatewayError as problem:
        get_run_logger().warning("%s", problem)
        return _still_open(given, patient_ids, str(problem), fate_of(problem))
    record_batch(given, batch)
    _cursors[place] = batch.cursor
    try:
        await chase(given, patient_ids)
    except GatewayError as problem:
        return _still_open(given, patient_ids, str(problem), fate_of(problem))
    return _still_open(given, patient_ids, "not reported yet")


async def chase(given: Resources, patient_ids: Sequence[str]) -> None:
    """Ask by order for results that are overdue: the laboratory's clock may have hidden them from us."""
    for item in open_items(given, patient_ids, Work.COLLECT_GENOMIC_RESULT):
        if given.laboratory is not None and item.due_on < given.today:
            record_batch(given, await given.laboratory.reports_for(item.subject))


def record_batch(given: Resources, batch: ReportBatch) -> None:
    """Record every report of a batch; what cannot be read is set aside and stops no other."""
    for report in batch.reports:
        record_report(given, report)
    for unreadable in batch.unreadable:
        _set_aside(given, None, unreadable.report_id, unreadable.version, unreadable.problem)


def _still_open(
    given: Resources, patient_ids: Sequence[str], problem: str, fate: Fate = "later"
) -> tuple[Outcome, ...]:
    items = open_items(given, patient_ids, Work.COLLECT_GENOMIC_RESULT)
    return tuple(Outcome(item.key, item.patient_id, fate, problem) for item in items)


def record_report(given: Resources, report: Report) -> None:
    """Record one version of a report in the patient's stream, or set it aside with the reason."""
    if _order_on_its_way(given, report):
        return
    problem = _whose(given, report)
    if problem is not None:
        _set_aside(given, None, report.report_id, report.version, problem)
        return
    try:
        command = _command(report, _issued_on(given, report))
        if command is not None:
            given.trial_log.transact(report.patient_id, command, _entry(given, report.report_id, report.version))
    except Rejection as refusal:
        _set_aside(given, report.patient_id, report.report_id, report.version, str(refusal))
    except ValidationError as unfit:
        problem = "; ".join(f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in unfit.errors())
        _set_aside(given, report.patient_id, report.report_id, report.version, problem)


def _issued_on(given: Resources, report: Report) -> ClinicalDate:
    """The day of a report on the hospital's calendar; never a day to come, whatever the laboratory's clock says."""
    issued = report.issued_at.astimezone(given.settings.time_zone).date()
    return ClinicalDate.parse(min(issued, given.today))


def _order_on_its_way(given: Resources, report: Report) -> bool:
    """Whether the report answers an order whose acknowledgement was lost; once it is recorded its reports are read."""
    try:
        items = open_items(given, [report.patient_id], Work.ORDER_GENOMIC_TEST)
    except ValueError:
        return False
    return any(item.subject == report.order_key for item in items)


def _whose(given: Resources, report: Report) -> str | None:
    """Why a report is nobody's: an order we never placed, or another patient's."""
    try:
        patient = given.trial_log.patient(report.patient_id)
    except ValueError as problem:
        return str(problem)
    if report.order_key in {order.event.order_key for order in patient.every(GenomicTestOrdered)}:
        return None
    if report.order_key.split("/")[1:2] == [report.patient_id]:
        return f"order {report.order_key} was never placed by us"
    return f"the report names patient {report.patient_id}, its order {report.order_key} another"


def _command(report: Report, on: ClinicalDate) -> PatientCommand | None:
    if report.status == "entered-in-error":
        return WithdrawGenomicResult(occurred_on=on, report_id=report.report_id, report_version=report.version)
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
