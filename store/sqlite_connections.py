"""Connections to a SQLite log: one a thread, every commit on the disk, one writer at a time."""

from __future__ import annotations

import sqlite3
import threading
import weakref
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from store.event_log import LogUnavailable, LogUnreadable

PRAGMAS = (
    "pragma journal_mode=wal",
    "pragma synchronous=full",
    "pragma foreign_keys=on",
    "pragma trusted_schema=off",
    "pragma secure_delete=on",
    "pragma cell_size_check=on",
    "pragma busy_timeout=30000",
)


class SqliteConnections:
    """The connections of one process to one log file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._threads = threading.local()
        self._writing = threading.Lock()
        self._all: list[sqlite3.Connection] = []
        self._closed = False

    def own(self) -> sqlite3.Connection:
        """This thread's connection."""
        database: sqlite3.Connection | None = getattr(self._threads, "database", None)
        if database is None:
            if self._closed:
                raise LogUnavailable("this log was closed: open it again")
            database = sqlite3.connect(self.path, timeout=30, isolation_level=None, check_same_thread=False)
            self._all.append(database)
            for pragma in PRAGMAS:
                database.execute(pragma)
            self._threads.database = database
            weakref.finalize(threading.current_thread(), _let_go, self._all, database)
        return database

    @contextmanager
    def transaction(self) -> Generator[sqlite3.Connection]:
        """One transaction that nobody else writes beside; rolled back when it is left by an exception.

        Raises `LogUnavailable` when it cannot be written, `LogUnreadable` when it is damaged.
        """
        with reading_aloud():
            database = self.own()
        with self._writing:
            try:
                database.execute("begin immediate")
                yield database
                database.execute("commit")
            except BaseException as problem:
                if database.in_transaction:
                    database.execute("rollback")
                if isinstance(problem, sqlite3.OperationalError):
                    # A commit that failed on its way to the disk may be there after all; said twice it is kept once.
                    raise LogUnavailable(
                        f"the log did not take it ({problem}): free the disk, or try again"
                    ) from problem
                # Its subclasses tell what was wrong with the call; it alone stands for the file.
                if type(problem) is sqlite3.DatabaseError:
                    raise LogUnreadable(
                        f"the log is damaged, or its disk is ({problem}): run `imni verify`"
                    ) from problem
                raise

    def close(self) -> None:
        """Close the connections of all threads; the log is not opened again by what comes after."""
        self._closed = True
        while self._all:
            self._all.pop().close()
        self._threads = threading.local()


def _let_go(connections: list[sqlite3.Connection], database: sqlite3.Connection) -> None:
    """Close the connection of a thread that has ended."""
    if database in connections:
        connections.remove(database)
        database.close()


@contextmanager
def reading_aloud() -> Generator[None]:
    """Whatever is wrong with what is read is said as `LogUnreadable`, or as `LogUnavailable` when it may pass."""
    try:
        yield
    except sqlite3.OperationalError as problem:
        if getattr(problem, "sqlite_errorcode", 0) & 0xFF not in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            raise LogUnreadable(f"the log cannot be read ({problem}): run `imni verify`") from problem
        raise LogUnavailable(f"another process holds the log ({problem}): try again") from problem
    except (sqlite3.DatabaseError, ValueError, TypeError, OverflowError) as problem:
        raise LogUnreadable(f"the log is damaged ({problem}): run `imni verify`, restore from backup") from problem
