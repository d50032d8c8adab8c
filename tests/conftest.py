"""What every test needs: an environment of its own, a browser or an honest skip, one Prefect server for the run."""

from __future__ import annotations

import atexit
import gc
import os
import random
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

_HOME = Path(tempfile.mkdtemp(prefix="imni-tests-"))
atexit.register(shutil.rmtree, _HOME, ignore_errors=True)


def _free_port() -> int:
    """A port nobody listens on, below the range the system hands out: still free when the server starts."""
    for port in random.sample(range(20_000, 30_000), 50):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise RuntimeError("no free port between 20000 and 30000")


_PORT = _free_port()


def _isolate() -> None:
    """No setting, home, login or Prefect of this machine reaches a test. Prefect reads these when it is imported."""
    for name in [name for name in os.environ if name.startswith(("IMNI_", "PREFECT_"))]:
        del os.environ[name]
    os.environ.update(
        {
            "IMNI_HOME": str(_HOME),
            "PREFECT_HOME": str(_HOME / "prefect"),
            "PREFECT_PROFILES_PATH": str(_HOME / "prefect" / "profiles.toml"),
            "PREFECT_API_URL": f"http://127.0.0.1:{_PORT}/api",
            "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "DO_NOT_TRACK": "1",
            "MPLBACKEND": "Agg",
            "NO_COLOR": "1",
        }
    )


_isolate()

from deployments.prefect_server import PrefectServer  # noqa: E402  after the environment is set
from flows.settings import read_settings  # noqa: E402
from tests.postgres import Postgres, running_postgres  # noqa: E402


@pytest.fixture(scope="session")
def prefect_server() -> Iterator[PrefectServer]:
    """The installation's own Prefect server, started when the first test asks and shared by all tests of a worker.

    Flows called in the test's process report to it. Mark the test `prefect`.
    """
    with PrefectServer(read_settings(home=_HOME / "server", port=_PORT)) as server:
        server.wait_until_healthy()
        yield server
        gc.collect()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server, started when the first test asks and shared by all tests of a worker."""
    with running_postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def either_database(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test runs twice: with an installation on SQLite, and with one on PostgreSQL."""
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        monkeypatch.setenv("IMNI_DATABASE_URL", server.new_log())


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the browser. Mark the test `browser`: it is skipped where there is none."""
    path = _chromium()
    assert path is not None, "mark this test with pytest.mark.browser"
    return path


def pytest_configure(config: pytest.Config) -> None:
    """Prefect 3.8.8 leaves a socket to its server unclosed at each flow run: forgiven to that address and no other."""
    to_server = rf"raddr=\('127.0.0.1', {_PORT}\)"
    config.addinivalue_line("filterwarnings", f"ignore:unclosed <socket.*{to_server}:ResourceWarning")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where there is no browser its tests say so."""
    if _chromium() is None:
        missing = pytest.mark.skip(reason="no Chromium on this machine: apt-get install chromium")
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(missing)


def _chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
