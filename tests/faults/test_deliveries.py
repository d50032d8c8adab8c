"""Whatever order the world speaks in, and however often, the log ends the same and everybody is told once."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.faults.deliveries import STEPS, Step, deliver
from tests.faults.fault import MEMORY

_AGAIN: Sequence[Step] = ("duplicated",)
CHAINS: st.SearchStrategy[Sequence[Step]] = st.lists(st.sampled_from(STEPS), max_size=4) | st.just(_AGAIN)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None)
@given(
    chains=st.lists(CHAINS, min_size=1, max_size=3),
    order=st.lists(st.integers(min_value=0, max_value=999), max_size=40),
    chance=st.randoms(use_true_random=False),
)
def test_any_order_and_number_of_deliveries_ends_in_the_same_state(
    chains: list[Sequence[Step]], order: list[int], chance: Random
) -> None:
    with tempfile.TemporaryDirectory(prefix="imni-deliveries-", dir=MEMORY) as folder:
        outcome = asyncio.run(
            deliver(Path(folder), chains, chance, lambda deliveries: [number % deliveries for number in order])
        )
    assert outcome.fine, outcome
