"""Reaction: a clinically high-risk patient who consented gets her RecurIndex test ordered, exactly once."""

from prefect import flow

from domain.decisions.genomics import RecordGenomicDispute, RecordGenomicOrder
from domain.work_item import Work, WorkItem
from events.clinical_date import ClinicalDate
from flows.gateways.errors import LaboratoryUnavailable, OrderAmbiguous
from flows.record_reports import record_batch
from flows.resources import Resources
from flows.run_names import work_run
from flows.work_off import Outcome, end_of_run, work_off


@flow(
    name="order-genomic-test",
    description="Order the RecurIndex test at the laboratory.",
    flow_run_name=work_run("order for"),
    validate_parameters=False,
    persist_result=False,
)
async def order_genomic_test(patient_ids: list[str], key: str | None = None) -> tuple[Outcome, ...]:
    """Place every order still open for these patients, each under its own key."""
    return end_of_run(await work_off(Work.ORDER_GENOMIC_TEST, patient_ids, place_order, key=key), key)


async def place_order(given: Resources, item: WorkItem) -> None:
    """Place one order; the laboratory keeps it once however often it is asked."""
    if given.laboratory is None:
        raise LaboratoryUnavailable(item.key, "no laboratory is configured (IMNI_LABORATORY_URL)")
    try:
        placed = await given.laboratory.order(item.subject, item.patient_id, given.today)
    except OrderAmbiguous as ambiguous:
        on = ClinicalDate.parse(given.today)
        dispute = RecordGenomicDispute(occurred_on=on, order_key=item.subject, problem=ambiguous.problem)
        await given.recording.record(item.patient_id, dispute, given.engine_entry(item.key))
        return
    on = ClinicalDate.parse(given.today)  # as of now: while the laboratory was asked the clock may have been set back
    order = RecordGenomicOrder(occurred_on=on, order_key=item.subject, laboratory_order_id=placed.laboratory_order_id)
    await given.recording.record(item.patient_id, order, given.engine_entry(item.key))
    if not placed.newly:
        # An earlier try reached the laboratory without our knowing, and may have been answered since.
        record_batch(given, await given.laboratory.reports_for(item.subject))
