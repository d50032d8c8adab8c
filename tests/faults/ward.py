"""A ward whose engine reacts, without Prefect, to a real laboratory and a real mailbox, on a clock moved by hand."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import httpx
from prefect.logging import disable_run_logger

from deployments.laboratory import DemonstrationLaboratory
from deployments.mailbox import Mailbox
from domain.decisions.conduct import ReleaseWork
from domain.decisions.genomics import CancelGenomicTest
from domain.work_item import Work
from domain.worklist import engine_worklist, worklist
from flows.clock import SimulatedClock
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
async def ward(folder: Path, timeout: float = 10.0) -> AsyncGenerator[Ward]:
    """A ward with a log in a folder; the laboratory outlives being stopped. `timeout` of asking it, in seconds."""
    clock = SimulatedClock(MORNING)
    folder.mkdir(parents=True, exist_ok=True)
    asked: list[str] = []

    async def note(request: httpx.Request) -> None:
        asked.append(f"{request.method} {request.url.path}")

    with DemonstrationLaboratory(folder / "laboratory.sqlite", clock=clock.now) as laboratory, Mailbox() as mailbox:
        settings = read_settings(home=folder, laboratory_url=laboratory.url)
        trial_log = open_home(settings, clock.now() - timedelta(days=1), simulated=True)
        async with httpx.AsyncClient(event_hooks={"request": [note]}) as client:
            log_id = trial_log.log.log_id
            gateway = Laboratory(laboratory.url, log_id, client, timeout)
            given = Resources(settings, clock, trial_log, gateway, Notifier([mailbox.url("site@imni.example")], log_id))
            with trial_log.log, using(given):
                yield Ward(given, laboratory, mailbox, clock, asked)


def answers(doing: Mapping[Work, Doing] = DOING) -> Mapping[Work, Reaction]:
    """The engine's answers: everything as in an installation, but neither flow nor item is a run of Prefect."""
    return {Work.COLLECT_GENOMIC_RESULT: _collect, **{work: _worked_off(work, do) for work, do in doing.items()}}


async def _collect(patient_ids: list[str]) -> tuple[Outcome, ...]:
    with disable_run_logger():
        return await collect_genomic_results.fn(patient_ids)


def _worked_off(work: Work, do: Doing) -> Reaction:
    async def answer(patient_ids: list[str]) -> tuple[Outcome, ...]:
        with disable_run_logger():
            return await work_off(work, patient_ids, do, attempt.fn)

    return answer


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
        until = self.at.clock.now() + timedelta(minutes=minutes)
        while self.at.clock.now() < until:
            await self.reactor.settle()
            self.at.clock.advance_to(min(until, self.at.clock.now() + timedelta(minutes=every)))
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

    def open(self) -> Iterator[str]:
        """The keys of what is left for the engine to do, whether or not it is set aside."""
        edition, today = self.at.given.trial_log.edition(), self.at.given.today
        for patient_id in (*self.to_order, *self.to_follow):
            patient = self.at.patient(patient_id)
            yield from (item.key for item in engine_worklist(patient, edition, today))
            yield from (i.key for i in worklist(patient, edition, today) if i.work is Work.RELEASE_WORK)


def released(at: Site, patient_id: str) -> None:
    """A coordinator does what the worklist asks: releases what was set aside, settles orders with the laboratory."""
    for item in worklist(at.patient(patient_id), at.given.trial_log.edition(), at.given.today):
        if item.work is Work.RELEASE_WORK:
            at.says(patient_id, ReleaseWork(occurred_on=at.today, key=item.subject))
        if item.work is Work.SETTLE_ORDER:
            settled = CancelGenomicTest(occurred_on=at.today, order_key=item.subject, reason="settled by telephone")
            at.says(patient_id, settled)
