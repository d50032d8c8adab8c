"""Simulated trials through Prefect's task runners: whoever computes them, they are the same."""

from typing import Any, cast

import pytest
from prefect_dask.task_runners import DaskTaskRunner

from domain.design.scenario import planned
from domain.protocol.v2_0 import EDITION
from domain.trial_simulation.batches import simulate
from flows.simulate_design import simulate_design


@pytest.mark.prefect
@pytest.mark.usefixtures("prefect_server")
def test_dask_finds_what_one_process_finds() -> None:
    cluster = {"n_workers": 2, "processes": False, "dashboard_address": None}
    on_dask = simulate_design.with_options(task_runner=cast("Any", DaskTaskRunner(cluster_kwargs=cluster)))
    assert on_dask(trials=11_000, seed=2) == simulate(planned(EDITION), EDITION.margins, 11_000, 2)
