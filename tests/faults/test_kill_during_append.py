"""kill -9 of who randomises, opens a home or holds the lock: all or nothing, and the next process goes on.

FAULT_KILLS=500 in the environment kills as often; ten times otherwise.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from events.randomisation import AllocationDrawn, PatientRandomised
from store.integrity import verify_file
from store.sqlite_event_log import open_sqlite_log
from tests.facts import eligibility_confirmed, eligible
from tests.store.chance import seeded
from tests.store.trial_logs import keep, opened

_PROJECT = Path(__file__).parents[2]
_KILLS = int(os.environ.get("FAULT_KILLS", "10"))

_RANDOMISES = """
import sys
from pathlib import Path
from domain.decisions.randomisation import RandomisePatient
from tests.facts import day
from tests.store.trial_logs import LI_WEI, opened

with (trial_log := opened(Path(sys.argv[1]))).log:
    print("ready", flush=True)
    for stream in trial_log.log.streams("patient/"):
        command = RandomisePatient(occurred_on=day("2021-01-10"))
        trial_log.transact(stream.removeprefix("patient/"), command, LI_WEI)
        print(stream, flush=True)
"""

_OPENS = """
import sys
from pathlib import Path
from tests.store.trial_logs import opened

print("ready", flush=True)
opened(Path(sys.argv[1])).log.close()
"""


def _killed(program: str, argument: Path, after: float) -> list[str]:
    """The whole lines a program wrote until it was killed, some seconds after it said that it was ready."""
    command = [sys.executable, "-c", program, str(argument)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=_PROJECT) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(after)
        process.send_signal(signal.SIGKILL)
        written, _ = process.communicate(timeout=30)
    return [line.removesuffix("\n") for line in written.splitlines(keepends=True) if line.endswith("\n")]


def test_a_draw_never_stands_without_its_randomisation(tmp_path: Path) -> None:
    chance = seeded()
    home = tmp_path / "home"
    patient_ids = [f"RJ-{number:04d}" for number in range(1, 201)]
    with (trial_log := opened(home)).log:
        for patient_id in patient_ids:
            keep(trial_log, patient_id, *eligible(), eligibility_confirmed())
    for _ in range(max(1, _KILLS // 3)):
        said = _killed(_RANDOMISES, home, chance.uniform(0, 0.2))
        with (trial_log := opened(home)).log:
            drawn = {entry.event.patient_id: entry.event for entry in trial_log.allocations().every(AllocationDrawn)}
            randomised = {
                patient_id: entry.event.sequence_number
                for patient_id in patient_ids
                for entry in trial_log.patient(patient_id).every(PatientRandomised)
            }
        assert {patient_id: draw.sequence_number for patient_id, draw in drawn.items()} == randomised
        assert sorted(randomised.values()) == list(range(1, len(randomised) + 1))
        assert {line.removeprefix("patient/") for line in said} <= set(randomised)


def test_a_home_killed_while_it_is_made_is_made_by_the_next_process(tmp_path: Path) -> None:
    chance = seeded()
    for number in range(_KILLS // 2):
        home = tmp_path / f"home-{number}"
        _killed(_OPENS, home, chance.uniform(0, 0.6))
        with (trial_log := opened(home)).log:
            assert trial_log.log.last_position() == 3
        assert verify_file(home / "log.sqlite").ok


def test_an_append_killed_by_the_system_is_not_held_against_others(tmp_path: Path) -> None:
    """The dead process held the write lock; nobody waits for it."""
    path = tmp_path / "log.sqlite"
    with open_sqlite_log(path):
        program = (
            "import sys, time\nfrom pathlib import Path\nfrom store.sqlite_event_log import open_sqlite_log\n"
            "with open_sqlite_log(Path(sys.argv[1])) as log, log.transaction() as database:\n"
            "    database.execute(\"insert into checkpoint(consumer, position) values ('half', 1)\")\n"
            "    print('ready', flush=True)\n    time.sleep(60)\n"
        )
        _killed(program, path, 0)
    with open_sqlite_log(path) as log:
        began = time.monotonic()
        assert log.checkpoints().read("half") == 0
        log.checkpoints().advance("half", 0, 0, 1)
        assert time.monotonic() - began < 5
