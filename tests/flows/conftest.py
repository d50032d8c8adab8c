"""A site of its own for each test that asks for one, once on each database."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.flows.site import Site, site


@pytest.fixture
async def at(tmp_path: Path, either_database: None) -> AsyncGenerator[Site]:
    """A real log, laboratory and mailbox on the morning of 12 December 2020."""
    async with site(tmp_path) as opened:
        yield opened
