"""Is the log whole? A log file is checked without the program that wrote it, a server with nothing but its tables."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from urllib.parse import quote

from store.continuity import Finding
from store.migrations.upgrade import DAMAGE, NEWEST, schema_of
from store.open_log import POSTGRES, SQLITE
from store.table_checks import WITH_PATIENT_KEYS, Ask, Known, Verified, keys_that_came_back, unreadable, verify_tables

_NOTHING = Known()

__all__ = ["Finding", "Verified", "verify_file", "verify_log"]


def verify_log(url: str, known: Known = _NOTHING) -> Verified:
    """Check the log at a database URL from end to end, reading only. Damage is a finding, never an exception."""
    if url.startswith(POSTGRES):
        from store.postgres_integrity import verify_postgres

        return verify_postgres(url, known)
    return verify_file(Path(url.removeprefix(SQLITE)), known)


def verify_file(path: Path, known: Known = _NOTHING) -> Verified:
    """Check a log file from end to end, reading only. Damage is a finding, never an exception."""
    try:
        with closing(_opened(path)) as database:
            return _verify(database, known)
    except (*DAMAGE, OSError) as problem:
        return unreadable(f"{path.name} cannot be read as a log: {problem}")


def _opened(path: Path) -> sqlite3.Connection:
    path.stat()
    sealed = not path.with_name(path.name + "-wal").exists()
    database = _connected(path, "mode=ro")
    try:
        database.execute("select count(*) from sqlite_master")
    except BaseException as problem:
        database.close()
        if not sealed or not isinstance(problem, sqlite3.OperationalError):
            raise
        # A copy on a medium that cannot be written, beside which no shared memory can be made.
        database = _connected(path, "immutable=1")
    database.text_factory = _text
    return database


def _connected(path: Path, how: str) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(path.absolute()))}?{how}", uri=True, timeout=30, isolation_level=None)


def _text(stored: bytes) -> str:
    """Text as it is, even where it is no longer text: its digest then says so."""
    return stored.decode("utf-8", "surrogateescape")


def _verify(database: sqlite3.Connection, known: Known) -> Verified:
    database.execute("begin")
    version = database.execute("pragma user_version").fetchone()[0]
    if not 0 < version <= NEWEST:
        readable = f"this program knows 1 to {NEWEST}" if version else "it is no log"
        return unreadable(f"the schema is {version}: {readable}")
    keys = (keys_that_came_back,) if version >= WITH_PATIENT_KEYS else ()
    return verify_tables(database.execute, DAMAGE, (partial(_schema, version), _pages, *keys), known)


def _schema(version: int, ask: Ask) -> Iterator[Finding]:
    found = {name: (kind, sql) for kind, name, sql in ask("select type, name, sql from sqlite_master")}
    expected = schema_of(version)
    for name, sql in expected.items():
        if name not in found:
            yield Finding(None, f"{name} is missing: what keeps the log append-only was removed")
        elif found[name][1] != sql:
            yield Finding(None, f"{name} was altered: {found[name][1]}")
    for name, (kind, _) in found.items():
        if kind == "trigger" and name not in expected:
            yield Finding(None, f"{name} is a trigger this program never made")


def _pages(ask: Ask) -> Iterator[Finding]:
    """Indexes and pages: an index that disagrees with its table would hide events from a patient's history."""
    for (line,) in ask("pragma integrity_check(20)"):
        if line != "ok":
            yield Finding(None, f"the file is damaged: {line}")
