"""kill -9 in the middle of appends: `python -m tests.faults.kill_append --count 500`."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from random import Random

from store.event_ids import new_event_id
from store.event_log import Append
from store.open_log import open_log
from tests.faults.battery import alone
from tests.faults.books import Books, outcome_of, sixteens
from tests.faults.fault import Outcome
from tests.faults.logs import Place, closing_books, on_both
from tests.faults.stubborn_writer import is_whole, size_of
from tests.faults.victims import Death, Say
from tests.store.envelopes import some

_KILLS_A_LOG = 50
_MOST_THREADS = 6
_DEATH = Death(seconds=0.3, statements=400)


def append_for_ever(say: Say, url: str, threads: int) -> None:
    """Append from several threads, each to its own stream, saying the ids of each call that was acknowledged."""
    name = f"patient/{new_event_id()}"
    say(name.encode())
    speaking = threading.Lock()
    with open_log(url) as log:

        def append(number: int) -> None:
            version = 0
            while True:
                events = some(size_of(version))
                log.append(Append(f"{name}-{number}", version, events))
                version += len(events)
                with speaking:
                    say(b"".join(event.event_id.bytes for event in events))

        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(append, range(threads)))


def kill_on_one_log(url: str, kills: int, chance: Random) -> Books:
    """Kill so many writers of one log, and read on after each."""
    books = Books()
    for _ in range(kills):
        threads = chance.choice([1, _MOST_THREADS])
        name, *acknowledged = _DEATH.of(chance, append_for_ever, url, threads).said
        books.acknowledge(sixteens(b"".join(acknowledged)))
        with open_log(url) as log:
            books.read_on(log)
        streams = [f"{name.decode()}-{number}" for number in range(threads)]
        books.mistakes += [f"{stream} ends in mid-call" for stream in streams if not is_whole(books.version(stream))]
    closing_books(url, books)
    return books


def _inject(count: int, chance: Random, place: Place) -> Outcome:
    kills = [min(_KILLS_A_LOG, count - begun) for begun in range(0, count, _KILLS_A_LOG)]
    return outcome_of([kill_on_one_log(place.log(), each, chance) for each in kills], count)


FAULTS = on_both(
    "kill_append",
    "kill -9 in the middle of appends",
    "a writer, of one thread or six, dies after 0 to 300 ms, or as it begins its 1st to 400th statement",
    "acknowledged ⊆ stored; calls whole; nothing twice, no gap, every digest",
    full=500,
    quick=6,
    inject=_inject,
)

if __name__ == "__main__":
    alone(__file__)
