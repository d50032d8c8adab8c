"""What a statistician waits for: a program's cold start, a report, and the curve after an outcome.

Bounds: `imni analyse` cold 2.5 s; event in the log to its curve's page 3 s. The rival of the cold start is Python
importing lifelines and reading the same table.
"""

from __future__ import annotations

import csv
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter

from events.recorded import Actor, Source
from flows.make_report import Wanted, make_report
from store.transact import Entry
from tests import facts
from tests.benchmarks import Table, seconds
from tests.benchmarks._installation import Installation, installed, until
from tests.benchmarks.analysis import trial
from tests.small_trial import RECORDED, small_trial
from tests.store.trial_logs import keep

_ROUNDS = 5
_OUTCOMES = 5
_PATIENTS = 214
_RIVAL = "import lifelines, pandas, sys; pandas.read_csv(sys.argv[1])"


def tables() -> Iterator[Table]:
    """Cold starts and reports first, then outcomes in a running installation of 214 patients."""
    with tempfile.TemporaryDirectory(prefix="imni-bench-") as root:
        folder = Path(root)
        yield Table("What a statistician waits for (s, median)", ("", "ours", "rival", "bound"), list(_rows(folder)))
        with installed(folder) as installation:
            yield _curves(installation)


def _rows(folder: Path) -> Iterator[list[str]]:
    table = _written(folder / "trial.csv")
    imni = str(Path(sys.executable).with_name("imni"))
    ours, rival = [], []
    for _ in range(_ROUNDS + 1):
        ours.append(_run(folder, imni, "analyse", "--table", str(table), "--json"))
        rival.append(_run(folder, sys.executable, "-c", _RIVAL, str(table)))
    yield [f"`imni analyse --table`, {_PATIENTS} patients, cold", _middle(ours), _middle(rival), "2.5"]
    entry = Entry(Actor(id="chen.jie", role="statistician", kind="human"), Source(kind="command-line"), RECORDED)
    with (trial_log := small_trial(folder / "small")).log:
        for wanted in (Wanted(), Wanted(by_arm=True, reason="measured")):
            made = [seconds(lambda asked=wanted: make_report(trial_log, asked, entry)) for _ in range(3)]
            yield [f"report of 10 patients, {'closed' if wanted.by_arm else 'open'}, loaded", _middle(made), "", ""]


def _written(path: Path) -> Path:
    made = trial(_PATIENTS, 1)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("time", "status", "arm"))
        writer.writerows(zip(made.time, made.status, made.arm, strict=True))
    return path


def _run(folder: Path, *command: str) -> float:
    began = perf_counter()
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "IMNI_HOME": str(folder / "cold"), "LANG": "C.UTF-8"}
    subprocess.run(command, env=environment, check=True, capture_output=True)
    return perf_counter() - began


def _middle(measured: Sequence[float]) -> str:
    """The first warms the disk's cache up and is left out."""
    return f"{median(measured[1:]):.2f}"


def _curves(installation: Installation) -> Table:
    for number in range(_PATIENTS):
        keep(installation.trial_log, f"B-{number:04}", *facts.enrolled(arm=("OMIT", "IMNI")[number % 2]))
    said = f"| {_PATIENTS} | 0 |"
    until(lambda: said in installation.page("curve-efs"))
    waited = [_outcome(installation, number) for number in range(_OUTCOMES)]
    rows = [["outcome in the log to the curve's page, middle", f"{median(waited):.2f}", "3"]]
    rows.append(["outcome in the log to the curve's page, slowest", f"{max(waited):.2f}", "3"])
    return Table(f"Curves of {_PATIENTS} patients after an outcome, `imni up` (s)", ("", "measured", "bound"), rows)


def _outcome(installation: Installation, number: int) -> float:
    time.sleep(10)  # an outcome by itself: those that come together are analysed together, 5 s apart
    keep(installation.trial_log, f"B-{number:04}", facts.recurrence("DISTANT", on=_ON))
    began, said = perf_counter(), f"| {_PATIENTS} | {number + 1} |"
    return until(lambda: said in installation.page("curve-efs")) - began


_ON = "2022-03-01"
