"""Reactions carried by workers elsewhere: the same flows, each open item as a run in a work pool under its own key.

Nobody waits for a worker: the reaction gives out what there is room for, and says of every other item that it is
carried. What became of a run it says when it is asked the next time.
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

_PATIENCE = timedelta(minutes=1)
_log = logging.getLogger("imni.reactor")


def dispatched(work: Work, flow: str, patience: timedelta = _PATIENCE, at_once: int = MOST_CARRIED) -> Reaction:
    """Answer work of one kind by runs of the flow named `flow`, so many `at_once`.

    When no worker has begun a run within `patience`, nobody is there to answer; the run stays for whoever comes.
    """
    return _Carried(work, flow, patience, at_once).answer


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
    patience: timedelta
    at_once: int
    _runs: dict[str, _Run] = field(default_factory=dict[str, _Run])
    _attempts: dict[str, int] = field(default_factory=dict[str, int])

    async def answer(self, patient_ids: list[str]) -> Sequence[Outcome]:
        """What became of the runs that have ended, and that every other open item of these patients is carried."""
        async with get_client() as client:
            told = {outcome.key: outcome for outcome in await self._told(client)}
            items = open_items(resources(), patient_ids, self.work)
            waiting = [item for item in items if item.key not in told and item.key not in self._runs]
            if room := waiting[: max(0, self.at_once - len(self._runs))]:
                deployment = await client.read_deployment_by_name(f"{self.flow}/{POOLED}")
                await asyncio.gather(*(self._give_out(client, deployment.id, item) for item in room))
        carried = (Outcome(item.key, item.patient_id, "carried") for item in items if item.key not in told)
        return (*told.values(), *carried)

    async def _give_out(self, client: PrefectClient, deployment_id: UUID, item: WorkItem) -> None:
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
        """What became of runs that ended or that nobody begins. One that Prefect no longer knows is given out again."""
        if not self._runs:
            return []
        asked = FlowRunFilter(id=FlowRunFilterId(any_=[carried.id for carried in self._runs.values()]))
        found = {run.id: run.state for run in await client.read_flow_runs(flow_run_filter=asked)}
        told = [self._outcome(carried, found.get(carried.id)) for carried in tuple(self._runs.values())]
        return [outcome for outcome in told if outcome is not None]

    def _outcome(self, carried: _Run, state: State | None) -> Outcome | None:
        item = carried.item
        if state is None or state.is_final():
            del self._runs[item.key]
        if state is None:
            return None
        if state.is_final():
            self._attempts[item.key] = self._attempts.get(item.key, 1) + 1
            return _ended(self.work, item, state)
        if (state.is_scheduled() or state.is_pending()) and monotonic() - carried.since > self.patience.total_seconds():
            _log.warning("%s: no worker has begun it", item.key)
            return Outcome(item.key, item.patient_id, "away", "no worker has begun it")
        return None


def _ended(work: Work, item: WorkItem, state: State) -> Outcome:
    """What became of an item whose run has ended: whether it is done the log says; why not, the run."""
    left = open_items(resources(), [item.patient_id], work)
    if all(each.key != item.key for each in left):
        return Outcome(item.key, item.patient_id)
    said = outcome_in(state.message or "", item)
    if said is None or said.fate == "done":
        return Outcome(item.key, item.patient_id, "later", f"its run left it open ({state.name}: {state.message})")
    return said
