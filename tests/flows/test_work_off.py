"""One item of many fails in its own way: what becomes of it, and that the others do not notice."""

import asyncio

import pytest
from prefect.logging import disable_run_logger

from domain.work_item import Work, WorkItem
from events.follow_up import FollowUpScheduled
from flows.resources import Resources
from flows.schedule_follow_up import set_out_visits
from flows.work_off import Outcome, attempt, work_off
from store.event_log import LogUnavailable
from tests import facts
from tests.flows.site import Site

TREATED = facts.enrolled(facts.planned("2020-12-10"), facts.completed("2020-12-11"), on="2020-12-01")
BOTH = ["RJ-1", "RJ-2"]


@pytest.fixture
def treated(at: Site) -> Site:
    for patient_id in BOTH:
        at.has_seen(patient_id, *TREATED)
    return at


async def _worked_off(problem: BaseException) -> dict[str, Outcome]:
    async def do(given: Resources, item: WorkItem) -> None:
        if item.patient_id == "RJ-1":
            raise problem
        await set_out_visits(given, item)

    with disable_run_logger():
        outcomes = await work_off(Work.SCHEDULE_FOLLOW_UP, BOTH, do, attempt.fn)
    return {outcome.patient_id: outcome for outcome in outcomes}


@pytest.mark.parametrize(
    ("problem", "fate"),
    [
        (KeyError("visit"), "broken"),
        (asyncio.CancelledError(), "broken"),
        (LogUnavailable("the log did not take it (disk full)"), "later"),
    ],
)
async def test_what_fails_stays_open_and_stops_no_other(treated: Site, problem: BaseException, fate: str) -> None:
    outcomes = await _worked_off(problem)
    assert (outcomes["RJ-1"].fate, outcomes["RJ-2"].fate) == (fate, "done")
    assert not treated.patient("RJ-1").has(FollowUpScheduled)
    assert treated.patient("RJ-2").has(FollowUpScheduled)


async def test_who_is_asked_to_stop_stops(treated: Site) -> None:
    begun = asyncio.Event()

    async def wait_for_ever(given: Resources, item: WorkItem) -> None:
        begun.set()
        await asyncio.Event().wait()

    working = asyncio.ensure_future(work_off(Work.SCHEDULE_FOLLOW_UP, BOTH, wait_for_ever, attempt.fn))
    await begun.wait()
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
