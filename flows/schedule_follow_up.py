"""Reaction: radiotherapy has ended, or its end was corrected, so the follow-up visits are set out."""

from prefect import flow

from domain.decisions.follow_up import ScheduleFollowUp
from domain.work_item import Work, WorkItem
from events.clinical_date import ClinicalDate
from flows.resources import Resources
from flows.run_names import work_run
from flows.work_off import Outcome, end_of_run, work_off


@flow(
    name="schedule-follow-up",
    description="Set out the follow-up visits (Table 1).",
    flow_run_name=work_run("visits of"),
    validate_parameters=False,
    persist_result=False,
)
async def schedule_follow_up(patient_ids: list[str], key: str | None = None) -> tuple[Outcome, ...]:
    """Set out the visits of every patient here whose schedule is missing or no longer right."""
    return end_of_run(await work_off(Work.SCHEDULE_FOLLOW_UP, patient_ids, set_out_visits, key=key), key)


async def set_out_visits(given: Resources, item: WorkItem) -> None:
    """Set out the visits of one patient from the end of her radiotherapy."""
    command = ScheduleFollowUp(occurred_on=ClinicalDate.parse(given.today))
    await given.recording.record(item.patient_id, command, given.engine_entry(item.key))
