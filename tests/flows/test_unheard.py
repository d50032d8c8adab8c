"""A laboratory whose reports cannot be read for an hour is for a person; one that is down is only waited for."""

from collections.abc import Sequence

import pytest
from prefect.logging import disable_run_logger

from deployments.laboratory import Fault
from domain.awaited import awaited_of_trial
from domain.decisions.conduct import ReleaseWork
from domain.set_aside import set_aside
from events.genomics import GenomicResultReported
from events.recorded import Source
from flows.collect_genomic_results import collect_genomic_results
from flows.unheard import COLLECTING
from flows.work_off import Fate, Outcome
from store.transact import Entry
from tests import facts
from tests.flows.direct_reactor import direct_reactor
from tests.flows.site import LI, Site

READY = (*facts.eligible()[:7], facts.consented_to_test())


@pytest.fixture
async def waiting(at: Site) -> Site:
    """The order is placed, and its result would be out."""
    at.laboratory.set_turn_around(1)
    at.has_seen("RJ-1", *READY)
    await direct_reactor(at.given).settle()
    at.later(days=1)
    return at


async def _collect(at: Site, patient_ids: Sequence[str] = ("RJ-1",)) -> list[tuple[Fate, str]]:
    with disable_run_logger():
        outcomes: tuple[Outcome, ...] = await collect_genomic_results.fn(patient_ids)
    return [(outcome.fate, outcome.problem) for outcome in outcomes]


def _aside(at: Site) -> list[str]:
    return [entry.event.problem for entry in set_aside(at.given.trial_log.trial()).values()]


@pytest.mark.parametrize(
    ("fault", "mentions"),
    [("refusing", "refused (reports) with status 422"), ("malformed", "cannot be read (reports)")],
)
async def test_what_cannot_be_read_for_an_hour_is_set_aside_until_it_is_released(
    waiting: Site, fault: str, mentions: str
) -> None:
    waiting.laboratory.suffer(Fault.model_validate({"kind": fault, "on": "reports", "times": 4}))
    for minutes in (0, 20, 39):
        waiting.later(minutes=minutes)
        ((fate, problem),) = await _collect(waiting)
        assert fate == "later"
        assert mentions in problem
    assert _aside(waiting) == [], "59 minutes may be a night of maintenance"

    waiting.later(minutes=1)
    await _collect(waiting, ())
    (problem,) = _aside(waiting)
    assert mentions in problem
    assert "4 tries" in problem

    for _ in range(3):
        waiting.later(hours=1)
        assert await _collect(waiting) == [("later", "collecting is set aside until somebody releases it")]
    assert not waiting.patient("RJ-1").has(GenomicResultReported)
    (asked,) = awaited_of_trial(waiting.given.trial_log.trial(), waiting.given.trial_log.edition(), waiting.given.today)
    assert (asked.form, asked.patient_id, asked.known) == ("release-work", "", {"key": COLLECTING})

    release = ReleaseWork(occurred_on=waiting.today, key=COLLECTING)
    waiting.given.trial_log.transact_trial(release, Entry(LI, Source(kind="form"), waiting.clock.now()))
    await _collect(waiting)
    assert waiting.patient("RJ-1").has(GenomicResultReported)


async def test_an_hour_is_counted_from_the_last_time_it_was_heard(waiting: Site) -> None:
    for _ in range(4):
        waiting.laboratory.suffer(Fault(kind="refusing", on="reports", times=2))
        for _ in range(3):
            waiting.later(minutes=30)
            await _collect(waiting)
    assert _aside(waiting) == []


async def test_a_laboratory_that_is_down_is_waited_for_as_long_as_it_takes(waiting: Site) -> None:
    waiting.laboratory.suffer(Fault(kind="failing", on="reports", times=30))
    for _ in range(30):
        waiting.later(hours=1)
        assert [fate for fate, _ in await _collect(waiting)] == ["away"]
    assert _aside(waiting) == []
    await _collect(waiting)
    assert waiting.patient("RJ-1").has(GenomicResultReported)


async def test_a_released_laboratory_that_still_refuses_is_set_aside_anew(waiting: Site) -> None:
    waiting.laboratory.suffer(Fault(kind="refusing", on="reports", times=50))
    for _ in range(2):
        for _ in range(4):
            await _collect(waiting)
            waiting.later(minutes=30)
        assert len(_aside(waiting)) == 1
        release = ReleaseWork(occurred_on=waiting.today, key=COLLECTING)
        waiting.given.trial_log.transact_trial(release, Entry(LI, Source(kind="form"), waiting.clock.now()))
        assert _aside(waiting) == []
