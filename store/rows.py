"""Between an event in its envelope and a row of the log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from events.clinical_date import ClinicalDate
from events.recorded import NewEvent, Provenance, StoredEvent
from store.leaf import leaf_hash

COLUMNS = (
    "position, stream, version, event_id, type, occurred_on, recorded_at, visibility, causation_id, correlation_id, "
    "provenance, data, digest"
)
Row = tuple[Any, ...]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


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
    return StoredEvent(
        row[0],
        row[1],
        row[2],
        UUID(int=int.from_bytes(row[3])),
        row[4],
        _date(row[5]),
        _EPOCH + timedelta(0, 0, row[6]),
        _provenance(row[10]),
        _id(row[8]),
        _id(row[9]),
        row[7],
        row[11],
        row[12],
    )


def digest_of(row: Row) -> bytes:
    """The leaf hash a row should have."""
    return leaf_hash(*row[1:12])


@lru_cache(maxsize=4096)
def _id(stored: bytes | None) -> UUID | None:
    return UUID(bytes=stored) if stored else None


@lru_cache(maxsize=4096)
def _date(text: str) -> ClinicalDate:
    return ClinicalDate.parse(text)


@lru_cache(maxsize=4096)
def _provenance(data: bytes) -> Provenance:
    return Provenance.model_validate_json(data)
