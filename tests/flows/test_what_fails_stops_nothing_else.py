"""One thing that is slow or broken costs its own time only: a kind of work, a patient, a page, an analysis."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from domain.patient import Patient
from domain.protocol.edition import Edition
from domain.set_aside import set_aside
from domain.work_item import Work
from events.follow_up import FollowUpScheduled
from events.genomics import GenomicTestOrdered
from flows.pace import Pace
from flows.patients_to_show import PatientsToShow
from flows.remembered import Remembered, Rule, T
from flows.work_off import Outcome
from tests import facts
from tests.flows.direct_reactor import direct_reactor
from tests.flows.site import AT_ONCE, Site

READY = (*facts.eligible()[:7], facts.consented_to_test())
TREATED = facts.enrolled(facts.planned("2020-12-10"), facts.completed("2020-12-11"), on="2020-12-01")


async def test_a_laboratory_that_takes_long_holds_up_neither_other_work_nor_pages(at: Site) -> None:
    answered, shown = asyncio.Event(), asyncio.Event()

    async def slow(patient_ids: list[str]) -> Sequence[Outcome]:
        await answered.wait()
        return [Outcome("recurindex/RJ-1/1", "RJ-1", "later")]

    async def refresh(patient_ids: list[str]) -> None:
        shown.set()

    at.has_seen("RJ-1", *READY)
    reactor = direct_reactor(at.given, instead={Work.ORDER_GENOMIC_TEST: slow}, refresh=refresh)
    stop = asyncio.Event()
    running = asyncio.ensure_future(reactor.run(stop, 0.02))
    async with asyncio.timeout(20):
        await shown.wait()
        at.has_seen("RJ-2", *TREATED)
        while not at.patient("RJ-2").has(FollowUpScheduled):
            await asyncio.sleep(0.02)
    assert not running.done()
    stop.set()
    answered.set()
    await running


async def test_pages_about_everyone_hold_up_no_patients_page(at: Site) -> None:
    made, shown, begun = asyncio.Event(), list[list[str]](), asyncio.Event()

    async def refresh(patient_ids: list[str]) -> None:
        if not patient_ids:
            begun.set()
            await made.wait()
        shown.append(patient_ids)

    reactor, stop = direct_reactor(at.given, refresh=refresh), asyncio.Event()
    at.has_seen("RJ-1", facts.screened())
    running = asyncio.ensure_future(reactor.run(stop, 0.02))
    async with asyncio.timeout(20):
        await begun.wait()
        at.later(seconds=2)
        at.has_seen("RJ-2", facts.screened())
        while ["RJ-2"] not in shown:
            await asyncio.sleep(0.02)
    stop.set()
    made.set()
    await running
    assert shown == [["RJ-1"], ["RJ-2"], []]


async def test_of_many_patients_with_news_the_newest_is_shown_first(at: Site) -> None:
    shown: list[list[str]] = []

    async def refresh(patient_ids: list[str]) -> None:
        if patient_ids:
            shown.append(patient_ids)

    everyone = [f"RJ-{number}" for number in range(1, 101)]
    for patient_id in everyone:
        at.has_seen(patient_id, facts.screened())
    reactor = direct_reactor(at.given, refresh=refresh)
    await reactor.settle()
    assert [len(each) for each in shown] == [40, 40, 20]
    assert "RJ-100" in shown[0]
    assert sorted(each for batch in shown for each in batch) == sorted(everyone)


def test_who_has_news_meanwhile_is_not_shown_again_for_what_failed_before() -> None:
    to_show = PatientsToShow()
    to_show.not_shown(["RJ-1", "RJ-2"])
    to_show.hear(["RJ-1"])
    assert (to_show.with_news(), to_show.to_try_again()) == (["RJ-1"], ["RJ-2"])


async def test_pages_that_take_long_hold_up_no_reaction(at: Site) -> None:
    made, begun = asyncio.Event(), asyncio.Event()

    async def slow(patient_ids: list[str]) -> None:
        begun.set()
        await made.wait()

    reactor, stop = direct_reactor(at.given, refresh=slow), asyncio.Event()
    at.has_seen("RJ-1", facts.screened())
    running = asyncio.ensure_future(reactor.run(stop, 0.02))
    async with asyncio.timeout(20):
        await begun.wait()
        at.has_seen("RJ-2", *TREATED)
        while not at.patient("RJ-2").has(FollowUpScheduled):
            await asyncio.sleep(0.02)
    stop.set()
    made.set()
    await running


async def test_a_kind_of_work_is_not_begun_twice_while_it_is_under_way(at: Site) -> None:
    begun: list[list[str]] = []
    alone = asyncio.Lock()

    async def slow(patient_ids: list[str]) -> Sequence[Outcome]:
        assert not alone.locked()
        begun.append(patient_ids)
        async with alone:
            await asyncio.sleep(0.2)
        return [Outcome(f"recurindex/{each}/1", each, "later") for each in patient_ids]

    at.has_seen("RJ-1", *READY)
    reactor = direct_reactor(at.given, instead={Work.ORDER_GENOMIC_TEST: slow})
    settling = asyncio.ensure_future(reactor.settle())
    await asyncio.sleep(0.05)
    at.has_seen("RJ-2", *READY)
    await settling
    both = ["RJ-1", "RJ-2"]
    assert begun == [["RJ-1"], both, both, both, ["RJ-2"]], "she waits for the next round; each is tried four times"


class _OneIsBroken(Remembered):
    """Of one patient nothing can be worked out."""

    def of(self, rule: Rule[T], patient: Patient, edition: Edition, today: date) -> T:
        if patient.patient_id == "RJ-1":
            raise KeyError("no such column")
        return super().of(rule, patient, edition, today)


async def test_a_patient_who_cannot_be_looked_at_stops_no_other_and_a_person_hears_of_her(at: Site) -> None:
    at.has_seen("RJ-1", *READY)
    at.has_seen("RJ-2", *READY)
    given = replace(at.given)
    given.__dict__["remembered"] = _OneIsBroken()
    await direct_reactor(given).settle()
    assert at.patient("RJ-2").has(GenomicTestOrdered)
    (aside,) = set_aside(at.patient("RJ-1")).values()
    assert (aside.event.key, aside.event.problem) == ("worklist/RJ-1", "KeyError: 'no such column'")
    assert len(at.patient("RJ-1").history) == len(READY) + 1, "said once, however often she is looked at"


def _patient(broken_tries: int = 3) -> Pace:
    return replace(AT_ONCE, delays=(timedelta(seconds=1), timedelta(minutes=1)), broken_tries=broken_tries)


async def test_a_patients_page_that_cannot_be_made_keeps_nobody_else_waiting_and_a_person_hears_of_it(at: Site) -> None:
    tried = Counter[str]()

    async def refresh(patient_ids: list[str]) -> None:
        tried.update(patient_ids)
        if "RJ-1" in patient_ids:
            raise KeyError("no such column")

    reactor = direct_reactor(at.given, refresh=refresh, pace=_patient())
    at.has_seen("RJ-1", facts.screened())
    at.has_seen("RJ-2", facts.screened())
    for seconds in range(300):
        if seconds % 10 == 2:
            at.has_seen("RJ-3", facts.toxicity("Fatigue", 2, "2020-11-20"))
        before = tried["RJ-3"]
        await reactor.settle()
        assert tried["RJ-3"] == before + (seconds % 10 == 2)
        at.later(seconds=1)
    assert 5 <= tried["RJ-1"] <= 8, "at once, a second later, and then about every minute"
    (aside,) = set_aside(at.given.trial_log.trial()).values()
    assert aside.event.key == "engine/pages of patients"


async def test_what_goes_on_failing_is_tried_ever_more_rarely_and_told_to_a_person_once(at: Site) -> None:
    tried: list[int] = []

    async def broken(patient_ids: list[str]) -> None:
        if not patient_ids:
            tried.append(len(tried))
            raise ZeroDivisionError("division by zero")

    reactor = direct_reactor(at.given, refresh=broken, pace=_patient())
    at.has_seen("RJ-1", facts.screened())
    for _ in range(300):
        await reactor.settle()
        at.later(seconds=1)
    assert 5 <= len(tried) <= 7, "at once, a second later, and then about every minute"
    (aside,) = set_aside(at.given.trial_log.trial()).values()
    assert aside.event.key == "engine/pages of the trial"
    assert "division by zero" in aside.event.problem


async def test_of_a_server_that_is_away_nobody_is_told_and_pages_come_back_with_it(at: Site) -> None:
    away, shown = [True], list[list[str]]()

    async def refresh(patient_ids: list[str]) -> None:
        if away[0]:
            raise ConnectionError("no Prefect API")
        shown.append(patient_ids)

    reactor = direct_reactor(at.given, refresh=refresh, pace=_patient())
    at.has_seen("RJ-1", facts.screened())
    for _ in range(200):
        await reactor.settle()
        at.later(seconds=2)
    assert set_aside(at.given.trial_log.trial()) == {}
    away[0] = False
    for _ in range(40):
        await reactor.settle()
        at.later(seconds=2)
    assert sorted(shown) == [[], ["RJ-1"]]
