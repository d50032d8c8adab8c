"""kill -9 of `imni up`, or of its Prefect server alone: `python -m tests.faults.kill_imni_up --count 20`.

It comes at random moments while patients keep coming; half of the servers killed find their database deleted, too.

Nothing acknowledged may be lost, nothing ordered twice, and at the end the engine's worklist must be empty.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import httpx

from deployments.laboratory import DemonstrationLaboratory
from deployments.laboratory import Fault as LaboratoryFault
from deployments.mailbox import Mailbox
from domain.decide import PATIENT_COMMANDS
from domain.worklist import engine_worklist
from events.event import Event
from events.follow_up import ReminderSent
from events.genomics import GenomicTestOrdered
from events.recorded import Actor, Source
from flows.home import open_home
from flows.live_patients import LivePatients
from flows.settings import read_settings
from store.integrity import verify_file
from store.transact import Entry, TrialLog
from tests import facts
from tests.engine import Engine
from tests.faults.battery import alone
from tests.faults.fault import Fault, Outcome

_SECONDS_BETWEEN_PATIENTS = 1.0
_SECONDS_TO_SETTLE = 600.0


@dataclass(frozen=True)
class Settled:
    """What was left when everything had settled."""

    kills: int
    patients: int
    events: int
    acknowledged: int
    lost: int
    findings: int
    orders: int
    doubled_orders: int
    missing_orders: int
    reminders: int
    missing_mails: int
    repeated_mails: int
    open_work: int

    @property
    def fine(self) -> bool:
        """Whether nothing was lost or doubled, and nothing is left to do."""
        wrong = (self.lost, self.findings, self.doubled_orders, self.missing_orders, self.missing_mails, self.open_work)
        return not any(wrong) and self.orders > 0 and self.reminders > 0


def _today(days: int = 0) -> str:
    return str((datetime.now(UTC) + timedelta(days=days)).date())


def _where_it_is_noon() -> str:
    """A zone of the world where reminders may go out now, and the day is that of Greenwich."""
    hours = datetime.now(UTC).hour - 12
    return f"Etc/GMT{hours:+d}" if hours else "Etc/GMT"


def _life(number: int) -> dict[str, Event]:
    """Every second patient is to have her test ordered, every other is in follow-up with a reminder due."""
    if number % 2:
        return {
            "screen-patient": facts.screened(_today(-60)),
            "record-allocation-elsewhere": facts.taken_over(_today(-200)),
            "record-radiotherapy-completion": facts.completed(_today(-142)),
        }
    return {
        "screen-patient": facts.screened(_today(-30)),
        "record-surgery": facts.surgery(_today(-50)),
        "record-pathology": facts.pathology(_today(-45)),
        "record-staging": facts.staging(_today(-20)),
        "record-medical-history": facts.history(_today(-20)),
        "record-performance-status": facts.performance(_today(-20)),
        "record-treatment-timing": facts.timing(
            _today(-10), adjuvant_chemotherapy="no", last_chemotherapy_on=None, radiotherapy_planned_for=_today(14)
        ),
        "record-consent": facts.consented_to_test(_today(-9)),
    }


class _Feeder(threading.Thread):
    """A coordinator who goes on entering patients, whatever happens to the engine."""

    def __init__(self, trial_log: TrialLog) -> None:
        super().__init__(daemon=True)
        self._trial_log = trial_log
        self.stop = threading.Event()
        self.acknowledged: list[UUID] = []
        self.patients = 0

    def run(self) -> None:
        while not self.stop.wait(_SECONDS_BETWEEN_PATIENTS):
            self.patients += 1
            author = Entry(Actor(id="li.wei", role="coordinator", kind="human"), Source(kind="form"), datetime.now(UTC))
            commands: list[Any] = [
                PATIENT_COMMANDS[wire].model_validate(said.model_dump()) for wire, said in _life(self.patients).items()
            ]
            written = self._trial_log.transact_all(f"RJ-{self.patients:04}", commands, author)
            self.acknowledged.extend(entry.event_id for entry in written)


Die = Callable[[Engine, subprocess.Popen[bytes], Random], None]


def _all_of_it(engine: Engine, running: subprocess.Popen[bytes], chance: Random) -> None:
    running.kill()
    running.wait()


def _prefect_alone(engine: Engine, running: subprocess.Popen[bytes], chance: Random) -> None:
    """Kill Prefect's server; `imni up` lives on, or is started again when that came in the middle of its own start."""
    for child in Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split():
        if b"deployments.prefect_application" in Path(f"/proc/{child}/cmdline").read_bytes():
            os.kill(int(child), signal.SIGKILL)
    if chance.random() < 0.5:
        shutil.rmtree(engine.home / "prefect", ignore_errors=True)


def run(kills: int, seed: int, home: Path, die: Die = _all_of_it) -> Settled:
    """Kill and restart `kills` times, let everything settle, and count."""
    chance = Random(seed)
    with DemonstrationLaboratory(home / "laboratory.sqlite") as laboratory, Mailbox() as mailbox:
        laboratory.suffer(LaboratoryFault(kind="bad-day", share=0.2))
        settings = {
            "IMNI_LABORATORY_URL": laboratory.url,
            "IMNI_NOTIFY_URLS": mailbox.url("site@imni.example"),
            "IMNI_TIME_ZONE": _where_it_is_noon(),
        }
        engine, trial_log = Engine(home, home, settings), open_home(read_settings(home=home), datetime.now(UTC))
        with trial_log.log:
            feeder = _Feeder(trial_log)
            feeder.start()
            running = engine.start()
            for _ in range(kills):
                time.sleep(chance.uniform(4, 22))
                die(engine, running, chance)
                if engine.has_ended:
                    running = engine.start()
            feeder.stop.set()
            feeder.join()
            if die is _prefect_alone:  # killed in the middle of its start, `imni up` ends with the server's last words
                with suppress(subprocess.TimeoutExpired):
                    running.wait(15)
                    engine.start()
            _settle(trial_log, lambda: int(engine.ask("/artifacts/latest/count", {})) > feeder.patients)
            engine.stop()
            return _count(kills, trial_log, feeder, laboratory, mailbox, home)


def _open_work(trial_log: TrialLog) -> int:
    live = LivePatients(trial_log)
    live.read_on()
    today = datetime.now(UTC).date()
    return sum(len(engine_worklist(p, trial_log.edition(), today)) for p in live.patients.values())


def _settle(trial_log: TrialLog, shown: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _SECONDS_TO_SETTLE
    while time.monotonic() < deadline and (_open_work(trial_log) or not _is(shown)):
        time.sleep(1)
    if not _is(shown):
        raise TimeoutError("not every patient has her page")


def _is(shown: Callable[[], bool]) -> bool:
    with suppress(httpx.TransportError):
        return shown()
    return False


def _count(  # noqa: PLR0917 - one argument a set of books
    kills: int, trial_log: TrialLog, feeder: _Feeder, laboratory: DemonstrationLaboratory, mailbox: Mailbox, home: Path
) -> Settled:
    live = LivePatients(trial_log)
    live.read_on()
    stored = {entry.event_id for patient in live.patients.values() for entry in patient.history}
    ours = {o.event.order_key for p in live.patients.values() for o in p.every(GenomicTestOrdered)}
    theirs = laboratory.orders()
    reminders = sum(len(each.every(ReminderSent)) for each in (live.trial, *live.patients.values()))
    copies = Counter(mailbox.copies())
    return Settled(
        kills=kills,
        patients=feeder.patients,
        events=live.position,
        acknowledged=len(feeder.acknowledged),
        lost=len(set(feeder.acknowledged) - stored),
        findings=len(verify_file(home / "log.sqlite").findings),
        orders=len(theirs),
        doubled_orders=sum(tally.orders != 1 for tally in theirs.values()),
        missing_orders=len(ours ^ set(theirs)),
        reminders=reminders,
        missing_mails=max(0, reminders - len(copies)),
        repeated_mails=len(mailbox.duplicates()),
        open_work=_open_work(trial_log),
    )


def _inject(count: int, chance: Random, folder: Path, die: Die = _all_of_it) -> Outcome:
    settled = run(count, chance.getrandbits(32), folder, die)
    return Outcome(
        settled.kills,
        acknowledged=settled.acknowledged,
        lost=settled.lost + settled.missing_orders + settled.missing_mails,
        doubled=settled.doubled_orders,
        wrong=settled.findings + settled.open_work + (not settled.fine),
        first_wrong="" if settled.fine else str(settled),
        seen=f"{settled.patients} patients, {settled.events:,} events, {settled.orders} orders, "
        f"{settled.reminders} reminders, {settled.repeated_mails} mails repeated",
    )


FAULTS = (
    Fault(
        name="kill_imni_up",
        what="kill -9 of `imni up` while patients keep coming",
        method="4 to 22 s after each start, against a mailbox and a laboratory on a bad day "
        "(a fifth of its answers lost, refused, slow or repeated)",
        must_hold="no entry, order or reminder lost, no order twice; the worklist is empty when it has settled",
        full=20,
        quick=0,
        inject=_inject,
    ),
    Fault(
        name="kill_prefect",
        what="kill -9 of Prefect's server alone, and its database deleted, while patients keep coming",
        method="4 to 22 s apart, under a running `imni up`; every other time with all it keeps; same mailbox and "
        "laboratory",
        must_hold="it is started again by itself; nothing lost, nothing twice, no work left, a page for each patient",
        full=20,
        quick=0,
        inject=partial(_inject, die=_prefect_alone),
    ),
)

if __name__ == "__main__":
    alone(__file__)
