"""kill -9 of `imni up`, twice; `python -m tests.faults.kill_imni_up --kills 20` is the full battery."""

import socket
from pathlib import Path

from tests.faults.kill_imni_up import run


def test_a_killed_engine_loses_and_doubles_nothing(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    outcome = run(kills=2, seed=11, home=tmp_path, port=port)
    assert outcome.fine, outcome
