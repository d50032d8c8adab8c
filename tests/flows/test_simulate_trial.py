"""A simulated trial: its log says what was true in it, the same seed gives the same log, every command is used."""
from __future__ import annotations

import time
from pathlib import Path
from datetime import UTC, date, datetime
from domain.allocation import AllocationList, ListDesign
from domain.decisions.conduct import ActivateEdition, OpenTrial
from domain.simulation.assumptions import Assumptions
from events.clinical_date import ClinicalDate
from events.recorded import Source
from events.streams import StreamNames
from flows.clock import SimulatedClock
from flows.home import ENGINE
from flows.simulate_trial import SimulatedTrial, simulate_trial
from store.sqlite_event_log import open_sqlite_log
from store.transact import Entry, TrialLog
from tests.flows.engine_in_process import EngineInProcess

BEGIN = datetime(2020, 12, 10, 1, tzinfo=UTC)


def opened(path: Path) -> TrialLog:
    log = open_sqlite_log(path, simulated=True)
    trial_log = TrialLog(log, StreamNames(True), AllocationList(ListDesign(), bytes(32)))
    on, entry = ClinicalDate.parse(BEGIN.date()), Entry(ENGINE, Source(kind="simulation"), BEGIN)
    trial_log.transact_trial(OpenTrial(occurred_on=on, simulated=True), entry)
    trial_log.transact_trial(ActivateEdition(occurred_on=on, edition="2.0", ethics_reference="RJ 2020-250"), entry)
    trial_log.commit_allocation_list(BEGIN.date(), entry)
    return trial_log


async def run(path: Path, assumptions: Assumptions) -> tuple[TrialLog, SimulatedTrial, EngineInProcess]:
    trial_log = opened(path)
    clock = SimulatedClock(BEGIN)
    engine = EngineInProcess(trial_log, clock)
    ended = await simulate_trial(trial_log, assumptions, clock, engine.react, laboratory=engine)
    return trial_log, ended, engine
