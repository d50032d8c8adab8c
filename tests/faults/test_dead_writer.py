"""A process killed while it holds the lock of the log is not held against others."""

from __future__ import annotations

import time
from pathlib import Path

from store.sqlite_event_log import open_sqlite_log
from tests.faults.victims import Say, Victim


def _hold_the_lock(say: Say, path: Path) -> None:
    with open_sqlite_log(path) as log, log.transaction() as database:
        database.execute("insert into checkpoint(consumer, position) values ('half', 1)")
        say(b"held")
        time.sleep(60)


def test_nobody_waits_for_the_dead(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    victim = Victim(_hold_the_lock, path)
    assert victim.first_word() == b"held"
    victim.kill()
    with open_sqlite_log(path) as log:
        began = time.monotonic()
        assert log.checkpoints().read("half") == 0
        log.checkpoints().advance("half", 0, 0, 1)
        assert time.monotonic() - began < 5
