"""The machine's clock jumps while the engine reacts: `python -m tests.faults.clock_steps_of_reactions --count 50`."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from random import Random

from deployments.laboratory import Fault as LaboratoryFault
from domain.set_aside import set_aside
from domain.work_item import Work, WorkItem
from flows.clock import SimulatedClock
from flows.resources import Resources
from flows.work_off import Doing
from tests.faults.battery import alone
from tests.faults.books import Books
from tests.faults.fault import Outcome, added_up
from tests.faults.logs import Home, Place, closing_books, on_both
from tests.faults.ward import DOING, MORNING, Day, ward
from tests.faults.wards import counted

_STEPS_A_WARD = 20
_FARTHEST = timedelta(days=12)
_LAST_DAY = MORNING + timedelta(days=40)


class SteppingClock(SimulatedClock):
    """A clock that somebody sets, either way: by minutes, by days, or to just before or after midnight in Shanghai."""

    def __init__(self, start: datetime, chance: Random) -> None:
        super().__init__(start)
        self._chance = chance
        self.steps = 0
        self.is_steady = False

    def advance_to(self, instant: datetime) -> None:
        """Go on to an instant, unless it was set beyond it meanwhile."""
        super().advance_to(max(instant, self._now))

    def set_to(self, instant: datetime) -> None:
        """Be set to an instant, also to an earlier one."""
        self._now = instant

    def step(self) -> None:
        """Be set to another instant, at most twelve days from the morning it all began."""
        self.steps += 1
        match self._chance.choice(("minutes", "hours", "days", "midnight")):
            case "minutes":
                wanted = self._now + timedelta(minutes=self._chance.uniform(-30, 30))
            case "hours":
                wanted = self._now + timedelta(hours=self._chance.uniform(-12, 12))
            case "days":
                wanted = self._now + timedelta(days=self._chance.uniform(-9, 9))
            case _:
                midnight = self._now.replace(hour=16, minute=0, second=0, microsecond=0)
                wanted = midnight + timedelta(seconds=self._chance.uniform(-2, 2))
        self.set_to(min(max(wanted, MORNING - _FARTHEST), MORNING + _FARTHEST))


def _stepping(clock: SteppingClock, chance: Random) -> Mapping[Work, Doing]:
    """What the engine does, with the clock set beside it now and then: before an item is done, or after."""

    async def do(so: Doing, given: Resources, item: WorkItem) -> None:
        if chance.random() < 0.1 and not clock.is_steady:
            clock.step()
        await so(given, item)
        if chance.random() < 0.1 and not clock.is_steady:
            clock.step()

    return {work: partial(do, so) for work, so in DOING.items()}


async def _set_again_and_again(home: Home, chance: Random, count: int) -> Outcome:
    clock = SteppingClock(MORNING, chance)
    async with ward(home.folder, clock=clock, database_url=home.url) as at:
        day = Day(at, chance, _stepping(clock, chance))
        while clock.steps < count:
            day.come(to_order=chance.randint(0, 1), to_follow=chance.randint(0, 1))
            at.laboratory.suffer(LaboratoryFault(kind="failing", times=chance.randint(1, 3)))
            await day.reactor.settle()
            clock.step()
            await day.passes(chance.uniform(0, 2))
        at.laboratory.recover()
        clock.set_to(MORNING - _FARTHEST)
        clock.is_steady = True
        await day.passes(15)
        # Results are left out: the laboratory's own clock was set too, and it reports when its time has come.
        ours = [key for key in day.waiting() if not key.startswith("result/")]
        late = [f"{key} waits for an instant that was shown once" for key in ours]
        clock.set_to(MORNING + _FARTHEST)
        day.come(to_order=1, to_follow=1)
        everyone = (*day.to_order, *day.to_follow)
        aside = [f"{key} was set aside" for who in everyone for key in set_aside(at.patient(who))]
        await _on_steadily(day)
        outcome = counted(day, clock.steps, *late, *aside)
    closing_books(home.url, books := Books())
    mistakes = [*books.mistakes, *([] if books.gaps == 0 else ["a gap"])]
    return added_up([outcome, Outcome(0, wrong=len(mistakes), first_wrong=mistakes[0] if mistakes else "")])


async def _on_steadily(day: Day) -> None:
    """The clock goes on as clocks do, for four weeks: what is due in them goes out, at ten in the morning."""
    while (now := day.at.clock.now()) < _LAST_DAY:
        day.at.clock.advance_to(now.replace(hour=2) + timedelta(days=1))
        await day.passes(2, every=1)
    await day.ends()


def _inject(count: int, chance: Random, place: Place) -> Outcome:
    shares = [min(_STEPS_A_WARD, count - begun) for begun in range(0, count, _STEPS_A_WARD)]
    return added_up([asyncio.run(_set_again_and_again(place.home(), chance, share)) for share in shares])


FAULTS = on_both(
    "clock_steps_of_reactions",
    "clock steps while the engine reacts",
    "by up to 30 minutes, 12 hours or 9 days either way, or to within 2 s of midnight in Shanghai, between two settles "
    "or within an item, while the laboratory fails now and then; then four weeks in which the clock goes as it should",
    "each order once at the laboratory, each reminder once in the mailbox, each on record once, none missing; nothing "
    "set aside; recorded_at never goes back",
    full=400,
    quick=6,
    inject=_inject,
)

if __name__ == "__main__":
    alone(__file__)
