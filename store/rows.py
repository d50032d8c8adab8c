"""Between an event in its envelope and a row of the log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID, SafeUUID

from events.clinical_date import parsed
from events.recorded import NewEvent, Provenance, StoredEvent
from store.leaf import leaf_hash

COLUMNS = (
    "position, stream, version, event_id, type, occurred_on, recorded_at, visibility, causation_id, correlation_id, "
    "provenance, data, digest"
)
Row = tuple[Any, ...]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FIRST = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
_LAST = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
_ID_BYTES = 16
_new, _set, _span, _stored = object.__new__, object.__setattr__, timedelta, tuple.__new__


def microseconds(instant: datetime) -> int:
    """An aware instant as microseconds since 1970 in UTC."""
    return (instant - _EPOCH) // _MICROSECOND


def to_row(event: NewEvent, stream: str, version: int, position: int, recorded_at: int) -> Row:
    """The row of an event, with its leaf hash. `recorded_at` in microseconds, as it is stored."""
    hashed = hashed_fields(event, stream, version, recorded_at)
    return (position, *hashed, leaf_hash(*hashed))


def hashed_fields(event: NewEvent, stream: str, version: int, recorded_at: int) -> Row:
    """What the leaf hash is taken over: the row but for position and digest."""
    return (
        stream,
        version,
        event.event_id.bytes,
        event.type,
        str(event.occurred_on),
        recorded_at,
        event.visibility,
        event.causation_id.bytes if event.causation_id else None,
        event.correlation_id.bytes if event.correlation_id else None,
        event.provenance.model_dump_json(exclude_none=True).encode(),
        event.data,
    )


def from_row(row: Row) -> StoredEvent:
    """The stored event of a row. Raises `ValueError`, `TypeError` or `OverflowError` when the row cannot be read."""
    position, stream, version, event_id, wire_name, on, at, visibility, cause, correlation, told, data, digest = row
    return _stored(
        StoredEvent,
        (
            position,
            stream,
            version,
            _uuid(event_id),
            wire_name,
            parsed(on),
            _EPOCH + _span(0, 0, at),
            _provenance(told),
            _id(cause),
            _id(correlation),
            visibility,
            data,
            digest,
        ),
    )


def require_readable(row: Row) -> None:
    """Raise what `from_row` would raise, without making anything."""
    parsed(row[5])
    if not _FIRST <= row[6] <= _LAST:
        raise OverflowError(f"{row[6]} is no instant")
    _provenance(row[10])
    for stored in (row[3], row[8], row[9]):
        if stored is not None and len(stored) != _ID_BYTES:
            raise ValueError(f"{stored!r} is no id")


def digest_of(row: Row) -> bytes:
    """The leaf hash a row should have."""
    return leaf_hash(*row[1:12])


def _uuid(stored: bytes) -> UUID:
    """`UUID(bytes=…)` without its detours: half the time of reading an event."""
    if len(stored) != _ID_BYTES:
        raise ValueError(f"{stored!r} is no id")
    made = _new(UUID)
    _set(made, "int", int.from_bytes(stored))
    _set(made, "is_safe", SafeUUID.unknown)
    return made


@lru_cache(maxsize=4096)
def _id(stored: bytes | None) -> UUID | None:
    return _uuid(stored) if stored else None


@lru_cache(maxsize=4096)
def _provenance(data: bytes) -> Provenance:
    return Provenance.model_validate_json(data)
