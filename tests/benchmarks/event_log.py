"""The event log on SQLite beside the bare driver and the best Python peer, on the same disk, in the same run, in turns.

The bare driver writes the same finished rows into a table of the same columns and indexes, one commit an append, every
commit synchronous: no numbering, no version check, no retry check, no digest, no guard. Events are encoded beforehand.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from statistics import median
from time import process_time

from events.catalogue import decode, encode, read
from store.event_log import Append
from store.integrity import verify_file
from store.rows import COLUMNS
from store.seal import SealingKey
from store.sealing import seal
from store.sqlite_event_log import SqliteEventLog, open_sqlite_log
from tests.benchmarks import DISK, MEASURES, Table, against, rates_in_turns, seconds
from tests.benchmarks._material import batches, finished_rows, new_events
from tests.benchmarks._rivals import peers_events, sqlite_recorder
from tests.facts import pathology
from tests.store.envelopes import NOW

_ROUNDS = 9
_APPENDS = 400
TMPFS = Path("/dev/shm")
MARKS = ",".join("?" * 13)
_BARE = """create table event(position integer primary key, stream text, version integer, event_id blob unique,
    type text, occurred_on text, recorded_at integer, visibility text, causation_id blob, correlation_id blob,
    provenance blob, data blob, digest blob, unique(stream, version)) strict"""


def tables() -> Iterator[Table]:
    """Appending and reading, in memory where the machine allows it, and appending on the disk."""
    for place, folder in (("tmpfs", TMPFS if TMPFS.is_dir() else None), ("disk", DISK)):
        with tempfile.TemporaryDirectory(dir=folder, prefix="imni-bench-") as root:
            yield _appending(Path(root), place)
            if place == "tmpfs":
                yield _reading(Path(root) / "reading")


def _appending(root: Path, place: str) -> Table:
    targets = {1: (0.55, 1.1), 10: (0.35, None)} if place == "tmpfs" else {1: (0.80, 1.1), 10: (None, None)}
    rows: list[list[str]] = []
    for batch, (bare_target, peer_target) in targets.items():
        ours, bare, peer = _append_rates(root / str(batch), batch)
        rows.append(against(f"{batch} a commit, bare driver", ours, bare, bare_target))
        rows.append(against(f"{batch} a commit, eventsourcing 9.5", ours, peer, peer_target))
    if place == "tmpfs":
        rows.append(_sealing(root / "sealing"))
        rows.append(_size(root / "1"))
        rows.append(["encoding alone", f"{3000 / seconds(_encode_3000):,.0f}", "", "", "", ""])
    return Table(f"SQLite: append, {place} (events/s)", MEASURES, rows)


def _append_rates(root: Path, batch: int) -> list[list[float]]:
    """Events a second of the log, the bare driver and the peer."""
    root.mkdir()
    appends = _APPENDS // batch
    with open_sqlite_log(root / "log.db") as log, closing(bare(root / "bare.db")) as driver:
        peer = sqlite_recorder(root / "peer.db")
        made = [batches(appends, batch) for _ in range(_ROUNDS + 1)]
        rows = [
            [
                finished_rows(some, _stream(number), index * batch, (number * appends + index) * batch + 1)
                for index, some in enumerate(made[number])
            ]
            for number in range(_ROUNDS + 1)
        ]
        theirs = [
            [peers_events(number, index * batch, some) for index, some in enumerate(made[number])]
            for number in range(_ROUNDS + 1)
        ]

        def append(number: int) -> None:
            for index, some in enumerate(made[number]):
                log.append(Append(_stream(number), index * batch, some))

        def insert(number: int) -> None:
            for some in rows[number]:
                driver.execute("begin immediate")
                driver.executemany(f"insert into event values ({MARKS})", some)
                driver.execute("commit")

        def record(number: int) -> None:
            for some in theirs[number]:
                peer.insert_events(some)

        return rates_in_turns(appends * batch, _ROUNDS, append, insert, record)


def _sealing(root: Path) -> list[str]:
    """Appending and sealing every thousand events, beside appending alone."""
    root.mkdir()
    key, appends = SealingKey(bytes(32)), 1000
    with open_sqlite_log(root / "sealed.db") as sealed, open_sqlite_log(root / "plain.db") as plain:

        def append(log: SqliteEventLog, number: int) -> None:
            for index, some in enumerate(made[number]):
                log.append(Append(_stream(number), index, some))

        def append_and_seal(number: int) -> None:
            append(sealed, number)
            seal(sealed, key, NOW)

        made = [batches(appends, 1) for _ in range(6)]
        ours, without = rates_in_turns(appends, 5, append_and_seal, partial(append, plain))
    return against("1 a commit and a seal every 1,000, without seals", ours, without, 0.95)


def _size(root: Path) -> list[str]:
    """Bytes an event, beside those of the bare table."""
    sizes: list[float] = []
    for name in ("log.db", "bare.db"):
        with closing(sqlite3.connect(root / name)) as database:
            database.execute("pragma wal_checkpoint(truncate)")
            events = database.execute("select count(*) from event").fetchone()[0]
        sizes.append((root / name).stat().st_size / events)
    ours, bare = sizes
    met = "yes" if ours / bare <= 1.25 else "MISSED"
    return ["bytes an event, bare table", f"{ours:,.0f}", f"{bare:,.0f}", f"{ours / bare:.2f}", "≤ 1.25", met]


def _encode_3000() -> None:
    event = pathology()
    for _ in range(3000):
        encode(event)


def bare(path: Path) -> sqlite3.Connection:
    """The bare driver on a new file, as synchronous as the log."""
    driver = sqlite3.connect(path, isolation_level=None)
    driver.execute("pragma journal_mode=wal")
    driver.execute("pragma synchronous=full")
    driver.execute(_BARE)
    return driver


def _stream(number: int) -> str:
    return f"patient/RJ-{number:04d}"


def _reading(root: Path, events: int = 50_000) -> Table:
    root.mkdir()
    path = root / "log.db"
    with open_sqlite_log(path) as log:
        for number in range(events // 1000):
            log.append(Append(_stream(number), 0, new_events(1000)))
        rows: list[list[str]] = []
        for name, ours, rival, target in _readings(log, path):
            mine, theirs = rates_in_turns(events, 5, ours, rival, clock=process_time)
            rows.append(against(name, mine, theirs, target))
        (rates,) = rates_in_turns(events, 5, lambda _: verify_file(path), clock=process_time)
        rate = median(rates)
    rows.append(["verify", f"{rate:,.0f}", "", "", "≥ 400,000", "yes" if rate >= 400_000 else "MISSED"])
    return Table(f"SQLite: read {events:,} events, tmpfs (events/s of processor time)", MEASURES, rows)


Turn = Callable[[int], object]


def _readings(log: SqliteEventLog, path: Path) -> Iterator[tuple[str, Turn, Turn, float | None]]:
    yield "envelopes, bare driver's rows", lambda _: sum(1 for _ in log.read_all()), lambda _: _read_bare(path), 0.80
    yield (
        "replay to objects, bare driver's rows and decoding",
        lambda _: sum(1 for stored in log.read_all() if read(stored)),
        lambda _: _decode_bare(path),
        0.90,
    )


def _read_bare(path: Path) -> int:
    with closing(sqlite3.connect(path)) as driver:
        return sum(1 for _ in driver.execute(f"select {COLUMNS} from event order by position"))


def _decode_bare(path: Path) -> int:
    with closing(sqlite3.connect(path)) as driver:
        return sum(
            1 for row in driver.execute(f"select {COLUMNS} from event order by position") if decode(row[4], row[11])
        )
