"""The writer whose calls are recorded: `python -m tests.faults.recorded_writer LOG full 120 SEED`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from random import Random

import store.sqlite_connections as connections
from store.event_log import Append
from store.sqlite_event_log import open_sqlite_log
from tests.store.envelopes import new_event

ACKNOWLEDGED = b"acknowledged "
_SESSIONS = 3


def write(path: Path, appends: int, chance: Random) -> None:
    """Append in three sessions, each closed in order, and say the ids of each call that was acknowledged."""
    version = 0
    for session in range(_SESSIONS):
        with open_sqlite_log(path) as log:
            for _ in range(appends * (session + 1) // _SESSIONS - appends * session // _SESSIONS):
                events = [new_event(note="x" * chance.randint(0, 3000)) for _ in range(chance.randint(1, 7))]
                log.append(Append("patient/RJ-0001", version, events))
                version += len(events)
                os.write(1, ACKNOWLEDGED + b"".join(event.event_id.bytes for event in events))


if __name__ == "__main__":
    _, where, synchronous, many, seed = sys.argv
    connections.PRAGMAS = tuple(each.replace("=full", f"={synchronous}") for each in connections.PRAGMAS)
    write(Path(where), int(many), Random(seed))
