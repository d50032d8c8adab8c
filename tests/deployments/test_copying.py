"""`imni export`, `imni backup` and `imni restore`, through the console script."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.deployments.homes import Home

_TOLD = {"file", "log_id", "kind", "events", "root"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A simulated trial of one patient."""
    home = Home(tmp_path_factory.mktemp("home"))
    home.record("screen-patient", "RJ-1", "2021-01-05", "2021-01-05T08:00:00Z", sex="F", birth_date="1970-05-06")
    return home


def test_backed_up_and_restored_it_is_the_same_trial(home: Home, tmp_path: Path) -> None:
    file, exported, again = (str(tmp_path / name) for name in ("trial.zip", "trial.jsonl", "again.jsonl"))
    backed_up = home.json("backup", file)
    assert set(backed_up) == {*_TOLD, "made_at", "keys_to_keep_elsewhere", "bytes"}
    assert (backed_up["kind"], backed_up["events"]) == ("simulated", 4)
    assert [key["name"] for key in backed_up["keys_to_keep_elsewhere"]] == ["allocation-key"]
    assert home.json("export", "--events", exported)["root"] == backed_up["root"]

    other = Home(tmp_path / "other", simulated=False)
    restored = other.json("restore", file)
    assert restored == {**{key: backed_up[key] for key in _TOLD}, "keys_to_fetch": ["allocation-key"]}
    shutil.copytree(home.path / "keys", other.path / "keys", dirs_exist_ok=True)
    assert other.json("verify")["ok"]
    assert {each["equal"] for each in other.json("rebuild")} == {True}
    other.json("export", "--events", again)
    assert Path(again).read_bytes() == Path(exported).read_bytes()


def test_a_person_is_told_loudly_which_keys_are_not_in_it_and_which_to_fetch(home: Home, tmp_path: Path) -> None:
    ran = home.imni("backup", str(file := tmp_path / "a.zip"))
    assert "NOT in it" in ran.stdout
    assert "allocation-key  SHA-256" in ran.stdout
    assert (home.path / "keys" / "allocation-key").read_bytes() not in file.read_bytes()
    without = Home(tmp_path / "without", simulated=False).imni("restore", str(file))
    assert "put these keys into" in without.stdout
    shutil.copytree(home.path / "keys", tmp_path / "with" / "keys")
    ran = Home(tmp_path / "with", simulated=False).imni("restore", str(file))
    assert (ran.returncode, "put these keys into" in ran.stdout) == (0, False)


def test_what_cannot_be_done_is_refused_with_the_way_out(home: Home, tmp_path: Path) -> None:
    home.json("backup", str(file := tmp_path / "a.zip"))
    home.refused("backup", str(file), mentions=["already there", "give another name"])
    home.refused("restore", str(file), mentions=["4 events here already", "IMNI_HOME"])
    file.write_bytes(file.read_bytes()[:-200])
    Home(tmp_path / "other", simulated=False).refused("restore", str(file), mentions=["cut off", "take another copy"])
    nobody = Home(tmp_path / "nobody", simulated=False)
    nobody.refused("backup", str(tmp_path / "b.zip"), mentions=["no log", "IMNI_HOME"])
