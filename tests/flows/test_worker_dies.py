"""A worker of the pool is killed together with what it carries: the work goes to a new run, and is done once."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from prefect import get_client
from prefect.client.schemas.filters import FlowRunFilter

from deployments.interrupted_runs import WORKER_SILENT, InterruptedRuns
from deployments.laboratory import Fault
from deployments.prefect_server import PrefectServer
from deployments.reactions import ANSWERS, deploy_to_pool
from domain.work_item import Work
from events.genomics import GenomicTestOrdered
from flows.dispatch import dispatched
from tests import facts
from tests.engine import family, until
from tests.flows.pool_worker import worker
from tests.flows.site import site

POOL = "short-lived"
PATIENT = "RJ-4"
ORDER = f"recurindex/{PATIENT}/1"
OURS = {"order-genomic-test"}


@pytest.mark.prefect
async def test_what_a_dead_worker_carried_is_given_to_a_new_run(tmp_path: Path, prefect_server: PrefectServer) -> None:
    async with site(tmp_path / "home") as at:
        at.has_seen(PATIENT, *facts.eligible()[:7], facts.consented_to_test())
        at.laboratory.suffer(Fault(kind="slow", on="orders", seconds=9))
        await deploy_to_pool(POOL)
        ask = dispatched(Work.ORDER_GENOMIC_TEST, "order-genomic-test", ANSWERS[Work.ORDER_GENOMIC_TEST])
        assert [outcome.fate for outcome in await ask([PATIENT])] == ["carried"]
        around = {"IMNI_HOME": str(tmp_path / "home"), "IMNI_LABORATORY_URL": at.laboratory.url}
        with worker(POOL, prefect_server.api_url, tmp_path, around) as process:
            until(lambda: ORDER in at.laboratory.orders())
            for each in family(process):
                with suppress(ProcessLookupError):
                    os.kill(each, signal.SIGKILL)

        assert await InterruptedRuns(OURS).take_up(alone=True) == 0, "a worker elsewhere may well be alive"
        assert await _states() == [("Running", None)]
        assert await InterruptedRuns(OURS, silence=timedelta(0)).take_up() == 1
        assert await _states() == [("Crashed", WORKER_SILENT)]

        fates = [outcome.fate for _ in range(2) for outcome in await ask([PATIENT])]
        assert fates == ["later", "carried"], "a dead worker breaks no item"
        assert sorted(name for name, _ in await _states()) == ["Crashed", "Scheduled"], "the item is not stuck"
        await ANSWERS[Work.ORDER_GENOMIC_TEST]([PATIENT])
        assert len(at.patient(PATIENT).every(GenomicTestOrdered)) == 1
        assert at.laboratory.orders()[ORDER].orders == 1


async def _states() -> list[tuple[str, str | None]]:
    """How the runs under this order's key stand."""
    async with get_client() as client:
        named = FlowRunFilter.model_validate({"name": {"any_": [ORDER]}})
        runs = await client.read_flow_runs(flow_run_filter=named)
    return [(str(run.state.name), run.state.message) for run in runs if run.state]
