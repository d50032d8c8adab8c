"""Two runners of one consumer, the leader put to sleep: `python -m tests.faults.two_runners --count 200`."""

from __future__ import annotations

import signal
import time
from collections import Counter
from datetime import UTC, datetime
from random import Random

from sqlalchemy import text

from events.streams import StreamNames
from store.event_log import EventLog, Fenced
from store.open_log import open_log
from store.projections.database import checkpoints, writing
from store.transact import TrialLog
from tests.faults.battery import alone
from tests.faults.fault import Outcome
from tests.faults.logs import Place, on_both
from tests.faults.victims import Say, Victim
from tests.store.envelopes import append

_CONSUMER = "runner"
_LEASE = 0.03
_EVENTS_A_ROUND = 20


def _run(say: Say, url: str, owner: str, until: int, seed: int) -> None:
    """Lead when the lead is free, and apply what comes; each event applied and the checkpoint are one transaction."""
    chance = Random(seed)
    with open_log(url) as log:
        say(b"ready")
        while log.checkpoints().read(_CONSUMER) < until:
            epoch = log.checkpoints().lead(_CONSUMER, owner, _LEASE, datetime.now(UTC))
            if epoch is None:
                time.sleep(_LEASE / 10)
                continue
            since = log.checkpoints().read(_CONSUMER)
            to = min(since + chance.randint(1, 5), log.last_position())
            time.sleep(chance.uniform(0, _LEASE / 6))
            try:
                _apply(log, epoch, since, to)
            except Fenced:
                say(b"fenced")


def _apply(log: EventLog, epoch: int, since: int, to: int) -> None:
    with writing(TrialLog(log, StreamNames(simulated=False))) as session:
        checkpoints(session).advance(_CONSUMER, epoch, since, to)
        for position in range(since + 1, to + 1):
            session.connection().execute(text("insert into applied values (:position)"), {"position": position})


def _state(log: EventLog) -> tuple[str | None, int]:
    """Who leads, and in which epoch."""
    found = log.execute("select owner, epoch from checkpoint where consumer = :consumer", {"consumer": _CONSUMER})
    return (found[0][0], found[0][1]) if found else (None, 0)


def _put_to_sleep(log: EventLog, runners: dict[str, Victim]) -> bool:
    """Stop the leader for longer than its lease; whether the other leads then. Who sleeps in the act keeps the lock."""
    owner, epoch = _state(log)
    if owner is None:
        return False
    runners[owner].signal(signal.SIGSTOP)
    time.sleep(2 * _LEASE)
    runners[owner].signal(signal.SIGCONT)
    return _state(log)[1] > epoch


def _inject(count: int, chance: Random, place: Place) -> Outcome:
    """Put the leader to sleep until it was overtaken so many times; then let them finish."""
    url, until = place.log(), count * _EVENTS_A_ROUND
    overtaken = 0
    with open_log(url) as log:
        log.append(append("trial", 0, _EVENTS_A_ROUND))
        with writing(TrialLog(log, StreamNames(simulated=False))) as session:
            session.connection().execute(text("create table applied(position integer)"))
        runners = {name: Victim(_run, url, name, until, chance.getrandbits(32)) for name in ("one", "two")}
        for runner in runners.values():
            runner.first_word()
        for number in range(1, count):
            log.append(append("trial", number * _EVENTS_A_ROUND, _EVENTS_A_ROUND))
            time.sleep(chance.uniform(0, 2 * _LEASE))
            overtaken += _put_to_sleep(log, runners)
        said = [word for runner in runners.values() for word in runner.outlive()]
        broken = sum(runner.broke_down for runner in runners.values())
        with writing(TrialLog(log, StreamNames(simulated=False))) as session:
            applied = Counter(row[0] for row in session.connection().execute(text("select position from applied")))
        reached = log.checkpoints().read(_CONSUMER)
    return Outcome(
        count,
        acknowledged=until,
        lost=sum(position not in applied for position in range(1, until + 1)),
        doubled=sum(times - 1 for times in applied.values()),
        wrong=(reached != until) + (overtaken == 0) + broken,
        first_wrong=f"{broken} runners broke down, the checkpoint stands at {reached} of {until}",
        seen=f"overtaken {overtaken} times, {said.count(b'fenced')} late writes fenced",
    )


FAULTS = on_both(
    "two_runners",
    "two runners of one consumer",
    "the leader is stopped (SIGSTOP) until the other has taken over, then goes on where it was",
    "each event applied once; the late writes of the one overtaken are fenced",
    full=200,
    quick=8,
    inject=_inject,
)

if __name__ == "__main__":
    alone(__file__)
