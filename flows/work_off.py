"""Working off open items of one kind: re-read each patient, do what is still open, one Prefect task an item."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from domain.ready import ready
from domain.rejections import Rejection
from domain.work_item import Work, WorkItem
from domain.worklist import engine_worklist
from flows.gateways.errors import AskAPerson, NotDelivered, TryAgain
from flows.resources import Resources, resources
from store.event_log import LogUnavailable

MOST_AT_ONCE = 8
"""How many items of one kind are done side by side."""
_LONGEST_PROBLEM = 1000
UNANSWERED_IN_A_ROW = 3
"""So many calls in a row without an answer, and the rest of a batch is left for later: nobody is there."""

Fate = Literal["done", "carried", "later", "away", "person", "broken"]
Doing = Callable[[Resources, WorkItem], Awaitable[None]]
Attempting = Callable[[WorkItem, Doing], Awaitable["Outcome"]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one item, and why: done; carried by a worker; to be tried later; nobody answered, so later too;
    for a person to settle; or broken by our own fault."""

    key: str
    patient_id: str
    fate: Fate = "done"
    problem: str = ""


def open_items(given: Resources, patient_ids: Sequence[str], work: Work) -> tuple[WorkItem, ...]:
    """The items of one kind that may be done now for some patients, read afresh from the log."""
    edition = given.trial_log.edition()
    items = (
        item
        for patient_id in dict.fromkeys(patient_ids)
        for item in given.remembered.of(engine_worklist, given.trial_log.patient(patient_id), edition, given.today)
        if item.work is work
    )
    return ready(items, given.now_at_site, edition.reminders.quiet_hours)


@task(name="work-item", task_run_name="{item.key}", cache_policy=NO_CACHE, persist_result=False)
async def attempt(item: WorkItem, do: Doing) -> Outcome:
    """Do one item, and say what became of it. A log that cannot be written now costs the item no try."""
    try:
        await do(resources(), item)
    except (TryAgain, LogUnavailable) as problem:
        return _not_done(item, fate_of(problem), str(problem))
    except (AskAPerson, Rejection) as problem:
        return _not_done(item, "person", str(problem))
    except asyncio.CancelledError as problem:
        if is_asked_to_stop():
            raise
        return _not_done(item, "broken", f"{type(problem).__name__}: its own code gave up")
    except Exception as problem:
        return _not_done(item, "broken", f"{type(problem).__name__}: {problem}")
    return Outcome(item.key, item.patient_id)


async def work_off(
    work: Work, patient_ids: Sequence[str], do: Doing, attempting: Attempting = attempt, *, key: str | None = None
) -> tuple[Outcome, ...]:
    """Do every open item of one kind, or the one under a key, each as a Prefect task.

    One that fails stays open and stops no other.
    """
    given = resources()
    gate = asyncio.Semaphore(MOST_AT_ONCE)
    unanswered = 0

    async def one(item: WorkItem) -> Outcome:
        nonlocal unanswered
        async with gate:
            if unanswered >= UNANSWERED_IN_A_ROW:
                return Outcome(item.key, item.patient_id, "away", "not tried: others before it were not answered")
            outcome = await attempting(item, do)
            unanswered = unanswered + 1 if outcome.fate == "away" else 0
            return outcome

    items = [item for item in open_items(given, patient_ids, work) if key in (None, item.key)]
    return tuple(await asyncio.gather(*map(one, items)))


def end_of_run(outcomes: tuple[Outcome, ...], key: str | None) -> tuple[Outcome, ...]:
    """What a flow returns: the outcomes; as the run of the one item under a key, a state that says what became of it.

    Whoever gave the item out reads it there (`outcome_in`): nobody awaits what the run returns.
    """
    if key is None:
        return outcomes
    said = "; ".join(f"{outcome.fate}: {outcome.problem[:_LONGEST_PROBLEM]}" for outcome in outcomes)
    is_done = all(outcome.fate == "done" for outcome in outcomes)
    state: State[Any] = (Completed if is_done else Failed)(message=said or "done: it is not open any more")
    return cast("tuple[Outcome, ...]", state)  # Prefect takes a state that is returned for the end of the run


def outcome_in(message: str, item: WorkItem) -> Outcome | None:
    """What the end of the run of one item says of it; None for a run that ended otherwise."""
    fate, _, problem = message.partition(": ")
    return Outcome(item.key, item.patient_id, cast("Fate", fate), problem) if fate in get_args(Fate) else None


def fate_of(problem: Exception) -> Fate:
    """What becomes of an item for now: nobody answered at all, or somebody did."""
    partly = isinstance(problem, NotDelivered) and problem.delivered
    return "away" if isinstance(problem, TryAgain) and not partly else "later"


def is_asked_to_stop() -> bool:
    """Whether this task is cancelled from outside, and not by a library that lets go of what it called."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _not_done(item: WorkItem, fate: Fate, problem: str) -> Outcome:
    get_run_logger().warning("%s: %s", item.key, problem)
    return Outcome(item.key, item.patient_id, fate, problem)
