"""What the reactor sees to beside open work: pages, analyses, seals, and the reminders of the trial.

Each has its own pace. What fails is logged, tried again after longer and longer, and stops nothing else; what goes on
failing by our own fault is put on record, so that a person hears of it.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Coroutine, Generator, Sequence
from contextlib import contextmanager, suppress
from datetime import date, datetime, timedelta

import httpx

from domain.decisions.conduct import SetWorkAside
from domain.rejections import Rejection
from domain.trial_work import stale
from events.clinical_date import ClinicalDate
from flows.clock import Clock
from flows.lead import pause
from flows.live_patients import LivePatients
from flows.pace import Pace, has_passed
from flows.patients_to_show import PatientsToShow
from flows.reactions import Reactions
from flows.resources import Resources
from flows.work_off import is_asked_to_stop
from store.event_log import EventLogError, LogUnavailable
from store.sealing import sealed_size

_log = logging.getLogger("imni.reactor")
_NEWS, _PATIENTS = "news of patients", "pages of patients"
_PAGES, _TRIAL = "pages of the trial", "reminders of the trial"
_AWAY = (httpx.HTTPError, OSError, EventLogError)
"""What says that Prefect's server, a disk or the log is away, and not that something of ours is broken."""


@contextmanager
def told_when_unavailable() -> Generator[None]:
    """A log held by another process, or a full disk, costs time only."""
    try:
        yield
    except LogUnavailable as problem:
        _log.warning("the log cannot be used now: %s", problem)


class Upkeep:
    """When each was last seen to and how long it took, measured by `clock`."""

    def __init__(self, given: Resources, reactions: Reactions, pace: Pace, clock: Clock, live: LivePatients) -> None:
        self._given, self._reactions, self._pace, self._clock, self._live = given, reactions, pace, clock, live
        self._last: dict[str, datetime] = {}
        self._took: dict[str, timedelta] = {}
        self._to_show = PatientsToShow()
        self._trial_news = False
        self._stop = asyncio.Event()
        self._failed = Counter[str]()
        self._away: set[str] = set()
        self._sealed: int | None = None
        self._reminded_on: date | None = None

    def hear(self, touched: Collection[str], trial_news: bool) -> None:
        """Remember whose pages have to be made anew; of what is new about the trial people are reminded at once."""
        self._to_show.hear(touched)
        self._trial_news |= trial_news or bool(touched)
        if trial_news:
            self._reminded_on = None

    async def see_to(self) -> None:
        """See to everything whose time has come."""
        for see_to in self._duties:
            await see_to()

    def keep_seeing_to(
        self, stop: asyncio.Event, every: float, is_led: Callable[[], bool]
    ) -> Sequence[Coroutine[None, None, None]]:
        """See to everything again and again while this reactor leads, until told to stop. `every` in seconds.

        Run each beside the others: pages about everyone and analyses take seconds, a patient's own page does not.
        """
        self._stop = stop

        async def keep(see_to: Callable[[], Awaitable[None]]) -> None:
            while not stop.is_set():
                if is_led():
                    with told_when_unavailable():
                        await see_to()
                await pause(stop, every)

        return [keep(duty) for duty in self._duties]

    @property
    def _duties(self) -> tuple[Callable[[], Awaitable[None]], ...]:
        return self._show_patients, self._show_trial, self._analyse, self._seal, self._remind

    async def _show_patients(self) -> None:
        """Show everyone with news; then try again to show some who could not be shown."""
        if self._is_time(_NEWS, self._pace.refresh_every, rest=False):
            while not self._stop.is_set() and (patient_ids := self._to_show.with_news()):
                if not await self._show(_NEWS, patient_ids):
                    break
        if self._is_time(_PATIENTS, self._pace.refresh_every) and (patient_ids := self._to_show.to_try_again()):
            await self._show(_PATIENTS, patient_ids)

    async def _show(self, what: str, patient_ids: list[str]) -> bool:
        are_shown = await self._look_after(what, self._reactions.refresh(patient_ids))
        if not are_shown:
            self._to_show.not_shown(patient_ids)
        return are_shown

    async def _show_trial(self) -> None:
        """Show what any news changes about the trial as a whole."""
        if self._trial_news and self._is_time_for_everyone(_PAGES, self._pace.refresh_every):
            self._trial_news = False
            if not await self._look_after(_PAGES, self._reactions.refresh([])):
                self._trial_news = True

    async def _analyse(self) -> None:
        endpoints = stale(self._live.trial, self._live.last_touched)
        if endpoints and self._is_time_for_everyone("analyses", self._pace.analyse_every):
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
        quiet = self._given.trial_log.edition().reminders.quiet_hours
        if quiet.hold(now.time()) or not self._is_time(_TRIAL, self._pace.remind_every):
            return
        if await self._look_after(_TRIAL, self._reactions.remind()):
            self._reminded_on = now.date()

    async def _look_after(self, what: str, run: Awaitable[object]) -> bool:
        began = self._clock.now()
        try:
            await run
        except (Exception, asyncio.CancelledError) as problem:
            if is_asked_to_stop():
                raise
            _log.warning("%s could not be seen to: %s", what, problem)
            self._note_failure(what, problem)
            return False
        finally:
            self._last[what] = self._clock.now()
            self._took[what] = self._last[what] - began
        del self._failed[what]
        self._away.discard(what)
        return True

    def _note_failure(self, what: str, problem: BaseException) -> None:
        """Who is away comes back by itself; what fails by our own fault again and again, a person hears of."""
        self._failed[what] += 1
        if isinstance(problem, _AWAY):
            self._away.add(what)
        elif self._failed[what] >= self._pace.broken_tries:
            command = SetWorkAside(
                occurred_on=ClinicalDate.parse(self._given.today),
                key=f"engine/{what}",
                problem=f"{type(problem).__name__}: {str(problem)[:800]} (tried {self._failed[what]} times, and on)",
            )
            with suppress(Rejection, EventLogError):
                self._given.trial_log.transact_trial(command, self._given.engine_entry(command.key))

    def _is_time(self, what: str, every: timedelta, *, rest: bool = True) -> bool:
        wait = max(every, self._rest(what)) if rest else every
        return has_passed(wait, self._last.get(what), self._clock.now())

    def _is_time_for_everyone(self, what: str, every: timedelta) -> bool:
        """The same for what is about everyone: it rests at least as long as it took."""
        return self._is_time(what, max(every, self._took.get(what, timedelta(0))))

    def _rest(self, what: str) -> timedelta:
        """How long what has failed is left alone. Who was away is asked for again before long."""
        if not self._failed[what]:
            return timedelta(0)
        rest = self._pace.delay(what, self._failed[what])
        return min(rest, self._pace.poll) if what in self._away else rest
