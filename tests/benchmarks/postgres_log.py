"""The event log on PostgreSQL beside the bare driver and the best Python peer, on the same server, in turns.

The server is the wheel's, on tmpfs where there is one, every commit synchronous. The bare driver numbers with a
sequence, which loses events for readers: it is a limit, not an alternative.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from statistics import quantiles
from time import perf_counter, sleep
from typing import Any

import psycopg

from events.catalogue import decode, read
from store.event_log import Append
from store.postgres_event_log import PostgresEventLog, open_postgres_log
from store.rows import COLUMNS, Row
from tests.benchmarks import MEASURES, Table, against, rates_in_turns
from tests.benchmarks._material import finished_rows, new_events
from tests.benchmarks._rivals import peers_events, postgres_recorder
from tests.postgres import Postgres, running_postgres

_ROUNDS = 5
_APPENDS = 300
_WRITERS = 8
_TMPFS = Path("/dev/shm")
_BARE = """create table bare(position bigserial primary key, stream text, version bigint, event_id bytea unique,
    type text, occurred_on text, recorded_at bigint, visibility text, causation_id bytea, correlation_id bytea,
    provenance bytea, data bytea, digest bytea, unique(stream, version))"""
_INSERT = f"insert into bare({COLUMNS.removeprefix('position, ')}) values ({','.join(['%s'] * 12)})"


def tables() -> Iterator[Table]:
    """Appending by one and by eight, reading, and following while somebody else's transaction stays open."""
    before = tempfile.tempdir
    tempfile.tempdir = str(_TMPFS) if _TMPFS.is_dir() else None
    try:
        with running_postgres(("max_connections = 200",)) as server:
            rows = [*_appending(server, 1, 0.30, None), *_appending(server, _WRITERS, 0.22, 5.0), *_reading(server)]
            yield Table("PostgreSQL, tmpfs (events/s)", MEASURES, rows)
            yield _following(server)
    finally:
        tempfile.tempdir = before


def _appending(server: Postgres, writers: int, bare_target: float, peer_target: float | None) -> list[list[str]]:
    url, theirs = server.new_log(), server.empty_database()
    with psycopg.connect(theirs, autocommit=True) as connection:
        connection.execute(_BARE)
    postgres_recorder(theirs, new=True)
    with open_postgres_log(url) as log, ThreadPoolExecutor(writers) as pool:
        peers, drivers = threading.local(), threading.local()

        def append(name: int) -> None:
            for version, event in enumerate(new_events(_APPENDS // writers)):
                log.append(Append(f"patient/{name}", version, [event]))

        def insert(name: int) -> None:
            driver = _own(drivers, partial(psycopg.connect, theirs, autocommit=True))
            for row in finished_rows(new_events(_APPENDS // writers), f"patient/{name}", 0, 1):
                driver.execute(_INSERT, row[1:])

        def record(name: int) -> None:
            peer = _own(peers, partial(postgres_recorder, theirs))
            for event in peers_events(name, 0, new_events(_APPENDS // writers)):
                peer.insert_events([event])

        turns = [partial(_at_once, pool, writers, work) for work in (append, insert, record)]
        ours, bare, peer = rates_in_turns(_APPENDS // writers * writers, _ROUNDS, *turns)
    who = "1 writer" if writers == 1 else f"{writers} writers"
    return [
        against(f"append, {who}, bare driver", ours, bare, bare_target),
        against(f"append, {who}, eventsourcing 9.5", ours, peer, peer_target),
    ]


def _at_once(pool: ThreadPoolExecutor, writers: int, work: Callable[[int], None], number: int) -> None:
    list(pool.map(work, range(number * 1000, number * 1000 + writers)))


def _own(kept: threading.local, make: Callable[[], Any]) -> Any:
    """This thread's own, made at its first use."""
    if not hasattr(kept, "own"):
        kept.own = make()
    return kept.own


def _reading(server: Postgres, events: int = 20_000) -> Iterator[list[str]]:
    with open_postgres_log(server.new_log()) as log:
        for number in range(events // 1000):
            log.append(Append(f"patient/RJ-{number:04d}", 0, new_events(1000)))
        bare = partial(_bare_rows, log.url)
        ours, rival = rates_in_turns(events, 3, lambda _: sum(1 for _ in log.read_all()), lambda _: len(bare()))
        yield against("envelopes, bare driver's rows", ours, rival, 0.80)
        ours, rival = rates_in_turns(
            events,
            3,
            lambda _: sum(1 for stored in log.read_all() if read(stored)),
            lambda _: sum(1 for row in bare() if decode(row[4], row[11])),
        )
        yield against("replay to objects, bare driver's rows and decoding", ours, rival, 0.90)


def _bare_rows(url: str) -> list[Row]:
    with psycopg.connect(url) as driver:
        return driver.execute(f"select {COLUMNS} from imni.event order by position".encode(), binary=True).fetchall()


def _following(server: Postgres) -> Table:
    """From append to being read by a reader that polls, at 200 events/s, in milliseconds."""
    quiet = _latencies(server)
    with psycopg.connect(server.empty_database()) as foreign:
        foreign.execute("create table something(at int)")
        disturbed = _latencies(server)
    rows = [
        [name, f"{_at(found, 50):.1f}", f"{_at(found, 99):.1f}"]
        for name, found in (
            ("undisturbed", quiet),
            ("somebody else's transaction open (target p99 < 50 ms)", disturbed),
        )
    ]
    return Table("PostgreSQL: from append to reader at 200 events/s (ms)", ("", "p50", "p99"), rows)


def _at(found: list[float], percentile: int) -> float:
    return quantiles(found, n=100)[percentile - 1]


def _latencies(server: Postgres, events: int = 600) -> list[float]:
    with open_postgres_log(server.new_log()) as log, ThreadPoolExecutor(1) as pool:
        reading = pool.submit(_seen, log, events)
        appended: list[float] = []
        for version, event in enumerate(new_events(events)):
            appended.append(perf_counter())
            log.append(Append("patient/RJ-0001", version, [event]))
            sleep(0.005)
        return [(seen - said) * 1000 for said, seen in zip(appended, reading.result(), strict=True)]


def _seen(log: PostgresEventLog, events: int) -> list[float]:
    found: list[float] = []
    while len(found) < events:
        news = sum(1 for _ in log.read_all(after=len(found)))
        found += [perf_counter()] * news
        if not news:
            sleep(0.001)
    return found
