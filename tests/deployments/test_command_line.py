"""The command line's contracts, through the real console script in homes of its own."""

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.deployments.homes import Home

ENVELOPE = {
    "position", "stream", "version", "event_id", "type", "occurred_on", "recorded_at", "actor", "source",
    "on_behalf_of", "reason", "protocol_edition", "causation_id", "correlation_id", "visibility", "digest", "data",
}  # fmt: skip

RESULT = ["record", "record-genomic-result", "--patient", "RJ-1", "--data"]


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A simulated trial of three patients, one with a recurrence that was recorded late and then corrected."""
    home = Home(tmp_path_factory.mktemp("trial"))
    for patient, arm in (("RJ-1", "OMIT"), ("RJ-2", "IMNI"), ("RJ-3", "OMIT")):
        home.record("screen-patient", patient, "2021-01-05", "2021-01-05T08:00:00Z", sex="F", birth_date="1970-05-06")
        home.record("record-allocation-elsewhere", patient, "2021-01-10", "2021-01-10T08:00:00Z", arm=arm)
    home.record("record-assessment", "RJ-1", "2022-06-01", "2022-06-01T08:00:00Z", disease_status="NO_EVIDENCE")
    home.record("record-contact", "RJ-1", "2022-07-20", "2022-07-20T08:00:00Z")
    (told,) = home.record("record-recurrence", "RJ-2", "2021-12-01", "2021-12-02T08:00:00Z", sites=["CHEST_WALL"])
    meant = {"occurred_on": "2021-10-15", "sites": ["CHEST_WALL"]}
    home.record(
        "correct-entry", "RJ-2", "2022-08-10", "2022-08-10T08:00:00Z",
        target=told["event_id"], replacement=meant, reason="read from the report",
    )  # fmt: skip
    home.record("record-nodal-volume", "RJ-3", "2021-03-01", "2021-03-01T08:00:00Z", arm="IMNI")
    return home


def test_a_history_is_the_envelopes_in_order_with_their_data(trial: Home) -> None:
    entries = trial.json("history", "RJ-2")
    assert [entry["version"] for entry in entries] == list(range(4))
    assert all(set(entry) == ENVELOPE for entry in entries)
    assert [entry["position"] for entry in entries] == sorted(entry["position"] for entry in entries)
    assert entries[2]["type"] == "recurrence-confirmed.v1"
    assert entries[2]["data"]["sites"] == ["CHEST_WALL"]
    assert entries[2]["recorded_at"].startswith("2021-12-02T08:00:00")
    assert entries[3]["reason"] == "read from the report"
    assert entries[0]["stream"] == "simulated-patient/RJ-2"
    assert entries[0]["actor"] == {"id": "operator", "role": "coordinator", "kind": "human"}


def test_a_history_can_be_asked_for_as_it_was_known(trial: Home) -> None:
    known = trial.json("history", "RJ-2", "--known-at", "2021-12-31T00:00:00Z")
    assert [entry["type"] for entry in known][-1] == "recurrence-confirmed.v1"


def test_a_projection_can_be_asked_for_as_of_any_moment(trial: Home) -> None:
    told = trial.json("projection", "endpoint-records", "--cutoff", "2021-12-31", "--known-at", "2021-12-31T00:00:00Z")
    assert set(told) == {"name", "question", "position", "known_at", "cutoff", "digest", "readings", "rows"}
    assert "PQ-12 = invasive-only" in told["readings"]
    (efs,) = (row for row in told["rows"] if (row["patient_id"], row["endpoint"]) == ("RJ-2", "EFS"))
    assert (efs["end"], efs["observed"]) == ("2021-12-01", True)
    assert [each["name"] for each in trial.json("projection")] == ["patients", "laboratory-orders", "endpoint-records"]


def test_an_analysis_has_the_keys_of_its_contract(trial: Home) -> None:
    analysis = trial.json("analyse", "--endpoint", "EFS", "--cutoff", "2022-07-30", "--records")
    grid = trial.json("analyse", "--endpoint", "EFS", "--cutoff", "2022-07-30", "--sensitivity")["rows"]
    assert (grid[0]["n"], grid[0]["events"], grid[0]["changed"]) == (analysis["n"], analysis["events"], 0)
    assert "analysed" in trial.imni("analyse", "--endpoint", "OS", "--sensitivity").stdout
    head = {"endpoint", "population", "cutoff", "known_at", "edition", "position", "n", "events", "arms"}
    assert head | {"logrank", "cox", "difference_5y", "follow_up", "records"} <= set(analysis)
    assert (analysis["endpoint"], analysis["population"], analysis["cutoff"]) == ("EFS", "itt", "2022-07-30")
    assert (analysis["known_at"], analysis["edition"], analysis["n"], analysis["events"]) == (None, "2.0", 3, 1)
    omit = analysis["arms"]["OMIT"]
    assert [point["years"] for point in omit["km"]] == [1, 2, 3, 4, 5]
    assert {"years", "survival", "se", "lower", "upper", "at_risk", "beyond_last_time"} <= set(omit["km"][0])
    assert {"years", "lower", "upper"} <= set(omit["median"])
    assert {"chi2", "p"} <= set(analysis["logrank"])
    cox = {
        "estimable",
        "reason",
        "coef",
        "se",
        "hr",
        "lower",
        "upper",
        "ni_margin",
        "ni_z",
        "ni_p_one_sided",
        "noninferior",
    }
    assert cox | {"noninferior"} <= set(analysis["cox"])
    assert analysis["cox"]["estimable"] is False
    assert "OMIT" in analysis["cox"]["reason"]
    difference = {"diff", "se", "lower", "upper", "margin", "ni_p_one_sided", "noninferior"}
    assert difference <= set(analysis["difference_5y"])
    assert "median_years" in analysis["follow_up"]


def test_records_say_from_which_entries_they_come(trial: Home) -> None:
    records = {r["patient"]: r for r in trial.json("analyse", "--endpoint", "EFS", "--records")["records"]}
    assert {"patient", "start", "end", "days", "observed", "arm", "reason", "event_ids"} <= set(records["RJ-1"])
    assert (records["RJ-1"]["end"], records["RJ-1"]["days"], records["RJ-1"]["observed"]) == ("2022-06-01", 507, False)
    assert (records["RJ-2"]["end"], records["RJ-2"]["observed"]) == ("2021-10-15", True)
    assert (records["RJ-3"]["days"], records["RJ-3"]["reason"]) == (0, "no-assessment")
    told = {entry["event_id"] for entry in trial.json("history", "RJ-2")}
    assert set(records["RJ-2"]["event_ids"]) <= told


@pytest.mark.parametrize(
    ("asked", "end"),
    [
        (["--known-at", "2022-07-30T00:00:00Z"], "2021-12-01"),
        (["--known-at", "2022-08-11T00:00:00Z"], "2021-10-15"),
    ],
)
def test_an_analysis_knows_only_what_was_recorded_by_then(trial: Home, asked: list[str], end: str) -> None:
    records = trial.json("analyse", "--endpoint", "EFS", "--records", *asked)["records"]
    assert next(r for r in records if r["patient"] == "RJ-2")["end"] == end


def test_populations_put_patients_where_they_belong(trial: Home) -> None:
    treated = trial.json("analyse", "--endpoint", "OS", "--population", "as-treated", "--records")["records"]
    assert {r["patient"]: r["arm"] for r in treated} == {"RJ-1": "OMIT", "RJ-2": "IMNI", "RJ-3": "IMNI"}
    assert trial.json("analyse", "--endpoint", "OS", "--population", "per-protocol")["n"] == 0


def test_a_plain_table_is_analysed_too(trial: Home, tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text("time,status,arm\n365.25,1,0\n730.5,0,0\n400,1,1\n800,0,1\n")
    analysis = trial.json("analyse", "--table", str(table), "--unit", "days")
    assert (analysis["n"], analysis["events"], analysis["arms"]["IMNI"]["n"]) == (4, 2, 2)
    assert analysis["arms"]["IMNI"]["km"][0]["survival"] == 0.5
    table.write_text("time,status,arm\n-1,1,0\n")
    trial.refused("analyse", "--table", str(table), mentions=["row 1", "time", "-1"])
    trial.refused("analyse", "--table", str(table), "--sensitivity", mentions=["--sensitivity", "--table"])


def test_the_worklist_and_the_status_answer_in_json(trial: Home) -> None:
    items = trial.json("worklist", "RJ-1")
    assert all({"work", "key", "patient_id", "due_on", "doer", "wording", "subject"} == set(item) for item in items)
    told = trial.json("status")
    assert (told["simulated"], told["randomised"], told["patients"], told["target"]) == (True, 3, 3, 214)
    assert "SIMULATED" in trial.imni("status").stdout


def test_every_command_is_listed_with_a_valid_schema(trial: Home) -> None:
    listed = json.loads(trial.imni("record", "--list").stdout)
    assert {"screen-patient", "record-visit", "correct-entry", "choose-reading"} <= {each["command"] for each in listed}
    for each in listed:
        Draft202012Validator.check_schema(each["schema"])
        assert each["description"]


def test_data_comes_from_the_option_a_file_or_standard_input(trial: Home, tmp_path: Path) -> None:
    (tmp_path / "contact.json").write_text('{"channel": "clinic"}')
    at = ["--on", "2022-09-01", "--at", "2022-09-02T00:00:00Z", "--patient", "RJ-3", "--json"]
    told = trial.imni("record", "record-contact", "--data", f"@{tmp_path / 'contact.json'}", *at)
    assert json.loads(told.stdout)[0]["data"]["channel"] == "clinic"
    again = trial.imni("record", "record-contact", "--data", "-", *at, stdin='{"channel": "clinic"}')
    assert json.loads(again.stdout) == [], "told twice it changes nothing"


@pytest.mark.parametrize(
    ("arguments", "mentions"),
    [
        (["record", "recrd-visit"], ["recrd-visit", "record-visit"]),
        (["record", "record-visit", "--data", "{}"], ["disease_status", "visit"]),
        (["record", "record-contact", "--patient", "RJ-404"], ["RJ-404", "screen-patient"]),
        (["record", "record-contact", "--patient", "Mrs Li"], ["--patient", "Mrs Li"]),
        (["record", "record-contact", "--patient", "RJ-1", "--data", "{"], ["--data", "not JSON"]),
        (["record", "record-contact", "--patient", "RJ-1", "--data", "[1]"], ["not a JSON object"]),
        (["record", "record-contact", "--patient", "RJ-1", "--data", "@nowhere.json"], ["nowhere.json"]),
        (["record", "record-contact", "--patient", "RJ-1", "--on", "2021-02-30"], ["occurred_on", "calendar"]),
        (["record", "record-contact", "--patient", "RJ-1", "--on", "2999-01-01"], ["future"]),
        (["record", "record-contact", "--patient", "RJ-1", "--at", "noon"], ["--at", "noon"]),
        (["record", "record-contact", "--patient", "RJ-1", "--at", "2020-01-01T00:00:00Z"], ["--at"]),
        (["record", "randomise-patient", "--patient", "RJ-1"], ["randomised elsewhere"]),
        ([*RESULT, '{"report_id": "1", "score_18gene": "101"}'], ["score_18gene", "101"]),
        ([*RESULT, '{"report_id": "1", "score_18gene": "NaN"}'], ["score_18gene"]),
        (["record", "choose-reading", "--data", '{"question": "PQ-04", "option": "<45"}'], ["<45", "<=44, <44"]),
        (["history", "RJ-404"], ["RJ-404"]),
        (["worklist", "RJ-404"], ["RJ-404"]),
        (["worklist", "--on", "tomorrow"], ["--on", "tomorrow"]),
        (["analyse", "--endpoint", "DFS"], ["DFS", "EFS, LRRFS, OS"]),
        (["analyse", "--endpoint", "EFS", "--population", "all"], ["all", "itt"]),
        (["analyse", "--endpoint", "EFS", "--cutoff", "2022"], ["--cutoff", "2022"]),
        (["analyse", "--endpoint", "EFS", "--known-at", "then"], ["--known-at", "then"]),
        (["analyse", "--table", "nowhere.csv"], ["nowhere.csv"]),
        (["analyse"], ["--endpoint"]),
        (["rebuild", "nothing"], ["nothing", "patients"]),
        (["dance"], ["dance"]),
    ],
)  # fmt: skip
def test_bad_input_is_refused_with_the_way_out(trial: Home, arguments: list[str], mentions: list[str]) -> None:
    trial.refused(*arguments, mentions=mentions)


def test_a_real_home_keeps_its_own_time(tmp_path: Path) -> None:
    home = Home(tmp_path / "real", simulated=False)
    assert home.json("status")["simulated"] is False, "the first command of a new home makes it"
    arguments = ["record", "screen-patient", "--patient", "RJ-1", "--at", "2021-01-01T00:00:00Z"]
    home.refused(*arguments, mentions=["--at", "simulated"])
    home.refused("init", "--simulated", mentions=["real"])
    assert home.imni("init").returncode == 0


def test_a_whole_log_verifies_and_a_changed_one_does_not(trial: Home, tmp_path: Path) -> None:
    told = trial.json("verify")
    assert (told["ok"], told["findings"]) == (True, [])
    assert told["events"] == told["last_position"] == trial.events()
    changed = tmp_path / "changed" / "log.sqlite"
    changed.parent.mkdir()
    source = sqlite3.connect(trial.path / "log.sqlite")
    copy = sqlite3.connect(changed)
    source.backup(copy)
    copy.execute("drop trigger event_no_update")
    edited = "cast(replace(cast(data as text), 'CHEST_WALL', 'AXILLA') as blob)"
    copy.execute(f"update event set data = {edited} where type like 'recurrence-conf%'")
    copy.commit()
    for database in (source, copy):
        database.close()
    ran = trial.imni("verify", "--json", IMNI_DATABASE_URL=f"sqlite:///{changed}")
    found = json.loads(ran.stdout)
    assert (ran.returncode, found["ok"]) == (1, False)
    position = next(e["position"] for e in trial.json("history", "RJ-2") if e["type"] == "recurrence-confirmed.v1")
    assert position in {finding["position"] for finding in found["findings"]}


def test_projections_are_rebuilt_and_equal(trial: Home) -> None:
    rebuilt = trial.json("rebuild")
    assert {each["name"] for each in rebuilt} == {"patients", "laboratory-orders", "endpoint-records"}
    assert all(each["equal"] and set(each) == {"name", "events", "seconds", "digest", "equal"} for each in rebuilt)


def test_reading_a_history_does_not_load_what_only_analyses_and_flows_need() -> None:
    heavy = "{'prefect', 'lifelines', 'matplotlib', 'pandas', 'alembic', 'fhir', 'apprise'}"
    code = f"import sys, deployments.command_line; print({heavy} & {{name.split('.')[0] for name in sys.modules}})"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"
