"""Reading the log: streams, the whole of it page by page, and what was known at an instant."""

from __future__ import annotations

import gc
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from store.event_log import EventLog, LogUnreadable
from store.sqlite_event_log import SqliteEventLog, open_sqlite_log
from tests.store.envelopes import append, minutes_later

ANNA, BERTA = "patient/RJ-0001", "patient/RJ-0002"


def _positions(log: EventLog, after: int = 0, limit: int | None = None) -> list[int]:
    return [event.position for event in log.read_all(after, limit=limit)]


def test_a_stream_holds_its_own_events_in_order(log: EventLog) -> None:
    log.append(append(ANNA, 0, 2))
    log.append(append(BERTA, 0))
    log.append(append(ANNA, 2))
    assert [event.version for event in log.read_stream(ANNA)] == [0, 1, 2]
    assert [event.version for event in log.read_stream(ANNA, first=1)] == [1, 2]
    assert log.read_stream("patient/nobody") == []
    assert (log.version(ANNA), log.version("patient/nobody")) == (3, 0)


def test_the_log_is_read_on_from_a_position(log: EventLog) -> None:
    log.append(append(ANNA, 0, 5))
    assert _positions(log, after=3) == [4, 5]
    assert _positions(log, after=5) == []
    assert _positions(log, after=1, limit=2) == [2, 3]
    assert _positions(log, limit=0) == []


@pytest.mark.parametrize("count", [1999, 2000, 2001, 4000])
def test_nothing_is_lost_at_the_edge_of_a_page(log: EventLog, count: int) -> None:
    for start in range(0, count, 1000):
        log.append(append(ANNA, start, min(1000, count - start)))
    assert _positions(log) == list(range(1, count + 1))
    assert _positions(log, after=1, limit=2000) == list(range(2, min(count, 2001) + 1))


def test_what_was_known_at_an_instant(log: EventLog) -> None:
    for minute in range(4):
        log.append(append(ANNA, minute, at=minutes_later(minute)))
    known = minutes_later(2)
    assert [event.version for event in log.read_stream(ANNA, known_at=known)] == [0, 1, 2]
    assert [event.position for event in log.read_all(known_at=known)] == [1, 2, 3]
    assert list(log.read_stream(ANNA, known_at=minutes_later(-1))) == []


def test_a_limit_counts_what_is_given_not_what_is_passed_over(simulated_log: EventLog) -> None:
    anna, berta = "simulated-patient/RJ-0001", "simulated-patient/RJ-0002"
    simulated_log.append(append(anna, 0, 3, at=minutes_later(60)))
    simulated_log.append(append(berta, 0, 3, at=minutes_later(0)))
    found = simulated_log.read_all(limit=2, known_at=minutes_later(1))
    assert [event.position for event in found] == [4, 5]


def test_streams_are_found_by_the_beginning_of_their_name_to_the_letter(log: EventLog) -> None:
    for stream in ("patient/b", "patient/a", "patient_x", "Patient/c", "trial"):
        log.append(append(stream, 0))
    assert log.streams("patient/") == ["patient/a", "patient/b"]
    assert log.streams("patient%") == []


def _damage(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        for trigger in ("event_no_update", "event_no_delete"):
            database.execute(f"drop trigger {trigger}")
        database.execute(statement)


def test_a_missing_event_stops_the_reader(sqlite_log: SqliteEventLog, path: Path) -> None:
    sqlite_log.append(append(ANNA, 0, 5))
    _damage(path, "delete from event where position = 3")
    with pytest.raises(LogUnreadable, match="event 3 is missing"):
        _positions(sqlite_log)
    assert _positions(sqlite_log, after=3) == [4, 5]
    with pytest.raises(LogUnreadable, match="event 3 is missing"):
        _positions(sqlite_log, after=2)


@pytest.mark.parametrize(
    "change",
    [
        "provenance = x'7b'",
        "occurred_on = 'soon'",
        "event_id = zeroblob(16), recorded_at = 1 << 62",
        "type = cast(x'ff' as text)",
    ],
)
def test_an_event_that_cannot_be_read_says_so(sqlite_log: SqliteEventLog, path: Path, change: str) -> None:
    sqlite_log.append(append(ANNA, 0, 2))
    _damage(path, f"update event set {change} where position = 2")
    with pytest.raises(LogUnreadable, match="imni verify"):
        sqlite_log.read_stream(ANNA)
    with pytest.raises(LogUnreadable, match="imni verify"):
        _positions(sqlite_log)


def test_a_log_read_while_it_grows_shows_every_event_once(path: Path) -> None:
    with open_sqlite_log(path) as writer, open_sqlite_log(path) as reader:
        writer.append(append(ANNA, 0, 2000))
        found: list[int] = []
        for event in reader.read_all():
            if event.position == 2000:
                writer.append(append(ANNA, 2000, 3))
            found.append(event.position)
        assert found == list(range(1, 2004))


def test_threads_that_have_ended_keep_no_connection(log: EventLog) -> None:
    def open_files() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    before = open_files()
    for _ in range(20):
        thread = threading.Thread(target=log.last_position)
        thread.start()
        thread.join()
        del thread
    gc.collect()
    assert open_files() - before < 10
