"""Reactions carried by workers elsewhere: the same flows, each open item as a run in a work pool under its own key."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from time import monotonic
from typing import TYPE_CHECKING
from uuid import UUID

from prefect import get_client

from domain.work_item import Work, WorkItem
from flows.reactions import Reaction
from flows.resources import resources
from flows.work_off import Outcome, open_items

if TYPE_CHECKING:
    from prefect.client.orchestration import PrefectClient
    from prefect.client.schemas.objects import FlowRun

POOLED = "in the work pool"
"""What the deployments that workers carry are called."""

_PATIENCE = timedelta(minutes=1)
_LOOK_EVERY_SECONDS = 0.5


def dispatched(work: Work, flow: str, patience: timedelta = _PATIENCE) -> Reaction:
    """Answer work of one kind by runs of the flow named `flow`, waiting for each as long as `patience`.

    A run that has not ended by then goes on: the item is asked for again later, under the same key, and finds it.
    """

    async def answer(patient_ids: list[str]) -> Sequence[Outcome]:
        items = open_items(resources(), patient_ids, work)
        async with get_client() as client:
            deployment = await client.read_deployment_by_name(f"{flow}/{POOLED}")
            return await asyncio.gather(*(_outcome(client, deployment.id, work, item, patience) for item in items))

    return answer


async def _outcome(
    client: PrefectClient, deployment_id: UUID, work: Work, item: WorkItem, patience: timedelta
) -> Outcome:
    """What became of one item: whether it is done the log says, not the run."""
    run = await _ended(client, await _run_of(client, deployment_id, item), patience)
    if run is None:
        return Outcome(item.key, item.patient_id, "away", "no worker has finished it yet")
    left = open_items(resources(), [item.patient_id], work)
    if any(each.key == item.key for each in left):
        return Outcome(item.key, item.patient_id, "later", f"the run {run.name} left it open: {run.state_name}")
    return Outcome(item.key, item.patient_id)


async def _run_of(client: PrefectClient, deployment_id: UUID, item: WorkItem) -> FlowRun:
    """The run that carries an item now, or a new one. Prefect returns a run that has ended for ever under its key."""
    attempt = 0
    while True:
        attempt += 1
        run = await client.create_flow_run_from_deployment(
            deployment_id,
            parameters={"patient_ids": [item.patient_id]},
            name=item.key,
            idempotency_key=item.key if attempt == 1 else f"{item.key}#{attempt}",
        )
        if run.state is None or not run.state.is_final():
            return run


async def _ended(client: PrefectClient, run: FlowRun, patience: timedelta) -> FlowRun | None:
    """The run when it has ended; None when patience has."""
    until = monotonic() + patience.total_seconds()
    while monotonic() < until:
        run = await client.read_flow_run(run.id)
        if run.state is not None and run.state.is_final():
            return run
        await asyncio.sleep(_LOOK_EVERY_SECONDS)
    return None
