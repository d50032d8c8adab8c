"""A reaction's own code raises at any point: `python -m tests.faults.raising_flows --count 50`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from random import Random
from types import FrameType

from domain.set_aside import set_aside
from domain.work_item import Work, WorkItem
from flows import work_off
from flows.resources import Resources
from flows.work_off import Doing
from tests.faults.battery import alone
from tests.faults.fault import Fault, Outcome, added_up
from tests.faults.ward import DOING, Day, ward
from tests.faults.wards import counted

_OURS = tuple(str(Path(__file__).parents[2] / name) for name in ("flows", "store", "domain", "events"))
_LATE, _EARLY = 1000, 10
"""Of the functions called for one item: nearly all, and those before anything is done."""
_SICK_A_WARD = 6
_PROBLEMS: tuple[Callable[[], BaseException], ...] = (
    partial(ValueError, "no such value"),
    partial(KeyError, "visit"),
    partial(TypeError, "'NoneType' object is not subscriptable"),
    partial(ZeroDivisionError, "division by zero"),
    partial(AssertionError, "this cannot happen"),
    partial(OSError, 5, "Input/output error"),
    partial(RecursionError, "maximum recursion depth exceeded"),
    MemoryError,
    TimeoutError,
    StopIteration,
    asyncio.CancelledError,
    asyncio.InvalidStateError,
    partial(ExceptionGroup, "several", [ValueError("one"), KeyError("two")]),
)


class Sickness:
    """Whose items break down, until it is mended: as one of our functions is called, with any exception."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._sick: dict[str, int] = {}
        self.raised = 0

    def doing(self) -> Mapping[Work, Doing]:
        """What the engine does, which breaks down for those who are sick."""
        return {work: partial(self._do, do) for work, do in DOING.items()}

    def befall(self, patient_ids: Sequence[str]) -> None:
        """Half of them break down before anything is done, again and again; the others anywhere."""
        self._sick = {patient_id: self._chance.choice((_EARLY, _LATE)) for patient_id in patient_ids}

    @property
    def sick(self) -> list[str]:
        """Who breaks down now."""
        return list(self._sick)

    def end(self) -> None:
        """From now on nobody breaks down."""
        self._sick.clear()

    async def _do(self, do: Doing, given: Resources, item: WorkItem) -> None:
        if item.patient_id not in self._sick:
            await do(given, item)
            return
        with self._breaking_down(self._chance.randint(1, self._sick[item.patient_id])):
            await do(given, item)
        raise self._problem()

    def _problem(self) -> BaseException:
        self.raised += 1
        return self._chance.choice(_PROBLEMS)()

    @contextmanager
    def _breaking_down(self, left: int) -> Generator[None]:
        """Raise as the so-many-th of our functions is called in this task, wherever it has got to by then."""
        task = asyncio.current_task()

        def on_call(frame: FrameType, kind: str, what: object) -> None:
            nonlocal left
            if kind != "call" or not _is_ours(frame) or asyncio.current_task() is not task:
                return
            left -= 1
            if left == 0:
                raise self._problem()

        sys.setprofile(on_call)
        try:
            yield
        finally:
            sys.setprofile(None)


def _is_ours(frame: FrameType) -> bool:
    """Whether a function of the engine begins, and does not go on after waiting; below what catches what it raises."""
    code = frame.f_code
    begins = frame.f_lineno == code.co_firstlineno
    return begins and code.co_filename.startswith(_OURS) and code.co_filename != work_off.__file__


async def _fall_sick(folder: Path, chance: Random) -> tuple[Outcome, int]:
    """Some break down beside others who do not; then it is mended, and people release what was set aside."""
    sickness = Sickness(chance)
    async with ward(folder) as at:
        day = Day(at, chance, sickness.doing())
        day.come(to_order=_SICK_A_WARD, to_follow=_SICK_A_WARD)
        everyone = [*day.to_order, *day.to_follow]
        sickness.befall(chance.sample(everyone, _SICK_A_WARD))
        sick = sickness.sick
        await day.passes(2)
        wrong = [f"{key} waits for others" for key in day.open() if not any(each in key for each in sick)]
        await day.passes(30)
        aside = [key for who in everyone for key in set_aside(at.patient(who))]
        wrong += [f"{key} is neither done nor set aside" for key in day.open() if key not in aside]
        sickness.end()
        await day.ends()
        return counted(day, sickness.raised, *wrong, may_repeat=True), len(aside)


def _inject(count: int, chance: Random, folder: Path) -> Outcome:
    every: list[Outcome] = []
    aside = 0
    while sum(outcome.count for outcome in every) < count:
        outcome, more = asyncio.run(_fall_sick(folder / str(len(every)), chance))
        every.append(outcome)
        aside += more
    repeated = sum(int(outcome.seen) for outcome in every)
    return added_up(
        every,
        f"{len(every)} wards; {aside} items set aside and released; {repeated} mails repeated under their Message-ID",
    )


FAULTS = (
    Fault(
        name="raising_flows",
        what="a reaction's own code raises",
        method="as a random function of ours is called for 6 of 12 patients, again and again, 13 kinds of exception, "
        "CancelledError among them; then it is mended, and people release what was set aside",
        must_hold="nobody else waits; each item is done, or set aside as an event on the worklist; then each order "
        "once at the laboratory, each reminder under one Message-ID, each on record once; nothing left to do",
        full=3000,
        quick=10,
        inject=_inject,
    ),
)

if __name__ == "__main__":
    alone(__file__)
