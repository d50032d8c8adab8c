"""kill -9 while a home is made or a log brought up to date: `python -m tests.faults.kill_migration --count 100`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from random import Random

from store.event_log import EventLogError
from store.integrity import verify_file
from store.migrations.upgrade import NEWEST, schema_version
from tests.faults.battery import alone
from tests.faults.fault import Fault, Outcome
from tests.faults.victims import Say, Victim, die_at
from tests.store.trial_logs import opened

_MOST_STATEMENTS = 250
_LONGEST_LIFE = 0.1
_FIRST_EVENTS = 3
"""The edition, the trial and the committed list: what every new home holds."""


def _open(say: Say, home: Path, dies_at: int | None) -> None:
    say(b"ready")
    if dies_at is not None:
        die_at(dies_at)
    opened(home).log.close()


def killed_opening(home: Path, chance: Random) -> bool:
    """Kill a process that opens a home, at a moment or at a statement; whether it had not finished."""
    at_a_moment = chance.random() < 0.3
    victim = Victim(_open, home, None if at_a_moment else chance.randint(1, _MOST_STATEMENTS))
    victim.first_word()
    if at_a_moment:
        victim.listen(chance.uniform(0, _LONGEST_LIFE))
        victim.kill()
    else:
        victim.outlive()
    return victim.was_killed


def _mistakes(home: Path) -> Sequence[str]:
    """What is wrong with a home after the kill, and with what the next process makes of it."""
    path = home / "log.sqlite"
    version = schema_version(path)
    found = [] if version in {0, NEWEST} else [f"half made: schema {version}"]
    try:
        with (trial_log := opened(home)).log:
            events = trial_log.log.last_position()
            committed = len(trial_log.allocations().history)
    except EventLogError as problem:
        return [*found, f"not to be opened again: {problem}"]
    found += [] if (events, committed) == (_FIRST_EVENTS, 1) else [f"{events} events, {committed} lists"]
    return [*found, *(f"verify: {finding.problem}" for finding in verify_file(path).findings)]


def _inject(count: int, chance: Random, folder: Path) -> Outcome:
    mistakes: list[str] = []
    killed = unmade = 0
    for number in range(10 * count):
        if killed == count:
            break
        home = folder / f"home-{number}"
        if killed_opening(home, chance):
            unmade += not schema_version(home / "log.sqlite")
            mistakes += _mistakes(home)
            killed += 1
    return Outcome(
        killed,
        wrong=len(mistakes),
        first_wrong=mistakes[0] if mistakes else "",
        seen=f"{unmade} times before the tables stood, {killed - unmade} times after",
    )


FAULTS = (
    Fault(
        name="kill_migration_sqlite",
        what="kill -9 while a home and its tables are made, SQLite",
        method="after 0 to 100 ms, or as the 1st to 250th statement begins",
        must_hold="all tables or none; the next process makes what is missing; one list, committed once",
        full=100,
        quick=4,
        inject=_inject,
    ),
)

if __name__ == "__main__":
    alone(__file__)
