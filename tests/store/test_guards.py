"""The log is append-only for whoever holds a database connection, and readable with nothing but SQLite."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from store.integrity import verify_file
from store.sqlite_event_log import SqliteEventLog
from tests.store.envelopes import append

_COPY = "select {values} from event where position = {position}"
_COLUMNS = (
    "position, stream, version, event_id, type, occurred_on, recorded_at, visibility, causation_id, correlation_id, "
    "provenance, data, digest"
)


def _insert(how: str, **instead: str) -> str:
    """Insert a copy of event 2 with some columns replaced."""
    usual = {"position": "4", "version": "3", "event_id": "randomblob(16)"}
    values = ", ".join((usual | instead).get(column, column) for column in _COLUMNS.split(", "))
    return f"{how} into event({_COLUMNS}) {_COPY.format(values=values, position=2)}"


@pytest.fixture
def database(sqlite_log: SqliteEventLog, path: Path) -> Iterator[sqlite3.Connection]:
    """A connection to a log of three events of one patient, as anybody can open it."""
    sqlite_log.append(append("patient/RJ-0001", 0, 3))
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        yield database


ATTACKS = {
    "change the payload": "update event set data = x'7b7d' where position = 2",
    "change nothing": "update event set data = data",
    "delete": "delete from event where position = 2",
    "delete the last": "delete from event where position = 3",
    "delete everything": "delete from event",
    "renumber": "update event set position = 9 where position = 3",
    "replace by position": _insert("insert or replace", position="2", version="1"),
    "replace by event id": _insert("insert or replace", event_id="event_id"),
    "replace by version": _insert("insert or replace", version="1"),
    "ignore by event id": _insert("insert or ignore", event_id="event_id"),
    "leave a hole in the positions": _insert("insert", position="5"),
    "go back in the positions": _insert("insert", position="0"),
    "leave a hole in the versions": _insert("insert", version="4"),
    "begin a stream in the middle": _insert("insert", stream="'patient/RJ-0002'", version="1"),
    "a digest that is none": _insert("insert", digest="x'00'"),
    "text for bytes": _insert("insert", data="'{}'"),
    "no position": _insert("insert", position="null"),
    "upsert": _insert("insert", position="2", version="1") + " on conflict(position) do update set data = x'00'",
    "make it another kind of log": "update log_meta set value = 'True' where key = 'simulated'",
    "replace the kind of log": "insert or replace into log_meta values ('simulated', 'True')",
    "forget what kind of log it is": "delete from log_meta",
    "a checkpoint backwards": "update checkpoint set position = position - 1",
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_refused(database: sqlite3.Connection, path: Path, attack: str) -> None:
    database.execute("insert into checkpoint(consumer, position) values ('reactor', 3)")
    before = list(database.iterdump())
    with pytest.raises(sqlite3.IntegrityError):
        database.execute(ATTACKS[attack])
    assert list(database.iterdump()) == before
    assert verify_file(path).ok


def test_the_attack_that_is_an_honest_append_succeeds(database: sqlite3.Connection) -> None:
    database.execute(_insert("insert"))
    assert database.execute("select max(position) from event").fetchone() == (4,)


def test_an_auditor_reads_the_log_with_nothing_but_sqlite(
    database: sqlite3.Connection, sqlite_log: SqliteEventLog
) -> None:
    database.row_factory = sqlite3.Row
    rows = [dict(row) for row in database.execute("select * from audit order by position")]
    stored = list(sqlite_log.read_all())
    assert [row["digest"] for row in rows] == [event.digest.hex() for event in stored]
    assert [row["event_id"] for row in rows] == [event.event_id.hex for event in stored]
    assert [json.loads(row["data"])["note"] for row in rows] == ["0", "1", "2"]
    told = {"actor": "li.wei", "role": "coordinator", "source": "form", "reference": "F-1", "reason": None}
    assert rows[0] | told == rows[0]
    assert (rows[0]["stream"], rows[0]["version"], rows[0]["protocol_edition"]) == ("patient/RJ-0001", 0, "2.0")
    assert rows[0]["recorded_at"] == "2026-01-01T08:00:00.000000Z"
    assert rows[0]["occurred_on"] == "2026-01-01"
