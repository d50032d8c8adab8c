"""One `imni up` a home: two would share one Prefect, and each would take the other's runs for dead."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from flows.home import HomeRefused, make_folders
from flows.settings import Settings

_NAME = "imni-up.lock"


@contextmanager
def only_one(settings: Settings) -> Generator[None]:
    """Hold the home while inside. The system lets go of it when this process ends, however it ends.

    Raises `HomeRefused` while another `imni up` holds it.
    """
    make_folders(settings)
    path = settings.home / _NAME
    with path.open("a+", encoding="ascii") as lock:
        try:
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # of this process alone: no child holds it on
        except OSError:
            raise HomeRefused(_refusal(settings.home, path)) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


def _refusal(home: Path, path: Path) -> str:
    process = path.read_text(encoding="ascii").strip()
    return (
        f"another `imni up` (process {process}) runs in the home {home}: stop that one, or set IMNI_HOME to another "
        "home for another trial"
    )
