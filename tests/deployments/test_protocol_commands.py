"""Asking the protocol and changing how it is read, through the real console script."""

from pathlib import Path

import pytest

from tests.deployments.homes import Home


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A simulated trial of two patients in screening, one at the threshold of the genomic test."""
    home = Home(tmp_path_factory.mktemp("protocol"), simulated=False)
    assert home.imni("init", "--simulated", "--at", "2020-12-10T00:00:00Z").returncode == 0
    for patient, score in (("RJ-1", "44"), ("RJ-2", "43")):
        home.record("screen-patient", patient, "2021-01-05", "2021-01-05T08:00:00Z", sex="F", birth_date="1970-05-06")
        home.record(
            "record-genomic-result", patient, "2021-01-08", "2021-01-08T08:00:00Z",
            report_id=f"R-{patient}", score_18gene=score,
        )  # fmt: skip
    return home


def test_a_question_is_listed_asked_chosen_and_then_in_force(trial: Home) -> None:
    listed = {each["id"]: each for each in trial.json("protocol", "questions")}
    assert (len(listed), listed["PQ-04"]["in_force"], listed["PQ-04"]["severity"]) == (45, "<=44", "A")

    before = trial.json("status")["events"]
    told = trial.json("what-if", "--reading", "PQ-04=<44", "--on", "2021-02-01")
    assert {(c["patient_id"], c["what"], c["then"]) for c in told["changes"] if c["what"] == "genomic risk"} == {
        ("RJ-1", "genomic risk", "high")
    }
    assert trial.json("status")["events"] == before

    chosen = ("protocol", "set", "PQ-04", "<44", "--reason", "as the background says", "--by", "li.wei")
    (entry,) = trial.json(*chosen, "--at", "2021-02-01T08:00:00Z")
    assert (entry["type"], entry["reason"], entry["actor"]["id"]) == (
        "reading-chosen.v1",
        "as the background says",
        "li.wei",
    )
    assert {each["id"]: each["is_default"] for each in trial.json("protocol", "questions")}["PQ-04"] is False
    assert trial.json(*chosen, "--at", "2021-02-02T08:00:00Z") == []


def test_a_value_is_explained_with_the_entries_it_came_from(trial: Home) -> None:
    explained = {each["rule"]: each for each in trial.json("explain", "RJ-2", "risk", "--on", "2021-02-01")}
    assert [entry["type"] for entry in explained["DR02"]["entries"]] == ["genomic-result-reported.v1"]
    assert "RJ-2 has no due date yet" in trial.imni("explain", "RJ-2", "due-date").stdout
    assert "RJ-2 has no dose yet" in trial.imni("explain", "RJ-2", "dose").stdout
    assert "DR02" in trial.imni("explain", "RJ-2", "eligibility").stdout


def test_decisions_come_out_as_they_were(trial: Home) -> None:
    assert trial.json("replay", "--as-was")["differing"] == []
    assert "0 of them otherwise" in trial.imni("replay", "--as-if", "2.0").stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("protocol", "set", "PQ-04", "<44"), "why is it read so"),
        (("protocol", "set", "PQ-99", "x", "--reason", "y"), "no such protocol question"),
        (("protocol", "set", "PQ-33", "consented", "--reason", "y"), "the order of consents is not numbered"),
        (("what-if",), "read how"),
        (("what-if", "--reading", "PQ-04"), "is not a reading"),
        (("what-if", "--reading", "PQ-04=<45"), "not an option of PQ-04"),
        (("explain", "RJ-1", "weather"), "cannot be explained"),
        (("replay",), "give one of the two"),
        (("replay", "--as-if", "9.9"), "no such protocol edition"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_the_way_out(
    trial: Home, arguments: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    refused = trial.imni(*arguments)
    assert refused.returncode == 2
    assert said in refused.stderr
    assert "Traceback" not in refused.stderr
