"""kill -9 of `imni up`, twice; `python -m tests.faults.kill_imni_up --count 20` is the full battery."""

from pathlib import Path

from tests.faults.kill_imni_up import run


def test_a_killed_engine_loses_and_doubles_nothing(tmp_path: Path) -> None:
    outcome = run(kills=2, seed=11, home=tmp_path)
    assert outcome.fine, outcome
