"""kill -9 while a home is made or a log brought up to date: `python -m tests.faults.kill_migration --count 100`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from random import Random

import psycopg

from store.event_log import EventLogError
from store.integrity import verify_log
from store.migrations.upgrade import schema_version
from store.open_log import SQLITE
from tests.faults.battery import alone
from tests.faults.fault import Outcome
from tests.faults.logs import Home, Place, on_both
from tests.faults.victims import Death, Say

_DEATH = Death(seconds=0.1, statements=250)
_FIRST_EVENTS = 3
"""The edition, the trial and the committed list: what every new home holds."""


def _open(say: Say, home: Home) -> None:
    say(b"ready")
    home.opened().log.close()


def _stands(url: str) -> bool:
    """Whether the log's tables have been made."""
    if url.startswith(SQLITE):
        return schema_version(Path(url.removeprefix(SQLITE))) > 0
    with psycopg.connect(url) as connection:
        return connection.execute("select to_regclass('imni.event')").fetchone() != (None,)


def _mistakes(home: Home) -> Sequence[str]:
    """What is wrong with what the next process makes of a home."""
    try:
        with (trial_log := home.opened()).log:
            events = trial_log.log.last_position()
            committed = len(trial_log.allocations().history)
    except EventLogError as problem:
        return [f"not to be opened again: {problem}"]
    found = [] if (events, committed) == (_FIRST_EVENTS, 1) else [f"{events} events, {committed} lists"]
    return [*found, *(f"verify: {finding.problem}" for finding in verify_log(home.url).findings)]


def _inject(count: int, chance: Random, place: Place) -> Outcome:
    mistakes: list[str] = []
    killed = unmade = 0
    for _ in range(10 * count):
        if killed == count:
            break
        home = place.home()
        if _DEATH.of(chance, _open, home).was_killed:
            unmade += not _stands(home.url)
            mistakes += _mistakes(home)
            killed += 1
    return Outcome(
        killed,
        wrong=len(mistakes),
        first_wrong=mistakes[0] if mistakes else "",
        seen=f"{unmade} times before the tables stood, {killed - unmade} times after",
    )


FAULTS = on_both(
    "kill_migration",
    "kill -9 while a home and its tables are made",
    "after 0 to 100 ms, or as the 1st to 250th statement begins",
    "all tables or none; the next process makes what is missing; one list, committed once",
    full=100,
    quick=2,
    inject=_inject,
)

if __name__ == "__main__":
    alone(__file__)
