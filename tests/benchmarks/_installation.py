"""A running installation to measure: `imni up` in its own process, and a laboratory that notes when it is asked."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from time import perf_counter
from typing import cast

import httpx

from flows.home import open_home
from flows.settings import read_settings
from store.transact import TrialLog
from tests.faults.kill_imni_up import free_port

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
    """`imni up` in a new home; `started_in` is the seconds from its start to its word that it is ready."""

    home: Path
    laboratory: NotingLaboratory
    trial_log: TrialLog
    port: int = field(default_factory=free_port)
    started_in: float = 0.0

    def start(self) -> subprocess.Popen[str]:
        """Start it and wait until it says that it is ready."""
        began = perf_counter()
        running = subprocess.Popen(
            [str(Path(sys.executable).with_name("imni")), "up"],
            env={
                "PATH": os.defpath,
                "HOME": str(self.home),
                "LANG": "C.UTF-8",
                "IMNI_HOME": str(self.home),
                "IMNI_PORT": str(self.port),
                "IMNI_LABORATORY_URL": self.laboratory.url,
            },
            cwd=self.home,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert running.stdout is not None
        said = list(_until_ready(running.stdout))
        if not said or not said[-1].startswith("Ready"):
            raise RuntimeError(f"imni up did not start: {''.join(said)}")
        self.started_in = perf_counter() - began
        Thread(target=running.stdout.read, daemon=True).start()
        return running

    def flow_runs(self, name: str | None = None) -> int:
        """How many runs Prefect knows, of one flow or of all."""
        asked = {"flows": {"name": {"any_": [name]}}} if name else {}
        return int(self.prefect("POST", "/flow_runs/count", asked).text)

    def prefect(self, method: str, path: str, body: object = None) -> httpx.Response:
        """Ask its Prefect server."""
        with httpx.Client(trust_env=False, timeout=30) as client:
            answer = client.request(method, f"http://127.0.0.1:{self.port}/api{path}", json=body)
        answer.raise_for_status()
        return answer


def _until_ready(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        yield line
        if line.startswith("Ready"):
            return


@contextmanager
def installed(root: Path) -> Generator[tuple[Installation, subprocess.Popen[str]]]:
    """An installation that runs, from nothing, and is stopped by Ctrl-C in the end."""
    laboratory = NotingLaboratory()
    Thread(target=laboratory.serve_forever, daemon=True).start()
    home = root / "home"
    with (trial_log := open_home(read_settings(home=home), datetime.now(UTC))).log:
        installation = Installation(home, laboratory, trial_log)
        running = installation.start()
        try:
            yield installation, running
        finally:
            running.send_signal(signal.SIGINT)
            running.wait(60)
            laboratory.shutdown()
            laboratory.server_close()


def megabytes(pid: int) -> float:
    """The memory of a process and all its children, what they share counted once (proportional set size)."""
    kilobytes = sum(_proportional(each) for each in _family(pid))
    return kilobytes / 1024


def _family(pid: int) -> Iterator[int]:
    yield pid
    for thread in Path(f"/proc/{pid}/task").iterdir():
        for child in _told(thread / "children").split():
            yield from _family(int(child))


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
