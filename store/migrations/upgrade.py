"""Bringing a log's tables up to date. Events are never migrated, only upcast when they are read."""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

from store.event_log import LogTooNew, LogUnreadable

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
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import create_engine

    with closing(sqlite3.connect(path, timeout=30)) as database:
        database.execute("pragma journal_mode=wal")
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    engine = create_engine(f"sqlite:///{path}")
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        engine.dispose()
