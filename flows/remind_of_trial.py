"""Reaction: once a day people are told how much is open, and reminded of what they owe the trial as a whole."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from domain.decisions.conduct import SetWorkAside
from domain.trial_reminders import trial_reminders
from domain.work_item import WorkItem
from events.clinical_date import ClinicalDate
from flows.gateways.errors import AskAPerson, NotDelivered
from flows.resources import Resources, resources
from flows.send_reminders import is_on_record, sent


@flow(
    name="remind-of-trial",
    description="The daily digest, and the reminders of audits, of queries to the trial and of work set aside.",
    flow_run_name="reminders of the trial",
    validate_parameters=False,
    persist_result=False,
)
async def remind_of_trial() -> State:
    """Send what is due about the trial as a whole, each once."""
    return Completed(message=f"{await tell_of_trial(resources())} sent")


async def tell_of_trial(given: Resources) -> int:
    """Send what is due and record each; how many went out.

    One that is refused waits for a person, and stops no other. Raises `NotDelivered` when one is to be tried again.
    """
    live = given.everyone
    live.read_on()
    items = tuple(trial_reminders(live.trial, live.patients.values(), given.trial_log.edition(), given.today))
    told, waiting = 0, list[NotDelivered]()
    for item in items:
        try:
            command = await sent(given, item)
        except AskAPerson as problem:
            set_aside(given, item, problem)
        except NotDelivered as problem:
            waiting.append(problem)
        else:
            given.trial_log.transact_trial(command, given.engine_entry(item.key))
            is_on_record(given, item)
            told += 1
    if waiting:
        raise waiting[0]
    return told


def set_aside(given: Resources, item: WorkItem, problem: AskAPerson) -> None:
    """Put on record that a reminder was refused: nobody is reminded by it before a person has released it."""
    command = SetWorkAside(occurred_on=ClinicalDate.parse(given.today), key=item.key, problem=str(problem)[:1000])
    given.trial_log.transact_trial(command, given.engine_entry(item.key))
