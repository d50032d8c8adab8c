"""Working off open items of one kind: re-read each patient, do what is still open, one Prefect task an item."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE

from domain.rejections import Rejection
from domain.work_item import Work, WorkItem
from domain.worklist import engine_worklist
from flows.gateways.errors import AskAPerson, TryAgain
from flows.resources import Resources, resources

_AT_ONCE = 8

Doing = Callable[[Resources, WorkItem], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one item, and why: done; to be tried later; for a person to settle; or broken by our own fault."""

    key: str
    patient_id: str
    fate: Literal["done", "later", "person", "broken"] = "done"
    problem: str = ""


def open_items(given: Resources, patient_ids: Sequence[str], work: Work) -> tuple[WorkItem, ...]:
    """The items of one kind that are open now for some patients, read afresh from the log."""
    edition = given.trial_log.edition()
    return tuple(
        item
        for patient_id in dict.fromkeys(patient_ids)
        for item in engine_worklist(given.trial_log.patient(patient_id), edition, given.today)
        if item.work is work
    )


async def work_off(work: Work, patient_ids: Sequence[str], do: Doing) -> tuple[Outcome, ...]:
    """Do every open item of one kind. One that fails stays open and stops no other."""
    given = resources()
    gate = asyncio.Semaphore(_AT_ONCE)

    async def one(item: WorkItem) -> Outcome:
        async with gate:
            return await _attempt(item, do)

    return tuple(await asyncio.gather(*(one(item) for item in open_items(given, patient_ids, work))))


@task(name="work-item", task_run_name="{item.key}", cache_policy=NO_CACHE, persist_result=False)
async def _attempt(item: WorkItem, do: Doing) -> Outcome:
    try:
        await do(resources(), item)
    except TryAgain as problem:
        return _not_done(item, "later", str(problem))
    except (AskAPerson, Rejection) as problem:
        return _not_done(item, "person", str(problem))
    except Exception as problem:
        return _not_done(item, "broken", f"{type(problem).__name__}: {problem}")
    return Outcome(item.key, item.patient_id)


def _not_done(item: WorkItem, fate: Literal["later", "person", "broken"], problem: str) -> Outcome:
    get_run_logger().warning("%s: %s", item.key, problem)
    return Outcome(item.key, item.patient_id, fate, problem)
