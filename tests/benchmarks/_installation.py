"""A running installation to measure: `imni up` in its own process, and a laboratory that notes when it is asked."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from time import perf_counter
from typing import cast

from flows.home import open_home
from flows.settings import read_settings
from store.transact import TrialLog
from tests.engine import Engine, family

_PATIENCE_SECONDS = 120.0
_NOBODY = json.dumps({"resourceType": "Bundle", "type": "searchset", "total": 0}).encode()


class NotingLaboratory(ThreadingHTTPServer):
    """Takes every order and reports nothing; `asked_at` is when each order key arrived, by `perf_counter`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Asked)
        self.asked_at: dict[str, float] = {}

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}"


class _Asked(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        laboratory = cast("NotingLaboratory", self.server)
        key = self.headers["If-None-Exist"].rpartition("|")[2]
        laboratory.asked_at.setdefault(key, perf_counter())
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(201, b"", f"{laboratory.url}/ServiceRequest/{len(laboratory.asked_at)}")

    def do_GET(self) -> None:
        self._answer(200, _NOBODY)

    def _answer(self, status: int, body: bytes, location: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/fhir+json")
        self.send_header("Content-Length", str(len(body)))
        if location:
            self.send_header("Location", location)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its given name
        pass


@dataclass
class Installation:
    """An engine that runs in a new home; `started_in` is the seconds from its start to its word that it is ready."""

    engine: Engine
    laboratory: NotingLaboratory
    trial_log: TrialLog
    started_in: float

    def flow_runs(self, name: str | None = None) -> int:
        """How many runs Prefect knows, of one flow or of all."""
        asked = {"flows": {"name": {"any_": [name]}}} if name else {}
        return int(self.engine.ask("/flow_runs/count", asked))

    def megabytes(self) -> float:
        """The memory of all its processes."""
        assert self.engine.process is not None
        return megabytes(self.engine.process.pid)

    def page(self, key: str) -> str:
        """What a page says; nothing while there is none."""
        found = self.engine.ask("/artifacts/latest/filter", {"artifacts": {"key": {"any_": [key]}}})
        return str(found[0]["data"]) if found else ""


@contextmanager
def installed(root: Path) -> Generator[Installation]:
    """An installation that runs, from nothing, and is stopped by Ctrl-C in the end."""
    laboratory = NotingLaboratory()
    Thread(target=laboratory.serve_forever, daemon=True).start()
    home = root / "home"
    with (trial_log := open_home(read_settings(home=home), datetime.now(UTC))).log:
        engine, began = Engine(home, home, {"IMNI_LABORATORY_URL": laboratory.url}), perf_counter()
        engine.start()
        try:
            engine.wait_until_it_says_so()
            yield Installation(engine, laboratory, trial_log, perf_counter() - began)
        finally:
            engine.stop()
            laboratory.shutdown()
            laboratory.server_close()


def megabytes(pid: int) -> float:
    """The memory of a process and all its children, what they share counted once (proportional set size)."""
    kilobytes = sum(_proportional(each) for each in family(pid))
    return kilobytes / 1024


def _proportional(pid: int) -> int:
    found = (line.split() for line in _told(Path(f"/proc/{pid}/smaps_rollup")).splitlines())
    return next((int(words[1]) for words in found if words[0] == "Pss:"), 0)


def _told(path: Path) -> str:
    """What the system says of a thread or a process; nothing when it has just ended."""
    try:
        return path.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def until(holds: Callable[[], bool]) -> float:
    """Wait until something holds; when it did, by `perf_counter`."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError("what was waited for did not happen")
        time.sleep(0.005)
    return perf_counter()
