"""`imni up` in a home of its own, spoken to as the browser does; and a laboratory that keeps it waiting."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any, cast

import httpx

from tests.faults.kill_imni_up import free_port

IMNI = Path(sys.executable).with_name("imni")
_NOBODY = b'{"resourceType": "Bundle", "type": "searchset", "total": 0}'


class SlowLaboratory(ThreadingHTTPServer):
    """Takes an order and reports nothing. Until told to `answer` it says again and again that it is working on it.

    `asked` has the key of the order, each time it was asked for.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Counter)
        self.asked: list[str] = []
        self.answer = Event()
        Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}"


class _Counter(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        laboratory = cast("SlowLaboratory", self.server)
        self.rfile.read(int(self.headers["Content-Length"]))
        laboratory.asked.append(self.headers["If-None-Exist"])
        with suppress(BrokenPipeError, ConnectionResetError):
            while not laboratory.answer.wait(0.2):
                self.wfile.write(b"HTTP/1.1 102 Processing\r\n\r\n")
            self.send_response(201 if laboratory.asked.count(laboratory.asked[-1]) == 1 else 200)
            self.send_header("Location", f"{laboratory.url}/ServiceRequest/1")
            self.send_header("Content-Length", "0")
            self.end_headers()

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(_NOBODY)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its given name
        pass


@dataclass
class Engine:
    """An `imni up`. `account` is the home folder of whoever starts it."""

    home: Path
    account: Path
    settings: Mapping[str, str] = field(default_factory=dict[str, str])
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def said(self) -> str:
        """What it has printed."""
        return (self.home / "up.log").read_text()

    def environment(self, **other: str) -> dict[str, str]:
        told = {"IMNI_HOME": str(self.home), "IMNI_PORT": str(self.port), **self.settings, **other}
        return {"PATH": os.defpath, "HOME": str(self.account), "LANG": "C.UTF-8", **told}

    def start(self) -> None:
        """Start it; it is not ready yet."""
        self.home.mkdir(parents=True, exist_ok=True)
        with (self.home / "up.log").open("wb") as log:
            self.process = subprocess.Popen(
                [str(IMNI), "up"], env=self.environment(), cwd=self.home, stdout=log, stderr=log
            )

    def wait_until_ready(self) -> None:
        until(lambda: self._is_ready() or self._has_ended(), 240, every=0.3)
        assert not self._has_ended(), self.said

    def refused(self, **other: str) -> str:
        """What a second `imni up` with these settings says when it is refused."""
        environment = self.environment(**other)
        ran = subprocess.run(
            [str(IMNI), "up"], env=environment, cwd=self.home, capture_output=True, timeout=120, check=False
        )
        assert ran.returncode == 2, ran
        return ran.stderr.decode()

    def kill(self) -> None:
        """kill -9 of every process at once, as when the power fails."""
        assert self.process is not None
        for process in family(self.process.pid):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """Ctrl-C."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            assert self.process.wait(60) == 0, self.said

    def ask(self, path: str, body: object = None) -> Any:
        """What its Prefect answers; `body` makes it a POST."""
        with httpx.Client(trust_env=False, timeout=60) as client:
            answer = client.request("GET" if body is None else "POST", f"{self.url}/api{path}", json=body)
        answer.raise_for_status()
        return answer.json()

    def submit(self, wire: str, patient_id: str, **entry: object) -> str:
        """Submit a form as the browser does; the id of its run. Who gets an answer has been promised something."""
        found = self.ask("/deployments/filter", {"flows": {"name": {"any_": [wire]}}})
        form = {"entered_by": "li.wei", "patient_id": patient_id, "entry": entry}
        path = f"/deployments/{found[0]['id']}/create_flow_run"
        return str(self.ask(path, {"parameters": {"form": form}, "state": {"type": "SCHEDULED"}})["id"])

    def runs(self, flow: str) -> list[dict[str, Any]]:
        """The runs of a flow, oldest first."""
        asked = {"flows": {"name": {"any_": [flow]}}, "sort": "EXPECTED_START_TIME_ASC"}
        found: list[dict[str, Any]] = self.ask("/flow_runs/filter", asked)
        return found

    def state_of(self, run: str) -> str:
        return str(self.ask(f"/flow_runs/{run}")["state_type"])

    def _is_ready(self) -> bool:
        with suppress(httpx.TransportError):
            return httpx.get(f"{self.url}/ready", trust_env=False, timeout=10).status_code == 200
        return False

    def _has_ended(self) -> bool:
        return self.process is None or self.process.poll() is not None


@contextmanager
def worker(pool: str, api_url: str, folder: Path, settings: Mapping[str, str]) -> Generator[int]:
    """A worker of a pool, which knows of the trial by its settings only; the number of its process."""
    known = {name: value for name, value in os.environ.items() if not name.startswith("IMNI_")}
    environment = {**known, **settings, "PREFECT_API_URL": api_url, "PREFECT_WORKER_QUERY_SECONDS": "1"}
    command = [str(IMNI.with_name("prefect")), "worker", "start", "--pool", pool, "--type", "process"]
    with (folder / "worker.log").open("wb") as log:
        running = subprocess.Popen(command, env=environment, cwd=folder, stdout=log, stderr=log)
        try:
            yield running.pid
        finally:
            running.kill()
            running.wait()


def family(process: int) -> Iterator[int]:
    """A process and all that it has started, and they in turn."""
    yield process
    for child in _children(process):
        yield from family(child)


def _children(process: int) -> list[int]:
    found: list[int] = []
    with suppress(FileNotFoundError, ProcessLookupError):
        for thread in Path(f"/proc/{process}/task").iterdir():
            with suppress(FileNotFoundError, ProcessLookupError):  # a thread that has just ended
                found += map(int, (thread / "children").read_text().split())
    return found


def until(holds: Callable[[], bool], seconds: float = 120, every: float = 0.05) -> None:
    """Wait until something holds, asking `every` so many seconds. Raises `AssertionError` when it never does."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(every)
