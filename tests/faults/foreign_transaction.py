"""Somebody else's transaction stays open while a reader follows: `python -m tests.faults.foreign_transaction`."""

from __future__ import annotations

import time
from pathlib import Path
from random import Random

import psycopg

from store.event_log import EventLog
from store.open_log import open_log
from tests.faults.battery import alone
from tests.faults.books import Books, outcome_of
from tests.faults.fault import Fault, Outcome
from tests.faults.logs import closing_books
from tests.faults.servers import shared_server
from tests.store.envelopes import append

_EVENTS = 200
_PATIENCE_SECONDS = 1.0


def _inject(count: int, chance: Random, folder: Path) -> Outcome:
    """Open a transaction that has written, here or in another database; append and read beside it."""
    server = shared_server()
    url, elsewhere = server.new_log(), server.empty_database()
    books = Books()
    delays: list[float] = []
    with open_log(url) as log:
        for number in range(count):
            with psycopg.connect(chance.choice([url, elsewhere])) as other:
                other.execute("create temporary table note(words text)")
                other.execute("insert into note values ('open')")
                delays += _follow(log, f"patient/{number}", books)
                other.rollback()
        books.read_on(log)
    closing_books(url, books)
    return outcome_of([books], count, _told([1000 * delay for delay in sorted(delays)]))


def _told(milliseconds: list[float]) -> str:
    """How long it took, of delays in order."""
    half, most = milliseconds[len(milliseconds) // 2], milliseconds[len(milliseconds) * 99 // 100]
    return f"half are seen within {half:.1f} ms, 99 % within {most:.1f} ms"


def _follow(log: EventLog, stream: str, books: Books) -> list[float]:
    """How many seconds after its acknowledgement each event was read."""
    delays: list[float] = []
    for version in range(_EVENTS):
        call = append(stream, version)
        position = log.append(call).positions[0]
        acknowledged = time.monotonic()
        books.acknowledge([call.events[0].event_id.bytes])
        while not list(log.read_all(after=position - 1, limit=1)):
            if time.monotonic() - acknowledged > _PATIENCE_SECONDS:
                books.mistakes.append(f"event {position} is not seen while another transaction is open")
                return delays
        delays.append(time.monotonic() - acknowledged)
    return delays


FAULTS = (
    Fault(
        "foreign_transaction",
        "somebody else's transaction stays open, PostgreSQL",
        "a transaction that has written, in this database or another; 200 events appended and followed beside it",
        "nobody waits for it: every event is read at once, in order",
        20,
        2,
        _inject,
    ),
)

if __name__ == "__main__":
    alone(__file__)
