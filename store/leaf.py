"""The leaf hash of an event: everything in its envelope but the position, which the tree's index binds."""

from __future__ import annotations

from hashlib import sha256
from uuid import UUID


def leaf_hash(  # noqa: PLR0913, PLR0917 - one argument a field of the envelope
    stream: str,
    version: int,
    event_id: UUID,
    wire_name: str,
    occurred_on: str,
    recorded_at: int,
    visibility: str,
    causation_id: UUID | None,
    correlation_id: UUID | None,
    provenance: bytes,
    data: bytes,
) -> bytes:
    """SHA-256 over the fields, each with its length before it; `recorded_at` in microseconds. RFC 9162, 2.1.1."""
    fields = (
        stream.encode(),
        version.to_bytes(8, "big"),
        event_id.bytes,
        wire_name.encode(),
        occurred_on.encode(),
        recorded_at.to_bytes(8, "big", signed=True),
        visibility.encode(),
        causation_id.bytes if causation_id else b"",
        correlation_id.bytes if correlation_id else b"",
        provenance,
        data,
    )
    return sha256(b"\x00" + b"".join(len(field).to_bytes(4, "big") + field for field in fields)).digest()
