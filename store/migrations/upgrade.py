"""Bringing a log's tables up to date. Events are never migrated, only upcast when they are read."""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Generator, Mapping
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from store.event_log import LogTooNew, LogUnreadable

if TYPE_CHECKING:
    from sqlalchemy import Connection

NEWEST = 1
"""The schema this program knows."""


def schema_version(path: Path) -> int:
    """The schema a log file has; 0 for a new or missing file. Raises `LogUnreadable`."""
    if not path.exists():
        return 0
    try:
        with closing(sqlite3.connect(path, timeout=30)) as database:
            return int(database.execute("pragma user_version").fetchone()[0])
    except sqlite3.DatabaseError as problem:
        raise LogUnreadable(f"{path.name} is not a log: {problem}. Restore it from backup") from None


def upgrade(path: Path) -> None:
    """Make or upgrade the tables of a log; safe when several processes do it at once. Raises `LogTooNew`."""
    _refuse_newer(path)
    if schema_version(path) == NEWEST:
        return
    with _alone(path):
        if schema_version(path) < NEWEST:
            _run_migrations(path)


def _refuse_newer(path: Path) -> None:
    found = schema_version(path)
    if found > NEWEST:
        raise LogTooNew(f"{path.name} has schema {found}, this program knows {NEWEST}: update this program")


@contextmanager
def _alone(path: Path) -> Generator[None]:
    with path.with_name(path.name + ".upgrading").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _run_migrations(path: Path) -> None:
    with closing(sqlite3.connect(path, timeout=30)) as database:
        database.execute("pragma journal_mode=wal")
    with closing(_migrated(f"sqlite:///{path}", "head")):
        pass


@cache
def schema_of(version: int) -> Mapping[str, str]:
    """The tables, triggers and views of a log of a schema version, as SQL by name."""
    with closing(_migrated("sqlite://", f"{version:04d}")) as connection:
        found = connection.exec_driver_sql("select name, sql from sqlite_master where sql is not null")
        return {row.name: row.sql for row in found}


def _migrated(url: str, revision: str) -> Connection:
    """A connection to a database brought to a revision and committed."""
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import NullPool, create_engine

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    connection = create_engine(url, poolclass=NullPool).connect()
    with connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    return connection
