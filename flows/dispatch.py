"""Reactions carried by workers elsewhere: the same flows, each open item as a run in a work pool under its own key.

Nobody waits for a worker: the reaction gives out what there is room for, and says of every other item that it is
carried. What became of a run it says when it is asked the next time. Where no worker begins anything, the engine does
the work itself.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic
from typing import TYPE_CHECKING
from uuid import UUID

from prefect import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.responses import SetStateStatus
from prefect.states import Cancelled

from domain.work_item import Work, WorkItem
from flows.reactions import Reaction
from flows.resources import resources
from flows.work_off import Outcome, open_items, outcome_in

if TYPE_CHECKING:
    from prefect.client.orchestration import PrefectClient
    from prefect.client.schemas.objects import State

POOLED = "in the work pool"
"""What the deployments that workers carry are called."""
MOST_CARRIED = 4
"""How many items of one kind workers carry side by side, so that no kind fills the pool: a run costs a process."""
TAKEN_BACK = "No worker has begun this in time: the engine has done it itself."

_PATIENCE = timedelta(minutes=1)
_ALONE = timedelta(minutes=5)
"""How long the engine does the work itself before it looks again whether a worker has come."""
_log = logging.getLogger("imni.reactor")


def dispatched(
    work: Work, flow: str, here: Reaction, patience: timedelta = _PATIENCE, at_once: int = MOST_CARRIED
) -> Reaction:
    """Answer work of one kind by runs of the flow named `flow`, so many `at_once`.

    When no worker has begun a run within `patience`, the run is cancelled and such work is done by `here` for a while.
    """
    return _Carried(work, flow, here, patience, at_once).answer


@dataclass(frozen=True, slots=True)
class _Run:
    """The run that carries an item, and since when (monotonic seconds)."""

    id: UUID
    item: WorkItem
    since: float


@dataclass
class _Carried:
    """The items of one kind that workers carry now, as this process knows them; Prefect keeps their runs by key."""

    work: Work
    flow: str
    here: Reaction
    patience: timedelta
    at_once: int
    _alone_until: float = 0.0
    _runs: dict[str, _Run] = field(default_factory=dict[str, _Run])
    _attempts: dict[str, int] = field(default_factory=dict[str, int])

    async def answer(self, patient_ids: list[str]) -> Sequence[Outcome]:
        """What became of the runs that have ended, and that every other open item of these patients is carried."""
        async with get_client() as client:
            told = {outcome.key: outcome for outcome in await self._told(client)}
            items = open_items(resources(), patient_ids, self.work)
            waiting = [item for item in items if item.key not in told and item.key not in self._runs]
            if monotonic() >= self._alone_until:
                await self._give_out(client, waiting[: max(0, self.at_once - len(self._runs))])
                waiting = []
        told |= {outcome.key: outcome for outcome in await self._do_here(waiting)}
        carried = (Outcome(item.key, item.patient_id, "carried") for item in items if item.key not in told)
        return (*told.values(), *carried)

    async def _do_here(self, items: Sequence[WorkItem]) -> Sequence[Outcome]:
        """Do the work of patients of whom no worker carries anything."""
        with_workers = {carried.item.patient_id for carried in self._runs.values()}
        patient_ids = sorted({item.patient_id for item in items} - with_workers)
        return await self.here(patient_ids) if patient_ids else ()

    async def _give_out(self, client: PrefectClient, items: Sequence[WorkItem]) -> None:
        if items:
            deployment = await client.read_deployment_by_name(f"{self.flow}/{POOLED}")
            await asyncio.gather(*(self._carry(client, deployment.id, item) for item in items))

    async def _carry(self, client: PrefectClient, deployment_id: UUID, item: WorkItem) -> None:
        """Find the run that carries an item, or make one: Prefect returns one that has ended for ever under its key."""
        while True:
            attempt = self._attempts.get(item.key, 1)
            run = await client.create_flow_run_from_deployment(
                deployment_id,
                parameters={"patient_ids": [item.patient_id], "key": item.key},
                name=item.key,
                idempotency_key=item.key if attempt == 1 else f"{item.key}#{attempt}",
            )
            if run.state is None or not run.state.is_final():
                self._runs[item.key] = _Run(run.id, item, monotonic())
                return
            self._attempts[item.key] = attempt + 1

    async def _told(self, client: PrefectClient) -> list[Outcome]:
        """What became of runs that ended. One that Prefect no longer knows is given out again, if it is still open."""
        if not self._runs:
            return []
        asked = FlowRunFilter(id=FlowRunFilterId(any_=[carried.id for carried in self._runs.values()]))
        found = {run.id: run.state for run in await client.read_flow_runs(flow_run_filter=asked)}
        states = [(carried, found.get(carried.id)) for carried in self._runs.values()]
        for carried, state in states:
            if state is not None and self._nobody_begins(carried, state):
                await self._take_back(client, carried)
        return [told for carried, state in states if (told := self._outcome(carried, state)) is not None]

    def _nobody_begins(self, carried: _Run, state: State) -> bool:
        waits = state.is_scheduled() or state.is_pending()
        return waits and monotonic() - carried.since > self.patience.total_seconds()

    async def _take_back(self, client: PrefectClient, carried: _Run) -> None:
        """Cancel a run, unless a worker begins it at this very moment, and go on alone for a while."""
        answer = await client.set_flow_run_state(carried.id, Cancelled(message=TAKEN_BACK))
        if answer.status is SetStateStatus.ACCEPT:
            _log.warning("%s: no worker of the pool has begun it: the engine does it itself", carried.item.key)
            self._alone_until = monotonic() + _ALONE.total_seconds()
            self._drop(carried)

    def _drop(self, carried: _Run) -> None:
        """Prefect would return this run for ever under its key: the next one is another attempt."""
        del self._runs[carried.item.key]
        self._attempts[carried.item.key] = self._attempts.get(carried.item.key, 1) + 1

    def _outcome(self, carried: _Run, state: State | None) -> Outcome | None:
        if state is None:
            del self._runs[carried.item.key]
            return None
        if not state.is_final():
            return None
        self._drop(carried)
        return _ended(self.work, carried.item, state)


def _ended(work: Work, item: WorkItem, state: State) -> Outcome:
    """What became of an item whose run has ended: whether it is done the log says; why not, the run."""
    left = open_items(resources(), [item.patient_id], work)
    if all(each.key != item.key for each in left):
        return Outcome(item.key, item.patient_id)
    said = outcome_in(state.message or "", item)
    if said is None or said.fate == "done":
        return Outcome(item.key, item.patient_id, "later", f"its run left it open ({state.name}: {state.message})")
    return said
