"""Simulated trials by Prefect's tasks: on one machine in threads, on many through Dask, with the same result."""

from __future__ import annotations

from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE

from domain.design.scenario import planned
from domain.protocol.v2_0 import EDITION
from domain.trial_simulation.batches import Batch, batches
from domain.trial_simulation.tally import Counted, Tally, added, counted
from flows.trial_batches import shares, tally_together


@task(name="simulate-trials", cache_policy=NO_CACHE, persist_result=False)
def simulate_share(share: tuple[Batch, ...]) -> Tally:
    """What one worker is given at once."""
    return tally_together(share)


@flow(
    name="simulate-design",
    description="Simulate the trial as the protocol plans it, at a true hazard ratio, and count what is shown.",
    validate_parameters=False,
    persist_result=False,
)
def simulate_design(hazard_ratio: float = 1.0, trials: int = 100_000, seed: int = 1) -> Counted:
    """Simulate by the flow's task runner; raises `Implausible`, naming the field."""
    planned_batches = batches(planned(EDITION, hazard_ratio=hazard_ratio), EDITION.margins, trials, seed)
    running: Any = simulate_share.map(shares(planned_batches))
    return counted(added(running.result()))
