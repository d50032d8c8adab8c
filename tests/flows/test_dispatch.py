"""Reactions through a work pool: a real Prefect server, a real process worker, the same flows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from prefect import flow, get_client
from prefect.client.schemas.filters import FlowFilter, FlowFilterName
from prefect.client.schemas.objects import FlowRun
from prefect.flow_engine import run_flow_async

from deployments.prefect_server import PrefectServer
from deployments.reactions import ANSWERS, deploy_to_pool, reactions_of
from domain.decisions.conduct import ReleaseWork
from domain.work_item import Work, WorkItem
from events.conduct import WorkItemSetAside
from events.follow_up import FollowUpScheduled
from events.genomics import GenomicTestOrdered
from flows.breaker import Breakers
from flows.clock import SimulatedClock, SystemClock
from flows.dispatch import POOLED, TAKEN_BACK, dispatched
from flows.pace import Pace
from flows.reactions import Reactions
from flows.reactor import Reactor
from flows.resources import Resources
from flows.schedule_follow_up import schedule_follow_up, set_out_visits
from flows.work_off import Outcome, end_of_run, work_off
from tests import facts
from tests.flows.pool_worker import worker
from tests.flows.site import AT_ONCE, MORNING, Site, site

POOL = "elsewhere"
READY = (*facts.eligible()[:7], facts.consented_to_test())
ORDER, FIRST, OTHER = "recurindex/RJ-1/1", "recurindex/RJ-7/1", "recurindex/RJ-8/1"


def _runs(server: PrefectServer, *keys: str) -> list[dict[str, Any]]:
    """The runs that carry these items, oldest first."""
    asked = {"flow_runs": {"name": {"any_": list(keys)}}, "sort": "EXPECTED_START_TIME_ASC"}
    answer: list[dict[str, Any]] = httpx.post(f"{server.api_url}/flow_runs/filter", json=asked).json()
    return answer


@pytest.mark.prefect
async def test_a_worker_elsewhere_carries_the_work_once_under_its_key(
    tmp_path: Path, prefect_server: PrefectServer
) -> None:
    async with site(tmp_path / "home") as at:
        at.has_seen("RJ-1", *READY)
        await deploy_to_pool(POOL)
        given_out = dispatched(Work.ORDER_GENOMIC_TEST, "order-genomic-test", ANSWERS[Work.ORDER_GENOMIC_TEST])
        assert [(await given_out(["RJ-1"]))[0].fate for _ in range(2)] == ["carried", "carried"]
        assert [run["idempotency_key"] for run in _runs(prefect_server, ORDER)] == [ORDER]
        pooled = reactions_of(at.given.settings.model_copy(update={"work_pool": POOL}))
        reactions = replace(pooled, refresh=_nothing, analyse=_nothing, seal=None, remind=None)
        reactor = Reactor(at.given, reactions, AT_ONCE, ticking=SystemClock())
        around = {"IMNI_HOME": str(at.given.settings.home), "IMNI_LABORATORY_URL": at.laboratory.url}
        with worker(POOL, prefect_server.api_url, tmp_path, around):
            async with asyncio.timeout(60):
                while not at.patient("RJ-1").has(GenomicTestOrdered):
                    await reactor.settle()
                    await asyncio.sleep(0.2)
            assert at.laboratory.orders()[ORDER].orders == 1, (tmp_path / "worker.log").read_text()
            async with asyncio.timeout(20):
                while (run := _runs(prefect_server, ORDER)[0])["state_type"] == "RUNNING":
                    await asyncio.sleep(0.2)
        assert (run["state_type"], run["state"]["message"]) == ("COMPLETED", "done: ")


@pytest.mark.prefect
async def test_what_no_worker_begins_the_engine_does_itself_once_until_workers_come(
    tmp_path: Path, prefect_server: PrefectServer
) -> None:
    async with site(tmp_path / "home") as at:
        at.has_seen("RJ-7", *READY)
        at.has_seen("RJ-8", *READY)
        await deploy_to_pool(POOL)
        here = ANSWERS[Work.ORDER_GENOMIC_TEST]
        impatient = dispatched(Work.ORDER_GENOMIC_TEST, "order-genomic-test", here, timedelta(0), at_once=1)
        fates = [{each.key: each.fate for each in await impatient(["RJ-7", "RJ-8"])} for _ in range(2)]
        assert fates == [dict.fromkeys((FIRST, OTHER), "carried"), dict.fromkeys((FIRST, OTHER), "done")]
        assert {key: tally.orders for key, tally in at.laboratory.orders().items()} == {FIRST: 1, OTHER: 1}
        (taken_back,) = _runs(prefect_server, FIRST)
        assert (taken_back["state_type"], taken_back["state"]["message"]) == ("CANCELLED", TAKEN_BACK)
        assert _runs(prefect_server, OTHER) == [], "nothing more is given out while nobody is there"


async def _nothing(names: list[str]) -> None:
    return None


_PATIENTS = tuple(f"RJ-{number}" for number in range(1, 6))
_broken: set[str] = {"RJ-1"}
"""Patients on whom the flow below trips over a fault of its own."""


@flow(name="set-out-or-trip", persist_result=False)
async def set_out_or_trip(patient_ids: list[str], key: str | None = None) -> tuple[Outcome, ...]:
    async def do(given: Resources, item: WorkItem) -> None:
        if item.patient_id in _broken:
            raise KeyError("visit")
        await set_out_visits(given, item)

    return end_of_run(await work_off(Work.SCHEDULE_FOLLOW_UP, patient_ids, do, key=key), key)


@dataclass
class Pooled:
    """A site whose follow-up is set out through the pool, and a worker that is told when to work."""

    at: Site
    server: PrefectServer
    shown: list[list[str]]

    def __post_init__(self) -> None:
        answers = {
            **ANSWERS,
            Work.SCHEDULE_FOLLOW_UP: dispatched(
                Work.SCHEDULE_FOLLOW_UP, "set-out-or-trip", schedule_follow_up, at_once=2
            ),
        }
        self.reactor = Reactor(self.at.given, Reactions(answers, self._show, _nothing), AT_ONCE)

    async def _show(self, patient_ids: list[str]) -> None:
        self.shown.append(patient_ids)

    async def settle(self) -> None:
        """A second passes, and the reactor does what it can, waiting for nobody."""
        self.at.later(seconds=1)
        async with asyncio.timeout(5):
            await self.reactor.settle()

    async def work(self) -> list[str]:
        """A worker does everything that waits in the pool; whose items these were."""
        waiting = [run for run in await _given_out() if run.state and run.state.is_scheduled()]
        for run in waiting:
            await run_flow_async(set_out_or_trip, flow_run=run, parameters=run.parameters, return_type="state")
        return sorted(run.parameters["patient_ids"][0] for run in waiting)

    def set_out(self) -> list[str]:
        return [patient_id for patient_id in _PATIENTS if self.at.patient(patient_id).has(FollowUpScheduled)]


async def _given_out() -> list[FlowRun]:
    async with get_client() as client:
        return await client.read_flow_runs(flow_filter=FlowFilter(name=FlowFilterName(any_=[set_out_or_trip.name])))


async def _forget(runs: Sequence[FlowRun]) -> None:
    async with get_client() as client:
        for run in runs:
            await client.delete_flow_run(run.id)


@pytest.fixture
async def pooled(tmp_path: Path, prefect_server: PrefectServer) -> AsyncIterator[Pooled]:
    """Five patients whose radiotherapy has ended."""
    async with site(tmp_path) as at:
        await deploy_to_pool(POOL)
        deployment = await set_out_or_trip.ato_deployment(name=POOLED, work_pool_name=POOL)
        await deployment.aapply()
        await _forget(await _given_out())
        treated = facts.enrolled(facts.planned("2020-12-10"), facts.completed("2020-12-11"), on="2020-12-01")
        for patient_id in _PATIENTS:
            at.has_seen(patient_id, *treated)
        yield Pooled(at, prefect_server, [])


@pytest.mark.prefect
async def test_an_item_that_breaks_each_time_is_set_aside_by_its_reason_and_stops_no_other(pooled: Pooled) -> None:
    for _ in range(8):
        await pooled.settle()
        await pooled.work()
    assert pooled.set_out() == ["RJ-2", "RJ-3", "RJ-4", "RJ-5"]
    (aside,) = pooled.at.patient("RJ-1").every(WorkItemSetAside)
    assert aside.event.problem == "KeyError: 'visit' (after 3 tries)"
    key = aside.event.key
    runs = _runs(pooled.server, key)
    assert [run["idempotency_key"] for run in runs] == [key, f"{key}#2", f"{key}#3"]
    assert {run["state"]["message"] for run in runs} == {"broken: KeyError: 'visit'"}
    pooled.at.says("RJ-1", ReleaseWork(occurred_on=pooled.at.today, key=key))
    _broken.clear()
    try:
        for _ in range(2):
            await pooled.settle()
            await pooled.work()
    finally:
        _broken.add("RJ-1")
    assert pooled.at.patient("RJ-1").has(FollowUpScheduled)
    assert len(_runs(pooled.server, key)) == 4


@pytest.mark.prefect
async def test_a_slow_pool_holds_up_neither_pages_nor_other_work_and_is_given_only_so_much(pooled: Pooled) -> None:
    pooled.at.has_seen("RJ-9", *READY)
    for _ in range(3):
        await pooled.settle()
    assert pooled.at.patient("RJ-9").has(GenomicTestOrdered)
    assert pooled.shown
    assert pooled.set_out() == []
    assert len(await pooled.work()) == 2
    await pooled.settle()
    assert len(await pooled.work()) == 2


@pytest.mark.prefect
async def test_what_prefect_has_forgotten_is_given_out_again(pooled: Pooled) -> None:
    await pooled.settle()
    given = await _given_out()
    assert len(given) == 2
    await _forget(given)
    await pooled.settle()
    assert await pooled.work() == ["RJ-1", "RJ-2"]


def test_a_breaker_waits_for_the_item_that_asks_again_until_its_worker_has_an_answer() -> None:
    clock = SimulatedClock(MORNING)
    pace = Pace(delays=(timedelta(minutes=1),))
    breakers = Breakers(pace, clock)
    on = date(2020, 12, 12)
    items = [WorkItem(Work.ORDER_GENOMIC_TEST, key, "RJ-1", on, "engine", "order") for key in ("a", "b", "c")]

    def admitted() -> list[str]:
        return [item.key for item in breakers.admitted(items, lambda key: True)]

    assert not breakers.note(Work.ORDER_GENOMIC_TEST, [Outcome(item.key, "RJ-1", "carried") for item in items])
    assert admitted() == ["a", "b", "c"]
    breakers.note(Work.ORDER_GENOMIC_TEST, [Outcome(item.key, "RJ-1", "away") for item in items])
    assert admitted() == []
    clock.advance_to(clock.now() + timedelta(minutes=2))
    (asked,) = admitted()
    breakers.note(Work.ORDER_GENOMIC_TEST, [Outcome(asked, "RJ-1", "carried")])
    assert admitted() == [], "it is not asked about without a pause"
    clock.advance_to(clock.now() + timedelta(seconds=2))
    assert admitted() == [asked]
    assert breakers.note(Work.ORDER_GENOMIC_TEST, [Outcome(asked, "RJ-1")])
    assert admitted() == ["a", "b", "c"]
