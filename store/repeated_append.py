"""The same append said twice, because the acknowledgement of the first was lost."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from store.event_log import Append


def made_before(database: sqlite3.Connection, appends: Sequence[Append]) -> range | None:
    """The positions of this very append when it was made before and only its acknowledgement was lost."""
    found: list[int] = []
    for append in appends:
        for version, event in enumerate(append.events, start=append.expected_version):
            row = database.execute(
                "select position from event where event_id=? and stream=? and version=? and type=? and data=?",
                (event.event_id.bytes, append.stream, version, event.type, event.data),
            ).fetchone()
            if row is None:
                return None
            found.append(row[0])
    made = range(found[0], found[0] + len(found))
    return made if found == list(made) else None
