"""Reaction: the coordinators are reminded of visits, each reminder under its own key and Message-ID."""

from prefect import flow

from domain.decisions.follow_up import RecordReminder
from domain.work_item import Work, WorkItem
from events.clinical_date import ClinicalDate
from flows.gateways.errors import MessageRefused, NotDelivered
from flows.gateways.mail import Delivery, Message
from flows.resources import Resources
from flows.work_off import Outcome, work_off

_taken: dict[tuple[str, str], tuple[str, ...]] = {}
"""Of a log and a reminder, the channels that took it while others did not. Lost with the process: then they get it once
more, under the same Message-ID."""


@flow(
    name="send-reminders",
    description="Remind the coordinators of visits.",
    validate_parameters=False,
    persist_result=False,
)
async def send_reminders(patient_ids: list[str]) -> tuple[Outcome, ...]:
    """Send every reminder due for these patients."""
    return await work_off(Work.SEND_REMINDER, patient_ids, send_reminder)


async def send_reminder(given: Resources, item: WorkItem) -> None:
    """Send one reminder and record that it went out."""
    delivery = await _send(given, message_of(item))
    visit, _, step = item.subject.partition("/")
    channel = ", ".join(delivery.channels) or delivery.outcome
    command = RecordReminder(
        occurred_on=ClinicalDate.parse(given.today), key=item.key, visit=visit, step=step, channel=channel
    )
    given.trial_log.transact(item.patient_id, command, given.engine_entry(item.key))


def message_of(item: WorkItem) -> Message:
    """What a reminder says. It names the patient by her pseudonymous id only."""
    visit = item.subject.partition("/")[0]
    return Message(key=item.key, subject=f"{item.patient_id}: visit {visit}", body=item.wording)


async def _send(given: Resources, message: Message) -> Delivery:
    this = (given.trial_log.log.log_id, message.key)
    try:
        delivery = await given.notifier.send(message, leave_out=_taken.get(this, ()))
    except (NotDelivered, MessageRefused) as problem:
        _taken[this] = problem.delivered
        raise
    _taken.pop(this, None)
    return delivery
