"""Whatever is typed, a refusal is one sentence with the way out, never a traceback, and nothing is written."""

import socket
import subprocess
from pathlib import Path

import pytest

from tests.deployments.homes import IMNI, Home

CONTACT = ["record", "record-contact", "--patient", "RJ-1"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    opened = Home(tmp_path_factory.mktemp("home"))
    opened.record("screen-patient", "RJ-1", "2021-01-05", "2021-01-05T08:00:00Z", sex="F")
    return opened


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    (folder / "latin.json").write_bytes(b'{"channel": "\xe9"}')
    (folder / "latin.csv").write_bytes(b"time,status,arm\n\xe9,1,0\n")
    (folder / "table.csv").write_text("time,status,arm\n1,1,0\n")
    return folder


@pytest.mark.parametrize(
    ("arguments", "mentions"),
    [
        ([*CONTACT, "--by", ""], ["--by", "''"]),
        ([*CONTACT, "--role", "x" * 200], ["--role", "at most"]),
        ([*CONTACT, "--data", "@{files}/latin.json"], ["--data", "latin.json", "not UTF-8"]),
        ([*CONTACT, "--data", "@{files}"], ["--data", "directory"]),
        ([*CONTACT, "--data", '{"occurred_on": "2021-02-01"}', "--on", "2021-03-01"], ["--on", "2021-02-01"]),
        ([*CONTACT, "--at", "0001-01-01T00:00:00+14:00"], ["--at", "not an instant"]),
        (["history", "RJ-1", "--known-at", "0001-01-01T00:00:00+14:00"], ["--known-at"]),
        (["history", "Mrs Li"], ["Mrs Li", "letters"]),
        (["analyse", "--table", "{files}/latin.csv"], ["--table", "not UTF-8"]),
        (["analyse", "--table", "{files}"], ["--table", "directory"]),
        (["analyse", "--table", "{files}/table.csv", "--endpoint", "EFS"], ["--endpoint", "--table"]),
        (["analyse", "--table", "{files}/table.csv", "--unit", "weeks"], ["weeks", "days or years"]),
        (["analyse", "--endpoint", "EFS", "--unit", "years"], ["--unit", "days"]),
        (["import", "{files}"], ["directory"]),
        (["import", "{files}/nothing.csv"], ["nothing.csv", "no such file"]),
        (["import", "{files}/table.csv"], ["'time'"]),
        (["init"], ["simulated", "IMNI_HOME"]),
        (["init", "--at", "2021-01-01"], ["--at", "--simulated"]),
        (["demo", "--patients", "1"], ["--patients"]),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_refused(home: Home, files: Path, arguments: list[str], mentions: list[str]) -> None:
    home.refused(*(each.replace("{files}", str(files)) for each in arguments), mentions=mentions)


@pytest.mark.parametrize(
    ("setting", "value", "mentions"),
    [
        ("IMNI_HOME", "/proc/nowhere", ["/proc/nowhere", "IMNI_HOME"]),
        ("IMNI_DATABASE_URL", "postgresql://user:secret@host/db", ["IMNI_DATABASE_URL"]),
        ("IMNI_HOMES", "/tmp", ["IMNI_HOMES", "did you mean IMNI_HOME"]),
        ("IMNI_TIME_ZONE", "Shanghai", ["IMNI_TIME_ZONE", "Asia/Shanghai"]),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(home: Home, setting: str, value: str, mentions: list[str]) -> None:
    ran = home.imni("status", **{setting: value})
    assert ran.returncode == 2
    assert "Traceback" not in ran.stderr
    assert "secret" not in ran.stderr
    assert all(part in ran.stderr for part in mentions), ran.stderr


def test_a_missing_field_is_named_without_the_rest_of_the_entry(home: Home) -> None:
    ran = home.imni("record", "record-visit", "--patient", "RJ-1", "--data", '{"visit": "6m"}')
    assert "disease_status: Field required" in ran.stderr
    assert "6m" not in ran.stderr


def test_a_port_in_use_and_an_unreadable_channel_stop_the_engine_before_it_starts(home: Home) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ran = home.imni("up", IMNI_PORT=str(taken.getsockname()[1]))
    assert ran.returncode == 2
    assert "Traceback" not in ran.stderr
    assert "IMNI_PORT" in ran.stderr
    ran = home.imni("up", IMNI_NOTIFY_URLS="nonsense://user:secret@host")
    assert ran.returncode == 2
    assert "Traceback" not in ran.stderr
    assert "secret" not in ran.stderr


def test_a_reader_that_stops_reading_is_no_fault(home: Home) -> None:
    shell = f"{IMNI} record --list | head -1"
    environment = {"IMNI_HOME": str(home.path), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
    ran = subprocess.run(
        ["bash", "-c", shell], env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert ran.stdout == "[\n"
    assert "Traceback" not in ran.stderr
    assert "BrokenPipe" not in ran.stderr
