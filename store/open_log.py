"""Opening the event log on whichever database an installation names."""

from __future__ import annotations

from pathlib import Path

from store.event_log import EventLog
from store.sqlite_event_log import open_sqlite_log

SQLITE = "sqlite:///"
POSTGRES = "postgresql://"


def open_log(url: str, *, simulated: bool | None = None, log_id: str | None = None) -> EventLog:
    """Open the log at a database URL, making it when it is missing.

    `simulated` None takes the log as it is; a new one is then real. `log_id` is what a copy is to be called.
    Raises `OtherKindOfLog`, `LogTooNew`, `LogUnreadable`, `LogUnavailable`.
    """
    if url.startswith(POSTGRES):
        from store.postgres_event_log import open_postgres_log

        return open_postgres_log(url, simulated=simulated, log_id=log_id)
    return open_sqlite_log(Path(url.removeprefix(SQLITE)), simulated=simulated, log_id=log_id)
