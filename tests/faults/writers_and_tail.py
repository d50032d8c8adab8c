"""Eight writers and a reader that follows them: `python -m tests.faults.writers_and_tail --count 1000000`."""

from __future__ import annotations

import time
from random import Random

from store.event_ids import new_event_id
from store.event_log import Append, StreamMovedOn
from store.open_log import open_log
from tests.faults.battery import alone
from tests.faults.books import Books, outcome_of, sixteens
from tests.faults.fault import Outcome
from tests.faults.logs import Place, closing_books, on_both
from tests.faults.victims import Say, Victim
from tests.store.envelopes import some

_WRITERS = 8
_SHARED = "trial"
_PATIENCE = 60.0


def _write(say: Say, url: str, count: int, seed: int) -> None:
    """Append so many events, one to twelve a call, every tenth call to a stream that all writers share."""
    chance = Random(seed)
    own = f"patient/{new_event_id()}"
    with open_log(url) as log:
        written = version = 0
        while written < count:
            events = some(min(chance.randint(1, 12), count - written))
            shared = chance.random() < 0.1
            try:
                log.append(Append(_SHARED, log.version(_SHARED), events) if shared else Append(own, version, events))
            except StreamMovedOn:
                continue
            written += len(events)
            version += 0 if shared else len(events)
            say(b"".join(event.event_id.bytes for event in events))


def _tail(say: Say, url: str, until: int) -> None:
    """Follow the log, saying the ids in the order in which they were seen."""
    position = 0
    deadline = time.monotonic() + _PATIENCE
    with open_log(url) as log:
        while position < until and time.monotonic() < deadline:
            seen = list(log.read_all(after=position, limit=500))
            if not seen:
                time.sleep(0.001)
                continue
            deadline = time.monotonic() + _PATIENCE
            position = seen[-1].position
            say(b"".join(event.event_id.bytes for event in seen))


def _inject(count: int, chance: Random, place: Place) -> Outcome:
    """Write so many events in all, and compare what was acknowledged, what is stored and what the reader saw."""
    url = place.log()
    open_log(url).close()
    each = max(1, count // _WRITERS)
    tail = Victim(_tail, url, each * _WRITERS)
    writers = [Victim(_write, url, each, chance.getrandbits(32)) for _ in range(_WRITERS)]
    Victim.hear_all([tail, *writers])
    books = Books()
    for writer in writers:
        books.acknowledge(sixteens(b"".join(writer.outlive())))
    with open_log(url) as log:
        books.read_on(log)
    closing_books(url, books)
    seen = sixteens(b"".join(tail.outlive()))
    books.mistakes += ["a process broke down" for each in (tail, *writers) if each.broke_down]
    books.doubled += len(seen) - len(set(seen)) + len(books.stored - books.acknowledged)
    books.mistakes += [f"the reader missed {len(books.stored - set(seen)):,}"] if books.stored - set(seen) else []
    books.mistakes += [] if seen == books.order else ["the reader did not see the order that is stored"]
    return outcome_of([books], each * _WRITERS, f"{len(seen):,} seen by the reader")


FAULTS = on_both(
    "writers_and_tail",
    "8 writers and a reader that follows",
    "processes write 1 to 12 events a call, every tenth call to one stream they share; counted in events",
    "the reader sees each event once, in the order that is stored",
    full=1_000_000,
    quick=2000,
    inject=_inject,
)

if __name__ == "__main__":
    alone(__file__)
