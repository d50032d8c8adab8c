"""Which batches make a simulation. Each has its own chance: it does not matter who computes them, or in what order."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from domain.design.scenario import Scenario
from domain.protocol.edition import Margins
from domain.rejections import Implausible
from domain.trial_simulation.batch_difference import batch_difference
from domain.trial_simulation.batch_hazard import batch_hazard
from domain.trial_simulation.drawing import draw_trials
from domain.trial_simulation.event_rows import event_rows
from domain.trial_simulation.tally import Counted, Tally, added, counted, tally

TRIALS_A_BATCH = 500
"""Few enough for a processor's cache. Part of the result: another number is another chance."""
_MOST = 100_000_000


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch of trials: everything that its tally depends on. `number` counts from 0."""

    scenario: Scenario
    margins: Margins
    seed: int
    number: int
    trials: int


def batches(scenario: Scenario, margins: Margins, trials: int, seed: int) -> tuple[Batch, ...]:
    """The batches of so many trials. Raises `Implausible`, naming the field."""
    if not 1 <= trials <= _MOST:
        raise Implausible("trials", str(trials), "is not a number of trials", f"Give 1 to {_MOST}")
    if seed < 0:
        raise Implausible("seed", str(seed), "is negative", "Give 0 or more")
    starts = range(0, trials, TRIALS_A_BATCH)
    return tuple(
        Batch(scenario, margins, seed, number, min(TRIALS_A_BATCH, trials - start))
        for number, start in enumerate(starts)
    )


def tally_batch(batch: Batch) -> Tally:
    """Draw and analyse a batch; its chance is the child of the seed that `SeedSequence.spawn` gives that number."""
    chance = np.random.SeedSequence(batch.seed, spawn_key=(batch.number,))
    drawn = draw_trials(batch.scenario, batch.trials, np.random.Generator(np.random.PCG64(chance)))
    rows = event_rows(drawn)
    margin = math.log(float(batch.margins.hazard_ratio))
    difference = batch_difference(rows, batch.scenario.horizon)
    return tally(rows.events, batch_hazard(rows, margin), difference, batch.margins)


def simulate(
    scenario: Scenario,
    margins: Margins,
    trials: int,
    seed: int = 0,
    advance: Callable[[int, int], None] = lambda done, total: None,
) -> Counted:
    """Simulate one after the other; `advance` is told how many trials are done, and of how many."""
    found: list[Tally] = []
    for batch in batches(scenario, margins, trials, seed):
        found.append(tally_batch(batch))
        advance(batch.number * TRIALS_A_BATCH + batch.trials, trials)
    return counted(added(found))
