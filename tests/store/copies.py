"""Logs to copy, and where to restore them."""

from __future__ import annotations

from collections.abc import Callable

from domain.merkle import merkle_root
from store.event_log import Append, EventLog
from store.open_log import open_log
from tests.store.envelopes import minutes_later, new_event

FreshUrl = Callable[[], str]
"""Gives the URL of a database in which there is no log yet."""

NOTES = ("plain", 'a "quote", a \\ and a \n line', "乳腺癌", "\U0001f600\u2028", "")


def fill(log: EventLog, events: int, *, patients: int = 7) -> None:
    """Put so many events into a log, of several patients in turn."""
    for number in range(events):
        stream, version = f"patient/RJ-{number % patients}", number // patients
        note = f"{NOTES[number % len(NOTES)]} {number}"
        log.append(Append(stream, version, [new_event(note=note, at=minutes_later(number))]))


def fill_at_once(log: EventLog, events: int) -> None:
    """Put many events of one patient into a log, quickly."""
    for first in range(0, events, 1000):
        few = [new_event(note=f"{number:0200d}") for number in range(first, min(first + 1000, events))]
        log.append(Append("patient/RJ-0001", first, few))


def root_at(log: EventLog, size: int) -> str:
    """The Merkle root (hex) of the log when it held so many events."""
    return merkle_root([row[12] for row in log.rows()][:size]).hex()


def held(url: str) -> list[tuple[object, ...]]:
    """Every row of the log at a URL."""
    with open_log(url) as log:
        return list(log.rows())
