"""The nightly copies of sealed parts: none while little is sealed."""

from __future__ import annotations

from typing import Any

import pytest
from prefect.client.schemas.objects import State

from deployments.prefect_server import PrefectServer
from deployments.schedules import SCHEDULED
from flows.write_segments import write_segments
from tests.flows.site import Site


@pytest.mark.prefect
async def test_nothing_is_written_while_little_is_sealed(at: Site, prefect_server: PrefectServer) -> None:
    # The declared type of a flow that returns its own state cannot be awaited.
    run: Any = write_segments
    state: State[Any] = await run(return_state=True)
    assert (state.is_completed(), state.message) == (True, "No segment is due")
    assert not at.given.settings.segments.exists()


def test_it_runs_every_night() -> None:
    (found,) = (each for each in SCHEDULED if each.flow is write_segments)
    assert found.cron == "30 3 * * *"
