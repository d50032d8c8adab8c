"""Simulated trials on several cores: the same batches, the same result, by as many processes as are given."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from domain.design.scenario import Scenario
from domain.protocol.edition import Margins
from domain.trial_simulation.batches import TRIALS_A_BATCH, Batch, batches, simulate, tally_batch
from domain.trial_simulation.tally import Counted, Tally, added, counted

BATCHES_A_TASK = 20
"""So many batches travel together: 10,000 trials, a tenth of a second."""


def simulate_on(  # noqa: PLR0913, PLR0917 - what `simulate` takes, and by how many
    workers: int,
    scenario: Scenario,
    margins: Margins,
    trials: int,
    seed: int,
    advance: Callable[[int, int], None] = lambda done, total: None,
) -> Counted:
    """Simulate with so many processes; with one, in this one. The number changes nothing but the time."""
    if workers == 1:
        return simulate(scenario, margins, trials, seed, advance)
    found: list[Tally] = []
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for tally in pool.map(tally_together, shares(batches(scenario, margins, trials, seed))):
            found.append(tally)
            advance(min(len(found) * BATCHES_A_TASK * TRIALS_A_BATCH, trials), trials)
    return counted(added(found))


def tally_together(share: tuple[Batch, ...]) -> Tally:
    """What one process is given at once."""
    return added([tally_batch(batch) for batch in share])


def shares(planned: tuple[Batch, ...]) -> list[tuple[Batch, ...]]:
    """The batches in shares of what travels together."""
    return [planned[start : start + BATCHES_A_TASK] for start in range(0, len(planned), BATCHES_A_TASK)]
