"""A ward whose engine reacts, without Prefect, to a real laboratory and a real mailbox, on a clock moved by hand."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from math import ceil
from pathlib import Path
from random import Random

import httpx
from prefect.logging import disable_run_logger

from deployments.laboratory import DemonstrationLaboratory
from deployments.mailbox import Mailbox
from domain.decisions.conduct import ReleaseWork
from domain.decisions.genomics import CancelGenomicTest
from domain.ready import ready
from domain.set_aside import set_aside
from domain.work_item import Work, WorkItem
from domain.worklist import engine_worklist, worklist
from flows.clock import Clock, SimulatedClock
from flows.collect_genomic_results import collect_genomic_results
from flows.gateways.laboratory import Laboratory
from flows.gateways.mail import Notifier
from flows.home import open_home
from flows.order_genomic_test import place_order
from flows.pace import Pace
from flows.reactions import Reaction
from flows.reactor import Reactor
from flows.resources import Resources, using
from flows.schedule_follow_up import set_out_visits
from flows.send_reminders import send_reminder
from flows.settings import read_settings
from flows.work_off import Doing, Outcome, attempt, work_off
from tests import facts
from tests.faults.logs import Home, sqlite_url
from tests.flows.site import Site

MORNING = datetime(2020, 12, 27, 1, tzinfo=UTC)
"""Nine o'clock at the hospital, two weeks before the first visit of who is followed."""
TO_ORDER = (*facts.eligible()[:7], facts.consented_to_test())
TO_FOLLOW = facts.enrolled(facts.planned("2020-12-10"), facts.completed("2020-12-11"), on="2020-12-01")

DOING: Mapping[Work, Doing] = {
    Work.ORDER_GENOMIC_TEST: place_order,
    Work.SCHEDULE_FOLLOW_UP: set_out_visits,
    Work.SEND_REMINDER: send_reminder,
}
_DAYS = 4


@dataclass
class Ward(Site):
    """A site, and each thing the engine asked of the laboratory, whether or not it was there to hear it."""

    asked: list[str] = field(default_factory=list[str])


@asynccontextmanager
async def ward(
    folder: Path, timeout: float = 10.0, clock: SimulatedClock | None = None, database_url: str | None = None
) -> AsyncGenerator[Ward]:
    """A ward with a log in a folder; the laboratory outlives being stopped. `timeout` of asking it, in seconds.

    With a `clock` of its own its trial is a real one, in whose log no instant goes back.
    """
    simulated, clock = clock is None, clock or SimulatedClock(MORNING)
    folder.mkdir(parents=True, exist_ok=True)
    home = Home(folder, database_url or sqlite_url(folder / "log.sqlite"))
    asked: list[str] = []

    async def note(request: httpx.Request) -> None:
        asked.append(f"{request.method} {request.url.path}")

    with DemonstrationLaboratory(folder / "laboratory.sqlite", clock=clock.now) as laboratory, Mailbox() as mailbox:
        given = resources_of(home, clock, laboratory.url, mailbox.url("site@imni.example"), simulated=simulated)
        async with httpx.AsyncClient(event_hooks={"request": [note]}) as client:
            given = replace(given, laboratory=Laboratory(laboratory.url, given.trial_log.log.log_id, client, timeout))
            with given.trial_log.log, using(given), disable_run_logger():
                yield Ward(given, laboratory, mailbox, clock, asked)


def resources_of(home: Home, clock: Clock, laboratory_url: str, mail_url: str, *, simulated: bool = False) -> Resources:
    """What the engine of a home works with."""
    settings = read_settings(home=home.folder, database_url=home.url, laboratory_url=laboratory_url)
    trial_log = open_home(settings, clock.now() - timedelta(days=1), simulated=simulated)
    log_id = trial_log.log.log_id
    return Resources(settings, clock, trial_log, Laboratory(laboratory_url, log_id), Notifier([mail_url], log_id))


def answers(doing: Mapping[Work, Doing] = DOING) -> Mapping[Work, Reaction]:
    """The engine's answers: everything as in an installation, but neither flow nor item is a run of Prefect."""
    return {Work.COLLECT_GENOMIC_RESULT: _collect, **{work: _worked_off(work, do) for work, do in doing.items()}}


async def _collect(patient_ids: list[str]) -> Sequence[Outcome]:
    _expect_no_run()
    return await collect_genomic_results.fn(patient_ids)


def _worked_off(work: Work, do: Doing) -> Reaction:
    async def answer(patient_ids: list[str]) -> Sequence[Outcome]:
        _expect_no_run()
        return await work_off(work, patient_ids, do, attempt.fn)

    return answer


def _expect_no_run() -> None:
    """There is no flow run to log to; a laboratory that starts turns every logger on again."""
    for name in ("prefect.flow_runs", "prefect.task_runs"):
        logging.getLogger(name).disabled = True


class Day:
    """What goes on in a ward: patients come, time passes, the engine reacts, and people do what it asks of them."""

    def __init__(self, at: Ward, chance: Random, doing: Mapping[Work, Doing] = DOING) -> None:
        self.at, self.chance = at, chance
        self.reactor: Reactor = at.reactor(answers(doing), Pace())
        self.to_order: list[str] = []
        self.to_follow: list[str] = []

    def come(self, to_order: int, to_follow: int) -> None:
        """So many patients whose test is to be ordered, and so many to be set out and reminded of a visit."""
        for many, came, past in ((to_order, self.to_order, TO_ORDER), (to_follow, self.to_follow, TO_FOLLOW)):
            for _ in range(many):
                came.append(f"RJ-{len(self.to_order) + len(self.to_follow) + 1:04}")
                self.at.has_seen(came[-1], *past)

    async def passes(self, minutes: float, every: float = 0.5) -> None:
        """Let time pass while the engine reacts `every` so many minutes."""
        for _ in range(ceil(minutes / every)):
            await self.reactor.settle()
            self.at.clock.advance_to(self.at.clock.now() + timedelta(minutes=every))
        await self.reactor.settle()

    async def ends(self, people: Callable[[Site, str], None] | None = None) -> None:
        """Let time pass until nothing is open that the engine does by itself; people look every two minutes."""
        until = self.at.clock.now() + timedelta(days=_DAYS)
        while self.at.clock.now() < until:
            await self.passes(2)
            for patient_id in (*self.to_order, *self.to_follow):
                (people or released)(self.at, patient_id)
            if not any(self.open()):
                return
            if not self.waiting():  # but for reminders that wait for the morning
                self.at.clock.advance_to(self.at.clock.now() + timedelta(minutes=20))

    def waiting(self) -> list[str]:
        """The keys of what the engine could do at this time of the day."""
        given = self.at.given
        items = [item for who in (*self.to_order, *self.to_follow) for item in self._owed(who)]
        return [item.key for item in ready(items, given.now_at_site, given.trial_log.edition().reminders.quiet_hours)]

    def open(self) -> Iterator[str]:
        """The keys of what is left for the engine to do, whether or not it is set aside."""
        edition, today = self.at.given.trial_log.edition(), self.at.given.today
        for who in (*self.to_order, *self.to_follow):
            yield from (item.key for item in self._owed(who))
            if set_aside(patient := self.at.patient(who)):
                todo = worklist(patient, edition, today)
                yield from (item.subject for item in todo if item.work is Work.RELEASE_WORK)

    def _owed(self, who: str) -> tuple[WorkItem, ...]:
        return engine_worklist(self.at.patient(who), self.at.given.trial_log.edition(), self.at.given.today)


def released(at: Site, patient_id: str) -> None:
    """A coordinator does what the worklist asks: releases what was set aside, settles orders with the laboratory."""
    for item in worklist(at.patient(patient_id), at.given.trial_log.edition(), at.given.today):
        if item.work is Work.RELEASE_WORK:
            at.says(patient_id, ReleaseWork(occurred_on=at.today, key=item.subject))
        if item.work is Work.SETTLE_ORDER:
            settled = CancelGenomicTest(occurred_on=at.today, order_key=item.subject, reason="settled by telephone")
            at.says(patient_id, settled)
