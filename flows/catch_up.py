"""Catching up by the clock: whatever is open is worked off, whether or not anything signalled it."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows.clock import SystemClock
from flows.reactor import Reactions, Reactor
from flows.resources import resources


def catch_up_with(reactions: Reactions):
    """The flow that catches up with these reactions. While a reactor leads, it leaves the work to it."""

    @flow(name="catch-up", description="Work off everything that is open.", validate_parameters=False)
    async def catch_up() -> State:
        reactor = Reactor(resources(), reactions, ticking=SystemClock())
        if not reactor.take_the_lead():
            return Completed(message="The reactor is running and does this by itself.")
        try:
            await reactor.settle()
        finally:
            reactor.let_go()
        return Completed(message=f"Caught up to position {reactor.live.position}.")

    return catch_up
