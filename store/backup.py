"""Copies of the log: an export is its events as lines, a backup is an archive of them and what belongs beside them.

Both are of the log up to the position it had when the copy began. What is appended meanwhile is in the next one: a log
only ever grows, so its beginning can be read in peace while others write.

A backup is a ZIP archive of `manifest.json`, `events.jsonl` (an export) and one file a table. The comment at its very
end is the SHA-256 of every byte before it. Projections and checkpoints are left out: they are computed again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Literal
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from pydantic import BaseModel, ConfigDict, Field

from domain.merkle import Frontier
from store.continuity import Continuity
from store.event_lines import Heading, event_line
from store.event_log import EventLog, LogUnreadable
from store.kept_tables import KEPT_TABLES
from store.rows import Row
from store.whole_files import written_whole

MANIFEST, EVENTS = "manifest.json", "events.jsonl"
FORMAT_VERSION = 1
SEAL = b"sha256:"
DIGEST_LENGTH = 64
_QUICK = 3
_EARLIEST = 1980
_CHUNK = 1 << 20

Advance = Callable[[int, int], None]
"""Called with how many events are done, and of how many."""


class KeptElsewhere(BaseModel):
    """A key file that is not in the backup, and its SHA-256 (hex), by which the right one is known again."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class Manifest(BaseModel):
    """What a backup holds: the heading of its events, when it was made, and the keys without which it is of no use."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    format: Literal["imni-backup"] = "imni-backup"
    version: int = Field(default=FORMAT_VERSION, ge=1)
    made_at: str
    events: Heading
    tables: dict[str, int] = Field(default_factory=dict)
    """How many rows of each table beside the log."""
    keys: tuple[KeptElsewhere, ...] = ()


def export_events(log: EventLog, path: Path, progress: Advance = lambda done, total: None) -> Heading:
    """Write every event as a line of JSON, in the place of any file of that name.

    Raises `BackupNotWritten`, and `LogUnreadable` at an event that could not be restored; then there is no file.
    """
    heading = heading_of(log)
    with written_whole(path, replace=True) as file:
        _write_events(log, heading, file.write, progress)
    return heading


def back_up(
    log: EventLog,
    path: Path,
    now: datetime,
    keys: tuple[KeptElsewhere, ...] = (),
    progress: Advance = lambda done, total: None,
) -> Manifest:
    """Write a backup. Raises `BackupNotWritten`, and `LogUnreadable` as `export_events` does; then there is none."""
    heading = heading_of(log)
    tables = {table: list(table.lines(log, heading.events)) for table in KEPT_TABLES}
    counts = {table.name: len(lines) for table, lines in tables.items()}
    manifest = Manifest(made_at=now.isoformat(), events=heading, tables=counts, keys=keys)
    with written_whole(path, replace=False) as file:
        with ZipFile(file, "w", ZIP_DEFLATED, compresslevel=_QUICK) as archive:
            archive.writestr(_entry(MANIFEST, now), manifest.model_dump_json(indent=2))
            with archive.open(_entry(EVENTS, now), "w", force_zip64=True) as events:
                _write_events(log, heading, events.write, progress)
            for table, lines in tables.items():
                archive.writestr(_entry(table.file_name, now), b"".join(lines))
            archive.comment = SEAL + b"0" * DIGEST_LENGTH
        _seal(file)
    return manifest


def heading_of(log: EventLog) -> Heading:
    """The heading of the log as it is now."""
    tree = Frontier()
    for row in islice(log.rows(), log.last_position()):
        tree.take(row[12])
    kind = "simulated" if log.simulated else "real"
    return Heading(log_id=log.log_id, kind=kind, events=tree.size, root=tree.root().hex())


def digest_before_comment(file: BinaryIO, size: int) -> str:
    """The SHA-256 (hex) of a backup's bytes before the digest at its end."""
    file.seek(0)
    found, left = sha256(), size - DIGEST_LENGTH
    while left > 0 and (chunk := file.read(min(left, _CHUNK))):
        found.update(chunk)
        left -= len(chunk)
    return found.hexdigest()


def _seal(file: BinaryIO) -> None:
    size = file.seek(0, 2)
    digest = digest_before_comment(file, size)
    file.seek(size - DIGEST_LENGTH)
    file.write(digest.encode())


def _entry(name: str, now: datetime) -> ZipInfo:
    entry = ZipInfo(name, (max(now.year, _EARLIEST), *now.timetuple()[1:6]))
    entry.compress_type = ZIP_DEFLATED
    return entry


def _write_events(log: EventLog, heading: Heading, write: Callable[[bytes], object], progress: Advance) -> None:
    write(heading.line())
    for row in islice(_sound(log, heading), heading.events):
        write(event_line(row))
        if row[0] % 1000 == 0 or row[0] == heading.events:
            progress(row[0], heading.events)


def _sound(log: EventLog, heading: Heading) -> Iterator[Row]:
    """The rows of the log as long as each is one that a restore would take."""
    chain = Continuity(heading.simulated)
    for row in log.rows():
        for finding in chain.take(row):
            raise LogUnreadable(
                f"event {finding.position}: {finding.problem}. No copy is made of it: run `imni verify`, "
                "restore from the last backup"
            )
        yield row
