"""Faults injected into one ward after another, and what must have reached the receivers of each."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
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


def counted(
    day: Day,
    count: int,
    *wrong: str,
    may_repeat: bool = False,
    owed: Collection[str] = (),
    not_ours: Collection[str] = (),
) -> Outcome:
    """What reached the receivers of a ward; a mail that came twice is one too many, unless it `may_repeat`.

    `owed` may still be open, and orders `not_ours` are at the laboratory without us.
    """
    at = day.at
    ids = (*day.to_order, *day.to_follow)
    left = [f"{key} is still open" for key in day.open() if key not in owed]
    repeated = at.mailbox.duplicates().items()
    again = [f"{mail} came {times} times" for (mail, _), times in repeated if not may_repeat]
    return outcome_at_receivers(
        [at.patient(patient_id) for patient_id in ids],
        {key: tally for key, tally in at.laboratory.orders().items() if key not in not_ours},
        at.mailbox,
        at.given.trial_log.log.log_id,
        count=count,
        to_order=day.to_order,
        to_follow=day.to_follow,
        wrong=[*wrong, *left, *again],
    )
