"""Events in envelopes for the tests of the log, which need not know what they say."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

from events.clinical_date import ClinicalDate
from events.recorded import Actor, NewEvent, Provenance, Source
from store.event_ids import new_event_id
from store.event_log import Append

NOW = datetime(2026, 1, 1, 8, tzinfo=UTC)
LI_WEI = Provenance(
    actor=Actor(id="li.wei", role="coordinator", kind="human"),
    source=Source(kind="form", reference="F-1"),
    protocol_edition="2.0",
)


def minutes_later(minutes: float) -> datetime:
    """An instant some minutes after the tests begin."""
    return NOW + timedelta(minutes=minutes)


def new_event(
    wire_name: str = "contact-made.v1",
    data: bytes | None = None,
    *,
    at: datetime = NOW,
    event_id: UUID | None = None,
    note: str = "",
) -> NewEvent:
    """An event of its own, or with a given id; `note` makes its payload differ."""
    return NewEvent(
        event_id=event_id or new_event_id(),
        type=wire_name,
        occurred_on=ClinicalDate(2026, 1, 1) if data is None else _date_in(data),
        recorded_at=at,
        provenance=LI_WEI,
        data=data or json.dumps({"occurred_on": "2026-01-01", "note": note}).encode(),
    )


def some(count: int, *, at: datetime = NOW, note: str = "") -> list[NewEvent]:
    """Several new events."""
    return [new_event(at=at, note=f"{note}{number}") for number in range(count)]


def append(stream: str, version: int, count: int = 1, *, at: datetime = NOW, note: str = "") -> Append:
    """An append of new events."""
    return Append(stream, version, some(count, at=at, note=note))


def _date_in(data: bytes) -> ClinicalDate:
    return ClinicalDate.parse(json.loads(data)["occurred_on"])
