"""Alembic's part in bringing a log's tables up to date: the same revisions on either database."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection

_HERE = Path(__file__).parent


def bring_to(connection: Connection, revision: str) -> None:
    """Run the revisions a database lacks, in the transaction its connection is in."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def revise(connection: Connection, sqlite: Sequence[str], postgres: str) -> None:
    """Run a revision's statements for SQLite, or its script in `postgres/` for PostgreSQL."""
    if connection.dialect.name == "postgresql":
        # Straight to the driver: a script of many statements cannot be prepared as one.
        connection.connection.cursor().execute((_HERE / "postgres" / postgres).read_text(encoding="utf-8"))
        return
    for statement in sqlite:
        connection.exec_driver_sql(statement)
