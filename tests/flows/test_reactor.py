"""The reactor: who leads, how patient it is, what it looks at again, and what stops it."""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import NoReturn

import pytest

from domain.decisions.conduct import ChooseReading
from domain.work_item import Work
from events.event import Event
from events.follow_up import ReminderSent
from events.genomics import GenomicTestOrdered
from events.recorded import Recorded, Source
from flows.analyses import keep, perform, see
from flows.clock import SimulatedClock
from flows.lead import Lead
from flows.pace import Pace, Tries, has_passed
from flows.work_off import Outcome
from store.projections.as_of import AsOf
from store.sqlite_event_log import open_sqlite_log
from store.transact import Entry
from tests import facts
from tests.flows.direct_reactor import answers_of, direct_reactor
from tests.flows.site import AT_ONCE, LI, MORNING, Site

READY = (*facts.eligible()[:7], facts.consented_to_test())
TREATED = facts.enrolled(facts.planned("2020-12-10"), facts.completed("2020-12-11"), on="2020-12-01")
ORDER = "recurindex/RJ-1/1"


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():
            await asyncio.sleep(0.02)


async def test_of_two_running_reactors_the_second_takes_over_when_the_first_stops(at: Site) -> None:
    stop_first, stop_second = asyncio.Event(), asyncio.Event()
    first, second = direct_reactor(at.given), direct_reactor(at.given)
    leading = asyncio.ensure_future(first.run(stop_first, 0.02))
    at.has_seen("RJ-1", *READY)
    await _until(lambda: at.patient("RJ-1").has(GenomicTestOrdered))
    waiting = asyncio.ensure_future(second.run(stop_second, 0.02))
    await asyncio.sleep(0.2)
    assert second.live.position == 0, "who does not lead does not work"
    stop_first.set()
    await leading
    at.has_seen("RJ-2", *READY)
    await _until(lambda: at.patient("RJ-2").has(GenomicTestOrdered))
    stop_second.set()
    await waiting
    assert [tally.posts for tally in at.laboratory.orders().values()] == [1, 1]


async def test_a_lease_runs_out_although_the_clock_of_a_simulated_trial_stands_still(at: Site) -> None:
    machine = SimulatedClock(MORNING)
    assert direct_reactor(at.given, ticking=machine).take_the_lead(), "and then it is killed"
    assert not direct_reactor(at.given, ticking=machine).take_the_lead()
    machine.advance_to(MORNING + timedelta(minutes=1))
    assert at.clock.now() == MORNING
    assert direct_reactor(at.given, ticking=machine).take_the_lead()


@pytest.mark.parametrize("either_database", ["sqlite"], indirect=True)
async def test_a_log_held_by_another_process_costs_time_only(at: Site) -> None:
    at.has_seen("RJ-1", *READY)
    path = at.given.settings.log_path
    assert path is not None
    with open_sqlite_log(path) as impatient:
        with impatient.transaction() as database:
            database.execute("pragma busy_timeout=50")
        holding = sqlite3.connect(path, isolation_level=None)
        holding.execute("begin immediate")
        stop = asyncio.Event()
        given = replace(at.given, trial_log=replace(at.given.trial_log, log=impatient))
        running = asyncio.ensure_future(direct_reactor(given).run(stop, 0.02))
        await asyncio.sleep(0.3)
        assert not running.done()
        assert at.laboratory.orders() == {}, "who cannot take the lead does not work"
        holding.close()
        await _until(lambda: at.patient("RJ-1").has(GenomicTestOrdered))
        stop.set()
        await running


@pytest.mark.parametrize("either_database", ["sqlite"], indirect=True)
async def test_who_cannot_renew_the_lead_does_not_lead(at: Site) -> None:
    path = at.given.settings.log_path
    assert path is not None
    with open_sqlite_log(path) as impatient:
        with impatient.transaction() as database:
            database.execute("pragma busy_timeout=50")
        lead = Lead(impatient, at.clock)
        assert lead.take()
        holding = sqlite3.connect(path, isolation_level=None)
        holding.execute("begin immediate")
        stop = asyncio.Event()
        keeping = asyncio.ensure_future(lead.keep(stop))
        await _until(lambda: not lead.held)
        holding.close()
        await _until(lambda: lead.held)
        stop.set()
        await keeping


async def test_who_slept_longer_than_its_lease_does_not_lead_when_it_wakes(at: Site) -> None:
    machine = SimulatedClock(MORNING)
    lead = Lead(at.given.trial_log.log, machine)
    assert lead.take()
    machine.advance_to(MORNING + timedelta(seconds=9))
    assert lead.held
    machine.advance_to(MORNING + timedelta(seconds=10))
    assert not lead.held
    assert lead.take()


async def test_a_fault_of_the_program_ends_the_reactor_aloud_and_frees_the_lead(at: Site) -> None:
    def broken(news: Sequence[Recorded[Event]]) -> NoReturn:
        raise ZeroDivisionError("division by zero")

    with pytest.raises(ZeroDivisionError):
        async with asyncio.timeout(10):
            await direct_reactor(at.given, announce=broken).run(asyncio.Event(), 0.02)
    assert direct_reactor(at.given).take_the_lead()


async def test_pages_that_could_not_be_made_are_made_the_next_time(at: Site) -> None:
    asked: list[list[str]] = []

    async def refresh(patient_ids: list[str]) -> None:
        asked.append(patient_ids)
        if len(asked) == 1:
            raise ConnectionError("no Prefect API")

    def of(*patient_ids: str) -> int:
        return asked.count(list(patient_ids))

    reactor = direct_reactor(at.given, refresh=refresh)
    at.has_seen("RJ-1", facts.screened())
    await reactor.settle()
    at.has_seen("RJ-2", facts.screened())
    for _ in range(2):
        at.later(seconds=2)
        await reactor.settle()
    assert (of("RJ-1"), of("RJ-2")) == (2, 1)
    assert of() == 2, "the pages of the trial follow whatever is new of anybody"


async def test_what_people_decide_about_the_trial_is_shown_once(at: Site) -> None:
    asked: list[list[str]] = []

    async def refresh(patient_ids: list[str]) -> None:
        asked.append(patient_ids)

    reactor = direct_reactor(at.given, refresh=refresh)
    await reactor.settle()
    assert asked == [], "what the engine put down when the trial was opened is no news"
    chosen = ChooseReading(occurred_on=at.today, question="PQ-04", option="<44")
    at.given.trial_log.transact_trial(chosen, Entry(LI, Source(kind="form"), at.clock.now()))
    for _ in range(2):
        at.later(seconds=2)
        await reactor.settle()
    assert asked == [[]]


async def test_many_entries_make_an_endpoint_stale_once_and_what_changes_no_result_never(at: Site) -> None:
    asked: list[list[str]] = []

    async def analysing(endpoints: list[str]) -> None:
        asked.append(endpoints)
        seen = see(at.given.trial_log, AsOf(at.given.trial_log.log.last_position()))
        for code in endpoints:
            keep(at.given.trial_log, perform(seen, code).report, at.given.engine_entry(f"analysis of {code}"))

    reactor = direct_reactor(at.given, analyse=analysing)
    for number in range(1, 6):
        at.has_seen(f"RJ-{number}", *TREATED)
    await reactor.settle()
    assert asked == [["EFS", "LRRFS", "OS"]]
    at.later(days=15)
    await reactor.settle()
    assert at.patient("RJ-1").has(ReminderSent)
    assert len(asked) == 1, "a reminder changes no result"
    at.has_seen("RJ-2", facts.recurrence(on="2020-12-27"))
    await reactor.settle()
    assert len(asked) == 2
    at.later(days=1)
    await direct_reactor(at.given, analyse=analysing).settle()
    assert len(asked) == 2, "a new reactor reads from the log what was analysed"


async def test_when_the_protocol_is_read_otherwise_everyone_is_looked_at_again(at: Site) -> None:
    reactor = direct_reactor(at.given)
    _choose(at, ">2")
    at.has_seen("RJ-1", *READY)
    await reactor.settle()
    assert at.laboratory.orders() == {}, "she has exactly two risk factors"
    _choose(at, ">=2")
    await reactor.settle()
    assert set(at.laboratory.orders()) == {ORDER}


def _choose(at: Site, option: str) -> None:
    chosen = ChooseReading(occurred_on=at.today, question="PQ-03", option=option)
    at.given.trial_log.transact_trial(chosen, Entry(LI, Source(kind="form"), at.clock.now()))


async def test_flows_that_could_not_run_are_not_held_against_their_items(at: Site) -> None:
    """Prefect's server is away for a while, and comes back: then everything is tried at once."""
    asked: list[list[str]] = []
    is_away = True

    async def answer(patient_ids: list[str]) -> Sequence[Outcome]:
        asked.append(patient_ids)
        if is_away:
            raise ConnectionError("no Prefect API")
        return await answers_of(at.given)[Work.ORDER_GENOMIC_TEST](patient_ids)

    pace = Pace(delays=tuple(timedelta(seconds=seconds) for seconds in (10, 3600)))
    reactor = at.reactor({**answers_of(at.given), Work.ORDER_GENOMIC_TEST: answer}, pace)
    for number in range(1, 5):
        at.has_seen(f"RJ-{number}", *READY)
    await reactor.settle()
    at.later(seconds=60)
    await reactor.settle()
    is_away = False
    at.later(hours=2)
    await reactor.settle()
    assert [len(patient_ids) for patient_ids in asked] == [4, 1, 1, 3]
    assert set(at.laboratory.orders()) == {f"recurindex/RJ-{number}/1" for number in range(1, 5)}


def test_a_laboratory_that_is_down_for_long_breaks_no_item() -> None:
    tries = Tries(AT_ONCE, SimulatedClock(MORNING))
    for _ in range(50):
        tries.count(Outcome(ORDER, "RJ-1", "later"))
    broken = Outcome(ORDER, "RJ-1", "broken")
    for number in (51, 52):
        assert tries.count(broken) == number
        assert not tries.is_for_a_person(broken)
    tries.count(broken)
    assert tries.is_for_a_person(broken)
    assert not tries.is_for_a_person(Outcome(ORDER, "RJ-1")), "what was done after all is for nobody"
    tries.forget(ORDER)
    assert tries.may_try(ORDER)


def test_a_clock_that_is_put_back_keeps_nobody_waiting() -> None:
    wait, earlier = timedelta(minutes=5), MORNING - timedelta(days=300)
    assert has_passed(wait, None, MORNING)
    assert not has_passed(wait, MORNING, MORNING)
    assert not has_passed(wait, MORNING, MORNING + wait - timedelta(seconds=1))
    assert has_passed(wait, MORNING, MORNING + wait)
    assert has_passed(wait, MORNING, earlier)


def test_what_failed_waits_its_delay_and_a_result_the_polls() -> None:
    clock = SimulatedClock(MORNING)
    pace = Pace(delays=(timedelta(seconds=10), timedelta(seconds=100)), poll=timedelta(seconds=30))
    tries = Tries(pace, clock)
    tries.count(Outcome(ORDER, "RJ-1", "later"))
    tries.count(Outcome(f"result/{ORDER}", "RJ-1", "later"))
    assert not tries.may_try(ORDER)
    clock.advance_to(MORNING + timedelta(seconds=13))
    assert tries.may_try(ORDER)
    assert not tries.may_try(f"result/{ORDER}")
    clock.advance_to(MORNING + timedelta(seconds=30))
    assert tries.may_try(f"result/{ORDER}")
