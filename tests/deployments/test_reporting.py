"""The command that reports."""

from pathlib import Path

import pytest

from tests.deployments.homes import Home
from tests.small_trial import small_trial


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    path = tmp_path_factory.mktemp("home")
    small_trial(path).log.close()
    return Home(path, simulated=False)


def test_two_files_are_written_and_said(home: Home, tmp_path: Path) -> None:
    closed = ("--closed", "--role", "statistician", "--reason", "for the committee", "--language", "zh")
    told = home.json("report", "--output", str(tmp_path / "new"), *closed)
    assert [Path(file).name for file in told["files"]] == ["imni-report-closed.html", "imni-report-closed.pdf"]
    assert {(each["endpoint"], each["population"]) for each in told["analyses"]} == {
        ("EFS", "itt"),
        ("EFS", "per-protocol"),
        ("EFS", "as-treated"),
        ("LRRFS", "itt"),
        ("OS", "itt"),
    }
    assert "非公开报告" in Path(told["files"][0]).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("wrong", "mentions"),
    [
        (["--closed", "--reason", "curious"], ["--role", "coordinator", "open report"]),
        (["--closed", "--role", "statistician"], ["--reason", "Add --reason"]),
        (["--language", "de"], ["--language", "'de'", "en or zh"]),
        (["--cutoff", "2020-01-01"], ["--cutoff", "2020-01-01", "first was on 2021-01-10"]),
        (["--known-at", "2999-01-01T00:00:00Z"], ["--known-at", "2999"]),
    ],
    ids=" ".join,
)
def test_what_cannot_be_reported_is_refused_and_leaves_no_file(
    home: Home, tmp_path: Path, wrong: list[str], mentions: list[str]
) -> None:
    refused = home.imni("report", "--output", str(tmp_path / "out"), *wrong)
    assert refused.returncode == 2, refused.stdout
    assert all(word in refused.stderr for word in mentions), refused.stderr
    assert "Traceback" not in refused.stderr
    assert not list(tmp_path.glob("out/*"))
