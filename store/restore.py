"""Restoring a log from a backup or an export: every event is checked, and all are written or none."""

from __future__ import annotations

from pathlib import Path

from store.backup import Advance, Manifest
from store.event_lines import Heading
from store.event_log import EventLog, LogNotEmpty
from store.open_log import open_log
from store.opened_copy import opened_copy

_AHEAD = "select consumer, position from checkpoint where position > 0 order by consumer"


def restore(path: Path, url: str, progress: Advance = lambda done, total: None) -> tuple[Heading, Manifest | None]:
    """Write a copy's events into the empty log at a database URL, which is made when it is missing.

    Returns what the copy says of itself; an export has no manifest. Raises `BackupUnreadable`, `LogNotEmpty`,
    `OtherKindOfLog`, `LogUnavailable`; then the log holds nothing.
    """
    with opened_copy(path) as copy:
        copy.require_whole()
        heading = copy.heading
        with open_log(url, simulated=heading.simulated, log_id=heading.log_id) as log:
            _require_empty(log, heading)
            log.write_rows(copy.rows(progress), copy.beside())
        return heading, copy.manifest


def _require_empty(log: EventLog, heading: Heading) -> None:
    elsewhere = "restore into an empty home: another IMNI_HOME or IMNI_DATABASE_URL"
    if held := log.last_position():
        raise LogNotEmpty(f"there are {held} events here already: {elsewhere}")
    if log.log_id != heading.log_id:
        raise LogNotEmpty(f"this database was made for log {log.log_id}, the copy is of {heading.log_id}: {elsewhere}")
    for consumer, position in log.execute(_AHEAD, {}):
        raise LogNotEmpty(f"{consumer} has read up to {position} of a log that was here before: {elsewhere}")
