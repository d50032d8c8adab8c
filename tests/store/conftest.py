"""Logs for the tests of the store, on either database: real ones, closed at the end."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from store.event_log import EventLog
from store.open_log import open_log
from store.sqlite_event_log import SqliteEventLog, open_sqlite_log
from tests.postgres import Postgres
from tests.store.copies import FreshUrl


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a log on SQLite is."""
    return tmp_path / "log.sqlite"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, path: Path) -> str:
    """Where a log is that does not exist yet: the test runs once on each database."""
    if request.param == "sqlite":
        return f"sqlite:///{path}"
    server: Postgres = request.getfixturevalue("postgres")
    return server.new_log()


@pytest.fixture(params=["to-sqlite", "to-postgresql"])
def fresh_url(request: pytest.FixtureRequest, tmp_path: Path) -> FreshUrl:
    """Where a log may be restored into: the test runs once for each database to restore into."""
    if request.param == "to-postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        return server.new_log
    numbers = count()
    return lambda: f"sqlite:///{tmp_path / f'fresh-{next(numbers)}.sqlite'}"


@pytest.fixture
def log(url: str) -> Iterator[EventLog]:
    """A new log of a real trial."""
    with open_log(url) as log:
        yield log


@pytest.fixture
def simulated_log(url: str) -> Iterator[EventLog]:
    """A new log of a simulated trial."""
    with open_log(url, simulated=True) as log:
        yield log


@pytest.fixture
def sqlite_log(path: Path) -> Iterator[SqliteEventLog]:
    """A new log of a real trial in a file."""
    with open_sqlite_log(path) as log:
        yield log
