"""Backups of a log that is written meanwhile; kill -9 as one is restored: `python -m tests.faults.copies_of_a_log`."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from random import Random

from store.backup import back_up
from store.open_log import open_log
from store.projections.rebuilding import rebuild
from store.restore import restore
from tests.facts import death, enrolled
from tests.faults.battery import alone
from tests.faults.fault import Outcome
from tests.faults.logs import Home, Place, on_both
from tests.faults.victims import Death, Say, Victim
from tests.store.copies import fill_at_once, root_at
from tests.store.envelopes import NOW
from tests.store.test_copies import replayed
from tests.store.trial_logs import keep

_WRITERS = 4
_BACKUPS_A_HOME = 10
_EVENTS = 6000
_PAUSE = 0.02
_DEATH = Death(seconds=1.0, statements=60)


def _enter_patients(say: Say, home: Home, writer: int) -> None:
    with (trial_log := home.opened()).log:
        number = 0
        while True:
            keep(trial_log, f"RJ-{writer}-{number}", *enrolled(death("2021-12-31")))
            say(b"kept")
            time.sleep(_PAUSE)
            number += 1


def _back_up_while_written(count: int, chance: Random, place: Place) -> Outcome:
    mistakes: list[str] = []
    events = 0
    for begun in range(0, count, _BACKUPS_A_HOME):
        home = place.home()
        home.opened().log.close()
        writers = [Victim(_enter_patients, home, number) for number in range(_WRITERS)]
        for writer in writers:
            writer.first_word()
        files = [home.folder / f"backup-{number}.zip" for number in range(min(_BACKUPS_A_HOME, count - begun))]
        with open_log(home.url) as log:
            for file in files:
                for writer in writers:
                    writer.listen(chance.uniform(0, 0.1))
                back_up(log, file, NOW)
        for writer in writers:
            writer.kill()
        for file in files:
            events += _compare(home, file, place, mistakes)
    return Outcome(count, unnamed=len(mistakes), first_wrong=mistakes[0] if mistakes else "", seen=f"{events:,} events")


def _compare(home: Home, file: Path, place: Place, mistakes: list[str]) -> int:
    """Restore a backup, and compare it with the log it was made of as that stood then."""
    other = place.home()
    shutil.copytree(home.folder / "keys", other.folder / "keys")
    heading, _ = restore(file, other.url)
    with (before := home.opened()).log, (after := other.opened()).log:
        if not heading.root == root_at(before.log, heading.events) == root_at(after.log, heading.events):
            mistakes.append(f"the root of {heading.events} events is another")
        if {each.name: each.digest for each in rebuild(after)} != replayed(before, heading.events):
            mistakes.append(f"the projections of {heading.events} events are others")
    return heading.events


def _restore(say: Say, file: Path, url: str) -> None:
    say(b"ready")
    restore(file, url)


def _kill_restoring(count: int, chance: Random, place: Place) -> Outcome:
    mistakes: list[str] = []
    whole = 0
    with open_log(place.log()) as log:
        fill_at_once(log, _EVENTS)
        rows, log_id = list(log.rows()), log.log_id
        back_up(log, file := place.folder / "backup.zip", NOW)
    for _ in range(count):
        url = place.log()
        _DEATH.of(chance, _restore, file, url)
        whole += _all_or_nothing(file, url, log_id, rows, mistakes)
    told = f"{whole} restored before the kill"
    return Outcome(count, unnamed=len(mistakes), first_wrong=mistakes[0] if mistakes else "", seen=told)


def _all_or_nothing(file: Path, url: str, log_id: str, rows: list[tuple[object, ...]], mistakes: list[str]) -> bool:
    with open_log(url, log_id=log_id) as log:
        found = list(log.rows())
    if found not in ([], rows):
        mistakes.append(f"{len(found)} of {len(rows)} events were restored")
    if not found:
        restore(file, url)
        with open_log(url) as log:
            if list(log.rows()) != rows:
                mistakes.append("restored again it is another log")
    return bool(found)


FAULTS = (
    *on_both(
        "backup_live",
        "backups while four processes write",
        "a backup every few hundred ms; each is restored into an empty home",
        "root = Merkle root of the log at that size; every projection replays to the same digest",
        full=50,
        quick=0,
        inject=_back_up_while_written,
    ),
    *on_both(
        "kill_restore",
        "kill -9 while a backup is restored",
        "after 0 to 1 s, or as the 1st to 60th statement begins",
        "nothing or everything is restored; restored again it is the same log, row by row",
        full=100,
        quick=0,
        inject=_kill_restoring,
    ),
)

if __name__ == "__main__":
    alone(__file__)
