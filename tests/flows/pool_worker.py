"""A worker of a work pool, as it runs on another machine."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.engine import IMNI


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
