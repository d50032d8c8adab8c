"""What one append becomes in a SQLite log: its rows, numbered and dated inside the transaction that writes them."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from events.recorded import NewEvent
from store.event_log import Append, Appended, ClockWentBack, EventIdTaken, StreamMovedOn
from store.repeated_append import made_before
from store.rows import COLUMNS, Row, microseconds, to_row

INSERT = f"insert into event({COLUMNS}) values (?,?,?,?,?,?,?,?,?,?,?,?,?)"  # noqa: S608 - constant column list
_BEFORE_ALL = -(2**62)
_STATE = """select
    coalesce((select max(position) from event), 0),
    coalesce((select recorded_at from event {newest} limit 1), {before}),
    coalesce((select max(version) from event where stream = ?1), -1) + 1"""
_STATE_REAL = _STATE.format(before=_BEFORE_ALL, newest="order by position desc")
_STATE_SIMULATED = _STATE.format(before=_BEFORE_ALL, newest="where stream = ?1 order by version desc")


def carry_out(database: sqlite3.Connection, appends: Sequence[Append], simulated: bool) -> Appended:
    """Append all or nothing; said again, it is kept once. Raises `StreamMovedOn`, `EventIdTaken`, `ClockWentBack`."""
    try:
        rows = _rows(database, appends, simulated)
    except StreamMovedOn:
        old = made_before(database, appends)
        if old is None:
            raise
        return Appended(old, already=True)
    try:
        database.executemany(INSERT, rows)
    except sqlite3.IntegrityError as problem:
        raise EventIdTaken(f"an event id is in use: {problem}") from None
    return Appended(range(rows[0][0], rows[-1][0] + 1), already=False)


def _rows(database: sqlite3.Connection, appends: Sequence[Append], simulated: bool) -> list[Row]:
    rows: list[Row] = []
    state = _STATE_SIMULATED if simulated else _STATE_REAL
    floor = _BEFORE_ALL
    for append in appends:
        head, last_instant, current = database.execute(state, (append.stream,)).fetchone()
        if current != append.expected_version:
            raise StreamMovedOn(append.stream, append.expected_version, current)
        floor = last_instant if simulated else max(floor, last_instant)
        for version, event in enumerate(append.events, start=current):
            floor = _instant(event, append.stream, floor, simulated)
            rows.append(to_row(event, append.stream, version, head + len(rows) + 1, floor))
    return rows


def _instant(event: NewEvent, stream: str, floor: int, simulated: bool) -> int:
    """A real log never shows an earlier instant than before, whatever the machine's clock does."""
    instant = microseconds(event.recorded_at)
    if simulated and instant < floor:
        raise ClockWentBack(
            f"{event.recorded_at.isoformat()} lies before the last entry of {stream}: give a later instant (--at)"
        )
    return max(instant, floor)
