"""The reactor: reads the log on, works out what is open, and wakes the flows that answer it.

It keeps no queue. What is open is derived from the patients each time, so that a lost signal costs time, a repeated one
does nothing, and a restart begins where the log says.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zlib import crc32

from domain.decisions.conduct import SetWorkAside
from domain.patient import Patient
from domain.protocol.edition import Edition
from domain.protocol.editions import edition_in_force
from domain.rejections import Rejection
from domain.trial_work import stale
from domain.work_item import Work, WorkItem
from domain.worklist import engine_worklist
from events.clinical_date import ClinicalDate
from events.event import Event
from events.genomics import GenomicTestOrdered
from events.recorded import Recorded
from events.streams import patient_of
from flows.live_patients import LivePatients
from flows.resources import Resources
from flows.work_off import Outcome
from store.event_ids import new_event_id

CONSUMER = "reactor"
_LEASE_SECONDS = 10.0
_log = logging.getLogger("imni.reactor")

Reaction = Callable[[list[str]], Awaitable[Sequence[Outcome]]]


@dataclass(frozen=True, slots=True)
class Pace:
    """How patient the reactor is. `delays` between tries grow to the last one; waiting for a result is `poll`.

    Who has reported may still correct: the laboratory is listened to every `listen_every` even when nothing is owed.
    """

    delays: tuple[timedelta, ...] = tuple(timedelta(seconds=2**power) for power in range(1, 10))
    poll: timedelta = timedelta(seconds=30)
    broken_tries: int = 8
    listen_every: timedelta = timedelta(minutes=5)
    refresh_every: timedelta = timedelta(seconds=1)
    analyse_every: timedelta = timedelta(seconds=5)

    def delay(self, key: str, tries: int) -> timedelta:
        """How long to wait after a try; spread by up to a fifth so that items do not come back all at once."""
        delay = self.delays[min(tries, len(self.delays)) - 1]
        return delay * (1 + crc32(key.encode()) % 100 / 500)


@dataclass(frozen=True, slots=True)
class Reactions:
    """Which flow answers which work, which one refreshes what people look at, and which one analyses."""

    answers: Mapping[Work, Reaction]
    refresh: Callable[[list[str]], Awaitable[None]]
    analyse: Callable[[list[str]], Awaitable[None]]
    announce: Callable[[Sequence[Recorded[Event]]], None] = lambda news: None


@dataclass
class _Tried:
    tries: int = 0
    again_at: datetime | None = None


@dataclass
class Reactor:
    """One per log leads; see `run`. `settle` is one round of everything that can be done now."""

    given: Resources
    reactions: Reactions
    pace: Pace = field(default_factory=Pace)

    def __post_init__(self) -> None:
        self._owner = str(new_event_id())
        self._epoch: int | None = None
        self.live = LivePatients(self.given.trial_log)
        self._tried: dict[str, _Tried] = defaultdict(_Tried)
        self._open: dict[str, tuple[WorkItem, ...]] = {}
        self._looked_on: date | None = None
        self._unseen: set[str] = set()
        self._listened_at: datetime | None = None
        self._refreshed_at: datetime | None = None
        self._analysed_at: datetime | None = None

    @property
    def edition(self) -> Edition:
        """The protocol edition in force."""
        return edition_in_force(self.live.trial)

    async def settle(self) -> None:
        """React until nothing is open that can be done now."""
        self._read_on()
        await self._listen()
        while due := self._due():
            for work, items in _by_work(due).items():
                self._note(await self._answer(work, items))
            self._read_on()
        await self._refresh()
        await self._analyse()

    async def run(self, stop: asyncio.Event, every: float = 0.2) -> None:
        """Settle whenever the log has grown or something is due again, until told to stop. `every` in seconds.

        Only the reactor that leads works; another one started by mistake waits until the lead is free.
        """
        beating = asyncio.ensure_future(self._keep_the_lead(stop))
        while not stop.is_set():
            if self._epoch is not None:
                await self.settle()
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), every)
        await beating
        self.let_go()

    async def _keep_the_lead(self, stop: asyncio.Event) -> None:
        """Renew the lease while a round takes long."""
        while not stop.is_set():
            self.take_the_lead()
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _LEASE_SECONDS / 6)

    def take_the_lead(self) -> bool:
        """Take or renew the lead among the reactors of this log."""
        leases = self.given.trial_log.log.checkpoints()
        self._epoch = leases.lead(CONSUMER, self._owner, _LEASE_SECONDS, self.given.clock.now())
        return self._epoch is not None

    def let_go(self) -> None:
        """Give the lead up."""
        if self._epoch is not None:
            self.given.trial_log.log.checkpoints().release(CONSUMER, self._epoch)
            self._epoch = None

    def _read_on(self) -> None:
        edition_before = self.live.trial.version
        news = self.live.read_on()
        self.reactions.announce(news)
        touched = {patient_id for entry in news if (patient_id := patient_of(entry.stream))}
        self._unseen |= touched
        everyone = self._looked_on != self.given.today or edition_before != self.live.trial.version
        for patient_id in self.live.patients if everyone else touched:
            self._look_at(self.live.patients[patient_id])
        self._looked_on = self.given.today

    def _look_at(self, patient: Patient) -> None:
        items = engine_worklist(patient, self.edition, self.given.today)
        if items:
            self._open[patient.patient_id] = items
        else:
            self._open.pop(patient.patient_id, None)

    def _due(self) -> list[WorkItem]:
        now = self.given.clock.now()
        return [item for items in self._open.values() for item in items if self._may_try(item, now)]

    def _may_try(self, item: WorkItem, now: datetime) -> bool:
        again_at = self._tried[item.key].again_at if item.key in self._tried else None
        return again_at is None or again_at <= now

    async def _answer(self, work: Work, items: Sequence[WorkItem]) -> Sequence[Outcome]:
        """One flow run for all items of a kind; an item it says nothing of is looked at again later."""
        patient_ids = sorted({item.patient_id for item in items})
        try:
            outcomes = await self.reactions.answers[work](patient_ids)
        except Exception as problem:
            _log.warning("%s could not run: %s", work, problem)
            outcomes = ()
        told = {outcome.key for outcome in outcomes}
        return (*outcomes, *(Outcome(i.key, i.patient_id, "later") for i in items if i.key not in told))

    def _note(self, outcomes: Sequence[Outcome]) -> None:
        now = self.given.clock.now()
        for outcome in outcomes:
            tried = self._tried[outcome.key]
            tried.tries += 1
            waiting = outcome.key.startswith("result/")
            tried.again_at = now + (self.pace.poll if waiting else self.pace.delay(outcome.key, tried.tries))
            if outcome.fate == "person" or (outcome.fate == "broken" and tried.tries >= self.pace.broken_tries):
                self._set_aside(outcome, tried.tries)

    def _set_aside(self, outcome: Outcome, tries: int) -> None:
        command = SetWorkAside(
            occurred_on=ClinicalDate.parse(self.given.today),
            key=outcome.key,
            problem=f"{outcome.problem[:900]} (after {tries} tries)",
        )
        try:
            self.given.trial_log.transact(outcome.patient_id, command, self.given.engine_entry(outcome.key))
        except Rejection:
            return
        self._tried.pop(outcome.key, None)

    async def _listen(self) -> None:
        """Hear what the laboratory has to say about results it reported before."""
        if self._is_time(self._listened_at, self.pace.listen_every) and self._has_ordered():
            self._listened_at = self.given.clock.now()
            await self._answer(Work.COLLECT_GENOMIC_RESULT, ())
            self._read_on()

    def _has_ordered(self) -> bool:
        return any(patient.has(GenomicTestOrdered) for patient in self.live.patients.values())

    async def _refresh(self) -> None:
        if self._unseen and self._is_time(self._refreshed_at, self.pace.refresh_every):
            seen, self._unseen = sorted(self._unseen), set[str]()
            await self._look_after("read models", self.reactions.refresh(seen))
            self._refreshed_at = self.given.clock.now()

    async def _analyse(self) -> None:
        endpoints = stale(self.live.trial, self.live.last_touched)
        if endpoints and self._is_time(self._analysed_at, self.pace.analyse_every):
            await self._look_after("analyses", self.reactions.analyse(list(endpoints)))
            self._analysed_at = self.given.clock.now()
            self._read_on()

    async def _look_after(self, what: str, run: Awaitable[None]) -> None:
        try:
            await run
        except Exception as problem:
            _log.warning("%s could not be refreshed: %s", what, problem)

    def _is_time(self, last: datetime | None, every: timedelta) -> bool:
        return last is None or self.given.clock.now() - last >= every


def _by_work(items: Sequence[WorkItem]) -> dict[Work, list[WorkItem]]:
    """The items of each kind of work: one flow run a kind, however many patients."""
    found: dict[Work, list[WorkItem]] = defaultdict(list)
    for item in items:
        found[item.work].append(item)
    return found
