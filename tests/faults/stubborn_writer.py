"""A writer that says a call again until it is acknowledged: `python -m tests.faults.stubborn_writer LOG 40 SEED`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

from store.event_log import Append, EventLog, EventLogError, LogUnavailable, LogUnreadable
from store.open_log import open_log
from tests.faults.logs import sqlite_url
from tests.faults.victims import Say
from tests.store.envelopes import new_event

STREAM = "patient/RJ-0001"
REFUSED = b"refused "
GAVE_UP = 4
_TRIES = 30


def size_of(version: int) -> int:
    """How many events the call at a version has."""
    return 1 + version % 7


def is_whole(version: int) -> bool:
    """Whether a stream ends where a call ended."""
    end = 0
    while end < version:
        end += size_of(end)
    return end == version


def persevere(say: Say, url: str, appends: int, chance: Random, relieve: Callable[[], None]) -> bool:
    """Append so many calls; after each refusal `relieve`, then the same again. False when it was refused too often."""
    log = None
    try:
        for call in _calls(appends, chance):
            for _ in range(_TRIES):
                try:
                    log = log or open_log(url)
                    _append(log, call)
                except (LogUnavailable, LogUnreadable) as problem:
                    say(REFUSED + str(problem).encode())
                    relieve()
                else:
                    say(b"".join(event.event_id.bytes for event in call.events))
                    break
            else:
                return False
    finally:
        if log:
            log.close()
    return True


def _calls(appends: int, chance: Random) -> Iterator[Append]:
    version = 0
    for _ in range(appends):
        yield Append(STREAM, version, [new_event(note="x" * chance.randint(0, 3000)) for _ in range(size_of(version))])
        version += size_of(version)


def _append(log: EventLog, call: Append) -> None:
    """Append and read back: neither may be refused for ever."""
    log.append(call)
    found = log.read_stream(STREAM, first=call.expected_version)
    if [event.event_id for event in found] != [event.event_id for event in call.events]:
        raise EventLogError("what was acknowledged is not what is read")


def _aloud(words: bytes) -> None:
    os.write(1, words.hex().encode() + b"\n")


if __name__ == "__main__":
    _, where, many, seed = sys.argv
    done = persevere(_aloud, sqlite_url(Path(where)), int(many), Random(seed), lambda: None)
    sys.exit(0 if done else GAVE_UP)
