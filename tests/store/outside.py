"""A look past the program at the tables of an installation, as anybody with a database connection has it."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

import psycopg

from flows.settings import read_settings


class Cursor(Protocol):
    """What a statement found."""

    def fetchone(self) -> Any: ...

    def fetchall(self) -> list[Any]: ...

    def __iter__(self) -> Iterator[Any]: ...


class Outside:
    """A connection to either database; parameters are written `?`."""

    def __init__(self, database: sqlite3.Connection | psycopg.Connection[Any]) -> None:
        self._database = database

    def execute(self, statement: str, values: tuple[object, ...] = ()) -> Cursor:
        """Run one statement, in a transaction of its own."""
        if isinstance(self._database, sqlite3.Connection):
            return self._database.execute(statement, values)
        return self._database.execute(statement.replace("%", "%%").replace("?", "%s").encode(), values)

    def everything(self, *tables: str) -> list[list[Any]]:
        """All rows of some tables."""
        return [self.execute(f"select * from {table} order by 1, 2").fetchall() for table in tables]


@contextmanager
def outside(home: Path) -> Generator[Outside]:
    """The tables of an installation, by the login of the database's owner."""
    settings = read_settings(home=home)
    if settings.log_path:
        with closing(sqlite3.connect(settings.log_path, isolation_level=None)) as file:
            yield Outside(file)
        return
    with psycopg.connect(settings.log_url, autocommit=True) as server:
        server.execute("set search_path = imni_projections, imni")
        yield Outside(server)
