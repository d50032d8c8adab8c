"""Yesterday's file is put back: `python -m tests.faults.rollback --count 50`."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random

from store.open_log import open_log
from tests.faults.battery import alone
from tests.faults.fault import Fault, Outcome
from tests.faults.logs import sqlite_url
from tests.faults.sealed_log import sealed_log


def _inject(count: int, chance: Random, folder: Path) -> Outcome:
    """Copy the file, record and seal another day, put the copy back; half of the time record another course on it."""
    unnamed: list[str] = []
    for number in range(count):
        path, yesterday = folder / f"log-{number}.sqlite", folder / f"yesterday-{number}.sqlite"
        target = sealed_log(sqlite_url(path), folder / f"copies-{number}", chance)
        shutil.copyfile(path, yesterday)
        with open_log(target.url) as log:
            kept = log.last_position()
            target.grow(log, chance.randint(1, 20), chance)
            target.seal(log)
        shutil.copyfile(yesterday, path)
        if chance.random() < 0.5:
            with open_log(target.url) as log:
                target.grow(log, chance.randint(1, 40), chance)
        positions = [finding.position for finding in target.verified().findings]
        unnamed += [] if kept + 1 in positions else [f"put back to {kept}, named: {positions}"]
    return Outcome(count, unnamed=len(unnamed), first_wrong=next(iter(unnamed), ""))


FAULTS = (
    Fault(
        name="rollback_sqlite",
        what="yesterday's file is put back, SQLite",
        method="a copy of the file, another day recorded and sealed, the copy put back, half of the time with another "
        "course recorded on it",
        must_hold="`imni verify` with the exported seals names the first event that is gone",
        full=50,
        quick=4,
        inject=_inject,
    ),
)

if __name__ == "__main__":
    alone(__file__)
