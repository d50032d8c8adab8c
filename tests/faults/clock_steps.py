"""The machine's clock jumps by up to a day, either way: `python -m tests.faults.clock_steps --count 200`."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

import time_machine

from store.event_log import Append, EventLog, Fenced
from store.open_log import open_log
from tests.faults.battery import alone
from tests.faults.books import Books, outcome_of
from tests.faults.fault import Outcome
from tests.faults.logs import Place, closing_books, on_both
from tests.store.envelopes import NOW, some

_DAY = 86_400
_STREAMS = 5
_APPENDS_A_STEP = 4


def _work(log: EventLog, now: datetime, books: Books, chance: Random) -> None:
    """What goes on between two steps of the clock: appends, and a runner that leads and moves its checkpoint."""
    for _ in range(_APPENDS_A_STEP):
        stream = f"patient/{chance.randrange(_STREAMS)}"
        events = some(chance.randint(1, 5), at=now)
        log.append(Append(stream, log.version(stream), events))
        books.acknowledge(event.event_id.bytes for event in events)
    checkpoints = log.checkpoints()
    epoch = checkpoints.lead("runner", "one", 60, now)
    if epoch is None:
        books.mistakes.append("the runner lost its own lead")
        return
    since = checkpoints.read("runner")
    checkpoints.advance("runner", epoch, since, log.last_position())
    _another_takes_over(log, now, since, books)


def _another_takes_over(log: EventLog, now: datetime, since: int, books: Books) -> None:
    """Whoever leads next, whatever the clock says, the one before moves nothing any more."""
    checkpoints = log.checkpoints()
    epoch = checkpoints.lead("runner", "another", 60, now + timedelta(minutes=2))
    if epoch is None:
        books.mistakes.append("a lease that has ended was not given up")
        return
    try:
        checkpoints.advance("runner", epoch - 1, since, log.last_position())
        books.doubled += 1
    except Fenced:
        checkpoints.release("runner", epoch)


def _inject(count: int, chance: Random, place: Place) -> Outcome:
    """Step so many times; at the end read the log as it was known at each instant."""
    url, books, now = place.log(), Books(), NOW
    with time_machine.travel(now) as machine, open_log(url) as log:
        for _ in range(count):
            now += timedelta(seconds=chance.uniform(-_DAY, _DAY))
            machine.move_to(now)
            _work(log, now, books, chance)
        books.read_on(log)
        _known_at_any_instant(log, books)
    closing_books(url, books)
    return outcome_of([books], count)


def _known_at_any_instant(log: EventLog, books: Books) -> None:
    """What was known at an instant is the log up to a position: its beginning, without a hole."""
    events = list(log.read_all())
    for event in events[:: len(events) // 20 + 1]:
        known = sum(1 for _ in log.read_all(known_at=event.recorded_at))
        until = sum(other.recorded_at <= event.recorded_at for other in events)
        if known != until or known < event.position:
            books.mistakes.append(f"what was known at {event.recorded_at} is not the beginning of the log")


FAULTS = on_both(
    "clock_steps",
    "clock steps of up to ± 1 day",
    "appends, a runner's lead and a take-over between any two steps",
    "order by position alone; recorded_at never goes back; ids stay unique; nothing fatal",
    full=200,
    quick=15,
    inject=_inject,
)

if __name__ == "__main__":
    alone(__file__)
