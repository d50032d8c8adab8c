"""An event in its envelope, as JSON shows it to programs and auditors."""

from __future__ import annotations

import json
from typing import Any

from events.recorded import StoredEvent


def envelope(stored: StoredEvent) -> dict[str, Any]:
    """Every part of the envelope, and the payload as `data`."""
    provenance = stored.provenance.model_dump(mode="json")
    return {
        "position": stored.position,
        "stream": stored.stream,
        "version": stored.version,
        "event_id": str(stored.event_id),
        "type": stored.type,
        "occurred_on": str(stored.occurred_on),
        "recorded_at": stored.recorded_at.isoformat().replace("+00:00", "Z"),
        **provenance,
        "causation_id": str(stored.causation_id) if stored.causation_id else None,
        "correlation_id": str(stored.correlation_id) if stored.correlation_id else None,
        "visibility": stored.visibility,
        "digest": stored.digest.hex(),
        "data": json.loads(stored.data),
    }
