"""The event log on SQLite: one file, write-ahead logging, every commit on the disk before it is acknowledged."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from events.recorded import NewEvent, StoredEvent
from store.checkpoints import Checkpoints
from store.event_ids import new_event_id
from store.event_log import (
    MOST_EVENTS,
    Append,
    Appended,
    AppendRefused,
    ClockWentBack,
    EventIdTaken,
    LogUnreadable,
    OtherKindOfLog,
    StreamMovedOn,
)
from store.migrations.upgrade import upgrade
from store.rows import COLUMNS, Row, from_row, microseconds, to_row

_PRAGMAS = (
    "pragma journal_mode=wal",
    "pragma synchronous=full",
    "pragma foreign_keys=on",
    "pragma trusted_schema=off",
    "pragma cell_size_check=on",
    "pragma busy_timeout=30000",
)
_INSERT = f"insert into event({COLUMNS}) values (?,?,?,?,?,?,?,?,?,?,?,?,?)"  # noqa: S608 - constant column list
_SELECT = f"select {COLUMNS} from event "  # noqa: S608 - constant column list
_PAGE = 2000


def open_sqlite_log(path: Path, *, simulated: bool | None = None) -> SqliteEventLog:
    """Open a log, making it when it is missing. `simulated` None takes the log as it is; a new one is then real.

    Raises `OtherKindOfLog`, `LogTooNew`, `LogUnreadable`.
    """
    upgrade(path)
    log = SqliteEventLog(path)
    log.require_kind(simulated)
    return log


class SqliteEventLog:
    """An open log; may be used from several threads, and by several processes at once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._threads = threading.local()
        self._writing = threading.Lock()
        self._connections: list[sqlite3.Connection] = []
        self._simulated: bool | None = None

    @property
    def simulated(self) -> bool:
        """Whether the log is of a simulated trial."""
        return bool(self._simulated)

    @property
    def url(self) -> str:
        """See `EventLog.url`."""
        return f"sqlite:///{self.path}"

    def require_kind(self, simulated: bool | None) -> None:
        """Mark a new log as simulated or real; check an old one. Raises `OtherKindOfLog`."""
        with self._transaction() as database:
            found = dict(database.execute("select key, value from log_meta").fetchall())
            if "simulated" not in found:
                found = {"simulated": str(bool(simulated)), "log_id": str(new_event_id())}
                database.executemany("insert into log_meta values (?, ?)", found.items())
        self._simulated = found["simulated"] == "True"
        if simulated is not None and simulated != self._simulated:
            kind, asked = ("simulated", "real") if self._simulated else ("real", "simulated")
            raise OtherKindOfLog(f"this log is of a {kind} trial, not a {asked} one: use another home (IMNI_HOME)")

    def append(self, *appends: Append) -> Appended:
        """See `EventLog.append`."""
        _refuse_empty_or_large(appends)
        with self._transaction() as database:
            old = _made_before(database, appends)
            if old is not None:
                return Appended(old, already=True)
            first, last_instant = _head(database)
            rows: list[Row] = []
            for append in appends:
                rows.extend(self._rows(database, append, first + len(rows), last_instant))
            try:
                database.executemany(_INSERT, rows)
            except sqlite3.IntegrityError as problem:
                raise EventIdTaken(f"an event id is in use: {problem}") from None
        return Appended(range(first, first + len(rows)), already=False)

    def _rows(self, database: sqlite3.Connection, append: Append, first: int, last_instant: int) -> list[Row]:
        current = _version(database, append.stream)
        if current != append.expected_version:
            raise StreamMovedOn(append.stream, append.expected_version, current)
        floor = _last_of_stream(database, append.stream) if self.simulated else last_instant
        rows: list[Row] = []
        for offset, event in enumerate(append.events):
            floor = self._instant(event, append.stream, floor)
            rows.append(to_row(event, append.stream, current + offset, first + offset, floor))
        return rows

    def _instant(self, event: NewEvent, stream: str, floor: int) -> int:
        """A real log never shows an earlier instant than before, whatever the machine's clock does."""
        instant = microseconds(event.recorded_at)
        if self.simulated and instant < floor:
            raise ClockWentBack(
                f"{event.recorded_at.isoformat()} lies before the last entry of {stream}: give a later instant (--at)"
            )
        return max(instant, floor)

    def read_stream(self, stream: str, *, known_at: datetime | None = None) -> list[StoredEvent]:
        """See `EventLog.read_stream`."""
        until = microseconds(known_at) if known_at else None
        found = self._database().execute(
            _SELECT + "where stream = ? and (? is null or recorded_at <= ?) order by version", (stream, until, until)
        )
        with _read_aloud():
            return [from_row(row) for row in found]

    def read_all(
        self, after: int = 0, *, limit: int | None = None, known_at: datetime | None = None
    ) -> Iterator[StoredEvent]:
        """See `EventLog.read_all`."""
        until = microseconds(known_at) if known_at else None
        given = 0
        for row in self.rows(after):
            if limit is not None and given >= limit:
                return
            if until is None or row[6] <= until:
                given += 1
                with _read_aloud():
                    stored = from_row(row)
                yield stored

    def rows(self, after: int = 0) -> Iterator[Row]:
        """The raw rows after a position, page by page so that no reader holds up the log's clean-up."""
        while True:
            with _read_aloud():
                page = (
                    self._database()
                    .execute(_SELECT + "where position > ? order by position limit ?", (after, _PAGE))
                    .fetchall()
                )
            for row in page:
                if row[0] != after + 1:
                    raise LogUnreadable(f"event {after + 1} is missing: run `imni verify`, restore from backup")
                after = row[0]
                yield row
            if len(page) < _PAGE:
                return

    def version(self, stream: str) -> int:
        """See `EventLog.version`."""
        return _version(self._database(), stream)

    def last_position(self) -> int:
        """See `EventLog.last_position`."""
        return _head(self._database())[0] - 1

    def streams(self, prefix: str) -> list[str]:
        """See `EventLog.streams`."""
        found = self._database().execute(
            "select distinct stream from event where substr(stream, 1, ?) = ? order by stream", (len(prefix), prefix)
        )
        return [row[0] for row in found]

    def checkpoints(self) -> Checkpoints:
        """See `EventLog.checkpoints`."""
        return Checkpoints(lambda statement, values: self._database().execute(statement, values).fetchall())

    def close(self) -> None:
        """See `EventLog.close`."""
        while self._connections:
            self._connections.pop().close()
        self._threads = threading.local()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _database(self) -> sqlite3.Connection:
        """This thread's connection."""
        database: sqlite3.Connection | None = getattr(self._threads, "database", None)
        if database is None:
            database = sqlite3.connect(self.path, timeout=30, isolation_level=None, check_same_thread=False)
            for pragma in _PRAGMAS:
                database.execute(pragma)
            self._threads.database = database
            self._connections.append(database)
        return database

    @contextmanager
    def _transaction(self) -> Generator[sqlite3.Connection]:
        database = self._database()
        with self._writing:
            database.execute("begin immediate")
            try:
                yield database
                database.execute("commit")
            except BaseException:
                if database.in_transaction:
                    database.execute("rollback")
                raise


@contextmanager
def _read_aloud() -> Generator[None]:
    try:
        yield
    except (sqlite3.DatabaseError, ValueError) as problem:
        raise LogUnreadable(f"the log is damaged ({problem}): run `imni verify`, restore from backup") from problem


def _refuse_empty_or_large(appends: Sequence[Append]) -> None:
    count = sum(len(append.events) for append in appends)
    if not count or not all(append.events for append in appends):
        raise AppendRefused("nothing to append: give at least one event a stream")
    if count > MOST_EVENTS:
        raise AppendRefused(f"{count} events in one call, at most {MOST_EVENTS}: append in parts")
    if len({append.stream for append in appends}) < len(appends):
        raise AppendRefused("one stream twice in one call: put its events together")


def _made_before(database: sqlite3.Connection, appends: Sequence[Append]) -> range | None:
    """The positions of this very append when it was made before and only its acknowledgement was lost."""
    found: list[int] = []
    for append in appends:
        for offset, event in enumerate(append.events):
            row = database.execute(
                "select position from event where event_id=? and stream=? and version=? and type=? and data=?",
                (event.event_id.bytes, append.stream, append.expected_version + offset, event.type, event.data),
            ).fetchone()
            if row is None:
                return None
            found.append(row[0])
    return range(found[0], found[-1] + 1)


def _head(database: sqlite3.Connection) -> tuple[int, int]:
    """The next position, and the recording instant of the newest event in microseconds."""
    row = database.execute("select position, recorded_at from event order by position desc limit 1").fetchone()
    return (row[0] + 1, row[1]) if row else (1, 0)


def _version(database: sqlite3.Connection, stream: str) -> int:
    row = database.execute("select max(version) from event where stream = ?", (stream,)).fetchone()
    return 0 if row[0] is None else row[0] + 1


def _last_of_stream(database: sqlite3.Connection, stream: str) -> int:
    row = database.execute(
        "select recorded_at from event where stream = ? order by version desc limit 1", (stream,)
    ).fetchone()
    return row[0] if row else -(2**62)
