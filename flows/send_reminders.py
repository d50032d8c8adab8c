"""Reaction: people are reminded of what they owe, each reminder under its own key and Message-ID."""

from prefect import flow

from domain.decisions.conduct import SetWorkAside
from domain.decisions.follow_up import RecordReminder
from domain.protocol.reminder_steps import Asked
from domain.work_item import Work, WorkItem
from events.clinical_date import ClinicalDate
from flows.gateways.errors import MessageRefused, NotDelivered
from flows.gateways.mail import Delivery, Message, Notifier
from flows.reminder_message import message_of
from flows.resources import Resources
from flows.run_names import work_run
from flows.work_off import Outcome, end_of_run, work_off

_taken: dict[tuple[str, str], tuple[str, ...]] = {}
"""Of a log and a reminder, the channels that took it while others, or the log, did not. Lost with the process: then
they get it once more, under the same Message-ID."""


@flow(
    name="send-reminders",
    description="Remind people of visits and of other work they owe.",
    flow_run_name=work_run("reminders of"),
    validate_parameters=False,
    persist_result=False,
)
async def send_reminders(patient_ids: list[str], key: str | None = None) -> tuple[Outcome, ...]:
    """Send every reminder due for these patients."""
    return end_of_run(await work_off(Work.SEND_REMINDER, patient_ids, send_reminder, key=key), key)


async def send_reminder(given: Resources, item: WorkItem) -> None:
    """Send one reminder about a patient and record that it went out."""
    await given.recording.record(item.patient_id, await sent(given, item), given.engine_entry(item.key))
    is_on_record(given, item)


async def sent(given: Resources, item: WorkItem) -> RecordReminder:
    """Send one reminder to whom it asks; what to put on record of it, and then to tell `is_on_record`.

    Until then whoever took it does not get it again. One of several channels that refuses for good waits for a person,
    once, and holds nothing up. Raises `NotDelivered`, `MessageRefused`.
    """
    assert item.note is not None
    message = message_of(item, given.settings.language)
    try:
        delivery = await _send(given.notifier_for(item.note.asked), given.trial_log.log.log_id, message)
    except MessageRefused as problem:
        if not problem.delivered:
            raise
        _set_aside(given, item.note.asked, problem)
        delivery = Delivery(item.key, "delivered", problem.delivered)
    return RecordReminder(
        occurred_on=ClinicalDate.parse(given.today),
        key=item.key,
        subject=item.note.subject,
        step=item.note.step,
        asked=item.note.asked,
        channel=", ".join(delivery.channels) or delivery.outcome,
    )


def _set_aside(given: Resources, asked: Asked, problem: MessageRefused) -> None:
    """Put on record that a channel to somebody refuses what others take; nothing more while that waits."""
    on = ClinicalDate.parse(given.today)
    command = SetWorkAside(occurred_on=on, key=f"channel/{asked}", problem="; ".join(problem.failed)[:1000])
    given.trial_log.transact_trial(command, given.engine_entry(f"channel/{asked}"))


def is_on_record(given: Resources, item: WorkItem) -> None:
    """Forget who took a reminder: it is never sent again."""
    _taken.pop((given.trial_log.log.log_id, item.key), None)


async def _send(notifier: Notifier, log_id: str, message: Message) -> Delivery:
    this = (log_id, message.key)
    try:
        delivery = await notifier.send(message, leave_out=_taken.get(this, ()))
    except (NotDelivered, MessageRefused) as problem:
        _taken[this] = problem.delivered
        raise
    _taken[this] = delivery.channels
    return delivery
