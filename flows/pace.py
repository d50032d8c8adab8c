"""How patient the reactor is: when an item may be tried again, and when it is given to a person."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zlib import crc32

from flows.clock import Clock
from flows.lead import LEASE
from flows.work_off import Outcome


@dataclass(frozen=True, slots=True)
class Pace:
    """`delays` between tries grow to the last one; waiting for a result is `poll`; a broken item gets `broken_tries`.

    Who has reported may still correct: the laboratory is listened to every `listen_every` even when nothing is owed.
    """

    delays: tuple[timedelta, ...] = tuple(timedelta(seconds=2**power) for power in range(1, 10))
    poll: timedelta = timedelta(seconds=30)
    broken_tries: int = 8
    listen_every: timedelta = timedelta(minutes=5)
    refresh_every: timedelta = timedelta(seconds=1)
    analyse_every: timedelta = timedelta(seconds=5)
    seal_every: timedelta = timedelta(minutes=1)
    look_every: timedelta = timedelta(seconds=1)
    """How soon an item is looked at again that a worker elsewhere carries."""
    remind_every: timedelta = timedelta(minutes=5)
    """How soon the trial's own reminders are tried again when they could not be sent."""
    seal_at: int = 1000
    """How many new events are sealed at once, without waiting for the time to come."""
    lease: timedelta = LEASE
    """For how long a reactor leads that is not heard of again."""

    def delay(self, key: str, tries: int) -> timedelta:
        """How long to wait after a try; spread by up to a fifth so that items do not come back all at once."""
        delay = self.delays[min(tries, len(self.delays)) - 1]
        return delay * (1 + crc32(key.encode()) % 100 / 500)


def has_passed(wait: timedelta, since: datetime | None, now: datetime) -> bool:
    """Whether a wait is over. A clock that stands before its beginning was put back: then nobody waits for it."""
    return since is None or not since <= now < since + wait


@dataclass
class _Tried:
    tries: int = 0
    broken: int = 0
    at: datetime | None = None
    wait: timedelta = timedelta(0)


@dataclass
class Tries:
    """How often each item was tried by this process, and when it may be tried again."""

    pace: Pace
    clock: Clock
    _tried: dict[str, _Tried] = field(default_factory=lambda: defaultdict[str, _Tried](_Tried))

    def may_try(self, key: str) -> bool:
        """Whether an item's time has come."""
        tried = self._tried.get(key, _Tried())
        return has_passed(tried.wait, tried.at, self.clock.now())

    def count(self, outcome: Outcome) -> int:
        """Count a try, and how many it makes. That a worker carries an item is no try yet."""
        tried = self._tried[outcome.key]
        tried.at = self.clock.now()
        if outcome.fate == "carried":
            tried.wait = self.pace.look_every
            return tried.tries
        tried.tries += 1
        tried.broken += outcome.fate == "broken"
        waiting = outcome.key.startswith("result/")
        tried.wait = self.pace.poll if waiting else self.pace.delay(outcome.key, tried.tries)
        return tried.tries

    def is_for_a_person(self, outcome: Outcome) -> bool:
        """Whether trying again would change nothing. A machine that is down breaks no item, however long it takes."""
        is_broken = self._tried[outcome.key].broken >= self.pace.broken_tries
        return outcome.fate == "person" or (is_broken and outcome.fate not in ("done", "carried"))

    def hurry(self, key: str) -> None:
        """Let an item be tried at once, whatever its delay; what was counted stays counted."""
        if key in self._tried:
            self._tried[key].at = None

    def forget(self, key: str) -> None:
        """Begin anew with an item: when a person releases it, it is tried at once."""
        self._tried.pop(key, None)
