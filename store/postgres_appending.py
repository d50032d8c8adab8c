"""What one append becomes on PostgreSQL: the call of the server's own `append`, and what that refuses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg

from store.event_log import Append, ClockWentBack, EventLogError, StreamMovedOn
from store.rows import hashed_fields, microseconds

APPEND = """select first_position, last_position, already from append(
    %s::text[], %s::bigint[], %s::text[], %s::bigint[], %s::bytea[], %s::text[], %s::text[], %s::bigint[], %s::text[],
    %s::bytea[], %s::bytea[], %s::bytea[], %s::bytea[])"""


def columns_of(appends: Sequence[Append]) -> list[list[Any]]:
    """The arguments of the server's `append`: one list a column."""
    streams = [append.stream for append in appends]
    expected = [append.expected_version for append in appends]
    rows = [
        hashed_fields(event, append.stream, version, microseconds(event.recorded_at))
        for append in appends
        for version, event in enumerate(append.events, start=append.expected_version)
    ]
    return [streams, expected, *(list(column) for column in zip(*rows, strict=True))]


def refused(refusal: psycopg.errors.RaiseException, appends: Sequence[Append]) -> EventLogError:
    """What the server's `append` refuses, by its name."""
    stream = refusal.diag.message_detail or ""
    if refusal.diag.message_primary == "stream moved on":
        expected = next(append.expected_version for append in appends if append.stream == stream)
        return StreamMovedOn(stream, expected, int(refusal.diag.message_hint or 0))
    return ClockWentBack(f"it lies before the last entry of {stream}: give a later instant (--at)")
