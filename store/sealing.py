"""Sealing the log: from the last seal to its end, one signed root. Whoever is slower finds it done."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from domain.merkle import Frontier
from store.event_log import EventLog
from store.rows import microseconds
from store.seal import Seal, SealingKey

_HASH = 32
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_COLUMNS = "size, previous_size, root, sealed_at, key_id, signature"
SEALS = f"select {_COLUMNS}, peaks from seal order by size"  # noqa: S608 - constant column list
_SEALS = f"select {_COLUMNS} from seal where size > :after order by size"  # noqa: S608 - constant column list
_ONE = f"select {_COLUMNS} from seal where size = :size"  # noqa: S608 - constant column list
_NEWEST = f"select {_COLUMNS}, peaks from seal order by size desc limit 1"  # noqa: S608 - constant column list
_KEEP = """insert into seal(size, previous_size, root, peaks, sealed_at, key_id, signature)
    select :size, :previous_size, :root, :peaks, :sealed_at, :key_id, :signature
    where (select coalesce(max(size), 0) from seal) = :previous_size returning size"""


def seal(log: EventLog, key: SealingKey, now: datetime) -> Seal | None:
    """Seal every event that is not sealed yet; None when there is none, or when another process was faster.

    Raises `LogUnreadable` at a gap: what is not whole is not sealed.
    """
    found = log.execute(_NEWEST, {})
    newest = seal_of(log.log_id, found[0]) if found else None
    frontier = frontier_of(found[0]) if newest else Frontier()
    previous, last = frontier.size, log.last_position()
    for row in islice(log.rows(previous), last - previous):
        frontier.take(row[12])
    if frontier.size == previous:
        return None
    # A clock that was set back makes no seal older than the one it follows.
    sealed_at = max(now.astimezone(UTC), newest.sealed_at) if newest else now.astimezone(UTC)
    unsigned = Seal(log.log_id, frontier.size, previous, frontier.root(), sealed_at, key.id)
    made = replace(unsigned, signature=key.sign(unsigned.statement()))
    return made if log.execute(_KEEP, _row(made, frontier)) else None


def seals_of(log: EventLog, after: int = 0) -> list[Seal]:
    """The seals of a log beyond a size, the oldest first."""
    return [seal_of(log.log_id, row) for row in log.execute(_SEALS, {"after": after})]


def seal_at(log: EventLog, size: int) -> Seal | None:
    """The seal that ends at an event, when there is one."""
    found = log.execute(_ONE, {"size": size})
    return seal_of(log.log_id, found[0]) if found else None


def sealed_size(log: EventLog) -> int:
    """How many events are sealed."""
    return log.execute("select coalesce(max(size), 0) from seal", {})[0][0]


def seal_of(log_id: str, row: Any) -> Seal:
    """The seal of a row of the table."""
    size, previous_size, root, sealed_at, key_name, signature = row[:6]
    return Seal(log_id, size, previous_size, root, _EPOCH + timedelta(0, 0, sealed_at), key_name, signature)


def _row(made: Seal, frontier: Frontier) -> dict[str, Any]:
    return {
        "size": made.size,
        "previous_size": made.previous_size,
        "root": made.root,
        "peaks": b"".join(frontier.peaks),
        "sealed_at": microseconds(made.sealed_at),
        "key_id": made.key_id,
        "signature": made.signature,
    }


def frontier_of(row: Any) -> Frontier:
    """The tree as it stood at a seal, from the row of the table with its peaks."""
    size, peaks = row[0], row[6]
    return Frontier(size, [peaks[place : place + _HASH] for place in range(0, len(peaks), _HASH)])
