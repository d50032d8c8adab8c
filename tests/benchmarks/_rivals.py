"""The best Python peer, `eventsourcing` 9.5, as a writer and reader of events: its recorders, without its domain."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from eventsourcing.persistence import ApplicationRecorder, StoredEvent
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore
from psycopg.conninfo import conninfo_to_dict

from events.recorded import NewEvent


def sqlite_recorder(path: Path) -> ApplicationRecorder:
    """The peer's recorder on a new file."""
    recorder = SQLiteApplicationRecorder(SQLiteDatastore(str(path)))
    recorder.create_table()
    return recorder


def postgres_recorder(url: str, *, new: bool = False) -> ApplicationRecorder:
    """The peer's recorder on a database; `new` makes its tables, which it cannot do from several threads at once."""
    from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore

    found = {name: str(value) for name, value in conninfo_to_dict(url).items()}
    datastore = PostgresDatastore(found["dbname"], found["host"], "", found.get("user", ""), "", pool_size=2)
    recorder = PostgresApplicationRecorder(datastore)
    if new:
        recorder.create_table()
    return recorder


def peers_events(stream: int, first: int, events: Sequence[NewEvent]) -> list[StoredEvent]:
    """The same events as the peer stores them."""
    return [
        StoredEvent(UUID(int=stream), version, event.type, event.data)
        for version, event in enumerate(events, start=first + 1)
    ]
