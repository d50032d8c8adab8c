"""The Prefect server of an installation, as a child process that never outlives its parent.

PrefectServerError
├── PortInUse       another program listens where this server should: stop it or choose another port
├── CannotListen    the machine does not allow the address: choose another
├── NoTrigrams      the PostgreSQL server lacks an extension that Prefect needs: install it
└── ServerFailed    the server ended, or did not answer in time; its log says why
"""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import httpx

from deployments.prefect_environment import prefect_client_environment, prefect_server_environment
from flows.settings import Settings, inherited_environment

_COLD_START_SECONDS, _STOP_SECONDS, _LAST_WORDS_SECONDS = 120.0, 15.0, 5.0
_PROBE_EVERY_SECONDS = 0.1
_LAST_LINES = 15
_EVERY_INTERFACE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  compared with, not listened on


class PrefectServerError(Exception):
    """The root of what can go wrong with the Prefect server process."""


class PortInUse(PrefectServerError):
    """Another program listens on the address the server was told to use."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(host, port)
        self.host, self.port = host, port

    def __str__(self) -> str:
        return (
            f"port {self.port} on {self.host} is in use by another program (perhaps another `imni up`): "
            f"stop that one, or choose another port with IMNI_PORT={self.port + 1}"
        )


class CannotListen(PrefectServerError):
    """The machine does not let the server listen on the address it was told to use."""

    def __init__(self, host: str, port: int, problem: str) -> None:
        super().__init__(host, port, problem)
        self.host, self.port, self.problem = host, port, problem

    def __str__(self) -> str:
        return (
            f"cannot listen on {self.host} port {self.port}: {self.problem}. IMNI_HOST must be an address of this "
            "machine (127.0.0.1 when left out) and IMNI_PORT a port its user may open (4200 when left out)"
        )


class NoTrigrams(PrefectServerError):
    """PostgreSQL comes without `pg_trgm`, with which Prefect searches names."""

    def __str__(self) -> str:
        return (
            "the PostgreSQL server of IMNI_DATABASE_URL lacks the extension pg_trgm, which Prefect needs: install it "
            "there (on Debian the package postgresql-contrib)"
        )


class ServerFailed(PrefectServerError):
    """The server ended, or did not answer in time."""

    def __init__(self, problem: str, log_file: str, last_lines: str) -> None:
        super().__init__(problem, log_file, last_lines)
        self.problem, self.log_file, self.last_lines = problem, log_file, last_lines

    def __str__(self) -> str:
        return f"the Prefect server {self.problem}; its log is {self.log_file} and ends with:\n{self.last_lines}"


class PrefectServer:
    """Prefect's server with both its interfaces, on the installation's own address.

    `start` returns at once and the server takes 5–25 s to answer: do other work, then `wait_until_healthy`. Use it as a
    context manager, or call `stop`. Port 0 means any free port, known after `start`.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._port = settings.port
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def api_url(self) -> str:
        """Where Prefect's clients in this installation find the server."""
        return f"{self._address}/api"

    @property
    def ui_url(self) -> str:
        """What an operator on this machine opens in a browser."""
        return self._address

    @property
    def log_file(self) -> Path:
        """What the server printed."""
        return self._settings.home / "prefect-server.log"

    @property
    def pid(self) -> int | None:
        """The process of the running server."""
        return self._process.pid if self._process else None

    @property
    def has_ended(self) -> bool:
        """Whether a server that was started is no longer there, though nobody stopped it."""
        return self._process is not None and self._process.poll() is not None

    def start(self) -> None:
        """Start the server process; starting a started one changes nothing.

        Raises `PortInUse`, `CannotListen`, `NoTrigrams`.
        """
        if self._process is not None:
            return
        _require_trigrams(self._settings)
        self._settings.prefect_home.mkdir(parents=True, exist_ok=True)
        with _listener(self._settings.host, self._settings.port) as listener, self.log_file.open("ab") as log:
            self._port = listener.getsockname()[1]
            self._process = self._spawn(listener.fileno(), log)

    def wait_until_healthy(self, timeout: float = _COLD_START_SECONDS) -> None:
        """Return when the server answers. Raises `ServerFailed` when it ended or `timeout` seconds have passed."""
        deadline = time.monotonic() + timeout
        with httpx.Client(trust_env=False, timeout=2.0) as client:
            while not self._answers(client):
                if self._process is None or self.has_ended:
                    raise self._failure("has ended")
                if time.monotonic() > deadline:
                    raise self._failure(f"did not answer within {timeout:g} s")
                time.sleep(_PROBE_EVERY_SECONDS)

    def stop(self) -> None:
        """End the server and wait until nothing listens any more. Stopping a stopped server changes nothing."""
        process, self._process = self._process, None
        if process is None:
            return
        _send_what_waits()
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdin is not None:
            process.stdin.close()

    def client_environment(self) -> dict[str, str]:
        """The variables under which Prefect's clients, flows and runners belong to this installation and no other.

        Hand them to `flows.settings.enter_environment` after `start`.
        """
        return prefect_client_environment(self._settings, self.api_url)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    @property
    def _address(self) -> str:
        host = _EVERY_INTERFACE.get(self._settings.host, self._settings.host)
        return f"http://{f'[{host}]' if ':' in host else host}:{self._port}"

    def _spawn(self, listener: int, log: IO[bytes]) -> subprocess.Popen[bytes]:
        variables = prefect_server_environment(self._settings, self._port, self.api_url)
        process = subprocess.Popen(  # noqa: S603  our own module, no shell
            [sys.executable, "-P", "-m", "deployments.prefect_application", str(listener)],
            env=inherited_environment(variables),
            cwd=self._settings.home,  # Prefect reads .env, prefect.toml and pyproject.toml where it is started
            stdin=subprocess.PIPE,  # the life line: closes when this process ends, however it ends
            stdout=log,
            stderr=log,
            pass_fds=[listener],
            start_new_session=True,  # Ctrl-C reaches the parent only, which stops the flows first and the server last
        )
        _close_in_forks(process)
        return process

    def _answers(self, client: httpx.Client) -> bool:
        try:
            return client.get(f"{self.api_url}/health").is_success
        except httpx.TransportError:
            return False

    def _failure(self, problem: str) -> ServerFailed:
        lines = self.log_file.read_text(errors="replace").splitlines()
        return ServerFailed(problem, str(self.log_file), "\n".join(lines[-_LAST_LINES:]))


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
    except OSError as problem:
        listener.close()
        if problem.errno == errno.EADDRINUSE:
            raise PortInUse(host, port) from problem
        raise CannotListen(host, port, problem.strerror or str(problem)) from problem
    return listener


def _send_what_waits() -> None:
    """Logs and Prefect events of this process on their way to the server; afterwards nobody would take them."""
    if "prefect.logging.handlers" in sys.modules:
        from prefect.events.worker import EventsWorker
        from prefect.logging.handlers import APILogWorker

        for worker in (APILogWorker, EventsWorker):
            # In a thread of its own: called where an event loop runs, Prefect would wait for nothing.
            drain = threading.Thread(target=worker.drain_all, kwargs={"timeout": _LAST_WORDS_SECONDS, "at_exit": False})
            drain.start()
            drain.join()


def _close_in_forks(process: subprocess.Popen[bytes]) -> None:
    """A forked worker that outlives us must not hold the life line open."""
    life_line = process.stdin
    if life_line is not None:
        os.register_at_fork(after_in_child=life_line.close)


def _require_trigrams(settings: Settings) -> None:
    """Prefect would say it in forty lines, after its start."""
    if settings.log_path is None:
        import psycopg

        with psycopg.connect(settings.log_url) as connection:
            if not connection.execute("select 1 from pg_available_extensions where name = 'pg_trgm'").fetchone():
                raise NoTrigrams()
