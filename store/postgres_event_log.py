"""The event log on PostgreSQL: one function of the server appends, under a lock, so that no reader ever sees a gap."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import islice
from types import TracebackType
from typing import Any, Self

import psycopg

from events.recorded import StoredEvent
from store.checkpoints import Checkpoints
from store.event_ids import new_event_id
from store.event_log import (
    Append,
    Appended,
    AppendRefused,
    EventIdTaken,
    EventLogError,
    LogUnreadable,
    OtherKindOfLog,
    Statement,
    refuse_empty_or_large,
)
from store.migrations.upgrade_postgres import upgrade_postgres
from store.postgres_appending import APPEND, columns_of, refused
from store.postgres_connections import PostgresConnections, said_aloud, until_it_answers
from store.rows import COLUMNS, Row, from_row, microseconds

_GO_ON = """select go_on(%s::bigint[], %s::text[], %s::bigint[], %s::bytea[], %s::text[], %s::text[], %s::bigint[],
    %s::text[], %s::bytea[], %s::bytea[], %s::bytea[], %s::bytea[], %s::bytea[])"""
_SELECT = f"select {COLUMNS} from event "  # noqa: S608 - constant column list
_PAGE = 2000


def open_postgres_log(url: str, *, simulated: bool | None = None, log_id: str | None = None) -> PostgresEventLog:
    """Open the log of a database, making it when it is missing. `simulated` None takes the log as it is.

    `log_id` is what a new log is to be called: only a copy is not called by an id of its own.
    Raises `OtherKindOfLog`, `LogTooNew`, `LogUnavailable`, `LogUnreadable`.
    """
    upgrade_postgres(url)
    log = PostgresEventLog(url)
    try:
        log.require_kind(simulated, log_id)
    except BaseException:
        log.close()
        raise
    return log


class PostgresEventLog:
    """An open log; may be used from several threads, and by several processes on several machines at once."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connections = PostgresConnections(url)
        self._simulated = False
        self._log_id = ""

    @property
    def simulated(self) -> bool:
        """See `EventLog.simulated`."""
        return self._simulated

    @property
    def log_id(self) -> str:
        """See `EventLog.log_id`."""
        return self._log_id

    @property
    def url(self) -> str:
        """See `EventLog.url`."""
        return self._url

    def require_kind(self, simulated: bool | None, log_id: str | None = None) -> None:
        """Mark a new log as simulated or real; check an old one. Raises `OtherKindOfLog`."""
        found = dict(self._read("select key, value from log_meta"))
        if "simulated" not in found:
            self._name(bool(simulated), log_id or str(new_event_id()))
            found = dict(self._read("select key, value from log_meta"))
        self._simulated, self._log_id = found["simulated"] == "True", found["log_id"]
        if simulated is not None and simulated != self._simulated:
            kind, asked = ("simulated", "real") if self._simulated else ("real", "simulated")
            raise OtherKindOfLog(f"this log is of a {kind} trial, not a {asked} one: use another database")

    def _name(self, simulated: bool, log_id: str) -> None:
        """Say once and for all what kind of log this is; of several processes the first wins."""
        with self._connections.transaction() as connection:
            connection.execute("reset role")
            connection.execute("lock table log_meta in exclusive mode")
            connection.execute(
                "insert into log_meta select * from (values ('simulated', %s), ('log_id', %s)) named "
                "where not exists(select 1 from log_meta)",
                (str(simulated), log_id),
            )
            connection.execute("set role imni_app")

    def append(self, *appends: Append) -> Appended:
        """See `EventLog.append`."""
        refuse_empty_or_large(appends)
        values = columns_of(appends)
        for attempt in until_it_answers():
            with attempt, said_aloud():
                first, last, already = self._call(APPEND, values, appends)
                return Appended(range(first, last + 1), already)
        raise AssertionError("the last attempt raises")

    def append_each(self, calls: Sequence[Sequence[Append]]) -> list[Appended | EventLogError]:
        """See `EventLog.append_each`. Here each is a commit of its own: the server's lock is held by one at a time."""
        return [self._answer(appends) for appends in calls]

    def _answer(self, appends: Sequence[Append]) -> Appended | EventLogError:
        try:
            return self.append(*appends)
        except EventLogError as refusal:
            return refusal

    def _call(self, statement: str, values: Sequence[Any], appends: Sequence[Append]) -> Row:
        try:
            found = self._connections.own().execute(statement.encode(), values).fetchone()
        except psycopg.errors.UniqueViolation as problem:
            raise EventIdTaken(f"an event id is in use: {problem.diag.message_detail}") from None
        except psycopg.errors.RaiseException as refusal:
            raise refused(refusal, appends) from None
        assert found is not None
        return found

    def read_stream(self, stream: str, *, first: int = 0, known_at: datetime | None = None) -> list[StoredEvent]:
        """See `EventLog.read_stream`."""
        until = microseconds(known_at) if known_at else 2**62
        found = self._read(
            _SELECT + "where stream = %s and version >= %s and recorded_at <= %s order by version",
            (stream, first, until),
        )
        return [from_row(row) for row in found]

    def read_all(
        self, after: int = 0, *, limit: int | None = None, known_at: datetime | None = None
    ) -> Iterator[StoredEvent]:
        """See `EventLog.read_all`."""
        until = microseconds(known_at) if known_at else None
        known = (row for row in self.rows(after) if until is None or row[6] <= until)
        return map(from_row, islice(known, limit))

    def rows(self, after: int = 0) -> Iterator[Row]:
        """See `EventLog.rows`."""
        while page := self._page(after):
            yield from page
            after = page[-1][0]

    def _page(self, after: int) -> list[Row]:
        """The rows after a position; no row is ever skipped in silence."""
        page = self._read(_SELECT + "where position > %s order by position limit %s", (after, _PAGE))
        if page and page[-1][0] != after + len(page):
            missing = next(due for due, row in enumerate(page, start=after + 1) if row[0] != due)
            raise LogUnreadable(f"event {missing} is missing: run `imni verify`, restore from backup")
        return page

    def write_rows(self, rows: Iterable[Row], beside: Iterable[Statement] = ()) -> None:
        """See `EventLog.write_rows`."""
        left = iter(rows)
        with self._connections.transaction() as connection:
            try:
                connection.execute("reset role")
                while page := list(islice(left, _PAGE)):
                    connection.execute(_GO_ON, [list(column) for column in zip(*page, strict=True)])
                for statement, values in beside:
                    connection.execute(_in_psycopg(statement).encode(), values)
                connection.execute("set role imni_app")
            except (psycopg.errors.RaiseException, psycopg.errors.IntegrityError) as problem:
                raise AppendRefused(f"these events do not go on where this log ends: {problem}") from None

    def version(self, stream: str) -> int:
        """See `EventLog.version`."""
        return self._number("select coalesce(max(version), -1) + 1 from event where stream = %s", stream)

    def last_position(self) -> int:
        """See `EventLog.last_position`."""
        return self._number("select coalesce(max(position), 0) from event")

    def _number(self, question: str, *about: str) -> int:
        return self._read(question, about)[0][0]

    def streams(self, prefix: str) -> list[str]:
        """See `EventLog.streams`."""
        found = self._read("select distinct stream from event where starts_with(stream, %s) order by stream", (prefix,))
        return [row[0] for row in found]

    def checkpoints(self) -> Checkpoints:
        """See `EventLog.checkpoints`."""
        return Checkpoints(self.execute)

    def execute(self, statement: str, values: Mapping[str, Any]) -> list[Row]:
        """See `EventLog.execute`."""
        with self._connections.transaction() as connection:
            found = connection.execute(_in_psycopg(statement).encode(), values)
            return found.fetchall() if found.description else []

    def wipe(self) -> bool:
        """See `EventLog.wipe`. What PostgreSQL keeps of it in its write-ahead log goes as that is recycled."""
        return self._connections.rewrite("patient_key")

    def _read(self, question: str, about: Sequence[Any] = ()) -> list[Row]:
        for attempt in until_it_answers():
            with attempt, said_aloud():
                # In the driver's binary format: numbers and bytes need no parsing.
                return self._connections.own().execute(question.encode(), about, binary=True).fetchall()
        raise AssertionError("the last attempt raises")

    def close(self) -> None:
        """See `EventLog.close`."""
        self._connections.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@lru_cache(maxsize=256)
def _in_psycopg(statement: str) -> str:
    """`:named` parameters as this driver writes them."""
    return re.sub(r"(?<!:):([a-z_]+)", r"%(\1)s", statement)
