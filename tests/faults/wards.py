"""Faults injected into one ward after another, and what must have reached the receivers of each."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random

from tests.faults.fault import Outcome, added_up
from tests.faults.receivers import outcome_at_receivers
from tests.faults.ward import Day, ward

ONCE = "each order once at the laboratory, each reminder once in the mailbox, each on record once; nothing left to do"
PATIENTLY = 10.0
"""The real time-out of the laboratory, in seconds."""
_FAULTS_A_WARD = 20


def in_wards(
    course: Callable[[Day, int], Awaitable[Outcome]], timeout: float, count: int, chance: Random, folder: Path
) -> Outcome:
    """One ward after another, each with a share of what is to go wrong."""

    async def one(number: int, share: int) -> Outcome:
        async with ward(folder / str(number), timeout) as at:
            return await course(Day(at, chance), share)

    shares = [min(_FAULTS_A_WARD, count - begun) for begun in range(0, count, _FAULTS_A_WARD)]
    outcomes = [asyncio.run(one(number, share)) for number, share in enumerate(shares)]
    repeated = sum(int(outcome.seen) for outcome in outcomes)
    return added_up(outcomes, f"{repeated} mails repeated under their Message-ID" if repeated else "")


def counted(day: Day, count: int, *wrong: str, may_repeat: bool = False) -> Outcome:
    """What reached the receivers of a ward; a mail that came twice is one too many, unless it `may_repeat`."""
    at = day.at
    ids = (*day.to_order, *day.to_follow)
    left = [f"{key} is still open" for key in day.open()]
    repeated = at.mailbox.duplicates().items()
    again = [f"{mail} came {times} times" for (mail, _), times in repeated if not may_repeat]
    return outcome_at_receivers(
        [at.patient(patient_id) for patient_id in ids],
        at.laboratory.orders(),
        at.mailbox,
        count=count,
        to_order=day.to_order,
        to_follow=day.to_follow,
        wrong=[*wrong, *left, *again],
    )
