"""What happened, told to Prefect's event feed. A hint for people watching: nothing ever depends on it."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from prefect.events import emit_event

from events.event import Event
from events.recorded import Recorded
from events.streams import patient_of

_MOST_AT_ONCE = 200
_log = logging.getLogger("imni.signals")


def announce(news: Sequence[Recorded[Event]]) -> None:
    """Emit one Prefect event for each of the newest entries, named by type and pseudonymous id, without the facts."""
    for entry in news[-_MOST_AT_ONCE:]:
        patient_id = patient_of(entry.stream)
        resource = f"imni.patient.{patient_id}" if patient_id else "imni.trial"
        try:
            emit_event(
                event=f"imni.{entry.event.type.rpartition('.')[0]}",
                resource={"prefect.resource.id": resource, "prefect.resource.name": patient_id or "trial"},
                payload={"position": entry.position, "event_id": str(entry.event_id)},
            )
        except Exception as problem:
            _log.debug("not announced: %s", problem)
            return
