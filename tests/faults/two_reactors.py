"""Two engines on one log by mistake, the leader put to sleep: `python -m tests.faults.two_reactors --count 20`."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random

from deployments.laboratory import DemonstrationLaboratory
from deployments.mailbox import Mailbox
from domain.patient import Patient
from domain.worklist import engine_worklist
from flows.clock import SimulatedClock, SystemClock
from flows.lead import CONSUMER
from flows.live_patients import LivePatients
from flows.pace import Pace
from flows.reactions import Reactions
from flows.reactor import Reactor
from flows.resources import using
from store.transact import TrialLog
from tests.faults.battery import alone
from tests.faults.fault import Outcome
from tests.faults.logs import Home, Place, on_both
from tests.faults.receivers import outcome_at_receivers
from tests.faults.victims import Say, Victim
from tests.faults.ward import MORNING, TO_FOLLOW, TO_ORDER, answers, resources_of
from tests.store.trial_logs import keep

_LEASE = 0.6
_PACE = Pace(delays=(timedelta(0),), poll=timedelta(0), lease=timedelta(seconds=_LEASE))
_SECONDS_TO_SETTLE = 120.0


def _react(say: Say, home: Home, laboratory_url: str, mail_url: str) -> None:
    """React while leading, for ever."""
    asyncio.run(_run(say, home, laboratory_url, mail_url))


async def _run(say: Say, home: Home, laboratory_url: str, mail_url: str) -> None:
    given = resources_of(home, SimulatedClock(MORNING), laboratory_url, mail_url)
    with given.trial_log.log, using(given):
        reactions = Reactions(answers(), _nothing, _nothing)
        say(b"ready")
        await Reactor(given, reactions, _PACE, ticking=SystemClock()).run(asyncio.Event(), every=0.02)


async def _nothing(names: Sequence[str]) -> None:
    return None


def _epoch(trial_log: TrialLog) -> int:
    """How often the lead has gone to another engine."""
    found = trial_log.log.execute("select epoch from checkpoint where consumer = :consumer", {"consumer": CONSUMER})
    return found[0][0] if found else 0


def _put_to_sleep(trial_log: TrialLog, engine: Victim) -> bool:
    """Stop an engine for longer than its lease; whether the other leads then, as it does when this one led."""
    epoch = _epoch(trial_log)
    engine.signal(signal.SIGSTOP)
    until = time.monotonic() + 3 * _LEASE
    while time.monotonic() < until and _epoch(trial_log) == epoch:
        time.sleep(_LEASE / 20)
    engine.signal(signal.SIGCONT)
    return _epoch(trial_log) > epoch


def _inject(count: int, chance: Random, place: Place) -> Outcome:
    """Put the leader to sleep while patients come, so many times; then let both settle, and count."""
    home, to_order, to_follow = place.home(), list[str](), list[str]()
    with (
        DemonstrationLaboratory(clock=lambda: MORNING) as laboratory,
        Mailbox() as mailbox,
        (trial_log := home.opened()).log,
    ):
        engines = [Victim(_react, home, laboratory.url, mailbox.url("site@imni.example")) for _ in range(2)]
        for engine in engines:
            engine.first_word()
        overtaken = rounds = 0
        while overtaken < count and rounds < 5 * count:
            rounds += 1
            for came, past in ((to_order, TO_ORDER), (to_follow, TO_FOLLOW)):
                came.append(f"RJ-{len(to_order) + len(to_follow) + 1:04}")
                keep(trial_log, came[-1], *past)
            time.sleep(chance.uniform(0, _LEASE / 4))
            overtaken += _put_to_sleep(trial_log, engines[rounds % 2])
        left = _left_when_settled(trial_log)
        for engine in engines:
            engine.kill()
        broken = ["an engine broke down"] * sum(engine.broke_down for engine in engines)
        outcome = outcome_at_receivers(
            _patients(trial_log),
            laboratory.orders(),
            mailbox,
            trial_log.log.log_id,
            count=overtaken,
            to_order=to_order,
            to_follow=to_follow,
            wrong=[*left, *broken],
        )
    return replace(outcome, seen=f"{outcome.seen} mails repeated under their Message-ID")


def _patients(trial_log: TrialLog) -> list[Patient]:
    live = LivePatients(trial_log)
    live.read_on()
    return list(live.patients.values())


def _left_when_settled(trial_log: TrialLog) -> list[str]:
    """What is still open when nothing changes any more, or patience ends."""
    until, left = time.monotonic() + _SECONDS_TO_SETTLE, ["not looked at"]
    while left and time.monotonic() < until:
        time.sleep(0.2)
        edition = trial_log.edition()
        left = [item.key for who in _patients(trial_log) for item in engine_worklist(who, edition, MORNING.date())]
    return [f"{key} is still open" for key in left]


FAULTS = on_both(
    "two_reactors",
    "two engines started on one log by mistake",
    "the leading process is stopped (SIGSTOP) in the middle of its work until the other has taken over, then goes on "
    "where it was",
    "one leads; each order once at the laboratory, each reminder under one Message-ID, each on record once, none "
    "missing; nothing left to do",
    full=50,
    quick=1,
    inject=_inject,
)

if __name__ == "__main__":
    alone(__file__)
