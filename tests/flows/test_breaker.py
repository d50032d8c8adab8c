"""A gateway that does not answer is left alone, asked again by one item, and works on as soon as it answers."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

import pytest

from deployments.prefect_server import PrefectServer
from domain.work_item import Work, WorkItem
from events.genomics import GenomicTestOrdered
from flows.breaker import Breakers
from flows.clock import SimulatedClock
from flows.gateways.errors import LaboratoryRefused, LaboratoryUnavailable, NotDelivered
from flows.order_genomic_test import order_genomic_test
from flows.pace import Pace
from flows.work_off import Fate, Outcome, fate_of
from tests import facts
from tests.flows.site import MORNING, Site, site

PACE = Pace(delays=(timedelta(seconds=10), timedelta(seconds=100)))
READY = (*facts.eligible()[:7], facts.consented_to_test())


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(MORNING)


@pytest.fixture
def breakers(clock: SimulatedClock) -> Breakers:
    return Breakers(PACE, clock)


@pytest.fixture
async def at(tmp_path: Path, prefect_server: PrefectServer) -> AsyncGenerator[Site]:
    async with site(tmp_path) as opened:
        yield opened


def _item(work: Work, number: int = 0) -> WorkItem:
    return WorkItem(work, f"{work}/{number}", f"RJ-{number}", MORNING.date(), "engine", "")


ORDERS = [_item(Work.ORDER_GENOMIC_TEST, number) for number in range(5)]
RESULT, REMINDER, SCHEDULE = (
    _item(work) for work in (Work.COLLECT_GENOMIC_RESULT, Work.SEND_REMINDER, Work.SCHEDULE_FOLLOW_UP)
)
EVERYTHING = [*ORDERS, RESULT, REMINDER, SCHEDULE]


def _ended(*fates: Fate) -> list[Outcome]:
    return [Outcome(item.key, item.patient_id, fate) for item, fate in zip(ORDERS, fates, strict=False)]


def _admitted(breakers: Breakers) -> list[WorkItem]:
    return breakers.admitted(EVERYTHING, lambda key: True)


def test_everything_may_be_done_while_everybody_answers(breakers: Breakers) -> None:
    assert set(_admitted(breakers)) == set(EVERYTHING)
    assert breakers.admitted(EVERYTHING, lambda key: key == REMINDER.key) == [REMINDER]


def test_who_does_not_answer_three_times_in_a_row_rests_and_nobody_else(breakers: Breakers) -> None:
    breakers.note(Work.ORDER_GENOMIC_TEST, _ended("away", "away"))
    assert set(_admitted(breakers)) == set(EVERYTHING)
    breakers.note(Work.ORDER_GENOMIC_TEST, _ended("away"))
    assert set(_admitted(breakers)) == {SCHEDULE, REMINDER, RESULT}


@pytest.mark.parametrize("answered", ["done", "later", "person", "broken"])
def test_who_answers_one_of_many_does_not_rest(breakers: Breakers, answered: Fate) -> None:
    breakers.note(Work.ORDER_GENOMIC_TEST, _ended("away", "away", answered, "away", "away"))
    breakers.note(Work.ORDER_GENOMIC_TEST, _ended("away", "away"))
    assert set(_admitted(breakers)) == set(EVERYTHING)


def test_after_a_rest_one_item_asks_another_one_each_time_and_rests_grow(
    breakers: Breakers, clock: SimulatedClock
) -> None:
    asked: list[WorkItem] = []
    breakers.note(Work.ORDER_GENOMIC_TEST, _ended("away", "away", "away"))
    for seconds in (12, 120, 120):
        clock.advance_to(clock.now() + timedelta(seconds=seconds))
        (item,) = breakers.admitted(ORDERS, lambda key: False)
        asked.append(item)
        breakers.note(item.work, _ended("away"))
        assert breakers.admitted(ORDERS, lambda key: True) == []
    assert len(set(asked)) == 3
    clock.advance_to(clock.now() + timedelta(seconds=50))
    assert breakers.admitted(ORDERS, lambda key: True) == [], "the later rests are the longer ones"


def test_who_answers_again_is_asked_for_everything_at_once(breakers: Breakers, clock: SimulatedClock) -> None:
    breakers.note(Work.ORDER_GENOMIC_TEST, _ended("away", "away", "away"))
    clock.advance_to(clock.now() + timedelta(minutes=1))
    assert not breakers.note(Work.COLLECT_GENOMIC_RESULT, _ended("later"))
    assert breakers.note(Work.ORDER_GENOMIC_TEST, _ended("done"))
    assert set(_admitted(breakers)) == set(EVERYTHING)
    assert not breakers.note(Work.ORDER_GENOMIC_TEST, _ended("done"))


def test_a_channel_that_is_down_beside_one_that_is_not_and_a_refusal_are_answers() -> None:
    assert fate_of(LaboratoryUnavailable("order", "status 503")) == "away"
    assert fate_of(NotDelivered("reminder", ("mail: 451",), ())) == "away"
    assert fate_of(NotDelivered("reminder", ("wecom: not taken",), ("mail",))) == "later"
    assert fate_of(LaboratoryRefused("order", 400, "no")) == "later"


@pytest.mark.prefect
async def test_a_laboratory_that_is_down_is_not_asked_for_each_of_many_orders_and_then_gets_each_once(at: Site) -> None:
    patient_ids = [f"RJ-{number}" for number in range(1, 31)]
    for patient_id in patient_ids:
        at.has_seen(patient_id, *READY)
    at.laboratory.stop()
    outcomes = await order_genomic_test(patient_ids)
    assert {outcome.fate for outcome in outcomes} == {"away"}
    assert sum(outcome.problem.startswith("not tried") for outcome in outcomes) >= 20
    reactor = at.reactor(pace=Pace(delays=(timedelta(minutes=5),)))
    await reactor.settle()
    at.laboratory.start()
    await reactor.settle()
    assert at.laboratory.orders() == {}, "it rests"
    at.later(minutes=7)
    await reactor.settle()
    assert [tally.orders for tally in at.laboratory.orders().values()] == [1] * 30
    assert all(at.patient(patient_id).has(GenomicTestOrdered) for patient_id in patient_ids)
