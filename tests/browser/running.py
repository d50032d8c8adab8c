"""`imni up` as an operator starts it: in its own process, with a laboratory, stopped with Ctrl-C."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

_START_SECONDS, _STOP_SECONDS = 120.0, 60.0


@contextmanager
def running(home: Path, settings: Mapping[str, str]) -> Generator[str]:
    """The address of its interface; what it said stands in `up.log` of the home. It must stop cleanly."""
    port = _free_port()
    told = {"IMNI_HOME": str(home), "IMNI_PORT": str(port), **settings}
    environment = {"PATH": os.defpath, "HOME": str(home), "LANG": "C.UTF-8", **told}
    log = home / "up.log"
    with log.open("w") as writing:
        imni = Path(sys.executable).with_name("imni")
        process = subprocess.Popen([str(imni), "up"], env=environment, stdout=writing, stderr=writing, cwd=home)
        try:
            until(lambda: "Ready: open" in log.read_text() or process.poll() is not None, _START_SECONDS)
            assert process.poll() is None, log.read_text()
            yield f"http://127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(_STOP_SECONDS) == 0, log.read_text()[-2000:]
    _require_clean_end(log.read_text(), port)


def _require_clean_end(said: str, port: int) -> None:
    assert "Traceback" not in said, said[-2000:]
    assert said.rstrip().endswith("Stopped."), said[-2000:]
    try:
        httpx.get(f"http://127.0.0.1:{port}/api/health", trust_env=False)
    except httpx.ConnectError:
        return
    raise AssertionError(f"port {port} still answers")


def until(holds: Callable[[], bool], seconds: float = 30) -> None:
    """Wait until something holds. Raises `AssertionError` when it does not in that time."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.2)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
