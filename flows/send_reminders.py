"""Reaction: the coordinators are reminded of visits, each reminder under its own key and Message-ID."""

from prefect import flow

from domain.decisions.follow_up import RecordReminder
from domain.work_item import Work, WorkItem
from events.clinical_date import ClinicalDate
from flows.gateways.mail import Message
from flows.resources import Resources
from flows.work_off import Outcome, work_off


@flow(name="send-reminders", description="Remind the coordinators of visits.", validate_parameters=False)
async def send_reminders(patient_ids: list[str]) -> tuple[Outcome, ...]:
    """Send every reminder due for these patients."""
    return await work_off(Work.SEND_REMINDER, patient_ids, send_reminder)


async def send_reminder(given: Resources, item: WorkItem) -> None:
    """Send one reminder and record that it went out. It names the patient by her pseudonymous id only."""
    visit, _, step = item.subject.partition("/")
    message = Message(key=item.key, subject=f"{item.patient_id}: visit {visit}", body=item.wording)
    delivery = await given.notifier.send(message)
    channel = ", ".join(delivery.channels) or delivery.outcome
    command = RecordReminder(
        occurred_on=ClinicalDate.parse(given.today), key=item.key, visit=visit, step=step, channel=channel
    )
    given.trial_log.transact(item.patient_id, command, given.engine_entry(item.key))
