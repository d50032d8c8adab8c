"""Durable reactions a second beside durable steps of DBOS, both on SQLite on the same disk in the same run.

A reaction here is the follow-up of one patient set out: found open, her stream read, decided, appended and synced. A
step of DBOS here does nothing at all but be kept. The bound is three times as many reactions as steps. The reactor
works in place: what makes a reaction durable is the log, and Prefect's flow runs around it are only looked at.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from events.follow_up import FollowUpScheduled
from flows.clock import SimulatedClock
from flows.gateways.mail import Notifier
from flows.home import open_home
from flows.resources import Resources, using
from flows.settings import read_settings
from tests import facts
from tests.benchmarks import Table
from tests.flows.direct_reactor import direct_reactor
from tests.store.trial_logs import keep

_COUNT = 1000
_ON = datetime(2021, 1, 15, 4, tzinfo=UTC)
_TREATED = facts.enrolled(facts.planned("2020-12-10"), facts.completed("2021-01-14"), on="2020-12-01")


def tables() -> Iterator[Table]:
    """As many reactions as steps."""
    with tempfile.TemporaryDirectory(prefix="imni-bench-") as root:
        steps = _COUNT / _steps(Path(root))
        reactions = _COUNT / asyncio.run(_reactions(Path(root)))
    rows = [
        ["steps of DBOS", f"{steps:,.0f}/s", "1.0"],
        ["reactions of the reactor", f"{reactions:,.0f}/s", f"{reactions / steps:.1f}"],
    ]
    yield Table(
        f"{_COUNT} durable reactions, machine at load {os.getloadavg()[0]:.1f}", ("", "speed", "times DBOS"), rows
    )


def _steps(root: Path) -> float:
    """Seconds for the steps of one workflow."""
    from dbos import DBOS

    DBOS(config={"name": "bench", "system_database_url": f"sqlite:///{root / 'dbos.sqlite'}", "log_level": "ERROR"})

    @DBOS.step()
    def step(number: int) -> int:
        return number

    @DBOS.workflow()
    def workflow() -> int:
        return sum(step(number) for number in range(_COUNT))

    DBOS.launch()
    try:
        began = perf_counter()
        workflow()
        return perf_counter() - began
    finally:
        DBOS.destroy()


async def _reactions(root: Path) -> float:
    """Seconds until the reactor has set out the follow-up of everyone, each in a transaction of its own."""
    settings = read_settings(home=root / "home")
    with (trial_log := open_home(settings, _ON)).log:
        patient_ids = [f"B-{number:04}" for number in range(_COUNT)]
        for patient_id in patient_ids:
            keep(trial_log, patient_id, *_TREATED)
        given = Resources(settings, SimulatedClock(_ON), trial_log, None, Notifier(()))
        with using(given):
            reactor = direct_reactor(given)
            began = perf_counter()
            await reactor.settle()
            seconds = perf_counter() - began
        assert all(trial_log.patient(patient_id).has(FollowUpScheduled) for patient_id in patient_ids)
    return seconds
