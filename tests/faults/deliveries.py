"""What the laboratory reports and what wakes the engine, in any order and as often as you like.

`python -m tests.faults.deliveries --count 1000`: so many deliveries in all.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from pathlib import Path
from random import Random
from typing import Literal

from deployments.laboratory import Fault as LaboratoryFault
from domain.genomic_test import order_key, results, standing_result
from domain.work_item import Work
from events.genomics import GenomicReportSetAside
from flows.catch_up import catch_up
from flows.collect_genomic_results import record_batch
from flows.gateways.laboratory import ReportBatch
from flows.pace import Pace
from flows.reactions import Reactions
from tests.faults.battery import alone
from tests.faults.fault import Fault, Outcome, added_up
from tests.faults.ward import Day, Ward, answers, ward
from tests.faults.wards import counted

Step = Literal["corrected", "final", "entered-in-error", "wrong-patient", "unreadable", "duplicated"]
"""What the laboratory says after its first, final report of an order."""
STEPS: Sequence[Step] = ("corrected", "final", "entered-in-error", "wrong-patient", "unreadable")
Delivery = Callable[[], Awaitable[object]]

_FOLLOWED = 2
_ORPHAN = 7
"""The number of an order that nobody placed."""


async def tell(at: Ward, chains: Mapping[str, Sequence[Step]]) -> list[ReportBatch]:
    """Let the laboratory report so about the test of each patient; every version of every report, one by one."""
    laboratory = at.given.laboratory
    assert laboratory is not None
    at.laboratory.fix_scores({who: {"score_18gene": _score(1)} for who in chains})
    for who, chain in chains.items():
        await laboratory.order(order_key(who, 1), who, at.given.today)
        version = 1
        for step in chain:
            version += step != "duplicated"
            told = {"kind": step, "order_key": order_key(who, 1), "patient_id": "RJ-9999"}
            at.laboratory.suffer(LaboratoryFault.model_validate({**told, "scores": {"score_18gene": _score(version)}}))
    await laboratory.order(order_key(min(chains), _ORPHAN), min(chains), at.given.today)
    at.laboratory.suffer(LaboratoryFault(kind="out-of-order"))
    batch = await laboratory.reports_since(None)
    readable = [ReportBatch((report,), (), None) for report in batch.reports]
    return [*readable, *(ReportBatch((), (unreadable,), None) for unreadable in batch.unreadable)]


def _score(version: int) -> Decimal:
    return Decimal(10 + version)


def standing(chain: Sequence[Step]) -> Decimal | None:
    """The score that counts after all that was reported: of the newest version that is hers and can be read."""
    stands: Decimal | None = _score(1)
    for version, step in enumerate(chain, 2):
        if step in {"corrected", "final"}:
            stands = _score(version)
        elif step == "entered-in-error":
            stands = None
    return stands


def wakes(day: Day, chance: Random) -> list[Delivery]:
    """Whatever may wake the engine: a kind of work for some patients, a reactor that goes on or is new, catching up."""
    everyone = [*day.to_order, *day.to_follow]
    found: list[Delivery] = []
    for work, answer in answers().items():
        asked = chance.choices(everyone, k=3)
        found += [partial(answer, asked), partial(answer, [chance.choice(everyone)])] if work in Work else []
    fresh = partial(_fresh, day)
    return [*found, day.reactor.settle, fresh, partial(catch_up, Reactions(answers(), _nothing, _nothing))]


async def _fresh(day: Day) -> None:
    await day.at.reactor(answers(), Pace()).settle()


async def _nothing(names: list[str]) -> None:
    return None


async def deliver(
    folder: Path, chains: Sequence[Sequence[Step]], chance: Random, choose: Callable[[int], Sequence[int]]
) -> Outcome:
    """Let the laboratory report, deliver what `choose` says of so many deliveries, then each report once more."""
    async with ward(folder) as at:
        day = Day(at, chance)
        day.come(to_order=len(chains), to_follow=_FOLLOWED)
        told = dict(zip(day.to_order, chains, strict=True))
        batches = await tell(at, told)
        reports = [partial(_record, at, batch) for batch in batches]
        deliveries = [*reports, *wakes(day, chance)]
        order = choose(len(deliveries))
        for number in order:
            await deliveries[number]()
        await day.reactor.settle()
        for report in chance.sample(reports, len(reports)):
            await report()
        await day.reactor.settle()
        return _compared(day, told, len(order) + len(reports))


async def _record(at: Ward, batch: ReportBatch) -> None:
    record_batch(at.given, batch)


def _compared(day: Day, told: Mapping[str, Sequence[Step]], count: int) -> Outcome:
    """Each patient stands as she was reported on; the receivers have each effect once."""
    at = day.at
    wrong = [*_not_standing(at, told), *_reported_twice(at, told), *_not_aside_once(at, told)]
    still_owed = {f"result/{order_key(who, 1)}" for who, chain in told.items() if standing(chain) is None}
    return counted(day, count, *wrong, owed=still_owed, not_ours={order_key(min(told), _ORPHAN)})


def _not_standing(at: Ward, told: Mapping[str, Sequence[Step]]) -> Iterator[str]:
    for who, chain in told.items():
        result = standing_result(at.patient(who))
        stands = result.event.score_18gene if result else None
        if stands != standing(chain):
            yield f"{who} stands at {stands} after {', '.join(chain)}"


def _reported_twice(at: Ward, told: Mapping[str, Sequence[Step]]) -> Iterator[str]:
    for who in told:
        seen = Counter((each.event.report_id, each.event.report_version) for each in results(at.patient(who)))
        yield from (f"{report} of {who} is {times} times on record" for report, times in seen.items() if times > 1)


def _not_aside_once(at: Ward, told: Mapping[str, Sequence[Step]]) -> Iterator[str]:
    standings = (at.given.trial_log.trial(), *map(at.patient, told))
    entries = [entry.event for each in standings for entry in each.every(GenomicReportSetAside)]
    aside = Counter((event.report_id, event.report_version) for event in entries)
    due = 1 + sum(step in {"wrong-patient", "unreadable"} for chain in told.values() for step in chain)
    if len(aside) != due or set(aside.values()) != {1}:
        yield f"{dict(aside)} were set aside, and it should be {due}, each once"


_PATIENTS, _DELIVERIES = 8, 2000


def random_chain(chance: Random) -> list[Step]:
    """Up to four further versions of a report; or a second report that says the same, of which either may stand."""
    if chance.random() < 0.2:
        return ["duplicated"]
    return chance.choices(STEPS, k=chance.randint(0, 4))


def _inject(count: int, chance: Random, folder: Path) -> Outcome:
    every: list[Outcome] = []
    while (done := sum(outcome.count for outcome in every)) < count:
        chains = [random_chain(chance) for _ in range(_PATIENTS)]
        wanted = max(1, min(count - done, _DELIVERIES))
        choose = partial(_any_of, chance, wanted)
        every.append(asyncio.run(deliver(folder / str(len(every)), chains, chance, choose)))
    return added_up(every)


def _any_of(chance: Random, wanted: int, deliveries: int) -> Sequence[int]:
    return chance.choices(range(deliveries), k=wanted)


FAULTS = (
    Fault(
        name="shuffled_deliveries",
        what="everything is delivered in any order, and again and again",
        method="each version of each report (final, corrected, entered in error, a second one, another patient's, "
        "unreadable, of an order nobody placed), and whatever wakes the engine: work for some patients, a reactor that "
        "goes on or is new, catching up",
        must_hold="each patient stands as her newest report says, what nobody may act on is set aside once; each order "
        "once at the laboratory, each reminder once in the mailbox, each on record once; nothing left to do",
        full=100_000,
        quick=120,
        inject=_inject,
    ),
)

if __name__ == "__main__":
    alone(__file__)
