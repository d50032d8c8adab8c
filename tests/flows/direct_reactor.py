"""A reactor whose answers run in place, without Prefect: the same reaction functions, no flow runs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

from domain.work_item import Work, WorkItem
from events.event import Event
from events.recorded import Recorded
from flows.clock import Clock
from flows.order_genomic_test import place_order
from flows.pace import Pace
from flows.reactions import Reaction, Reactions
from flows.reactor import Reactor
from flows.record_reports import record_batch
from flows.resources import Resources
from flows.schedule_follow_up import set_out_visits
from flows.send_reminders import send_reminder
from flows.work_off import MOST_AT_ONCE, Outcome, open_items
from tests.flows.site import AT_ONCE

Doing = Callable[[Resources, WorkItem], Awaitable[None]]
Named = Callable[[list[str]], Awaitable[None]]


async def _nothing(names: list[str]) -> None:
    return None


def directly(given: Resources, work: Work, do: Doing) -> Reaction:
    """Do every open item of one kind in place, as many at once as the engine does; what is raised is raised."""

    async def answer(patient_ids: list[str]) -> Sequence[Outcome]:
        items, gate = open_items(given, patient_ids, work), asyncio.Semaphore(MOST_AT_ONCE)

        async def one(item: WorkItem) -> Outcome:
            async with gate:
                await do(given, item)
            return Outcome(item.key, item.patient_id)

        found = await asyncio.gather(*map(one, items), return_exceptions=True)
        for problem in found:
            if isinstance(problem, BaseException):
                raise problem
        return [outcome for outcome in found if isinstance(outcome, Outcome)]

    return answer


def answers_of(given: Resources) -> Mapping[Work, Reaction]:
    """The engine's answers, done in place."""

    async def collect(patient_ids: list[str]) -> Sequence[Outcome]:
        if given.laboratory is not None:
            record_batch(given, await given.laboratory.reports_since(None))
        items = open_items(given, patient_ids, Work.COLLECT_GENOMIC_RESULT)
        return [Outcome(item.key, item.patient_id, "later") for item in items]

    return {
        Work.ORDER_GENOMIC_TEST: directly(given, Work.ORDER_GENOMIC_TEST, place_order),
        Work.COLLECT_GENOMIC_RESULT: collect,
        Work.SCHEDULE_FOLLOW_UP: directly(given, Work.SCHEDULE_FOLLOW_UP, set_out_visits),
        Work.SEND_REMINDER: directly(given, Work.SEND_REMINDER, send_reminder),
    }


def direct_reactor(
    given: Resources,
    *,
    instead: Mapping[Work, Reaction] | None = None,
    refresh: Named = _nothing,
    analyse: Named = _nothing,
    announce: Callable[[Sequence[Recorded[Event]]], None] = lambda news: None,
    ticking: Clock | None = None,
    pace: Pace = AT_ONCE,
) -> Reactor:
    """A reactor with these answers, and others `instead` of some."""
    reactions = Reactions({**answers_of(given), **(instead or {})}, refresh, analyse, announce)
    return Reactor(given, reactions, pace, ticking)
