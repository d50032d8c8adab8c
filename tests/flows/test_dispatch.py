"""Reactions through a work pool: a real Prefect server, a real process worker, the same flows."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from deployments.prefect_server import PrefectServer
from deployments.reactions import deploy_to_pool, reactions_of
from domain.work_item import Work
from events.genomics import GenomicTestOrdered
from flows.dispatch import dispatched
from flows.reactor import Reactor
from tests import facts
from tests.flows.site import AT_ONCE, Site, site

POOL = "elsewhere"
READY = (*facts.eligible()[:7], facts.consented_to_test())
ORDER = "recurindex/RJ-1/1"


@contextmanager
def _worker(at: Site, folder: Path, server: PrefectServer) -> Generator[None]:
    """A worker of the pool, which knows of the trial by its environment only."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("IMNI_")},
        "IMNI_HOME": str(at.given.settings.home),
        "IMNI_LABORATORY_URL": at.laboratory.url,
        "PREFECT_API_URL": server.api_url,
        "PREFECT_WORKER_QUERY_SECONDS": "1",
    }
    prefect = Path(sys.executable).with_name("prefect")
    with (folder / "worker.log").open("wb") as log:
        running = subprocess.Popen(
            [str(prefect), "worker", "start", "--pool", POOL, "--type", "process"],
            env=environment, cwd=folder, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            yield
        finally:
            running.kill()
            running.wait()


def _runs(server: PrefectServer) -> list[dict[str, object]]:
    asked = {"flow_runs": {"name": {"any_": [ORDER]}}}
    answer: list[dict[str, object]] = httpx.post(f"{server.api_url}/flow_runs/filter", json=asked).json()
    return answer


@pytest.mark.prefect
async def test_a_worker_elsewhere_carries_the_work_once_under_its_key(
    tmp_path: Path, prefect_server: PrefectServer
) -> None:
    async with site(tmp_path / "home") as at:
        at.has_seen("RJ-1", *READY)
        await deploy_to_pool(POOL)
        impatient = dispatched(Work.ORDER_GENOMIC_TEST, "order-genomic-test", timedelta(seconds=0.1))
        for _ in range(2):
            (outcome,) = await impatient(["RJ-1"])
            assert outcome.fate == "away", "nobody carries it yet"
        assert [run["idempotency_key"] for run in _runs(prefect_server)] == [ORDER]
        pooled = reactions_of(at.given.settings.model_copy(update={"work_pool": POOL}))
        reactor = Reactor(
            at.given, replace(pooled, refresh=_nothing, analyse=_nothing, seal=None, remind=None), AT_ONCE
        )
        with _worker(at, tmp_path, prefect_server):
            await reactor.settle()
        assert len(at.patient("RJ-1").every(GenomicTestOrdered)) == 1, (tmp_path / "worker.log").read_text()
        assert at.laboratory.orders()[ORDER].orders == 1
        assert [run["state_name"] for run in _runs(prefect_server)] == ["Completed"]


async def _nothing(names: list[str]) -> None:
    return None
