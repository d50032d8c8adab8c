"""Bringing a log's tables up to date. Events are never migrated, only upcast when they are read."""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Generator, Mapping
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from store.event_log import LogTooNew, LogUnavailable, LogUnreadable

if TYPE_CHECKING:
    from sqlalchemy import Connection

NEWEST = 3
"""The schema this program knows."""

DAMAGE = (sqlite3.DatabaseError, UnicodeDecodeError)
"""What the driver raises on a damaged file; the second when its very message is damaged."""

_MAGIC = b"SQLite format 3\0"


def schema_version(path: Path) -> int:
    """The schema a log file has; 0 for a new or missing file. Raises `LogUnreadable`, `LogUnavailable`."""
    if not path.exists():
        return 0
    try:
        with closing(sqlite3.connect(path, timeout=30)) as database:
            return int(database.execute("pragma user_version").fetchone()[0])
    except sqlite3.OperationalError as problem:
        raise LogUnavailable(f"{path.name} cannot be read just now ({problem}): look to the disk, try again") from None
    except DAMAGE as problem:
        raise LogUnreadable(f"{path.name} is not a log: {problem}. Restore it from backup") from None


def upgrade(path: Path) -> None:
    """Make or upgrade the tables of a log; safe when several processes do it at once.

    Raises `LogTooNew`, `LogUnreadable`, `LogUnavailable`; then the file is as it was.
    """
    _refuse_newer(path)
    if schema_version(path) == NEWEST:
        return
    with _alone(path), _said_plainly(path):
        if schema_version(path) < NEWEST:
            _refuse_foreign(path)
            _run_migrations(path)


def _refuse_newer(path: Path) -> None:
    found = schema_version(path)
    if found > NEWEST:
        raise LogTooNew(f"{path.name} has schema {found}, this program knows {NEWEST}: update this program")


def _refuse_foreign(path: Path) -> None:
    """Nothing is written into a file that holds anything but the beginning of a log."""
    if not path.exists() or not path.stat().st_size or schema_version(path):
        return
    with closing(sqlite3.connect(path, timeout=30)) as database:
        found = database.execute("select count(*) from sqlite_master").fetchone()[0]
    with path.open("rb") as file:
        begins = file.read(len(_MAGIC))
    if found or begins != _MAGIC:
        raise LogUnreadable(f"{path.name} is not a log: it holds something else. Use another home (IMNI_HOME)")


@contextmanager
def _alone(path: Path) -> Generator[None]:
    if not path.parent.is_dir():
        raise LogUnavailable(f"{path.name} has no folder to be in: make {path.parent}, or use another home (IMNI_HOME)")
    with path.with_name(path.name + ".upgrading").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _run_migrations(path: Path) -> None:
    with closing(sqlite3.connect(path, timeout=30)) as database:
        database.execute("pragma journal_mode=wal")
    with _migrated(f"sqlite:///{path}", "head"):
        return


@contextmanager
def _said_plainly(path: Path) -> Generator[None]:
    """Whatever keeps the tables from being made is said as `LogUnavailable` when it may pass, or `LogUnreadable`."""
    from sqlalchemy.exc import DatabaseError, OperationalError

    try:
        yield
    except (sqlite3.OperationalError, OperationalError) as problem:
        raise LogUnavailable(f"{path.name} could not be made ({problem}): free the disk, or try again") from problem
    except (*DAMAGE, DatabaseError) as problem:
        raise LogUnreadable(f"{path.name} is damaged, or its disk is ({problem}): run `imni verify`") from problem


@cache
def schema_of(version: int) -> Mapping[str, str]:
    """The tables, triggers and views of a log of a schema version, as SQL by name."""
    with _migrated("sqlite://", f"{version:04d}") as connection:
        found = connection.exec_driver_sql("select name, sql from sqlite_master where sql is not null")
        return {row.name: row.sql for row in found}


@contextmanager
def _migrated(url: str, revision: str) -> Generator[Connection]:
    """A connection to a database brought to a revision, wholly or not at all."""
    from sqlalchemy import NullPool, create_engine

    from store.migrations.revising import bring_to

    # The driver's own transactions leave table definitions out: a kill half-way would leave half a log.
    engine = create_engine(url, poolclass=NullPool, connect_args={"isolation_level": None, "timeout": 30})
    with engine.connect() as connection:
        with connection.begin():
            connection.exec_driver_sql("begin immediate")
            bring_to(connection, revision)
        yield connection
