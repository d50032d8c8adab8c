"""Events to measure with, encoded beforehand: what is measured is the log, not the making of events."""

from __future__ import annotations

from events.catalogue import encode
from events.recorded import NewEvent
from store.rows import Row, microseconds, to_row
from tests.facts import pathology
from tests.store.envelopes import NOW, new_event


def new_events(count: int) -> list[NewEvent]:
    """So many new events as a patient's stream holds them."""
    event = pathology()
    data = encode(event)
    return [new_event(event.type, data, at=NOW) for _ in range(count)]


def batches(count: int, size: int) -> list[list[NewEvent]]:
    """So many batches of so many events."""
    return [new_events(size) for _ in range(count)]


def finished_rows(events: list[NewEvent], stream: str, version: int, first: int) -> list[Row]:
    """The rows of events, digest and all, from a version and a position on."""
    return [to_row(event, stream, version + n, first + n, microseconds(NOW)) for n, event in enumerate(events)]
