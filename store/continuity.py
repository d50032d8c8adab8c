"""Does each row of the log follow from the ones ahead of it, and is it what was recorded?"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from events.streams import StreamNames
from store.rows import Row, digest_of, require_readable

_MARKED = StreamNames(simulated=True)
_UNREADABLE = (ValueError, TypeError, AttributeError, OverflowError, LookupError, struct.error)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong; `position` None when it is of no single event."""

    position: int | None
    problem: str


@dataclass
class Continuity:
    """The log as far as it has been read, row by row; `simulated` None when the file does not say what it is."""

    simulated: bool | None
    events: int = 0
    last_position: int = 0
    _versions: dict[str, int] = field(default_factory=dict[str, int])
    _instants: dict[str, int] = field(default_factory=dict[str, int])

    def go_on_from(self, position: int, versions: dict[str, int]) -> None:
        """Begin after a position up to which the log was read before; `versions` says how far each stream had come."""
        self.events = self.last_position = position
        self._versions = versions

    def take(self, row: Row) -> Iterator[Finding]:
        """What is wrong with the next row."""
        position = row[0]
        if position != self.last_position + 1:
            yield self._gap(position)
        problem = _unreadable(row)
        if problem:
            self._count_in(row)
        else:
            problem = self._out_of_turn(row)
        if problem:
            yield Finding(position, problem)
        self.events += 1
        self.last_position = position

    def _count_in(self, row: Row) -> None:
        """Take a bad row for the one that was due, so that it is not held against the rows after it."""
        if isinstance(row[1], str):
            self._versions[row[1]] = self._versions.get(row[1], 0) + 1

    def _gap(self, position: int) -> Finding:
        if position < 1:
            return Finding(position, "positions count from 1")
        if position <= self.last_position:
            return Finding(position, f"it comes after event {self.last_position}")
        first, last = self.last_position + 1, position - 1
        missing = f"event {first} is" if first == last else f"events {first} to {last} are"
        return Finding(first, f"{missing} missing")

    def _out_of_turn(self, row: Row) -> str | None:
        stream, version, instant = row[1], row[2], row[6]
        expected = self._versions.get(stream, 0)
        self._versions[stream] = version + 1
        clock = stream if self.simulated else ""
        floor = self._instants.get(clock)
        self._instants[clock] = max(instant, floor or instant)
        if version != expected:
            return f"{stream} goes on with version {version} where {expected} was due"
        if floor is not None and instant < floor:
            return "it was recorded before the event ahead of it"
        if not expected and self.simulated is not None and _is_marked(stream) != self.simulated:
            return f"{stream} does not belong in a {'simulated' if self.simulated else 'real'} log"
        return None


def _is_marked(stream: str) -> bool:
    return stream in {_MARKED.trial, _MARKED.allocation} or stream.startswith(_MARKED.patients)


def _unreadable(row: Row) -> str | None:
    """What is wrong with a row by itself."""
    try:
        if digest_of(row) != row[12]:
            return "its digest does not match: the event was changed after it was recorded"
        require_readable(row)
        # Nearly every payload begins with its date, and then need not be read as a whole.
        if not row[11].startswith(b'{"occurred_on":"%b"' % row[5].encode()):
            told: Any = json.loads(row[11])["occurred_on"]
            if told != row[5]:
                return f"it is filed under {row[5]}, but says it occurred on {told}"
    except _UNREADABLE as problem:
        return f"it cannot be read: {problem}"
    return None
