"""The laboratory is away, slow, broken or unclear: `python -m tests.faults.laboratory_faults --count 20`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from random import Random
from typing import get_args

import httpx

from deployments.laboratory import Fault as LaboratoryFault
from deployments.laboratory.spoiling import Spoiling
from domain.genomic_test import open_order
from tests.faults.battery import alone
from tests.faults.fault import Fault, Outcome
from tests.faults.ward import Day, released
from tests.faults.wards import ONCE, PATIENTLY, counted, in_wards
from tests.flows.site import Site

_ASKED_AN_HOUR = 45


Told = Callable[[Random, int], LaboratoryFault]


async def _suffer(told: Told, day: Day, count: int) -> Outcome:
    """Patients keep coming until the laboratory has gone wrong so many times."""
    left, waiting = count, 0
    while left or waiting:
        times = min(left, day.chance.randint(1, 4))
        if times:
            day.at.laboratory.suffer(told(day.chance, times))
        left -= times
        day.come(to_order=2, to_follow=day.chance.randint(0, 1))
        await day.ends(_telephone)
        waiting = len(httpx.get(f"{day.at.laboratory.url}/$faults", trust_env=False).json())
    return counted(day, count)


def _telephone(at: Site, patient_id: str) -> None:
    """People do what is asked of them, and ask the laboratory to report anew what could not be read."""
    released(at, patient_id)
    order = open_order(at.patient(patient_id))
    if order is not None:
        at.laboratory.suffer(LaboratoryFault(kind="final", order_key=order.event.order_key))


async def _down(day: Day, count: int) -> Outcome:
    """So many hours without a laboratory: who asks it rests, mails and schedules go on."""
    wrong: list[str] = []
    for _ in range(count):
        day.come(to_order=day.chance.randint(0, 2), to_follow=0)
        day.at.laboratory.stop()
        day.come(to_order=day.chance.randint(6, 12), to_follow=2)
        day.at.asked.clear()
        await day.passes(60, every=day.chance.uniform(0.2, 1))
        wrong += [f"{key} waits for the laboratory" for key in day.waiting() if not key.startswith("recurindex/")]
        wrong += [f"asked {len(day.at.asked)} times in an hour"] * (len(day.at.asked) > _ASKED_AN_HOUR)
        day.at.laboratory.start()
        await day.passes(15)
        wrong += [f"{key} is still open a quarter of an hour later" for key in day.waiting()]
    await day.ends()
    return counted(day, count, *wrong)


def _slow(chance: Random, times: int) -> LaboratoryFault:
    return LaboratoryFault(kind="slow", seconds=0.3, times=times)


def _half_a_minute(chance: Random, times: int) -> LaboratoryFault:
    return LaboratoryFault(kind="slow", seconds=30, times=times)


def _failing(chance: Random, times: int) -> LaboratoryFault:
    return LaboratoryFault(kind="failing", status=chance.choice([500, 502, 503, 504, 408, 429]), times=times)


def _lost_answer(chance: Random, times: int) -> LaboratoryFault:
    return LaboratoryFault(kind="lost-answer", status=chance.choice([500, 502, 504]), times=times)


def _malformed(chance: Random, times: int) -> LaboratoryFault:
    if chance.random() < 0.5:
        return LaboratoryFault(kind="malformed", times=times)
    return LaboratoryFault(kind="unreadable", by=chance.choice(get_args(Spoiling)), times=times)


def _refusing(chance: Random, times: int) -> LaboratoryFault:
    return LaboratoryFault(kind="refusing", times=times)


def _ambiguous(chance: Random, times: int) -> LaboratoryFault:
    return LaboratoryFault(kind="ambiguous", on="orders", times=times)


def _repeating(chance: Random, times: int) -> LaboratoryFault:
    return LaboratoryFault.model_validate(
        {"kind": chance.choice(["repeated", "out-of-order", "duplicated"]), "times": times}
    )


def _fault(name: str, what: str, method: str, told: Told, full: int, quick: int, timeout: float = PATIENTLY) -> Fault:  # noqa: PLR0917 - a row
    return Fault(name, what, method, ONCE, full, quick, partial(in_wards, partial(_suffer, told), timeout))


FAULTS = (
    Fault(
        name="laboratory_down",
        what="the laboratory is down for an hour",
        method="stopped for an hour of the trial's clock while 6 to 12 orders and 2 follow-ups come, then started "
        "again; everything asked of it is counted",
        must_hold=f"asked at most {_ASKED_AN_HOUR} times in that hour; mails and schedules go on; {ONCE} "
        "a quarter of an hour after its return",
        full=50,
        quick=1,
        inject=partial(in_wards, _down, PATIENTLY),
    ),
    _fault(
        "laboratory_slow",
        "the laboratory answers after we stopped listening",
        "it acts, and answers 0.3 s later; the time-out is 0.1 s",
        _slow,
        full=300,
        quick=4,
        timeout=0.1,
    ),
    _fault(
        "laboratory_slow_30_s",
        "the laboratory answers after 30 s",
        "it acts, and answers 30 s later; the time-out is the real one of 10 s",
        _half_a_minute,
        full=20,
        quick=0,
    ),
    _fault(
        "laboratory_failing",
        "the laboratory answers 500, 502, 503, 504, 408 or 429",
        "it does nothing of what it is asked, 1 to 4 times in a row",
        _failing,
        full=1000,
        quick=12,
    ),
    _fault(
        "laboratory_lost_answers",
        "the laboratory's answer is lost",
        "it acts, and the answer is a failing gateway's, 1 to 4 times in a row",
        _lost_answer,
        full=1000,
        quick=12,
    ),
    _fault(
        "laboratory_malformed",
        "the laboratory answers what is no FHIR",
        "half an answer to an order or a search, or a report spoiled in one of 16 ways; people release what was set "
        "aside and ask for a new report",
        _malformed,
        full=500,
        quick=8,
    ),
    _fault(
        "laboratory_refusing",
        "the laboratory refuses (422)",
        "an order or a search, 1 to 4 times in a row; people release what was set aside",
        _refusing,
        full=500,
        quick=8,
    ),
    _fault(
        "laboratory_ambiguous",
        "the laboratory cannot tell which order is ours (412)",
        "1 to 4 orders in a row; a person settles each by telephone, and it is ordered anew under the next key",
        _ambiguous,
        full=500,
        quick=6,
    ),
    _fault(
        "laboratory_repeating",
        "the laboratory reports everything twice, out of order, or in a second report",
        "a search, or the report of an order, 1 to 4 times in a row",
        _repeating,
        full=500,
        quick=8,
    ),
)

if __name__ == "__main__":
    alone(__file__)
