"""From append to reader on SQLite at 200 events/s, beside the bare driver followed in the same way, in turns.

The reader is a thread of its own connection that asks every millisecond for what is new, as ours does for the rival.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter, sleep

from store.event_log import Append
from store.rows import COLUMNS
from store.sqlite_event_log import open_sqlite_log
from tests.benchmarks import Table
from tests.benchmarks._material import finished_rows, new_events
from tests.benchmarks.event_log import MARKS, TMPFS, bare

_EVENTS, _ROUNDS = 400, 7
_PAUSE, _POLL = 0.005, 0.001
_MOST = 2.5
_STREAM = "patient/RJ-0001"
_NEWS = f"select {COLUMNS} from event where position > ? order by position"

Say = Callable[[int], object]
Hear = Callable[[int], int]


def tables() -> Iterator[Table]:
    """Half of the events, and all but one of a hundred, are with the reader after so many milliseconds."""
    ours: list[list[float]] = []
    rival: list[list[float]] = []
    for _ in range(_ROUNDS):
        with tempfile.TemporaryDirectory(dir=TMPFS if TMPFS.is_dir() else None, prefix="imni-bench-") as root:
            ours.append(_of_log(Path(root) / "log.db"))
            rival.append(_of_driver(Path(root) / "bare.db"))
    columns = ("", "ours", "bare driver", "ratio (lowest to highest)", "target", "")
    rows = [_compared(percentile, ours, rival) for percentile in (50, 99)]
    yield Table("SQLite: from append to reader at 200 events/s, tmpfs (ms)", columns, rows)


def _compared(percentile: int, ours: Sequence[list[float]], rival: Sequence[list[float]]) -> list[str]:
    mine, theirs = ([quantiles(found, n=100)[percentile - 1] for found in rounds] for rounds in (ours, rival))
    ratios = [a / b for a, b in zip(mine, theirs, strict=True)]
    counted = percentile == 99
    return [
        f"p{percentile}",
        f"{median(mine):.2f}",
        f"{median(theirs):.2f}",
        f"{median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f})",
        f"≤ {_MOST:g}" if counted else "",
        "" if not counted else "yes" if median(ratios) <= _MOST else "MISSED",
    ]


def _of_log(path: Path) -> list[float]:
    events = new_events(_EVENTS)
    with open_sqlite_log(path) as log:
        return _followed(
            lambda version: log.append(Append(_STREAM, version, [events[version]])),
            lambda position: sum(1 for _ in log.read_all(after=position)),
        )


def _of_driver(path: Path) -> list[float]:
    rows = finished_rows(new_events(_EVENTS), _STREAM, 0, 1)
    with closing(bare(path)) as writer, closing(sqlite3.connect(path, check_same_thread=False)) as reader:
        return _followed(
            lambda version: writer.execute(f"insert into event values ({MARKS})", rows[version]),
            lambda position: len(reader.execute(_NEWS, (position,)).fetchall()),
        )


def _followed(say: Say, hear: Hear) -> list[float]:
    """Milliseconds from the beginning of each append to the reader's having it."""
    with ThreadPoolExecutor(1) as pool:
        hearing = pool.submit(_heard, hear)
        said: list[float] = []
        for version in range(_EVENTS):
            said.append(perf_counter())
            say(version)
            sleep(_PAUSE)
        return [(heard - began) * 1000 for began, heard in zip(said, hearing.result(), strict=True)]


def _heard(hear: Hear) -> list[float]:
    found: list[float] = []
    while len(found) < _EVENTS:
        news = hear(len(found))
        found += [perf_counter()] * news
        if not news:
            sleep(_POLL)
    return found
