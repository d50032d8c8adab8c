"""What the demonstration laboratory keeps: orders, how often each was asked for, reports, and what it was told.

One SQLite file, or memory when no file is given. Every write is durable when the call returns.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from deployments.laboratory.fhir_writing import Resource, decode, encode, instant

_TABLES = """
CREATE TABLE IF NOT EXISTS orders (number INTEGER PRIMARY KEY, trial TEXT NOT NULL, order_key TEXT NOT NULL,
    patient_id TEXT NOT NULL, received_at TEXT NOT NULL, resource TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS orders_by_key ON orders (order_key);
CREATE TABLE IF NOT EXISTS posts (number INTEGER PRIMARY KEY, order_key TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS reports (report_id TEXT NOT NULL, version INTEGER NOT NULL, order_number INTEGER NOT NULL,
    last_updated TEXT NOT NULL, resources TEXT NOT NULL, PRIMARY KEY (report_id, version));
CREATE INDEX IF NOT EXISTS reports_by_order ON reports (order_number);
CREATE INDEX IF NOT EXISTS reports_by_time ON reports (last_updated);
CREATE TABLE IF NOT EXISTS told (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Order:
    """A stored ServiceRequest of one of the trials that the laboratory serves."""

    number: int
    trial: str
    order_key: str
    patient_id: str
    received_at: datetime
    resource: Resource


@dataclass(frozen=True, slots=True)
class Version:
    """A stored version of a report: the DiagnosticReport first, then its Observations."""

    report_id: str
    version: int
    order_number: int
    last_updated: str
    resources: list[Resource]


class Book:
    """The laboratory's records. Used by one thread at a time."""

    def __init__(self, path: Path | None) -> None:
        self._db = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.executescript(_TABLES)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def note_post(self, order_key: str) -> None:
        """Count that an order was asked for, whatever comes of it."""
        self._db.execute("INSERT INTO posts (order_key) VALUES (?)", (order_key,))

    def store_order(
        self, trial: str, order_key: str, patient_id: str, received_at: datetime, resource: Resource
    ) -> Order:
        """Store a ServiceRequest under the next number."""
        (number,) = self._db.execute("SELECT coalesce(max(number), 0) + 1 FROM orders").fetchone()
        kept = {**resource, "id": str(number), "meta": {"versionId": "1", "lastUpdated": instant(received_at)}}
        row = (number, trial, order_key, patient_id, instant(received_at), encode(kept))
        self._db.execute("INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?)", row)
        return _order(row)

    def orders_under(self, order_key: str, trial: str | None = None) -> list[Order]:
        """The orders stored under a key, of one trial or (None) of all."""
        rows = self._db.execute(
            "SELECT * FROM orders WHERE order_key = :key AND (:trial IS NULL OR trial = :trial) ORDER BY number",
            {"key": order_key, "trial": trial},
        )
        return [_order(row) for row in rows]

    def order(self, number: int) -> Order:
        """The order with a number."""
        return _order(self._db.execute("SELECT * FROM orders WHERE number = ?", (number,)).fetchone())

    def unreported(self, received_until: datetime) -> list[Order]:
        """The orders received up to a moment that have no report yet."""
        rows = self._db.execute(
            "SELECT * FROM orders AS o WHERE received_at <= ? "
            "AND NOT EXISTS (SELECT 1 FROM reports WHERE order_number = o.number) ORDER BY number",
            (instant(received_until),),
        )
        return [_order(row) for row in rows]

    def tallies(self) -> dict[str, tuple[int, int]]:
        """Each order key with the number of stored orders and of times it was asked for."""
        rows = self._db.execute(
            "SELECT order_key, sum(stored), sum(asked) FROM (SELECT order_key, 1 AS stored, 0 AS asked FROM orders "
            "UNION ALL SELECT order_key, 0, 1 FROM posts) GROUP BY order_key ORDER BY order_key"
        )
        return {key: (stored, asked) for key, stored, asked in rows}

    def next_stamp(self, now: datetime) -> datetime:
        """A moment later than every report's, and not before now: no two versions share it."""
        (last,) = self._db.execute("SELECT max(last_updated) FROM reports").fetchone()
        return now if last is None else max(now, datetime.fromisoformat(last) + timedelta(milliseconds=1))

    def store_report(self, version: Version) -> None:
        """Store a version of a report."""
        row = (version.report_id, version.version, version.order_number, version.last_updated)
        self._db.execute("INSERT INTO reports VALUES (?, ?, ?, ?, ?)", (*row, encode(version.resources)))

    def versions_of(self, report_id: str) -> list[Version]:
        """Every version of a report, oldest first."""
        rows = self._db.execute("SELECT * FROM reports WHERE report_id = ? ORDER BY version", (report_id,))
        return [_version(row) for row in rows]

    def reports(  # noqa: PLR0913, PLR0917 - one argument a search parameter
        self, since: str, after: bool, trial: str | None, order_key: str | None, limit: int, history: bool
    ) -> list[Version]:
        """Reports changed at (or only after) a moment, oldest first; with `history` all versions, else the newest."""
        rows = self._db.execute(
            "SELECT r.* FROM reports AS r JOIN orders AS o ON o.number = r.order_number "
            "WHERE r.last_updated >= :since AND NOT (:after AND r.last_updated = :since) "
            "AND (:trial IS NULL OR o.trial = :trial) AND (:key IS NULL OR o.order_key = :key) "
            "AND (:history OR r.version = (SELECT max(version) FROM reports WHERE report_id = r.report_id)) "
            "ORDER BY r.last_updated LIMIT :limit",
            {"since": since, "after": after, "trial": trial, "key": order_key, "history": history, "limit": limit},
        )
        return [_version(row) for row in rows]

    def told(self, name: str) -> str | None:
        """What the laboratory was told under a name, or None."""
        row = self._db.execute("SELECT value FROM told WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def tell(self, name: str, value: str | None) -> None:
        """Remember or (None) forget what the laboratory was told."""
        self._db.execute("DELETE FROM told WHERE name = ?", (name,))
        if value is not None:
            self._db.execute("INSERT INTO told VALUES (?, ?)", (name, value))


def _order(row: tuple[int, str, str, str, str, str]) -> Order:
    number, trial, order_key, patient_id, received_at, resource = row
    return Order(number, trial, order_key, patient_id, datetime.fromisoformat(received_at), decode(resource))


def _version(row: tuple[str, int, int, str, str]) -> Version:
    report_id, version, order_number, last_updated, resources = row
    return Version(report_id, version, order_number, last_updated, decode(resources))
