"""Durable reactions a second beside durable steps of DBOS, both on SQLite on the same disk in the same run.

A reaction here is what follows on one event: the end of a patient's radiotherapy is read, her follow-up is found open,
decided, appended and synced, and read again; who she is was read when it happened. A step of DBOS here does nothing at
all but be kept. The bound is three times as many reactions as steps. The reactor works in place: what makes a reaction
durable is the log, and Prefect's flow runs around it are only looked at.
"""

from __future__ import annotations

import asyncio
import gc
import tempfile
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter

from events.follow_up import FollowUpScheduled
from flows.clock import SimulatedClock
from flows.gateways.mail import Notifier
from flows.home import open_home
from flows.reactor import Reactor
from flows.resources import Resources, using
from flows.settings import read_settings
from tests import facts
from tests.benchmarks import Table
from tests.flows.direct_reactor import direct_reactor
from tests.store.trial_logs import keep

_ROUNDS, _COUNT = 7, 200
_ON = datetime(2021, 1, 15, 4, tzinfo=UTC)
_TREATED = facts.enrolled(facts.planned("2020-12-10"), on="2020-12-01")


def tables() -> Iterator[Table]:
    """As many reactions as steps, in turns; each round against its own."""
    with tempfile.TemporaryDirectory(prefix="imni-bench-") as root, _dbos(Path(root)) as steps:
        rounds = asyncio.run(_in_turns(Path(root), steps))
    times = [step / reaction for step, reaction in rounds]
    rows = [
        ["steps of DBOS", _speed([step for step, _ in rounds]), "1.0"],
        ["reactions of the reactor", _speed([reaction for _, reaction in rounds]), f"{median(times):.1f}"],
    ]
    yield Table(f"{_ROUNDS} rounds of {_COUNT} durable reactions (target 3 times DBOS)", ("", "median", "times"), rows)


def _speed(seconds: Sequence[float]) -> str:
    return f"{_COUNT / median(seconds):,.0f}/s"


@contextmanager
def _dbos(root: Path) -> Generator[Callable[[], int]]:
    """A workflow of DBOS whose steps do nothing but be kept."""
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
        yield workflow
    finally:
        DBOS.destroy()


async def _in_turns(root: Path, steps: Callable[[], int]) -> list[tuple[float, float]]:
    """Seconds for the steps and for the reactions of each round."""
    settings = read_settings(home=root / "home")
    with (trial_log := open_home(settings, _ON)).log:
        given = Resources(settings, SimulatedClock(_ON), trial_log, None, Notifier((), trial_log.log.log_id))
        with using(given):
            reactor = direct_reactor(given)
            gc.freeze()  # as an installation does when it has started: the collector looks at what is new only
            return [(_timed(steps), await _reactions(reactor, number)) for number in range(_ROUNDS)]


def _timed(steps: Callable[[], int]) -> float:
    began = perf_counter()
    steps()
    return perf_counter() - began


async def _reactions(reactor: Reactor, round_number: int) -> float:
    """Seconds until the follow-up of everyone whose radiotherapy has ended is set out."""
    trial_log = reactor.given.trial_log
    patient_ids = [f"B{round_number}-{number:04}" for number in range(_COUNT)]
    for patient_id in patient_ids:
        keep(trial_log, patient_id, *_TREATED)
    await reactor.settle()
    for patient_id in patient_ids:
        keep(trial_log, patient_id, facts.completed("2021-01-14"))
    began = perf_counter()
    await reactor.settle()
    seconds = perf_counter() - began
    assert all(trial_log.patient(patient_id).has(FollowUpScheduled) for patient_id in patient_ids)
    return seconds
