"""Opening the event log on whichever database an installation names."""

from __future__ import annotations

from pathlib import Path

from store.event_log import EventLog
from store.sqlite_event_log import open_sqlite_log

SQLITE = "sqlite:///"


def open_log(url: str, *, simulated: bool | None = None, log_id: str | None = None) -> EventLog:
    """Open the log at a database URL, making it when it is missing.

    `simulated` None takes the log as it is; a new one is then real. `log_id` is what a copy is to be called.
    Raises `OtherKindOfLog`, `LogTooNew`, `LogUnreadable`, `LogUnavailable`.
    """
    return open_sqlite_log(Path(url.removeprefix(SQLITE)), simulated=simulated, log_id=log_id)
