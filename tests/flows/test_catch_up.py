"""Catching up by the clock, beside a reactor and without one."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from deployments.prefect_server import PrefectServer
from deployments.reactions import ANSWERS
from events.follow_up import FollowUpScheduled
from flows.catch_up import catch_up
from flows.clock import SystemClock
from flows.reactions import Reactions
from flows.reactor import Reactor
from tests import facts
from tests.flows.site import site


async def _nothing(names: Sequence[str]) -> None:
    return None


@pytest.mark.prefect
async def test_what_is_open_is_done_unless_a_reactor_does_it(tmp_path: Path, prefect_server: PrefectServer) -> None:
    reactions = Reactions(ANSWERS, _nothing, _nothing)
    async with site(tmp_path) as at:
        ended = (facts.planned("2020-12-10"), facts.completed("2020-12-11"))
        at.has_seen("RJ-1", *facts.enrolled(*ended, on="2020-12-01"))
        running = Reactor(at.given, reactions, ticking=SystemClock())
        assert running.take_the_lead()
        assert "by itself" in await catch_up(reactions)
        assert not at.patient("RJ-1").has(FollowUpScheduled)
        running.let_go()
        assert (await catch_up(reactions)).startswith("Caught up to position")
        assert at.patient("RJ-1").has(FollowUpScheduled)
        assert running.take_the_lead(), "who has caught up lets go"
