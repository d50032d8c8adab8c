"""`imni demo`: a small simulated trial through the real commands, flows, laboratory and mailbox, checked by itself."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PATIENTS = 4


def _imni(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("imni")), *arguments]
    environment = {"IMNI_HOME": str(home), "PATH": "/usr/bin:/bin", "HOME": str(home), "LANG": "C.UTF-8"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240, check=False)


@pytest.fixture(scope="module")
def demonstrated(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    home = tmp_path_factory.mktemp("demo")
    ran = _imni(home, "demo", "--patients", str(PATIENTS), "--seed", "7", "--json")
    assert ran.returncode == 0, ran.stderr[-2000:]
    return json.loads(ran.stdout)


def test_every_check_of_the_demonstration_holds(demonstrated: dict[str, Any]) -> None:
    assert {check["claim"]: check["found"] for check in demonstrated["checks"] if not check["ok"]} == {}
    assert len(demonstrated["checks"]) == 8


def test_it_ends_with_the_analyses_and_a_report_with_their_curves(demonstrated: dict[str, Any]) -> None:
    assert [report["endpoint"] for report in demonstrated["analyses"]] == ["EFS", "LRRFS", "OS"]
    assert {report["n"] for report in demonstrated["analyses"]} == {PATIENTS}
    report = Path(demonstrated["report"]).read_text(encoding="utf-8")
    assert report.count("<svg") == 11
    assert "<td>holds</td>" in report
    assert Path(demonstrated["report"]).with_suffix(".pdf").read_bytes().startswith(b"%PDF")
    assert "Every patient in this report is simulated" in report
    assert "http://" not in report.replace("http://www.w3.org", "").replace("http://purl.org", "").replace(
        "http://creativecommons.org", ""
    )


def test_its_home_stays_to_look_around_in_and_is_marked_simulated(demonstrated: dict[str, Any]) -> None:
    told = json.loads(_imni(Path(demonstrated["home"]), "status", "--json").stdout)
    assert told["simulated"] is True
    assert told["randomised"] == PATIENTS
    assert told["open_engine_work"] == 0


def test_it_does_not_play_over_somebody_elses_folder(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "thesis.txt").write_text("three years of work")
    ran = _imni(tmp_path, "demo", "--patients", "4")
    assert ran.returncode == 2
    assert "holds something else" in ran.stderr
    assert (tmp_path / "demo" / "thesis.txt").read_text() == "three years of work"
