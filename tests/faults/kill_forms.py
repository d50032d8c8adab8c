"""kill -9 of `imni up` while operators submit forms: `python -m tests.faults.kill_forms --count 20`.

What Prefect acknowledged, an operator believes: it must be in the log, once, when everything has settled. Prefect's own
database is not deleted here; a form that was acknowledged and not yet begun would go with it.
"""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import httpx

from events.screening import PatientScreened
from flows.home import open_home
from flows.live_patients import LivePatients
from flows.settings import read_settings
from store.integrity import verify_log
from store.transact import TrialLog
from tests.engine import Engine
from tests.faults.battery import alone
from tests.faults.fault import Fault, Outcome

_SECONDS_BETWEEN_FORMS = 2.0
_SECONDS_TO_SETTLE = 900.0
_UNDER_WAY = ["SCHEDULED", "PENDING", "RUNNING", "CANCELLING"]
_FORM = "screen-patient"


@dataclass
class _Operators(threading.Thread):
    """People who go on submitting forms, one a patient, whatever happens to the engine."""

    engine: Engine
    chance: Random
    acknowledged: dict[str, str] = field(default_factory=dict[str, str])
    submitted: int = 0

    def __post_init__(self) -> None:
        super().__init__(daemon=True)
        self.stop = threading.Event()

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        born = {"birth_date": "1975-03-01", "occurred_on": str(datetime.now(UTC).date())}
        while not self.stop.wait(_SECONDS_BETWEEN_FORMS * self.chance.uniform(0.5, 1.5)):
            self.submitted += 1
            patient_id = f"RJ-{self.submitted:04}"
            with suppress(httpx.TransportError, IndexError):  # nobody answers, or not yet: nothing was promised
                self.acknowledged[patient_id] = self.engine.submit(_FORM, patient_id, **born)


def run(kills: int, chance: Random, folder: Path) -> Outcome:
    """Kill everything and start it again so many times, let it settle, and compare."""
    home = folder / "home"
    with (trial_log := open_home(read_settings(home=home), datetime.now(UTC))).log:
        engine = Engine(home, folder)
        operators = _Operators(engine, Random(chance.getrandbits(32)))
        engine.start()
        operators.start()
        for _ in range(kills):
            engine.wait_until_ready()
            time.sleep(chance.uniform(0, 15))
            engine.kill()
            engine.start()
        operators.stop.set()
        operators.join()
        engine.wait_until_ready()
        left, failed = _settled(engine), _count(engine, ["CRASHED", "FAILED"])
        engine.stop()
        return _compared(kills, trial_log, operators, left, failed)


def _settled(engine: Engine) -> int:
    """How many forms are still under way when there has been time for all."""
    deadline = time.monotonic() + _SECONDS_TO_SETTLE
    while (left := _count(engine, _UNDER_WAY)) and time.monotonic() < deadline:
        time.sleep(1)
    return left


def _count(engine: Engine, states: list[str]) -> int:
    asked = {"flows": {"name": {"any_": [_FORM]}}, "flow_runs": {"state": {"type": {"any_": states}}}}
    return int(engine.ask("/flow_runs/count", asked))


def _compared(kills: int, trial_log: TrialLog, operators: _Operators, left: int, failed: int) -> Outcome:
    live = LivePatients(trial_log)
    live.read_on()
    stored = {name: len(patient.every(PatientScreened)) for name, patient in live.patients.items()}
    lost = sorted(set(operators.acknowledged) - set(stored))
    findings = len(verify_log(trial_log.log.url).findings)
    wrong = left + failed + findings + (not operators.acknowledged)
    return Outcome(
        kills,
        acknowledged=len(operators.acknowledged),
        lost=len(lost),
        doubled=sum(times > 1 for times in stored.values()),
        wrong=wrong,
        first_wrong=f"lost {lost[:5]}; {left} under way, {failed} failed, {findings} findings" if lost or wrong else "",
        seen=f"{operators.submitted} forms submitted",
    )


FAULTS = (
    Fault(
        name="kill_forms",
        what="kill -9 of `imni up`, Prefect and every form's process at once, while operators submit forms",
        method="0 to 15 s after it was ready; a form every 2 s through Prefect's interface",
        must_hold="each form that Prefect acknowledged is on record once; none stays running, none has failed",
        full=20,
        quick=0,
        inject=run,
    ),
)

if __name__ == "__main__":
    alone(__file__)
