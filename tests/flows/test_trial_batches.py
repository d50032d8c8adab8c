"""Simulated trials on several cores."""

from domain.design.scenario import planned
from domain.protocol.v2_0 import EDITION
from flows.trial_batches import simulate_on


def test_two_processes_find_what_one_finds() -> None:
    told: list[tuple[int, int]] = []
    one, two = (
        simulate_on(
            workers, planned(EDITION), EDITION.margins, 11_000, 2, lambda done, total: told.append((done, total))
        )
        for workers in (1, 2)
    )
    assert one == two
    assert told[-2:] == [(10_000, 11_000), (11_000, 11_000)]
