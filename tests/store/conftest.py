"""Logs for the tests of the store: real files, closed at the end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from store.sqlite_event_log import SqliteEventLog, open_sqlite_log


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the log is."""
    return tmp_path / "log.sqlite"


@pytest.fixture
def log(path: Path) -> Iterator[SqliteEventLog]:
    """A new log of a real trial."""
    with open_sqlite_log(path) as log:
        yield log


@pytest.fixture
def simulated_log(tmp_path: Path) -> Iterator[SqliteEventLog]:
    """A new log of a simulated trial."""
    with open_sqlite_log(tmp_path / "simulated.sqlite", simulated=True) as log:
        yield log
