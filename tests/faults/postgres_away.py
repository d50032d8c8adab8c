"""PostgreSQL crashes, is away, or drops connections under four writers: `python -m tests.faults.postgres_away`."""

from __future__ import annotations

import time
from pathlib import Path
from random import Random

import psycopg

from tests.faults.battery import alone
from tests.faults.books import outcome_of
from tests.faults.crowd import Crowd
from tests.faults.fault import Fault, Outcome
from tests.faults.servers import PowerSwitch, shared_server

_LONGEST_RUN = 1.0
_OUTAGE_SECONDS, _SHORT_OUTAGE_SECONDS = 60.0, 2.0
_GRACE_SECONDS = 30.0
_DROP = """select pg_terminate_backend(pid) from pg_stat_activity
    where application_name = 'imni' and pid <> pg_backend_pid() order by random() limit 1"""


def _crash(count: int, chance: Random, folder: Path) -> Outcome:
    """Restart at once, again and again."""
    server = shared_server()
    switch, url = PowerSwitch(server), server.new_log()
    crowd = Crowd(url, chance)
    for _ in range(count):
        crowd.work(chance.uniform(0.1, _LONGEST_RUN))
        switch.off()
        switch.on()
    return _parted(crowd, count)


def _drop_connections(count: int, chance: Random, folder: Path) -> Outcome:
    """End one connection of the engine after another."""
    server = shared_server()
    url = server.new_log()
    crowd = Crowd(url, chance)
    dropped = 0
    with psycopg.connect(url, autocommit=True) as administrator:
        while dropped < count:
            crowd.work(chance.uniform(0.01, 0.1))
            dropped += len(administrator.execute(_DROP).fetchall())
    return _parted(crowd, dropped)


def _stay_away(count: int, chance: Random, folder: Path) -> Outcome:
    """Stop the server for a minute, longer than anybody waits in a call; for a moment when only looked at briefly."""
    server = shared_server()
    switch, url = PowerSwitch(server), server.new_log()
    crowd = Crowd(url, chance)
    seconds = _OUTAGE_SECONDS if count > 1 else _SHORT_OUTAGE_SECONDS
    stuck = 0
    for _ in range(count):
        crowd.work(chance.uniform(0.5, 2))
        switch.off()
        time.sleep(seconds)
        switch.on()
        stuck += not crowd.caught_up(_GRACE_SECONDS)
    return _parted(
        crowd, count, [f"a writer was still stuck after the database came back, {stuck} times"] * bool(stuck)
    )


def _parted(crowd: Crowd, count: int, mistakes: list[str] | None = None) -> Outcome:
    going_on = crowd.caught_up(_GRACE_SECONDS)
    books = crowd.part()
    books.mistakes += (mistakes or []) + ([] if going_on else ["a writer does not get on any more"])
    return outcome_of([books], count)


_HOLDS = (
    "acknowledged ⊆ stored, nothing twice, no false conflict; the reader sees each once; nobody starts anything anew"
)

FAULTS = (
    Fault(
        "postgres_crash",
        "PostgreSQL crashes under four writers and a reader",
        "pg_ctl -m immediate, and start, after 0.1 to 1 s",
        _HOLDS,
        100,
        1,
        _crash,
    ),
    Fault(
        "postgres_dropped_connections",
        "PostgreSQL drops connections of four writers and a reader",
        "pg_terminate_backend of a random one every 10 to 100 ms",
        _HOLDS,
        500,
        8,
        _drop_connections,
    ),
    Fault(
        "postgres_down",
        "PostgreSQL is down for 60 s",
        "stopped at once under four writers and a reader, started a minute later",
        _HOLDS,
        20,
        1,
        _stay_away,
    ),
)

if __name__ == "__main__":
    alone(__file__)
