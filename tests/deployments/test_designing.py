"""The command that tells what the protocol's 208 patients deliver."""

from pathlib import Path

from tests.deployments.homes import Home


def test_design_says_in_plain_words_what_208_delivers_and_refuses_what_cannot_be(tmp_path: Path) -> None:
    home = Home(tmp_path)
    told = home.imni("design", "--trials", "2000")
    assert told.returncode == 0, told.stderr
    assert "46 events are needed" in told.stdout
    assert "give about 22.9 events: power 0.51 by the hazard ratio, 0.72 by the difference" in told.stdout
    assert "Monte Carlo error" in told.stdout
    assert "2000/2000" in told.stderr
    found = home.json("design", "--running", "--trials", "0", "--assume", "duration=10", "--assume", "patients=300")
    assert (found["scenario"]["duration"], found["scenario"]["patients"], found["simulated"]) == (10, 300, None)
    assert found["running"]["conditional_power"]["reason"] == "no test at the margin yet"
    for wrong in (["--assume", "years=9"], ["--assume", "duration=x"], ["--workers", "0"], ["--cutoff", "2026-01-01"]):
        refused = home.imni("design", *wrong)
        assert refused.returncode == 2
        assert "Traceback" not in refused.stderr
        assert wrong[1].split("=")[0] in refused.stderr or wrong[0] in refused.stderr
