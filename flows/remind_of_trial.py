"""Reaction: once a day people are told how much is open, and reminded of the audit when it is due."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from domain.protocol.editions import edition_in_force
from domain.trial_reminders import trial_reminders
from flows.live_patients import LivePatients
from flows.resources import Resources, resources
from flows.send_reminders import is_on_record, sent


@flow(
    name="remind-of-trial",
    description="The daily digest, and the reminders of the audit.",
    validate_parameters=False,
    persist_result=False,
)
async def remind_of_trial() -> State:
    """Send what is due about the trial as a whole, each once."""
    return Completed(message=f"{await tell_of_trial(resources())} sent")


async def tell_of_trial(given: Resources) -> int:
    """Send what is due and record each; how many went out. Raises `NotDelivered`, `MessageRefused`."""
    live = LivePatients(given.trial_log)
    live.read_on()
    items = tuple(trial_reminders(live.trial, live.patients.values(), edition_in_force(live.trial), given.today))
    for item in items:
        given.trial_log.transact_trial(await sent(given, item), given.engine_entry(item.key))
        is_on_record(given, item)
    return len(items)
