"""A small site for tests of the flows: a real log, laboratory and mailbox, and a clock that is moved by hand."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from deployments.laboratory import DemonstrationLaboratory
from deployments.mailbox import Mailbox
from deployments.reactions import ANSWERS
from domain.decide import PatientCommand
from domain.patient import Patient
from domain.work_item import Work
from domain.worklist import engine_worklist
from events.clinical_date import ClinicalDate
from events.event import Event
from events.recorded import Actor, Source
from flows.clock import SimulatedClock
from flows.gateways.laboratory import Laboratory
from flows.gateways.mail import Notifier
from flows.home import open_home
from flows.pace import Pace
from flows.reactions import Reaction, Reactions
from flows.reactor import Reactor
from flows.resources import Resources, using
from flows.settings import read_settings
from store.event_log import Append
from store.transact import Entry, enveloped

MORNING = datetime(2020, 12, 12, 1, tzinfo=UTC)
AT_ONCE = Pace(
    delays=(timedelta(0), timedelta(0), timedelta(0), timedelta(hours=1)),
    poll=timedelta(hours=1),
    listen_every=timedelta(hours=1),
    broken_tries=3,
)
LI = Actor(id="li.wei", role="coordinator", kind="human")


@dataclass
class Site:
    """The engine's surroundings, and shorthand to play people's part."""

    given: Resources
    laboratory: DemonstrationLaboratory
    mailbox: Mailbox
    clock: SimulatedClock

    @property
    def today(self) -> ClinicalDate:
        return ClinicalDate.parse(self.given.today)

    def says(self, patient_id: str, *commands: PatientCommand) -> None:
        """A coordinator enters commands now."""
        entry = Entry(LI, Source(kind="form"), self.clock.now())
        self.given.trial_log.transact_all(patient_id, commands, entry)

    def has_seen(self, patient_id: str, *events: Event) -> None:
        """Put a past on record, whatever the rules would say."""
        entry = Entry(LI, Source(kind="simulation"), self.clock.now())
        stream = self.given.trial_log.names.patient(patient_id)
        told = [enveloped(event, entry, self.given.trial_log.edition()) for event in events]
        self.given.trial_log.log.append(Append(stream, self.given.trial_log.log.version(stream), told))

    def patient(self, patient_id: str) -> Patient:
        return self.given.trial_log.patient(patient_id)

    def open_keys(self, patient_id: str) -> list[str]:
        edition = self.given.trial_log.edition()
        return [item.key for item in engine_worklist(self.patient(patient_id), edition, self.given.today)]

    def reactor(self, answers: Mapping[Work, Reaction] = ANSWERS, pace: Pace = AT_ONCE) -> Reactor:
        """A reactor without the read models and analyses, which have tests of their own."""
        return Reactor(self.given, Reactions(answers, _nothing, _nothing), pace)

    def later(self, **time: float) -> None:
        """Let time pass, at the laboratory too."""
        self.clock.advance_to(self.clock.now() + timedelta(**time))
        self.laboratory.set_clock(self.clock.now())


async def _nothing(names: Sequence[str]) -> None:
    return None


@asynccontextmanager
async def site(home: Path) -> AsyncGenerator[Site]:
    """A site on the morning of 12 December 2020."""
    clock = SimulatedClock(MORNING)
    with DemonstrationLaboratory(clock=clock.now) as laboratory, Mailbox() as mailbox:
        laboratory.set_clock(MORNING)
        settings = read_settings(
            home=home, laboratory_url=laboratory.url, notify_urls=[mailbox.url("site@imni.example")]
        )
        trial_log = open_home(settings, clock.now(), simulated=True)
        urls = [url.get_secret_value() for url in settings.notify_urls]
        log_id = trial_log.log.log_id
        async with Laboratory(laboratory.url, log_id) as client:
            given = Resources(settings, clock, trial_log, client, Notifier(urls, log_id))
            with trial_log.log, using(given):
                yield Site(given, laboratory, mailbox, clock)
