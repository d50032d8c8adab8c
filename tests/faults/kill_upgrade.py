"""kill -9 while an older log is brought up to date: `python -m tests.faults.kill_upgrade --count 100`."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from random import Random

from sqlalchemy import Connection

from store.event_log import EventLogError
from store.migrations import revising
from store.migrations.upgrade import NEWEST
from store.open_log import open_log
from tests.faults.battery import alone
from tests.faults.books import Books, outcome_of
from tests.faults.fault import Outcome, added_up
from tests.faults.logs import Place, closing_books, on_both
from tests.faults.victims import Death, Say
from tests.store.envelopes import append

_EVENTS = 40
_DEATH = Death(seconds=0.1, statements=120)


@contextmanager
def _program_of(version: int) -> Generator[None]:
    """What is made meanwhile is made as the program of a schema version made it."""
    newest = revising.bring_to

    def bring_to(connection: Connection, revision: str) -> None:
        newest(connection, f"{version:04}" if revision == "head" else revision)

    revising.bring_to = bring_to
    try:
        yield
    finally:
        revising.bring_to = newest


def _older_log(url: str, version: int) -> Books:
    """A log of a schema version with some events, and what was acknowledged of them."""
    books = Books()
    with _program_of(version), open_log(url) as log:
        for number in range(_EVENTS):
            call = append(f"patient/{number % 5}", number // 5)
            log.append(call)
            books.acknowledge([call.events[0].event_id.bytes])
    return books


def _open(say: Say, url: str) -> None:
    say(b"ready")
    open_log(url).close()


def _after(url: str, books: Books) -> Outcome:
    """The log as the next process finds it: brought up to date, with every event as it was."""
    try:
        with open_log(url) as log:
            books.read_on(log)
            log.append(append("patient/new", 0))
        closing_books(url, books)
    except EventLogError as problem:
        books.mistakes.append(f"not to be opened again: {problem}")
    return outcome_of([books], 1)


def _inject(count: int, chance: Random, place: Place) -> Outcome:
    every: list[Outcome] = []
    for _ in range(20 * count):
        if len(every) == count:
            break
        url = place.home().url
        books = _older_log(url, chance.randrange(1, NEWEST))
        if _DEATH.of(chance, _open, url).was_killed:
            every.append(_after(url, books))
    return added_up(every, f"schema {NEWEST} out of 1 to {NEWEST - 1}")


FAULTS = on_both(
    "kill_upgrade",
    "kill -9 while an older log is brought up to date",
    "after 0 to 100 ms, or as the 1st to 120th statement begins",
    "the old tables or the new, never between; every event as it was; the next process finishes",
    full=100,
    quick=2,
    inject=_inject,
)

if __name__ == "__main__":
    alone(__file__)
