"""`imni identify`, `identity` and `forget`: nothing that identifies a patient is an argument, and each look is kept."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from tests.deployments.homes import Home

NAME, TELEPHONE, RECORD = "王芳", "13912345678", "B-7788123"
WANG = json.dumps({"name": NAME, "telephone": TELEPHONE, "record_number": RECORD})
AT = ("--at", "2021-01-06T08:00:00Z")


def _home(path: Path) -> Home:
    home = Home(path / "home")
    home.record("screen-patient", "RJ-1", "2021-01-05", "2021-01-05T08:00:00Z", sex="F", birth_date="1970-05-06")
    return home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A simulated home with one patient, whom nobody has identified."""
    return _home(tmp_path)


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The same, in which every command is refused."""
    return _home(tmp_path_factory.mktemp("untouched"))


def _identified(home: Home) -> Home:
    assert home.imni("identify", "RJ-1", *AT, stdin=WANG).returncode == 0
    return home


def test_who_she_is_is_shown_to_who_says_why_and_that_is_on_record(home: Home) -> None:
    key = home.path / "keys" / "master-key"
    assert not key.exists()
    _identified(home)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    shown = home.json("identity", "RJ-1", "--reason", "to call her", "--by", "zhang", "--role", "nurse")
    assert shown == {"patient": "RJ-1", "name": NAME, "telephone": TELEPHONE, "record_number": RECORD}
    assert TELEPHONE in home.imni("identity", "RJ-1", "--reason", "to call her again").stdout
    *_, looked, again = home.json("history", "RJ-1")
    assert (looked["type"], looked["reason"]) == ("identity-disclosed.v1", "to call her")
    assert (looked["actor"]["id"], looked["actor"]["role"]) == ("zhang", "nurse")
    assert (again["type"], again["reason"]) == ("identity-disclosed.v1", "to call her again")
    told = home.imni("history", "RJ-1").stdout
    assert "(encrypted)" in told
    assert not [word for word in (NAME, TELEPHONE, RECORD) if word in told]


def test_at_a_terminal_she_is_asked_for_field_by_field_and_a_forgetting_is_confirmed(home: Home) -> None:
    _identified(home)
    ran = home.typed("identify", "RJ-1", answers=f"{NAME}\n021-64370045\n\nher sister\n\n")
    assert ran.returncode == 0, ran.stderr
    replaced = {"patient": "RJ-1", "name": NAME, "telephone": "021-64370045", "contact": "her sister"}
    assert home.json("identity", "RJ-1", "--reason", "to call her") == replaced
    refused = home.typed("forget", "RJ-1", "--reason", "she asked for it", answers="yes\n")
    assert (refused.returncode, "not confirmed" in refused.stderr) == (2, True)
    assert home.typed("forget", "RJ-1", "--reason", "she asked for it", answers="RJ-1\n").returncode == 0
    home.refused("identify", "RJ-1", stdin=WANG, mentions=["forgotten", "imni history RJ-1"])
    again = home.json("forget", "RJ-1", "--reason", "she asked again")
    assert again == {"patient": "RJ-1", "positions": [], "wiped": True}
    types = [entry["type"] for entry in home.json("history", "RJ-1")]
    assert (types.count("patient-forgotten.v1"), types[-1]) == (1, "patient-forgotten.v1")


def test_without_the_right_master_key_nobody_is_identified_or_shown(home: Home) -> None:
    _identified(home)
    key = home.path / "keys" / "master-key"
    right = key.read_bytes()
    key.unlink()
    home.refused("identify", "RJ-1", stdin=WANG, mentions=["missing", "safe copy"])
    assert not key.exists(), "another one would lose everybody"
    for content, words in ((bytes(32), "not the one"), (b"short", "damaged")):
        key.write_bytes(content)
        home.refused("identity", "RJ-1", "--reason", "to call her", mentions=[words, "safe copy"])
    key.write_bytes(right)
    assert home.json("identity", "RJ-1", "--reason", "to call her")["name"] == NAME


@pytest.mark.parametrize(
    ("arguments", "stdin", "mentions"),
    [
        (["identify", "RJ-9"], WANG, ["RJ-9", "no such patient"]),
        (["identity", "RJ-1", "--reason", "to call her"], "", ["nobody has said who she is", "imni identify"]),
        (["forget", "RJ-1", "--reason", "she asked", "--requested-by", "husband"], "", ["requested_by"]),
        (["record", "identify-patient", "--patient", "RJ-1"], "", ["no such command"]),
    ],
)
def test_what_cannot_be_done_is_refused(untouched: Home, arguments: list[str], stdin: str, mentions: list[str]) -> None:
    untouched.refused(*arguments, stdin=stdin, mentions=mentions)
