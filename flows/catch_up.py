"""Catching up by the clock: whatever is open is worked off, whether or not anything signalled it."""

from __future__ import annotations

from flows.clock import SystemClock
from flows.reactions import Reactions
from flows.reactor import Reactor
from flows.resources import resources


async def catch_up(reactions: Reactions) -> str:
    """Work off everything that is open; says what was done. While a reactor leads, the work is left to it."""
    reactor = Reactor(resources(), reactions, ticking=SystemClock())
    if not reactor.take_the_lead():
        return "The reactor is running and does this by itself."
    try:
        await reactor.settle()
    finally:
        reactor.let_go()
    return f"Caught up to position {reactor.live.position}."
