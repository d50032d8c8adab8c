"""Runs that nobody carries any more: which are started again, which are closed, and which are left alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from prefect import flow, get_client
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import State, StateType
from prefect.events import emit_event
from prefect.events.filters import EventFilter
from prefect.states import Cancelling, Crashed, Pending, Running

from deployments.interrupted_runs import (
    AGAIN,
    CANCELLED,
    GIVEN_UP,
    LEFT_TO_A_LATER_RUN,
    SILENCE,
    TOO_OLD,
    InterruptedRuns,
    flows_of_ours,
)
from deployments.prefect_server import PrefectServer
from flows.clock import SimulatedClock
from flows.operator_entry import FORMS
from flows.order_genomic_test import order_genomic_test

FORM = "record-contact"
TITLE = "of a test of interrupted runs"

pytestmark = [pytest.mark.prefect, pytest.mark.usefixtures("prefect_server")]


@flow(name="of-another-program")
async def of_another_program() -> None:
    return None


@dataclass
class Prefect:
    """Prefect's books, into which runs are put as they would stand there."""

    client: PrefectClient

    async def form(self, *states: State[Any]) -> UUID:
        """A form that went through these states."""
        deployment = await self.client.read_deployment_by_name(f"{FORM}/{TITLE}")
        run = await self.client.create_flow_run_from_deployment(deployment.id, tags=["form"])
        return await self.goes_through(run.id, *states)

    async def reaction(self, *states: State[Any]) -> UUID:
        """A run that the reactor made itself."""
        run = await self.client.create_flow_run(order_genomic_test)
        return await self.goes_through(run.id, *states)

    async def other(self, *states: State[Any]) -> UUID:
        """A run of somebody else's program."""
        run = await self.client.create_flow_run(of_another_program)
        return await self.goes_through(run.id, *states)

    async def goes_through(self, run: UUID, *states: State[Any]) -> UUID:
        for state in states:
            await self.client.set_flow_run_state(run, state, force=True)
        return run

    async def stands(self, run: UUID) -> tuple[StateType | None, str | None]:
        found = await self.client.read_flow_run(run)
        return (found.state.type, found.state.message) if found.state else (None, None)


@pytest.fixture
async def prefect(prefect_server: PrefectServer) -> AsyncGenerator[Prefect]:
    deployment = await FORMS[FORM].ato_deployment(name=TITLE, tags=["form"], enforce_parameter_schema=False)
    await deployment.aapply()
    async with get_client() as client:
        yield Prefect(client)


def _later(seconds: float = 0, days: float = 0) -> InterruptedRuns:
    clock = SimulatedClock(datetime.now(UTC) + timedelta(seconds=seconds, days=days))
    return InterruptedRuns({FORM, order_genomic_test.name}, clock=clock)


async def test_what_was_under_way_is_started_again_or_closed_when_nobody_else_is_there(prefect: Prefect) -> None:
    pending, running = await prefect.form(Pending()), await prefect.form(Pending(), Running())
    reaction = await prefect.reaction(Running())
    cancelling = await prefect.form(Running(), Cancelling())
    other = await prefect.other(Running())
    assert await _later().take_up(alone=True) == 4
    assert await prefect.stands(pending) == (StateType.SCHEDULED, AGAIN)
    assert await prefect.stands(running) == (StateType.SCHEDULED, AGAIN)
    assert await prefect.stands(reaction) == (StateType.CRASHED, LEFT_TO_A_LATER_RUN)
    assert await prefect.stands(cancelling) == (StateType.CANCELLED, CANCELLED)
    assert (await prefect.stands(other))[0] is StateType.RUNNING, "not ours"


async def test_where_others_may_run_only_what_is_silent_is_taken_up(prefect: Prefect) -> None:
    fresh = await prefect.form(Running())
    assert await _later().take_up() == 0
    beats_at = datetime.now(UTC) + timedelta(seconds=30)
    alive = await prefect.form(Running())
    emit_event(
        "prefect.flow-run.heartbeat", resource={"prefect.resource.id": f"prefect.flow-run.{alive}"}, occurred=beats_at
    )
    await _eventually(lambda: _has_beaten(prefect.client, alive))
    await _later(seconds=SILENCE.total_seconds() + 10).take_up()
    assert await prefect.stands(fresh) == (StateType.SCHEDULED, AGAIN)
    assert (await prefect.stands(alive))[0] is StateType.RUNNING
    await _later(seconds=SILENCE.total_seconds() + 40).take_up()
    assert await prefect.stands(alive) == (StateType.SCHEDULED, AGAIN)


async def test_a_form_that_ends_its_process_is_tried_three_times_and_not_for_ever(prefect: Prefect) -> None:
    run = await prefect.form()
    for _ in range(2):
        await prefect.goes_through(run, Running(), Crashed(message="Process exited with status code: -9"))
        await _later().take_up()
        assert await prefect.stands(run) == (StateType.SCHEDULED, AGAIN)
    await prefect.goes_through(run, Running())
    await _later().take_up(alone=True)
    assert await prefect.stands(run) == (StateType.CRASHED, GIVEN_UP)
    await _later().take_up(alone=True)
    assert await prefect.stands(run) == (StateType.CRASHED, GIVEN_UP)


async def test_what_is_long_past_is_for_a_person(prefect: Prefect) -> None:
    """In the meantime somebody may have entered it otherwise."""
    run = await prefect.form(Running())
    crashed = await prefect.form(Running(), Crashed(message="Process exited with status code: -9"))
    await _later(days=8).take_up(alone=True)
    assert await prefect.stands(run) == (StateType.CRASHED, TOO_OLD)
    assert (await prefect.stands(crashed))[1] == "Process exited with status code: -9"


def test_every_form_and_reaction_is_looked_after() -> None:
    assert flows_of_ours() >= {*FORMS, "enter-batch", "send-reminders", "refresh-read-models", "seal-log", "catch-up"}


async def _has_beaten(client: PrefectClient, run: UUID) -> bool:
    until = datetime.now(UTC) + timedelta(hours=1)
    asked = {"resource": {"id": [f"prefect.flow-run.{run}"]}, "occurred": {"until": until}}
    found = await client.read_events(EventFilter.model_validate(asked), limit=50)
    return any(event.event == "prefect.flow-run.heartbeat" for event in found.events)


async def _eventually(holds: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(300):
        if await holds():
            return
        await asyncio.sleep(0.2)
    pytest.fail("the sign of life was never kept")
