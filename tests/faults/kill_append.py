"""kill -9 in the middle of appends: `python -m tests.faults.kill_append --count 500`."""

from __future__ import annotations

from pathlib import Path
from random import Random

from store.event_ids import new_event_id
from store.event_log import Append
from store.open_log import open_log
from tests.faults.battery import alone
from tests.faults.books import Books, outcome_of, sixteens
from tests.faults.fault import Fault, Outcome
from tests.faults.logs import closing_books, sqlite_url
from tests.faults.stubborn_writer import is_whole, size_of
from tests.faults.victims import Say, Victim, die_at
from tests.store.envelopes import some

_KILLS_A_LOG = 50
_LONGEST_LIFE = 0.15
_MOST_STATEMENTS = 400


def append_for_ever(say: Say, url: str, dies_at: int | None = None) -> None:
    """Append to a stream of its own, saying its name and then the ids of each call that was acknowledged."""
    stream = f"patient/{new_event_id()}"
    say(stream.encode())
    if dies_at is not None:
        die_at(dies_at)
    with open_log(url) as log:
        version = 0
        while True:
            events = some(size_of(version))
            log.append(Append(stream, version, events))
            version += len(events)
            say(b"".join(event.event_id.bytes for event in events))


def killed(url: str, chance: Random) -> tuple[str, list[bytes]]:
    """The stream of a writer killed at a moment or at a statement, and the event ids that it was acknowledged."""
    at_a_moment = chance.random() < 0.5
    victim = Victim(append_for_ever, url, None if at_a_moment else chance.randint(1, _MOST_STATEMENTS))
    stream = victim.first_word().decode()
    if at_a_moment:
        victim.listen(chance.uniform(0, _LONGEST_LIFE))
        said = victim.kill()
    else:
        said = victim.outlive()
    return stream, sixteens(b"".join(said[1:]))


def kill_on_one_log(url: str, kills: int, chance: Random) -> Books:
    """Kill so many writers of one log, and read on after each."""
    books = Books()
    for _ in range(kills):
        stream, acknowledged = killed(url, chance)
        books.acknowledge(acknowledged)
        with open_log(url) as log:
            books.read_on(log)
        if not is_whole(books.version(stream)):
            books.mistakes.append(f"{stream} ends in the middle of a call")
    closing_books(url, books)
    return books


def _inject(count: int, chance: Random, folder: Path) -> Outcome:
    every: list[Books] = []
    for number, begun in enumerate(range(0, count, _KILLS_A_LOG)):
        url = sqlite_url(folder / f"log-{number}.sqlite")
        every.append(kill_on_one_log(url, min(_KILLS_A_LOG, count - begun), chance))
    return outcome_of(every, count)


FAULTS = (
    Fault(
        name="kill_append_sqlite",
        what="kill -9 in the middle of appends, SQLite",
        method="a writer dies after 0 to 150 ms, or as it begins its 1st to 400th statement",
        must_hold="acknowledged ⊆ stored; calls whole; nothing twice, no gap, every digest",
        full=500,
        quick=10,
        inject=_inject,
    ),
)

if __name__ == "__main__":
    alone(__file__)
