"""Who leads a consumer of a log and until when, read from outside: nothing is made, upgraded or written."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from store.event_log import LogUnreadable
from store.open_log import POSTGRES, SQLITE

_PATIENCE_SECONDS = 2
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_READ = "select lease_until, updated_at from {table} where consumer = {consumer}"


@dataclass(frozen=True, slots=True)
class Lease:
    """Until when a consumer is led, and when that was last said; long ago when nobody leads it."""

    until: datetime
    renewed_at: datetime


def lease_of(url: str, consumer: str) -> Lease:
    """The lease of a consumer of the log at a database URL. Raises `LogUnavailable`, `LogUnreadable` within seconds."""
    found = _on_postgres(url, consumer) if url.startswith(POSTGRES) else _on_sqlite(url, consumer)
    until, renewed_at = (_EPOCH + timedelta(microseconds=number) for number in found or (0, 0))
    return Lease(until, renewed_at)


def _on_sqlite(url: str, consumer: str) -> tuple[int, int] | None:
    from store.sqlite_connections import reading_aloud

    path = Path(url.removeprefix(SQLITE))
    if not path.exists():
        raise LogUnreadable(f"there is no log at {path}")
    asked = _READ.format(table="checkpoint", consumer="?")
    with reading_aloud(), closing(_opened(path)) as database:
        found: tuple[int, int] | None = database.execute(asked, (consumer,)).fetchone()
        return found


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=_PATIENCE_SECONDS)


def _on_postgres(url: str, consumer: str) -> tuple[int, int] | None:
    import psycopg

    from store.postgres_connections import said_aloud

    asked = _READ.format(table="imni.checkpoint", consumer="%s").encode()
    with said_aloud(), psycopg.connect(url, autocommit=True, connect_timeout=_PATIENCE_SECONDS) as connection:
        connection.execute(f"set role imni_app; set statement_timeout = '{_PATIENCE_SECONDS}s'".encode())
        found: Any = connection.execute(asked, (consumer,)).fetchone()
        return found
