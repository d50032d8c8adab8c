"""Sixty-four callers at once on SQLite: sharing commits, beside each committing by itself."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from store.event_log import Append
from store.sqlite_event_log import SqliteEventLog, open_sqlite_log
from tests.benchmarks import DISK, MEASURES, Table, against, rates_in_turns
from tests.benchmarks._material import new_events

_CALLERS = 64
_EACH = 10


def tables() -> Iterator[Table]:
    """On the disk, every commit synchronous."""
    with (
        tempfile.TemporaryDirectory(dir=DISK, prefix="imni-bench-") as root,
        open_sqlite_log(Path(root) / "a.db") as shared,
        open_sqlite_log(Path(root) / "b.db") as alone,
        ThreadPoolExecutor(_CALLERS) as pool,
    ):
        turn = threading.Lock()

        def one_by_one(call: Append) -> None:
            with turn:
                alone.append(call)

        sharing, by_itself = partial(_together, pool, partial(_append, shared)), partial(_together, pool, one_by_one)
        ours, rival = rates_in_turns(_CALLERS * _EACH, 7, sharing, by_itself)
    rows = [against(f"{_CALLERS} callers, each commits by itself", ours, rival, 3.0)]
    yield Table("SQLite: callers at once, disk (events/s)", MEASURES, rows)


def _append(log: SqliteEventLog, call: Append) -> None:
    log.append(call)


def _together(pool: ThreadPoolExecutor, append: Callable[[Append], None], number: int) -> None:
    def caller(name: int) -> None:
        for version in range(_EACH):
            append(Append(f"patient/RJ-{number}-{name}", version, new_events(1)))

    list(pool.map(caller, range(_CALLERS)))
