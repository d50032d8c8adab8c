"""A demonstration laboratory over HTTP and a gateway that speaks to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from deployments.laboratory import DemonstrationLaboratory
from flows.gateways.laboratory import Laboratory


@pytest.fixture
def laboratory() -> Iterator[DemonstrationLaboratory]:
    with DemonstrationLaboratory() as started:
        yield started


@pytest_asyncio.fixture
async def gateway(laboratory: DemonstrationLaboratory) -> AsyncIterator[Laboratory]:
    async with Laboratory(laboratory.url, "LOG", timeout=5) as connected:
        yield connected
