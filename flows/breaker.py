"""The circuit breaker of each call to a gateway: while nobody answers it rests, then a single item asks again.

One for each kind of work and not for each house: a laboratory may take no orders and still tell its results.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.work_item import Work, WorkItem
from flows.clock import Clock
from flows.pace import Pace, has_passed
from flows.work_off import UNANSWERED_IN_A_ROW, Outcome


@dataclass
class _Call:
    """Items and rounds that nobody answered since somebody last did, and the present rest, if any."""

    unanswered: int = 0
    rounds: int = 0
    resting_since: datetime | None = None
    rest: timedelta = timedelta(0)


class Breakers:
    """Which kinds of work rest. The rests grow like the delays of an item, and end at once when somebody answers."""

    def __init__(self, pace: Pace, clock: Clock) -> None:
        self._pace, self._clock = pace, clock
        self._calls: dict[Work, _Call] = defaultdict(_Call)

    def admitted(self, items: Iterable[WorkItem], may_try: Callable[[str], bool]) -> list[WorkItem]:
        """Of all open items those that may be done now: of a kind that rests none, or the one that asks again."""
        by_work: dict[Work, list[WorkItem]] = defaultdict(list)
        for item in items:
            by_work[item.work].append(item)
        return [item for work, its in by_work.items() for item in self._of(work, its, may_try)]

    def _of(self, work: Work, items: Sequence[WorkItem], may_try: Callable[[str], bool]) -> Iterator[WorkItem]:
        call = self._calls[work]
        if call.resting_since is None:
            return (item for item in items if may_try(item.key))
        if not has_passed(call.rest, call.resting_since, self._clock.now()):
            return iter(())
        return iter((items[call.rounds % len(items)],))  # another one each time: it may be the item that is at fault

    def resting(self) -> frozenset[Work]:
        """The kinds of work that rest, because nobody answered."""
        return frozenset(work for work, call in self._calls.items() if call.resting_since is not None)

    def note(self, work: Work, outcomes: Sequence[Outcome]) -> bool:
        """Learn from what became of items of one kind; True when somebody answers again after a rest."""
        call = self._calls[work]
        told = [outcome for outcome in outcomes if outcome.fate != "carried"]
        if not told:
            if outcomes and call.resting_since is not None:
                call.resting_since, call.rest = self._clock.now(), self._pace.look_every
            return False
        if any(outcome.fate != "away" for outcome in told):
            return self._calls.pop(work).resting_since is not None
        call.unanswered += len(told)
        call.rounds += 1
        if call.unanswered >= UNANSWERED_IN_A_ROW:
            call.resting_since, call.rest = self._clock.now(), self._pace.delay(work, call.rounds)
        return False
