"""`imni up` as an operator starts it, in a home of its own, and spoken to as the browser does."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

IMNI = Path(sys.executable).with_name("imni")
_READY_SECONDS, _STOP_SECONDS = 240.0, 60.0


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


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
        """What it has printed, since its first start."""
        return (self.home / "up.log").read_text()

    @property
    def has_ended(self) -> bool:
        """Whether its process is no more, or was never started."""
        return self.process is None or self.process.poll() is not None

    def environment(self, **other: str) -> dict[str, str]:
        told = {"IMNI_HOME": str(self.home), "IMNI_PORT": str(self.port), **self.settings, **other}
        return {"PATH": os.defpath, "HOME": str(self.account), "LANG": "C.UTF-8", **told}

    def start(self) -> subprocess.Popen[bytes]:
        """Start it; it is not ready yet."""
        self.home.mkdir(parents=True, exist_ok=True)
        with (self.home / "up.log").open("ab") as log:
            self.process = subprocess.Popen(
                [str(IMNI), "up"], env=self.environment(), cwd=self.home, stdout=log, stderr=log
            )
        return self.process

    def wait_until_ready(self) -> None:
        """Wait until it answers that it does its work."""
        until(lambda: self._is_ready() or self.has_ended, _READY_SECONDS, every=0.3)
        assert not self.has_ended, self.said

    def wait_until_it_says_so(self) -> None:
        """Wait for its word, after its first start, that it is ready."""
        until(lambda: "Ready: open" in self.said or self.has_ended, _READY_SECONDS)
        assert not self.has_ended, self.said

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
        """Ctrl-C: it must end cleanly."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            assert self.process.wait(_STOP_SECONDS) == 0, self.said[-2000:]

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


@contextmanager
def running(home: Path, settings: Mapping[str, str]) -> Generator[str]:
    """The address of the interface of an engine that runs, says nothing odd, and leaves nothing behind."""
    engine = Engine(home, home, settings)
    engine.start()
    try:
        engine.wait_until_it_says_so()
        yield engine.url
    finally:
        engine.stop()
    assert "Traceback" not in engine.said, engine.said[-2000:]
    assert engine.said.rstrip().endswith("Stopped."), engine.said[-2000:]
    with suppress(httpx.ConnectError):
        httpx.get(f"{engine.url}/api/health", trust_env=False)
        raise AssertionError(f"port {engine.port} still answers")


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
