"""The disk is full while the engine reacts: `python -m tests.faults.disk_full_of_reactions --count 20`."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from random import Random

from domain.set_aside import set_aside
from store.event_log import LogUnavailable
from store.integrity import verify_log
from tests.faults.battery import alone
from tests.faults.disk_full import TightDisk, no_small_disk, small_disk
from tests.faults.fault import Fault, Outcome, added_up
from tests.faults.logs import sqlite_url
from tests.faults.ward import Day, ward
from tests.faults.wards import counted

_TIMES_A_DISK = 10
_MOST_MINUTES = 30


async def _fill_up(folder: Path, disk: Path, chance: Random, count: int) -> Outcome:
    """Fill the disk of the log as patients have come, again and again, for up to half an hour of the trial's clock."""
    tight = TightDisk(disk, chance)
    refused = 0
    async with ward(folder, database_url=sqlite_url(disk / "log.sqlite")) as at:
        day = Day(at, chance)
        for _ in range(count):
            day.come(to_order=chance.randint(1, 3), to_follow=chance.randint(1, 3))
            tight.fill()
            refused += await _go_on(day, chance.uniform(1, _MOST_MINUTES))
            tight.relieve()
            await day.passes(15)
        await day.ends()
        everyone = (*day.to_order, *day.to_follow)
        aside = [f"{key} was set aside" for who in everyone for key in set_aside(at.patient(who))]
        outcome = counted(day, count, *aside)
    findings = verify_log(sqlite_url(disk / "log.sqlite")).findings
    return added_up(
        [outcome, Outcome(0, wrong=len(findings), first_wrong=findings[0].problem if findings else "")], str(refused)
    )


async def _go_on(day: Day, minutes: float) -> bool:
    """The engine goes on reacting as `imni up` does on a full disk; whether the log refused it something."""
    clock, refused = day.at.clock, False
    until = clock.now() + timedelta(minutes=minutes)
    while clock.now() < until:
        try:
            await day.reactor.settle()
        except LogUnavailable:
            refused = True
        clock.advance_to(clock.now() + timedelta(minutes=0.5))
        refused |= bool(day.waiting())
    return refused


def _inject(count: int, chance: Random, folder: Path) -> Outcome:
    every: list[Outcome] = []
    for number, begun in enumerate(range(0, count, _TIMES_A_DISK)):
        with small_disk(folder) as disk:
            here = folder / str(number)
            every.append(asyncio.run(_fill_up(here, disk, chance, min(_TIMES_A_DISK, count - begun))))
    refused = sum(int(outcome.seen) for outcome in every)
    return added_up(every, f"work had to wait for room {refused} times")


FAULTS = (
    Fault(
        name="disk_full_of_reactions",
        what="the disk is full while the engine reacts, SQLite",
        method="a small tmpfs filled up to the last bytes as patients have come, freed after 1 to 30 minutes of the "
        "trial's clock",
        must_hold="each order once at the laboratory, each reminder once in the mailbox, each on record once; nothing "
        "set aside, nothing left to do a quarter of an hour after there is room, nothing for `imni verify` to find",
        full=200,
        quick=2,
        inject=_inject,
        missing=no_small_disk,
    ),
)

if __name__ == "__main__":
    alone(__file__)
