"""Reading a large log: from its segments, from the database, and the bare driver, in the same run.

The log is made anew, in memory where the machine allows it. A rebuild has a process of its own, for its memory.
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import pyarrow.parquet as pq

from domain.protocol.v2_0 import EDITION
from events.event import Event
from events.recorded import NewEvent
from store.event_log import Append
from store.histories import everyone
from store.projections.rebuilding import rebuild
from store.seal import SealingKey
from store.sealing import seal
from store.segments.segments import Segments
from store.transact import TrialLog, enveloped
from tests.benchmarks import Table
from tests.facts import completed, contact, enrolled, fractions, planned, started, visit
from tests.store.trial_logs import LI_WEI, NOW, opened

_TMPFS = Path("/dev/shm")
_EVENTS, _SEALED_EVERY, _TOGETHER, _A_CALL = 200_000, 10_000, 50, 20
_COLUMNS = ["position", "stream", "type", "occurred_on"]


def tables(events: int = _EVENTS) -> Iterator[Table]:
    """Reading everything, and rebuilding every projection."""
    with tempfile.TemporaryDirectory(dir=_TMPFS if _TMPFS.is_dir() else None, prefix="imni-bench-") as folder:
        home = Path(folder)
        _make(home, events)
        yield _reading(home)
        yield _rebuilding(home)


def _make(home: Path, events: int) -> None:
    """A log of patients of whom a hundred events each are recorded, fifty patients at a time."""
    life = _life()
    with (trial_log := opened(home)).log as log:
        number = 0
        while log.last_position() < events:
            group = [f"RJ-{number + each:06d}" for each in range(_TOGETHER)]
            number += _TOGETHER
            for begins in range(0, len(life), _A_CALL):
                for patient_id in group:
                    _keep(trial_log, patient_id, begins, life[begins : begins + _A_CALL])
            if log.last_position() % _SEALED_EVERY < len(life) * _TOGETHER:
                seal(log, SealingKey(bytes(32)), NOW)
        _segments(home, trial_log).write_due()


def _life() -> Sequence[Event]:
    course = (planned(), started(), *fractions(15), completed())
    visits = [visit(f"{months}m", f"{2021 + (months + 2) // 12}-02-19") for months in (6, 12, 18, 24, 30, 36)]
    calls = [contact(f"{2023 + each // 28}-{1 + each % 12:02d}-{1 + each % 28:02d}") for each in range(100)]
    return [*enrolled(*course), *visits, *calls][:100]


def _keep(trial_log: TrialLog, patient_id: str, version: int, events: Sequence[Event]) -> None:
    new: list[NewEvent] = [enveloped(event, LI_WEI, EDITION) for event in events]
    trial_log.log.append(Append(trial_log.names.patient(patient_id), version, new))


def _segments(home: Path, trial_log: TrialLog) -> Segments:
    return Segments(home / "segments", trial_log.log)


def _reading(home: Path) -> Table:
    with (trial_log := opened(home)).log as log:
        segments, count = _segments(home, trial_log), log.last_position()
        files, held = sorted((home / "segments").iterdir()), segments.last_position()
        names = [trial_log.names.patient(each) for each in everyone(trial_log)]

        def whole_streams() -> None:
            with segments.opened() as opened_segments:
                for start in range(0, len(names), 100):
                    opened_segments.streams(names[start : start + 100])

        def bare() -> None:
            with closing(sqlite3.connect(home / "log.sqlite")) as database:
                database.execute("select position, stream, type, occurred_on from event order by position").fetchall()

        found = [
            ("four columns, bare driver", count, bare),
            ("four columns, segments", held, lambda: _read(files, _COLUMNS)),
            ("every column, segments", held, lambda: _read(files, None)),
            ("rows in order, event log", count, lambda: sum(1 for _ in log.rows())),
            ("patients' rows, event log", count, lambda: [log.read_stream(name) for name in names]),
            ("patients' rows, segments", held, whole_streams),
        ]
        size = sum(path.stat().st_size for path in files)
        title = f"Reading {count:,} events (events/s); segments: {size / held:.0f} bytes an event"
        return Table(title, ("", "events/s"), [[name, f"{events / _seconds(do):,.0f}"] for name, events, do in found])


def _read(files: Sequence[Path], columns: Sequence[str] | None) -> None:
    for path in files:
        pq.read_table(path, columns=columns)


def _seconds(do: Callable[[], object]) -> float:
    began = perf_counter()
    do()
    return perf_counter() - began


def _rebuilding(home: Path) -> Table:
    rows: list[list[str]] = []
    for source in ("log", "segments"):
        command = [sys.executable, "-m", "tests.benchmarks.segments", str(home), source]
        rows.append([source, *subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()])
    return Table("Rebuilding every projection", ("from", "events/s", "most memory (MB)", "equal"), rows)


def _rebuild(home: Path, source: str) -> str:
    with (trial_log := opened(home)).log:
        if source == "log":
            trial_log = replace(trial_log, segments=None)
        rebuild(trial_log)
        began = perf_counter()
        rebuilt = rebuild(trial_log)
        rate = trial_log.log.last_position() / (perf_counter() - began)
    return f"{rate:,.0f} {_most_memory()} {all(each.equal for each in rebuilt)}"


def _most_memory() -> int:
    """The most memory this process ever held (MB); what `resource` tells is that of the parent, if it held more."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) // 1024


if __name__ == "__main__":
    print(_rebuild(Path(sys.argv[1]), sys.argv[2]))  # noqa: T201 - read by `_rebuilding`
