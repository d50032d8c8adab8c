"""The reactor: reads the log on, works out what is open, and wakes the flows that answer it.

It keeps no queue. What is open is derived from the patients each time, so that a lost signal costs time, a repeated one
does nothing, and a restart begins where the log says.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from domain.decisions.conduct import SetWorkAside
from domain.ready import ready
from domain.rejections import Rejection
from domain.work_item import Work, WorkItem
from events.clinical_date import ClinicalDate
from events.conduct import ProjectionDrifted, QueryOpened, WorkItemSetAside
from events.event import Event
from events.genomics import GenomicReportSetAside, GenomicTestOrdered
from events.recorded import Recorded
from events.streams import patient_of
from flows.breaker import Breakers
from flows.clock import Clock
from flows.lead import Lead, pause
from flows.live_patients import LivePatients
from flows.open_work import OpenWork
from flows.pace import Pace, Tries, has_passed
from flows.reactions import Reactions
from flows.resources import Resources
from flows.upkeep import Upkeep, told_when_unavailable
from flows.work_off import Outcome, is_asked_to_stop
from store.event_log import EventLogError

_PATIENCE_SECONDS = 0.1
"""How long one kind of work is waited for before the log is read on, and other work begun, beside it."""
_log = logging.getLogger("imni.reactor")


@dataclass
class Reactor:
    """One per log leads; see `run`. `settle` is one round of everything that can be done now.

    `ticking` is the clock that patience and the lead are measured by. It is the trial's own unless told otherwise: the
    clock of a simulated trial may stand still for years, and a lease must run out all the same.
    """

    given: Resources
    reactions: Reactions
    pace: Pace = field(default_factory=Pace)
    ticking: Clock | None = None

    def __post_init__(self) -> None:
        self._clock = self.ticking or self.given.clock
        self._lead = Lead(self.given.trial_log.log, self._clock, self.pace.lease)
        self._tries = Tries(self.pace, self._clock)
        self._breakers = Breakers(self.pace, self._clock)
        self.live = LivePatients(self.given.trial_log)
        self._open = OpenWork(self.given.remembered)
        self._edition = self.given.trial_log.edition()
        self._upkeep = Upkeep(self.given, self.reactions, self.pace, self._clock, self.live)
        self._listened_at: datetime | None = None
        self._under_way: dict[Work, asyncio.Task[Sequence[Outcome]]] = {}

    async def settle(self) -> None:
        """React until nothing is open that can be done now, and see to everything beside it."""
        await self._react()
        await self._upkeep.see_to()

    async def run(self, stop: asyncio.Event, every: float = 0.1) -> None:
        """React whenever the log has grown or something is due again, until told to stop. `every` in seconds.

        Pages, analyses and seals are seen to beside it: none waits for another. Only the reactor that leads works;
        another one started by mistake waits until the lead is free.
        """
        upkeep = self._upkeep.keep_seeing_to(stop, every, lambda: self._lead.held)
        all_of_it = (self._lead.keep(stop), self._keep_reacting(stop, every), *upkeep)
        done, left = await asyncio.wait(map(asyncio.ensure_future, all_of_it), return_when=asyncio.FIRST_EXCEPTION)
        for running in (*left, *self._under_way.values()):
            running.cancel()
        with suppress(EventLogError):
            self.let_go()
        for ended in done:
            ended.result()

    def take_the_lead(self) -> bool:
        """Take or renew the lead among the reactors of this log."""
        return self._lead.take()

    def let_go(self) -> None:
        """Give the lead up."""
        self._lead.let_go()

    def open_by_work(self) -> Counter[Work]:
        """How many items of each kind are open."""
        return Counter(item.work for item in self._open)

    def resting(self) -> frozenset[Work]:
        """The kinds of work whose calls nobody answers at present."""
        return self._breakers.resting()

    async def _keep_reacting(self, stop: asyncio.Event, every: float) -> None:
        while not stop.is_set():
            if self._lead.held:
                with told_when_unavailable():
                    await self._react()
            await pause(stop, every)

    async def _react(self) -> None:
        """Do what is open; no kind of work waits for another."""
        self._read_on()
        await self._listen()
        while self._begin():
            await asyncio.wait(self._under_way.values(), timeout=_PATIENCE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            self._note_ended()
            self._read_on()

    def _read_on(self) -> None:
        news = self.live.read_on()
        self.reactions.announce(news)
        touched = dict.fromkeys(patient_id for entry in news if (patient_id := patient_of(entry.stream)))
        self._upkeep.hear(touched, any(map(_is_news_of_the_trial, news)))
        self._edition = self.given.trial_log.edition()
        for patient_id, fault in self._open.look(self.live.patients, touched, self._edition, self.given.today):
            _log.error("what is open for %s cannot be worked out", patient_id, exc_info=fault)
            self._set_aside(patient_id, f"worklist/{patient_id}", f"{type(fault).__name__}: {fault}")

    def _due(self) -> list[WorkItem]:
        items = ready(self._open, self.given.now_at_site, self._edition.reminders.quiet_hours)
        return self._breakers.admitted(items, self._tries.may_try)

    def _begin(self) -> bool:
        """Begin with each kind of work that is due and not under way; whether any is under way now."""
        for work, items in _by_work(self._due()).items():
            if work not in self._under_way:
                self._under_way[work] = asyncio.ensure_future(self._answer(work, items))
        return bool(self._under_way)

    def _note_ended(self) -> None:
        for work in sorted(self._under_way):
            if self._under_way[work].done():
                self._note(work, self._under_way.pop(work).result())

    async def _answer(self, work: Work, items: Sequence[WorkItem]) -> Sequence[Outcome]:
        """One flow run for all items of a kind; an item it says nothing of is looked at again later."""
        patient_ids = sorted({item.patient_id for item in items})
        try:
            outcomes = await self.reactions.answers[work](patient_ids)
        except (Exception, asyncio.CancelledError) as problem:
            if is_asked_to_stop():
                raise
            _log.warning("%s could not run: %s", work, problem)
            outcomes = tuple(Outcome(item.key, item.patient_id, "away", str(problem)) for item in items)
        told = {outcome.key for outcome in outcomes}
        return (*outcomes, *(Outcome(i.key, i.patient_id, "later") for i in items if i.key not in told))

    def _note(self, work: Work, outcomes: Sequence[Outcome]) -> None:
        for outcome in outcomes:
            tries = self._tries.count(outcome)
            if self._tries.is_for_a_person(outcome):
                self._set_aside(outcome.patient_id, outcome.key, f"{outcome.problem[:900]} (after {tries} tries)")
                self._tries.forget(outcome.key)
        if self._breakers.note(work, outcomes):
            for item in self._open:
                if item.work is work:
                    self._tries.hurry(item.key)

    def _set_aside(self, patient_id: str, key: str, problem: str) -> None:
        command = SetWorkAside(occurred_on=ClinicalDate.parse(self.given.today), key=key, problem=problem[:1000])
        with suppress(Rejection):
            self.given.trial_log.transact(patient_id, command, self.given.engine_entry(key))

    async def _listen(self) -> None:
        """Hear what the laboratory has to say about results it reported before."""
        if self._is_time_to_listen() and self._has_ordered():
            self._listened_at = self._clock.now()
            await self._answer(Work.COLLECT_GENOMIC_RESULT, ())
            self._read_on()

    def _is_time_to_listen(self) -> bool:
        return has_passed(self.pace.listen_every, self._listened_at, self._clock.now())

    def _has_ordered(self) -> bool:
        return any(patient.has(GenomicTestOrdered) for patient in self.live.patients.values())


_FOR_PEOPLE = (GenomicReportSetAside, WorkItemSetAside, ProjectionDrifted, QueryOpened)


def _is_news_of_the_trial(entry: Recorded[Event]) -> bool:
    """Whether something about the trial as a whole is there for people to see: their own, or left to them."""
    if patient_of(entry.stream) is not None:
        return False
    return entry.provenance.actor.kind == "human" or isinstance(entry.event, _FOR_PEOPLE)


def _by_work(items: Sequence[WorkItem]) -> dict[Work, list[WorkItem]]:
    """The items of each kind of work: one flow run a kind, however many patients."""
    found: dict[Work, list[WorkItem]] = defaultdict(list)
    for item in items:
        found[item.work].append(item)
    return found
