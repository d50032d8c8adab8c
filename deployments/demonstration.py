"""`imni demo`: a whole simulated trial through the real commands and the real flows, and a check of all of it."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from deployments.command_line.progress import counting
from deployments.laboratory import DemonstrationLaboratory, Fault
from deployments.mailbox import Mailbox
from deployments.prefect_connection import one_prefect_connection
from deployments.prefect_server import PrefectServer
from domain.allocation.allocation_list import AllocationList
from domain.allocation.design import ListDesign
from domain.simulation.assumptions import Assumptions
from events.recorded import Actor, Source
from flows.clock import SimulatedClock
from flows.gateways.laboratory import Laboratory
from flows.gateways.mail import Notifier
from flows.home import HomeRefused, open_home
from flows.resources import Resources, using
from flows.settings import Settings, enter_environment, read_settings
from store.transact import Entry

if TYPE_CHECKING:
    from domain.analysis.result import AnalysisReport
    from flows.reports.report_contents import Check
    from flows.simulate_trial import SimulatedTrial

_MARK = "this-is-a-demonstration"
_BEGIN = datetime(2020, 12, 1, tzinfo=UTC)
_REASON = "the end of the demonstration"
_QUIET = {"PREFECT_LOGGING_LEVEL": "CRITICAL", "PREFECT_LOGGING_TO_API_ENABLED": "false"}


@dataclass(frozen=True)
class Stage:
    """Where the demonstration plays: a home of its own, a laboratory having a bad day, a mailbox, a movable clock."""

    settings: Settings
    laboratory: DemonstrationLaboratory
    mailbox: Mailbox
    clock: SimulatedClock


@dataclass(frozen=True)
class Demonstrated:
    """How a demonstration ended: the trial in a sentence, the analyses, the checks, and where to look further."""

    enrolled: str
    analysed: Sequence[AnalysisReport]
    checks: Sequence[Check]
    home: Path
    report: Path
    seconds: float

    @property
    def fine(self) -> bool:
        """Whether every check holds."""
        return all(check.ok for check in self.checks)


def demonstrate(patients: int, seed: int, *, quiet: bool = False) -> Demonstrated:
    """Run the trial, check it, and write the report. Progress is shown unless `quiet`."""
    began = perf_counter()
    home = _fresh_home(read_settings().home / "demo")
    with DemonstrationLaboratory(home / "laboratory.sqlite") as laboratory, Mailbox() as mailbox:
        url = mailbox.url("coordinators@imni.example")
        settings = read_settings(home=home, port=0, laboratory_url=laboratory.url, notify_urls=[url])
        laboratory.suffer(Fault(kind="bad-day"))
        with PrefectServer(settings) as server:
            enter_environment({**server.client_environment(), **_QUIET})
            stage = Stage(settings, laboratory, mailbox, SimulatedClock(_BEGIN))
            import_module("deployments.reactions")  # takes seconds, as the server does to start: both at once
            server.wait_until_healthy()
            ended = asyncio.run(_play(stage, Assumptions(seed=seed, patients=patients), quiet))
    return replace(ended, seconds=perf_counter() - began)


def _fresh_home(home: Path) -> Path:
    """An empty home; an earlier demonstration there is thrown away, anything else is left alone."""
    if home.exists():
        if not (home / _MARK).exists():
            raise HomeRefused(f"{home} holds something else: move it away, or set IMNI_HOME to another folder")
        shutil.rmtree(home)
    home.mkdir(parents=True)
    (home / _MARK).touch()
    return home


def _list_of(seed: int) -> AllocationList:
    """The demonstration's allocation list follows from its seed, so that the same seed plays the same trial."""
    return AllocationList(ListDesign(), sha256(f"demonstration {seed}".encode()).digest())


async def _play(stage: Stage, assumptions: Assumptions, quiet: bool) -> Demonstrated:
    first_list = _list_of(assumptions.seed)
    trial_log = open_home(stage.settings, stage.clock.now(), simulated=True, first_list=first_list)
    urls = [url.get_secret_value() for url in stage.settings.notify_urls]
    log_id = trial_log.log.log_id
    async with Laboratory(str(stage.settings.laboratory_url), log_id) as laboratory, one_prefect_connection():
        given = Resources(stage.settings, stage.clock, trial_log, laboratory, Notifier(urls, log_id))
        with trial_log.log, using(given):
            truth = await _run_trial(given, stage, assumptions, quiet)
            return await _judge(given, stage, truth)


async def _run_trial(given: Resources, stage: Stage, assumptions: Assumptions, quiet: bool) -> SimulatedTrial:
    from deployments.reactions import ANSWERS
    from flows.pace import Pace
    from flows.reactions import Reactions
    from flows.reactor import Reactor
    from flows.read_models import refresh_read_models
    from flows.simulate_trial import Progress, simulate_trial
    from flows.survival_analysis import analyse_endpoints

    at_once, next_step = timedelta(0), timedelta(days=1)
    pace = Pace(
        delays=(at_once, at_once, at_once, next_step),
        poll=next_step,
        listen_every=timedelta(days=60),
        refresh_every=timedelta(days=1825),
        analyse_every=timedelta(days=1825),
    )
    reactor = Reactor(given, Reactions(ANSWERS, refresh_read_models, analyse_endpoints), pace)
    with counting(f"simulating {assumptions.patients} patients", quiet=quiet) as bar:

        def show(progress: Progress) -> None:
            bar(round(1000 * progress.share), 1000)

        return await simulate_trial(given.trial_log, assumptions, stage.clock, reactor.settle, show, stage.laboratory)


async def _judge(given: Resources, stage: Stage, truth: SimulatedTrial) -> Demonstrated:
    from deployments.demonstration_checks import Surroundings, checked
    from flows.make_report import Wanted, make_report, written
    from flows.read_models import refresh_read_models
    from flows.survival_analysis import analyse_endpoints

    await refresh_read_models()
    await analyse_endpoints()
    checks = checked(given, Surroundings(stage.laboratory, stage.mailbox, truth))
    made = make_report(given.trial_log, Wanted(by_arm=True, reason=_REASON), _asked_at(stage.clock.now()), checks)
    analysed = [each.report for each in made.analyses if each.report.population == "itt"]
    report, _ = written(made, stage.settings.reports)
    enrolled = f"{truth.screened} screened, {analysed[0].n} randomised, {truth.began_on} to {truth.ended_on}"
    return Demonstrated(enrolled, analysed, checks, stage.settings.home, report, seconds=0.0)


def _asked_at(now: datetime) -> Entry:
    statistician = Actor(kind="human", id="statistician", role="statistician")
    return Entry(statistician, Source(kind="command-line", reference="imni demo"), now)
