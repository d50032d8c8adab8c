"""The lead among the reactors of one log: one works, and another takes over when it has gone silent."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from datetime import timedelta

from flows.clock import Clock
from store.event_ids import new_event_id
from store.event_log import EventLog, LogUnavailable

CONSUMER = "reactor"
LEASE = timedelta(seconds=10)
_log = logging.getLogger("imni.reactor")


class Lead:
    """One reactor's claim to the lead. `clock` is what the `lease` is measured by: it must be one that goes on."""

    def __init__(self, log: EventLog, clock: Clock, lease: timedelta = LEASE) -> None:
        self._log, self._clock, self._lease = log, clock, lease.total_seconds()
        self._owner = str(new_event_id())
        self._epoch: int | None = None
        self._until = clock.now()

    @property
    def held(self) -> bool:
        """Whether this reactor led when it last asked, and its lease still lasts: who was put to sleep asks anew."""
        return self._epoch is not None and self._clock.now() < self._until

    def take(self) -> bool:
        """Take or renew the lead; False while another reactor's lease lasts."""
        now = self._clock.now()
        self._until = now + timedelta(seconds=self._lease)
        self._epoch = self._log.checkpoints().lead(CONSUMER, self._owner, self._lease, now)
        return self.held

    def let_go(self) -> None:
        """Give the lead up, so that another need not wait for the lease to end."""
        epoch, self._epoch = self._epoch, None
        if epoch is not None:
            self._log.checkpoints().release(CONSUMER, epoch)

    async def keep(self, stop: asyncio.Event) -> None:
        """Take the lead whenever it is free and renew it until told to stop. Who cannot renew it does not lead."""
        while not stop.is_set():
            try:
                self.take()
            except LogUnavailable as problem:
                self._epoch = None
                _log.warning("the lead cannot be renewed now: %s", problem)
            await pause(stop, self._lease / 6)


async def pause(stop: asyncio.Event, seconds: float) -> None:
    """Wait, but no longer than until told to stop."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
