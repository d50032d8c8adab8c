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
    provenance = event.provenance.model_dump_json(exclude_none=True).encode()
    occurred_on = str(event.occurred_on)
    digest = leaf_hash(
        stream,
        version,
        event.event_id,
        event.type,
        occurred_on,
        recorded_at,
        event.visibility,
        event.causation_id,
        event.correlation_id,
        provenance,
        event.data,
    )
    return (
        position,
        stream,
        version,
        event.event_id.bytes,
        event.type,
        occurred_on,
        recorded_at,
        event.visibility,
        event.causation_id.bytes if event.causation_id else None,
        event.correlation_id.bytes if event.correlation_id else None,
        provenance,
        event.data,
        digest,
    )


def from_row(row: Row) -> StoredEvent:
    """The stored event of a row. Raises `ValueError` when the row cannot be read."""
    return StoredEvent(
        position=row[0],
        stream=row[1],
        version=row[2],
        event_id=UUID(bytes=row[3]),
        type=row[4],
        occurred_on=_date(row[5]),
        recorded_at=_EPOCH + timedelta(microseconds=row[6]),
        visibility=row[7],
        causation_id=UUID(bytes=row[8]) if row[8] else None,
        correlation_id=UUID(bytes=row[9]) if row[9] else None,
        provenance=_provenance(row[10]),
        data=row[11],
        digest=row[12],
    )


def digest_of(row: Row) -> bytes:
    """The leaf hash a row should have."""
    return leaf_hash(
        row[1],
        row[2],
        UUID(bytes=row[3]),
        row[4],
        row[5],
        row[6],
        row[7],
        UUID(bytes=row[8]) if row[8] else None,
        UUID(bytes=row[9]) if row[9] else None,
        row[10],
        row[11],
    )


@lru_cache(maxsize=4096)
def _date(text: str) -> ClinicalDate:
    return ClinicalDate.parse(text)


@lru_cache(maxsize=4096)
def _provenance(data: bytes) -> Provenance:
    return Provenance.model_validate_json(data)
