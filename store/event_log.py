"""The event log: what every database must give. It knows the envelope, not the trial.

EventLogError
├── StreamMovedOn       somebody else was faster: read the stream again and decide again
├── EventIdTaken        an event id is in use for another event: a fault of the program
├── ClockWentBack       a simulated entry is dated before the last of its stream: mend the instant
├── AppendRefused       nothing to append, or too much at once: mend the call
├── LogUnavailable      the disk is full or failing, or another process holds the log: try again, nothing is doubled
├── LogUnreadable       the log is damaged, or not a log: verify it, restore it from backup
├── LogNotEmpty         a backup is to be restored where events are already: use another home or database
├── BackupNotWritten    the file of a backup is there already or cannot be written: name another, or free the disk
├── BackupUnreadable    a backup is cut off, damaged, of a newer program, or none: take another copy
├── Fenced              another process leads this consumer, or has moved it on: stop, read the checkpoint again
├── LogTooNew           the log was written by a newer program: update this one
└── OtherKindOfLog      a simulated trial where a real one was asked for, or the other way round
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

from events.recorded import NewEvent, StoredEvent

if TYPE_CHECKING:
    from store.checkpoints import Checkpoints

Statement = tuple[str, Mapping[str, Any]]
"""SQL that every database understands, with `:named` parameters, and their values."""

MOST_EVENTS = 2000
"""How many events one call may append."""


class EventLogError(Exception):
    """The root of what can go wrong with the log."""


class StreamMovedOn(EventLogError):
    """The stream is not at the version the caller expected."""

    def __init__(self, stream: str, expected: int, current: int) -> None:
        super().__init__(stream, expected, current)
        self.stream, self.expected, self.current = stream, expected, current

    def __str__(self) -> str:
        return f"stream {self.stream} is at version {self.current}, not {self.expected}: read it again"


class EventIdTaken(EventLogError):
    """An event id is already in the log, for another event."""


class ClockWentBack(EventLogError):
    """A recording instant lies before the last one of its stream."""


class AppendRefused(EventLogError):
    """The call is empty or too large."""


class LogUnavailable(EventLogError):
    """The log cannot be written just now."""


class LogUnreadable(EventLogError):
    """The log cannot be read."""


class LogNotEmpty(EventLogError):
    """A backup can only be restored into a log that holds nothing."""


class BackupNotWritten(EventLogError):
    """A backup or export could not be put into its file; then there is none."""


class BackupUnreadable(EventLogError):
    """A backup cannot be believed; the message names the first place where it is wrong."""


class Fenced(EventLogError):
    """A consumer's checkpoint is not where the caller believed, or no longer the caller's to move."""

    def __init__(self, consumer: str, epoch: int, since: int) -> None:
        super().__init__(consumer, epoch, since)
        self.consumer, self.epoch, self.since = consumer, epoch, since

    def __str__(self) -> str:
        return (
            f"{self.consumer} is no longer at {self.since} in epoch {self.epoch}: another process leads it, stop here"
        )


class LogTooNew(EventLogError):
    """The log was written by a newer program."""


class OtherKindOfLog(EventLogError):
    """The log is simulated and should be real, or the other way round."""


@dataclass(frozen=True, slots=True)
class Append:
    """Events for one stream, which must hold `expected_version` events (0 for a new one)."""

    stream: str
    expected_version: int
    events: Sequence[NewEvent]


@dataclass(frozen=True, slots=True)
class Appended:
    """Where the events stand; `already` when this very append had been made before."""

    positions: range
    already: bool


def refuse_empty_or_large(appends: Sequence[Append]) -> None:
    """Raise `AppendRefused` for a call no log takes."""
    counts = [len(append.events) for append in appends]
    if not counts or 0 in counts:
        raise AppendRefused("nothing to append: give at least one event a stream")
    if sum(counts) > MOST_EVENTS:
        raise AppendRefused(f"{sum(counts)} events in one call, at most {MOST_EVENTS}: append in parts")
    if len(appends) > 1 and len({append.stream for append in appends}) < len(appends):
        raise AppendRefused("one stream twice in one call: put its events together")


class EventLog(Protocol):
    """An append-only log of streams. Positions count from 1 without gaps in commit order."""

    @property
    def simulated(self) -> bool:
        """Whether the log is of a simulated trial."""
        ...

    @property
    def log_id(self) -> str:
        """The id this log was made with; its copies and backups carry the same."""
        ...

    @property
    def url(self) -> str:
        """Where the database is, for the projections that live beside the log."""
        ...

    def append(self, *appends: Append) -> Appended:
        """Append to one or more streams, all or nothing.

        The same call again returns the old positions. Raises `StreamMovedOn`, `EventIdTaken`, `ClockWentBack`,
        `AppendRefused`, `LogUnavailable`; then nothing is written.
        """
        ...

    def append_each(self, calls: Sequence[Sequence[Append]]) -> Sequence[Appended | EventLogError]:
        """Several calls of `append`, in one commit where the database can: each has its own answer or refusal.

        None takes another back. Of two for one stream the second finds that it has moved on.
        """
        ...

    def read_stream(self, stream: str, *, first: int = 0, known_at: datetime | None = None) -> list[StoredEvent]:
        """One stream from version `first` on, oldest event first, as recorded by `known_at`."""
        ...

    def read_all(
        self, after: int = 0, *, limit: int | None = None, known_at: datetime | None = None
    ) -> Iterator[StoredEvent]:
        """The log after a position, in order. Raises `LogUnreadable` at a gap."""
        ...

    def rows(self, after: int = 0) -> Iterator[tuple[Any, ...]]:
        """The log after a position as stored (`store.rows.COLUMNS`), in order. Raises `LogUnreadable` at a gap."""
        ...

    def write_rows(self, rows: Iterable[tuple[Any, ...]], beside: Iterable[Statement] = ()) -> None:
        """Go on with rows of the same log kept elsewhere, as they are; all or nothing.

        The statements `beside` are run after the last row in the same transaction; both may raise, then nothing is
        written. Raises `AppendRefused` when they do not follow on what is here, `LogUnavailable`.
        """
        ...

    def version(self, stream: str) -> int:
        """How many events a stream holds."""
        ...

    def last_position(self) -> int:
        """The position of the newest event; 0 for an empty log."""
        ...

    def streams(self, prefix: str) -> list[str]:
        """The names of the streams that begin with a prefix, sorted."""
        ...

    def execute(self, statement: str, values: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
        """One statement with `:named` parameters on the tables beside the log, in a transaction of its own."""
        ...

    def wipe(self) -> bool:
        """Leave no former content of a changed row in the database's own files, such as a key that was destroyed.

        False when it could not be done now, because others read or write, or the login may not.
        """
        ...

    def checkpoints(self) -> Checkpoints:
        """How far each consumer of the log has read."""
        ...

    def close(self) -> None:
        """Let go of the database."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
