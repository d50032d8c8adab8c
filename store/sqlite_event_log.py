"""The event log on SQLite: one file, write-ahead logging, every commit on the disk before it is acknowledged."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from events.recorded import StoredEvent
from store.checkpoints import Checkpoints
from store.event_ids import new_event_id
from store.event_log import (
    Append,
    Appended,
    AppendRefused,
    EventLogError,
    LogUnreadable,
    OtherKindOfLog,
    Statement,
    refuse_empty_or_large,
)
from store.group_commit import GroupCommit
from store.migrations.upgrade import upgrade
from store.rows import COLUMNS, Row, from_row, microseconds
from store.sqlite_appending import INSERT, carry_out
from store.sqlite_connections import SqliteConnections, reading_aloud

_SELECT = f"select {COLUMNS} from event "  # noqa: S608 - constant column list
_PAGE = 2000


def open_sqlite_log(path: Path, *, simulated: bool | None = None, log_id: str | None = None) -> SqliteEventLog:
    """Open a log, making it when it is missing. `simulated` None takes the log as it is; a new one is then real.

    `log_id` is what a new log is to be called: only a copy is not called by an id of its own.
    Raises `OtherKindOfLog`, `LogTooNew`, `LogUnreadable`.
    """
    upgrade(path)
    log = SqliteEventLog(path)
    try:
        log.require_kind(simulated, log_id)
    except BaseException:
        log.close()
        raise
    return log


class SqliteEventLog:
    """An open log; may be used from several threads, and by several processes at once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connections = SqliteConnections(path)
        self._writer = GroupCommit(
            self.transaction, lambda database, appends: carry_out(database, appends, self.simulated)
        )
        self._simulated, self._log_id = False, ""

    @property
    def simulated(self) -> bool:
        """Whether the log is of a simulated trial."""
        return self._simulated

    @property
    def log_id(self) -> str:
        """See `EventLog.log_id`."""
        return self._log_id

    @property
    def url(self) -> str:
        """See `EventLog.url`."""
        return f"sqlite:///{self.path}"

    def require_kind(self, simulated: bool | None, log_id: str | None = None) -> None:
        """Mark a new log as simulated or real; check an old one. Raises `OtherKindOfLog`."""
        with reading_aloud():
            found = _meta(self._connections.own())
        if "simulated" not in found:
            with self.transaction() as database:
                found = _meta(database)
                if "simulated" not in found:
                    found = {"simulated": str(bool(simulated)), "log_id": log_id or str(new_event_id())}
                    database.executemany("insert into log_meta values (?, ?)", found.items())
        self._simulated, self._log_id = found["simulated"] == "True", found["log_id"]
        if simulated is not None and simulated != self._simulated:
            kind, asked = ("simulated", "real") if self._simulated else ("real", "simulated")
            raise OtherKindOfLog(f"this log is of a {kind} trial, not a {asked} one: use another home (IMNI_HOME)")

    def append(self, *appends: Append) -> Appended:
        """See `EventLog.append`. Appends of several threads at once share a commit."""
        refuse_empty_or_large(appends)
        return self._writer.append(appends)

    def append_each(self, calls: Sequence[Sequence[Append]]) -> list[Appended | EventLogError]:
        """See `EventLog.append_each`."""
        for appends in calls:
            refuse_empty_or_large(appends)
        return self._writer.append_each(calls)

    def read_stream(self, stream: str, *, first: int = 0, known_at: datetime | None = None) -> list[StoredEvent]:
        """See `EventLog.read_stream`."""
        until = microseconds(known_at) if known_at else None
        with reading_aloud():
            found = self._connections.own().execute(
                _SELECT + "where stream = ? and version >= ? and (? is null or recorded_at <= ?) order by version",
                (stream, first, until, until),
            )
            return [from_row(row) for row in found]

    def read_all(
        self, after: int = 0, *, limit: int | None = None, known_at: datetime | None = None
    ) -> Iterator[StoredEvent]:
        """See `EventLog.read_all`."""
        until = microseconds(known_at) if known_at else None
        left = limit
        while left is None or left > 0:
            # Page by page, so that no reader holds up the log's clean-up.
            page = self._page(after, _PAGE if left is None or known_at else min(left, _PAGE))
            with reading_aloud():
                events = [from_row(row) for row in page if until is None or row[6] <= until]
            yield from events[:left]
            left = None if left is None else left - len(events)
            if not page:
                return
            after = page[-1][0]

    def _page(self, after: int, size: int) -> list[Row]:
        """The rows after a position; no row is ever skipped in silence."""
        with reading_aloud():
            found = self._connections.own().execute(
                _SELECT + "where position > ? order by position limit ?", (after, size)
            )
            page: list[Row] = found.fetchall()
        if page and page[-1][0] != after + len(page):
            missing = next(due for due, row in enumerate(page, start=after + 1) if row[0] != due)
            raise LogUnreadable(f"event {missing} is missing: run `imni verify`, restore from backup")
        return page

    def rows(self, after: int = 0) -> Iterator[Row]:
        """See `EventLog.rows`."""
        while page := self._page(after, _PAGE):
            yield from page
            after = page[-1][0]

    def write_rows(self, rows: Iterable[Row], beside: Iterable[Statement] = ()) -> None:
        """See `EventLog.write_rows`."""
        with self.transaction() as database:
            try:
                database.executemany(INSERT, rows)
                for statement, values in beside:
                    database.execute(statement, values)
            except sqlite3.IntegrityError as problem:
                raise AppendRefused(f"these events do not go on where this log ends: {problem}") from None

    def version(self, stream: str) -> int:
        """See `EventLog.version`."""
        return self._number("select coalesce(max(version), -1) + 1 from event where stream = ?", stream)

    def last_position(self) -> int:
        """See `EventLog.last_position`."""
        return self._number("select coalesce(max(position), 0) from event")

    def _number(self, question: str, *about: str) -> int:
        with reading_aloud():
            return self._connections.own().execute(question, about).fetchone()[0]

    def streams(self, prefix: str) -> list[str]:
        """See `EventLog.streams`."""
        found = self._connections.own().execute(
            "select distinct stream from event where substr(stream, 1, ?) = ? order by stream", (len(prefix), prefix)
        )
        return [row[0] for row in found]

    def checkpoints(self) -> Checkpoints:
        """See `EventLog.checkpoints`."""
        return Checkpoints(self.execute)

    def execute(self, statement: str, values: Mapping[str, Any]) -> list[Any]:
        """See `EventLog.execute`."""
        with self.transaction() as database:
            return database.execute(statement, values).fetchall()

    def wipe(self) -> bool:
        """See `EventLog.wipe`."""
        with reading_aloud():
            busy, _, _ = self._connections.own().execute("pragma wal_checkpoint(truncate)").fetchone()
        return not busy

    def transaction(self) -> AbstractContextManager[sqlite3.Connection]:
        """One transaction that nobody else writes beside; rolled back when it is left by an exception."""
        return self._connections.transaction()

    def close(self) -> None:
        """See `EventLog.close`."""
        self._connections.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _meta(database: sqlite3.Connection) -> dict[str, str]:
    return dict(database.execute("select key, value from log_meta").fetchall())
