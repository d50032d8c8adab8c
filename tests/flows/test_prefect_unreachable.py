"""Prefect's server may be away: the engine's work stays open, and is done when the server is back."""

from datetime import timedelta

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings

from deployments.prefect_server import PrefectServer
from events.genomics import GenomicTestOrdered
from flows.pace import Pace
from tests import facts
from tests.flows.site import Site

READY = (*facts.eligible()[:7], facts.consented_to_test())


@pytest.mark.prefect
async def test_work_waits_while_prefect_is_away(at: Site, prefect_server: PrefectServer) -> None:
    at.has_seen("RJ-1", *READY)
    reactor = at.reactor(pace=Pace(delays=(timedelta(hours=1),)))
    with temporary_settings({PREFECT_API_URL: "http://127.0.0.1:9/api"}):
        await reactor.settle()
    assert at.open_keys("RJ-1") == ["recurindex/RJ-1/1"]
    assert at.laboratory.orders() == {}
    at.later(hours=2)
    await reactor.settle()
    assert at.patient("RJ-1").has(GenomicTestOrdered)
