"""One connection to Prefect's server for every flow run of this process, instead of two new ones a run."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager


@asynccontextmanager
async def one_prefect_connection() -> AsyncGenerator[None]:
    """Flow runs made inside share one connection. The server must answer when it is entered; later it may be away."""
    from prefect.context import AsyncClientContext, SyncClientContext

    with SyncClientContext.get_or_create():
        async with AsyncClientContext.get_or_create():
            yield
