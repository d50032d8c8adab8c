"""What the reactor sees to beside open work: pages, analyses, seals, and the reminders of the trial.

Each has its own pace. What fails is logged and tried again when its time has come; it stops nothing else.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from datetime import date, datetime, timedelta

from domain.protocol.editions import edition_in_force
from domain.trial_work import stale
from flows.clock import Clock
from flows.live_patients import LivePatients
from flows.pace import Pace, has_passed
from flows.reactions import Reactions
from flows.resources import Resources
from flows.work_off import is_asked_to_stop
from store.sealing import sealed_size

_log = logging.getLogger("imni.reactor")
_TRIAL = "reminders of the trial"


class Upkeep:
    """When each was last seen to, measured by `clock`. `unseen` are patients whose pages are not of now."""

    def __init__(self, given: Resources, reactions: Reactions, pace: Pace, clock: Clock, live: LivePatients) -> None:
        self._given, self._reactions, self._pace, self._clock, self._live = given, reactions, pace, clock, live
        self._last: dict[str, datetime] = {}
        self._unseen: set[str] = set()
        self._trial_news = False
        self._sealed: int | None = None
        self._reminded_on: date | None = None

    def hear(self, touched: set[str], trial_news: bool) -> None:
        """Remember whose pages have to be made anew; of what is new about the trial people are reminded at once."""
        self._unseen |= touched
        if trial_news:
            self._trial_news, self._reminded_on = True, None

    async def see_to(self) -> None:
        """See to everything whose time has come."""
        await self._refresh()
        await self._analyse()
        await self._seal()
        await self._remind()

    async def _refresh(self) -> None:
        """Show the patients touched, and what people decided about the trial; what could not be shown the next time."""
        if (self._unseen or self._trial_news) and self._is_time("pages", self._pace.refresh_every):
            seen, self._unseen, self._trial_news = self._unseen, set[str](), False
            if not await self._look_after("pages", self._reactions.refresh(sorted(seen))):
                self._unseen, self._trial_news = self._unseen | seen, True

    async def _analyse(self) -> None:
        endpoints = stale(self._live.trial, self._live.last_touched)
        if endpoints and self._is_time("analyses", self._pace.analyse_every):
            await self._look_after("analyses", self._reactions.analyse(list(endpoints)))

    async def _seal(self) -> None:
        if self._reactions.seal is None:
            return
        if self._sealed is None:
            self._sealed = sealed_size(self._given.trial_log.log)
        new = self._live.position - self._sealed
        if new > 0 and (new >= self._pace.seal_at or self._is_time("seals", self._pace.seal_every)):
            position = self._live.position
            if await self._look_after("seals", self._reactions.seal()):
                self._sealed = position

    async def _remind(self) -> None:
        """Once a day, when the quiet hours are over, and again when there is news of the trial."""
        now = self._given.now_at_site
        if self._reactions.remind is None or self._reminded_on == now.date():
            return
        quiet = edition_in_force(self._live.trial).reminders.quiet_hours
        if quiet.hold(now.time()) or not self._is_time(_TRIAL, self._pace.remind_every):
            return
        if await self._look_after(_TRIAL, self._reactions.remind()):
            self._reminded_on = now.date()

    async def _look_after(self, what: str, run: Awaitable[object]) -> bool:
        try:
            await run
        except (Exception, asyncio.CancelledError) as problem:
            if is_asked_to_stop():
                raise
            _log.warning("%s could not be seen to: %s", what, problem)
            return False
        finally:
            self._last[what] = self._clock.now()
        return True

    def _is_time(self, what: str, every: timedelta) -> bool:
        return has_passed(every, self._last.get(what), self._clock.now())
