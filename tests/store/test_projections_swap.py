"""A drifted projection is swapped at once: killed in the middle, it is the old one or the new one."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from itertools import count
from pathlib import Path

from store.projections.rebuilding import rebuild
from store.projections.refreshing import refresh
from tests.facts import enrolled
from tests.faults.victims import Say, Victim, die_at
from tests.store.chance import seeded
from tests.store.trial_logs import keep, opened

_PATIENTS = 20
_NEAR_THE_SWAP = 84
"""So many statements come ahead of it."""


def _rebuild_and_die(say: Say, home: Path, statement: int) -> None:
    with (trial_log := opened(home)).log:
        die_at(statement)
        rebuild(trial_log, "patients")
    say(b"done")


def _arms(home: Path) -> list[str]:
    with closing(sqlite3.connect(home / "log.sqlite")) as database:
        return [arm for (arm,) in database.execute("select arm from projection_patients")]


def _drift(home: Path) -> None:
    with closing(sqlite3.connect(home / "log.sqlite", isolation_level=None)) as database:
        database.execute("update projection_patients set arm = 'DRIFT'")


def test_killed_at_any_statement_of_a_swap_it_is_the_old_view_or_the_new_one(tmp_path: Path) -> None:
    with (trial_log := opened(home := tmp_path / "home")).log:
        for number in range(_PATIENTS):
            keep(trial_log, f"RJ-{number}", *enrolled())
        refresh(trial_log)
    drifted, mended = ["DRIFT"] * _PATIENTS, ["OMIT"] * _PATIENTS
    killed = 0
    for statement in count(_NEAR_THE_SWAP + seeded().randrange(3), 3):
        _drift(home)
        victim = Victim(_rebuild_and_die, home, statement)
        if victim.outlive():
            break
        killed += victim.was_killed
        assert _arms(home) in (drifted, mended)
    assert killed > 3
    assert _arms(home) == mended
    with (trial_log := opened(home)).log:
        rebuild(trial_log)
        assert _arms(home) == mended
