"""Connections to a log on PostgreSQL: one a thread, as the role that may only append and read."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_random_exponential

from store.event_log import EventLogError, LogUnavailable, LogUnreadable

Connection = psycopg.Connection[tuple[Any, ...]]

_SESSION = """
    set role imni_app;
    set search_path = imni;
    set synchronous_commit = on;
    set idle_in_transaction_session_timeout = '60s';
"""
_PATIENCE_SECONDS = 10
_PASSING = (psycopg.OperationalError, psycopg.InterfaceError)


class ConnectionLost(LogUnavailable):
    """PostgreSQL went away in the middle of a call; what it was about to keep may be there or not."""


class PostgresConnections:
    """The connections of one process to one database."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._threads = threading.local()
        self._all: list[Connection] = []
        self._closed = False

    def own(self) -> Connection:
        """This thread's connection, made anew when PostgreSQL has dropped it."""
        connection: Connection | None = getattr(self._threads, "connection", None)
        if connection is None or connection.closed:
            if self._closed:
                raise LogUnavailable("this log was closed: open it again")
            connection = psycopg.connect(self.url, autocommit=True, application_name="imni", connect_timeout=5)
            connection.execute(_SESSION)
            self._all.append(connection)
            self._threads.connection = connection
            weakref.finalize(threading.current_thread(), _let_go, self._all, connection)
        return connection

    @contextmanager
    def transaction(self) -> Generator[Connection]:
        """One transaction; rolled back when it is left by an exception. Raises `LogUnavailable`, `LogUnreadable`."""
        with said_aloud():
            connection = self.own()
            with connection.transaction():
                yield connection

    def rewrite(self, table: str) -> bool:
        """Write a table into a new file, so that the old one is gone. False when that could not be done now."""
        file = f"select pg_relation_filepath('{table}')"
        with suppress(LogUnavailable), said_aloud():
            connection = self.own()
            before = connection.execute(file.encode()).fetchone()
            connection.execute("reset role")
            try:
                # PostgreSQL skips a table that the login may not rewrite, and only warns.
                connection.execute(f"vacuum (full) {table}".encode())
            finally:
                connection.execute("set role imni_app")
            return connection.execute(file.encode()).fetchone() != before
        return False

    def close(self) -> None:
        """Close the connections of all threads."""
        self._closed = True
        while self._all:
            self._all.pop().close()


def until_it_answers() -> Retrying:
    """Say it again while PostgreSQL is away for a moment: only what is kept once however often it is said."""
    return Retrying(
        retry=retry_if_exception_type(ConnectionLost),
        wait=wait_random_exponential(multiplier=0.05, max=1),
        stop=stop_after_delay(_PATIENCE_SECONDS),
        reraise=True,
    )


@contextmanager
def said_aloud() -> Generator[None]:
    """Whatever PostgreSQL refuses is said as `LogUnavailable` when it may pass, else as `LogUnreadable`."""
    try:
        yield
    except EventLogError:
        raise
    except _PASSING as problem:
        if isinstance(problem, psycopg.errors.DiskFull | psycopg.errors.InsufficientResources):
            raise LogUnavailable(f"the log did not take it ({problem}): free the disk, or try again") from problem
        raise ConnectionLost(f"PostgreSQL went away ({problem}): it is tried again") from problem
    except psycopg.errors.InsufficientPrivilege as problem:
        raise LogUnavailable(
            f"this login may not do that ({problem}): give the login of the database's owner in IMNI_DATABASE_URL"
        ) from problem
    except (psycopg.errors.UniqueViolation, psycopg.errors.RaiseException):
        raise
    except (psycopg.DatabaseError, ValueError, TypeError, OverflowError) as problem:
        raise LogUnreadable(f"the log cannot be read ({problem}): run `imni verify`") from problem


def place_of(url: str) -> str:
    """Where a database is, without its login: fit to be shown."""
    found = conninfo_to_dict(url)
    return f"{found.get('dbname', '')} on {found.get('host', 'this machine')}"


def _let_go(connections: list[Connection], connection: Connection) -> None:
    """Close the connection of a thread that has ended."""
    with suppress(ValueError):
        connections.remove(connection)
    connection.close()
