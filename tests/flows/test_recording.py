"""What reactions report at the same turn is recorded in one commit, and each hears what became of its own report."""

from __future__ import annotations

import asyncio

import pytest

from domain.decisions.conduct import OpenQuery
from domain.rejections import NoSuchEntry
from events.recorded import Source
from store.sqlite_event_log import open_sqlite_log
from store.transact import Entry
from tests import facts
from tests.flows.site import LI, Site

PATIENTS = [f"RJ-{number}" for number in range(1, 9)]


def _query() -> OpenQuery:
    return OpenQuery(occurred_on=facts.day("2020-12-12"), query_id="Q-1", question="Is the grade right?")


def _by(at: Site) -> Entry:
    return Entry(LI, Source(kind="form"), at.clock.now())


async def test_eight_reports_cost_one_commit(at: Site) -> None:
    for patient_id in PATIENTS:
        at.has_seen(patient_id, *facts.eligible())
    path = at.given.settings.log_path
    if path is None:
        pytest.skip("PostgreSQL commits each by itself: decision 20")
    with open_sqlite_log(path, simulated=True) as outside:
        before = outside.execute("pragma data_version", {})[0][0]
        told = await asyncio.gather(*(at.given.recording.record(each, _query(), _by(at)) for each in PATIENTS))
        assert outside.execute("pragma data_version", {})[0][0] - before == 1
    assert [[entry.event.type for entry in each] for each in told] == [["query-opened.v1"]] * len(PATIENTS)
    assert sorted(each[0].position for each in told) == list(range(told[0][0].position, told[0][0].position + 8))


async def test_a_refusal_is_told_to_who_asked_alone(at: Site) -> None:
    at.has_seen("RJ-1", *facts.eligible())
    fine, refused = await asyncio.gather(
        at.given.recording.record("RJ-1", _query(), _by(at)),
        at.given.recording.record("RJ-9999", _query(), _by(at)),
        return_exceptions=True,
    )
    assert isinstance(fine, tuple)
    assert isinstance(refused, NoSuchEntry)


async def test_who_gives_up_waiting_takes_nothing_back(at: Site) -> None:
    for patient_id in PATIENTS[:2]:
        at.has_seen(patient_id, *facts.eligible())
    impatient, patient = (
        asyncio.ensure_future(at.given.recording.record(each, _query(), _by(at))) for each in PATIENTS[:2]
    )
    await asyncio.sleep(0)
    impatient.cancel()
    assert len(await patient) == 1
    with pytest.raises(asyncio.CancelledError):
        await impatient
    assert [at.patient(each).history[-1].event.type for each in PATIENTS[:2]] == ["query-opened.v1"] * 2
