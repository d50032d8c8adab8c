"""Eight processes race for one version of a stream: `python -m tests.faults.racing_versions --count 2000`."""

from __future__ import annotations

from random import Random

from store.event_log import StreamMovedOn
from store.open_log import open_log
from tests.faults.battery import alone
from tests.faults.books import Books, outcome_of
from tests.faults.fault import Outcome
from tests.faults.logs import Place, closing_books, on_both
from tests.store.envelopes import append
from tests.store.processes import meet, together

_RACERS = 8
_ROUNDS_AT_ONCE = 200


def _race(url: str, stream: str, rounds: int) -> list[bytes | None]:
    """For each round the id of this racer's event when it won, None when it did not."""
    won: list[bytes | None] = []
    with open_log(url) as log:
        for version in range(rounds):
            call = append(stream, version)
            meet()
            try:
                first = not log.append(call).already
            except StreamMovedOn:
                first = False
            won.append(call.events[0].event_id.bytes if first else None)
            meet()
    return won


def _inject(count: int, chance: Random, place: Place) -> Outcome:
    """Let them race so many rounds, each for the next version."""
    url = place.log()
    open_log(url).close()
    books = Books()
    winners: list[int] = []
    for begun in range(0, count, _ROUNDS_AT_ONCE):
        rounds = min(_ROUNDS_AT_ONCE, count - begun)
        for won in zip(*together(_RACERS, _race, url, f"patient/{begun}", rounds), strict=True):
            ids = [event_id for event_id in won if event_id is not None]
            winners.append(len(ids))
            books.acknowledge(ids)
    with open_log(url) as log:
        books.read_on(log)
    closing_books(url, books)
    books.doubled += sum(number - 1 for number in winners if number > 1) + len(books.stored - books.acknowledged)
    books.mistakes += [f"nobody won round {number}" for number, won in enumerate(winners) if not won]
    return outcome_of([books], count, f"{_RACERS} processes, {sum(winners):,} winners")


FAULTS = on_both(
    "racing_versions",
    "8 processes race for one version",
    "all append to one stream at the same expected version, at the same instant",
    "exactly one wins each round, all others are told the version",
    full=2000,
    quick=20,
    inject=_inject,
)

if __name__ == "__main__":
    alone(__file__)
