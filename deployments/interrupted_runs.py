"""Runs whose process died together with whoever watched it: Prefect shows them as running for ever.

An operator's form, and what starts by the clock, is started again as the same run with the same parameters: what is on
record already is not recorded twice. What the reactor ran itself is closed, since what was open is done by a later run.
What a worker elsewhere carried is closed as well; the reactor then makes a new run for what is still open
(`flows.dispatch`).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from prefect import Flow, get_client
from prefect.client.schemas.filters import FlowFilter, FlowRunFilter
from prefect.client.schemas.objects import State, StateType
from prefect.client.schemas.responses import SetStateStatus
from prefect.events.filters import EventFilter
from prefect.states import AwaitingRetry, Cancelled, Crashed

from deployments.prefect_environment import HEARTBEAT_SECONDS
from deployments.reactions import ANSWERS, REACTIONS
from deployments.schedules import SCHEDULED
from flows.batch_entry import enter_batch
from flows.clock import Clock, SystemClock
from flows.lead import pause
from flows.operator_entry import FORMS

if TYPE_CHECKING:
    from prefect.client.orchestration import PrefectClient
    from prefect.client.schemas.objects import FlowRun

AGAIN = "The engine was stopped in the middle of this and starts it again; what is on record is not recorded twice."
LEFT_TO_A_LATER_RUN = "The engine was stopped in the middle of this. What was open is done by a later run."
WORKER_SILENT = "The worker fell silent in the middle of this. What is still open is given to a new run."
CANCELLED = "Cancelled. The engine was stopped before that was done."
_LOOK = "Look on the patient's page whether it is on record; if it is not, enter it again."
GIVEN_UP = f"The program ended in the middle of this each time it was started. {_LOOK}"
TOO_OLD = f"The engine was stopped in the middle of this and was away for long. {_LOOK}"

SILENCE = timedelta(seconds=3 * HEARTBEAT_SECONDS + 10)
"""So long after its last sign of life a run is taken for dead; the ten seconds are for a sign on its way."""

_MOST_STARTS = 3
_LONG_AGO = timedelta(days=7)
_JUST_NOW = timedelta(minutes=10)
_AHEAD = timedelta(hours=1)
"""So far the clock of a worker elsewhere may be ahead of ours, and its signs of life count."""
_LOOK_EVERY_SECONDS = 20.0
_log = logging.getLogger("imni.runs")


def flows_of_ours() -> frozenset[str]:
    """The names of all flows that `imni up` runs."""
    seen_to = (REACTIONS.refresh, REACTIONS.analyse, REACTIONS.seal, REACTIONS.remind)
    clockwork = (each.flow for each in SCHEDULED)
    every = (*FORMS.values(), enter_batch, *clockwork, *ANSWERS.values(), *seen_to)
    return frozenset(each.name for each in every if isinstance(each, Flow))


@dataclass(frozen=True)
class InterruptedRuns:
    """Those of our runs that nobody carries any more; `silence` is how long a live one may say nothing."""

    flows: Collection[str] = field(default_factory=flows_of_ours)
    silence: timedelta = SILENCE
    clock: Clock = field(default_factory=SystemClock)

    async def take_up(self, *, alone: bool = False) -> int:
        """Take up the runs that have fallen silent, and the forms that have just crashed. How many were taken up.

        `alone`, when nobody else uses this Prefect and nothing of ours runs yet, what is shown as under way is not,
        however short its silence, unless a worker elsewhere carries it.
        """
        async with get_client() as client:
            found = [
                (run, self._after_interruption(run))
                for run in await self._under_way(client)
                if (alone and run.work_pool_name is None) or await self._is_silent(client, run)
            ]
            found += [(run, self._again(run)) for run in await self._crashed_forms(client)]
            return sum([await _became(client, run, state) for run, state in found])

    async def watch(self, stop: asyncio.Event, every: float = _LOOK_EVERY_SECONDS) -> None:
        """Take up what has fallen silent, until told to stop. `every` in seconds; Prefect may be away meanwhile."""
        while not stop.is_set():
            await pause(stop, every)
            try:
                await self.take_up()
            except Exception as problem:
                _log.warning("interrupted runs cannot be looked for now: %s", problem)

    async def _under_way(self, client: PrefectClient) -> list[FlowRun]:
        return await self._runs(client, {"state": {"type": {"any_": ["PENDING", "RUNNING", "CANCELLING"]}}})

    async def _crashed_forms(self, client: PrefectClient) -> list[FlowRun]:
        """Forms whose process ended under a living runner, which says so at once and starts nothing again."""
        crashed = {
            "state": {"type": {"any_": ["CRASHED"]}},
            "tags": {"all_": ["form"]},
            "expected_start_time": {"after_": self._before(_JUST_NOW)},
        }
        return [run for run in await self._runs(client, crashed) if run.run_count < _MOST_STARTS]

    async def _runs(self, client: PrefectClient, which: dict[str, Any]) -> list[FlowRun]:
        ours = FlowFilter.model_validate({"name": {"any_": sorted(self.flows)}})
        return await client.read_flow_runs(flow_filter=ours, flow_run_filter=FlowRunFilter.model_validate(which))

    async def _is_silent(self, client: PrefectClient, run: FlowRun) -> bool:
        since = self._before(self.silence)
        if run.state is None or run.state.timestamp > since:
            return False
        signs = {
            "event": {"name": ["prefect.flow-run.heartbeat"]},
            "resource": {"id": [f"prefect.flow-run.{run.id}"]},
            "occurred": {"since": since, "until": self.clock.now() + _AHEAD},
        }
        return not (await client.read_events(EventFilter.model_validate(signs), limit=1)).events

    def _after_interruption(self, run: FlowRun) -> State[Any]:
        if run.state is not None and run.state.type is StateType.CANCELLING:
            return Cancelled(message=CANCELLED)
        if run.work_pool_name is not None:
            return Crashed(message=WORKER_SILENT)
        if run.deployment_id is None:
            return Crashed(message=LEFT_TO_A_LATER_RUN)
        return self._again(run)

    def _again(self, run: FlowRun) -> State[Any]:
        if run.run_count >= _MOST_STARTS:
            return Crashed(message=GIVEN_UP)
        if run.expected_start_time is not None and run.expected_start_time < self._before(_LONG_AGO):
            return Crashed(message=TOO_OLD)
        return AwaitingRetry(scheduled_time=self.clock.now(), message=AGAIN)

    def _before(self, span: timedelta) -> datetime:
        return self.clock.now() - span


async def _became(client: PrefectClient, run: FlowRun, state: State[Any]) -> bool:
    """Whether Prefect took the new state; not, when the run has just ended by itself after all."""
    taken = (await client.set_flow_run_state(run.id, state)).status is SetStateStatus.ACCEPT
    if taken:
        _log.warning("%s (%s): %s", run.name, run.id, state.message)
    return taken
