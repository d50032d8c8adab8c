"""The event log on SQLite beside the bare driver, on the same disk, in the same run, in turns.

The bare driver writes the same finished rows into a table of the same columns and indexes, one commit an append, every
commit synchronous: no numbering, no version check, no retry check, no digest, no guard.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter

from events.catalogue import encode, read
from events.recorded import NewEvent
from store.event_log import Append
from store.integrity import verify_file
from store.rows import COLUMNS, Row, to_row
from store.sqlite_event_log import SqliteEventLog, open_sqlite_log
from tests.benchmarks import Table
from tests.facts import pathology
from tests.store.envelopes import new_event

_ROUNDS = 9
_TMPFS = Path("/dev/shm")
_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_MARKS = ",".join("?" * 13)
_BARE = """create table event(position integer primary key, stream text, version integer, event_id blob unique,
    type text, occurred_on text, recorded_at integer, visibility text, causation_id blob, correlation_id blob,
    provenance blob, data blob, digest blob, unique(stream, version)) strict"""


def tables() -> Iterator[Table]:
    """Appending and reading, in memory where the machine allows it, and on the disk."""
    for place, folder in (("tmpfs", _TMPFS if _TMPFS.is_dir() else None), ("disk", None)):
        with tempfile.TemporaryDirectory(dir=folder, prefix="imni-bench-") as root:
            yield _appending(Path(root), place)
            if place == "tmpfs":
                yield _reading(Path(root) / "reading")


def _appending(root: Path, place: str) -> Table:
    rows: list[list[str]] = []
    for batch in (1, 10):
        ours, bare = _append_rates(root / str(batch), batch, appends=600 // batch)
        rows.append([f"{batch} a commit", _rate(bare), _rate(ours), f"{_ratio(ours, bare):.2f}"])
    return Table(f"Append, {place} (events/s)", ("", "bare driver", "event log", "ratio"), rows)


def _append_rates(root: Path, batch: int, appends: int) -> tuple[list[float], list[float]]:
    """Events a second of the log and of the bare driver, round by round, each after the other."""
    root.mkdir()
    ours: list[float] = []
    bare: list[float] = []
    with open_sqlite_log(root / "log.db") as log, closing(_bare(root / "bare.db")) as driver:
        for number in range(_ROUNDS + 1):
            stream = f"patient/RJ-{number:04d}"
            batches = [[_event() for _ in range(batch)] for _ in range(appends)]
            first = number * appends * batch + 1
            rows = [_rows(some, stream, index * batch, first) for index, some in enumerate(batches)]
            turns = [(ours, partial(_append, log, stream, batches)), (bare, partial(_insert, driver, rows))]
            for rates, turn in turns if number % 2 else reversed(turns):
                rates.append(appends * batch / _seconds(turn))
    return ours[1:], bare[1:]


def _append(log: SqliteEventLog, stream: str, batches: list[list[NewEvent]]) -> None:
    for number, some in enumerate(batches):
        log.append(Append(stream, number * len(some), some))


def _insert(driver: sqlite3.Connection, batches: list[list[Row]]) -> None:
    for rows in batches:
        driver.execute("begin immediate")
        driver.executemany(f"insert into event values ({_MARKS})", rows)
        driver.execute("commit")


def _bare(path: Path) -> sqlite3.Connection:
    driver = sqlite3.connect(path, isolation_level=None)
    driver.execute("pragma journal_mode=wal")
    driver.execute("pragma synchronous=full")
    driver.execute(_BARE)
    return driver


def _rows(events: list[NewEvent], stream: str, version: int, first: int) -> list[Row]:
    return [to_row(event, stream, version + n, first + version + n, 0) for n, event in enumerate(events)]


def _event() -> NewEvent:
    event = pathology()
    return new_event(event.type, encode(event), at=_NOW)


def _reading(root: Path, events: int = 50_000) -> Table:
    root.mkdir()
    path = root / "log.db"
    with open_sqlite_log(path) as log:
        for number in range(events // 1000):
            log.append(Append(f"patient/RJ-{number:04d}", 0, [_event() for _ in range(1000)]))
        found: dict[str, list[float]] = {}
        for _ in range(3):
            for name, turn in _readings(log, path).items():
                found.setdefault(name, []).append(events / _seconds(turn))
    bare = found["bare driver, rows"]
    rows = [[name, _rate(rates), f"{_ratio(rates, bare):.2f}"] for name, rates in found.items()]
    return Table(f"Read {events} events (events/s)", ("", "rate", "ratio"), rows)


def _readings(log: SqliteEventLog, path: Path) -> dict[str, Callable[[], object]]:
    return {
        "bare driver, rows": lambda: _read_bare(path),
        "read_all, envelopes": lambda: sum(1 for _ in log.read_all()),
        "replay, decoded events": lambda: sum(1 for stored in log.read_all() if read(stored)),
        "verify": lambda: verify_file(path),
    }


def _read_bare(path: Path) -> int:
    with closing(sqlite3.connect(path)) as driver:
        return sum(1 for _ in driver.execute(f"select {COLUMNS} from event order by position"))


def _seconds(turn: Callable[[], object]) -> float:
    began = perf_counter()
    turn()
    return perf_counter() - began


def _rate(rates: list[float]) -> str:
    return f"{median(rates):,.0f}"


def _ratio(rates: list[float], bare: list[float]) -> float:
    return median(ours / theirs for ours, theirs in zip(rates, bare, strict=True))
