"""Opening a log: made once however many begin at once, real or simulated for ever, and nothing but a log."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from store.event_log import LogTooNew, LogUnavailable, LogUnreadable, OtherKindOfLog
from store.integrity import verify_file
from store.migrations.upgrade import NEWEST, schema_of, schema_version
from store.sqlite_event_log import open_sqlite_log
from tests.store.envelopes import append
from tests.store.processes import together


def _open_and_append(path: Path) -> str:
    with open_sqlite_log(path) as log:
        log.append(append(f"patient/{os.getpid()}", 0))
        return _log_id(path)


def _log_id(path: Path) -> str:
    with closing(sqlite3.connect(path)) as database:
        return database.execute("select value from log_meta where key = 'log_id'").fetchone()[0]


def test_eight_processes_that_open_a_new_log_at_once_make_one(path: Path) -> None:
    ids = together(8, _open_and_append, path)
    assert len(set(ids)) == 1
    with open_sqlite_log(path) as log:
        assert log.last_position() == 8
    assert schema_version(path) == NEWEST


def test_a_new_log_is_real_unless_it_was_asked_to_be_simulated(tmp_path: Path) -> None:
    for name, asked, found in (("a", None, False), ("b", False, False), ("c", True, True)):
        with open_sqlite_log(tmp_path / name, simulated=asked) as log:
            assert log.simulated is found
        with open_sqlite_log(tmp_path / name) as log:
            assert log.simulated is found


@pytest.mark.parametrize("simulated", [False, True])
def test_a_log_of_the_other_kind_is_refused(path: Path, simulated: bool) -> None:
    open_sqlite_log(path, simulated=simulated).close()
    with pytest.raises(OtherKindOfLog, match="IMNI_HOME"):
        open_sqlite_log(path, simulated=not simulated)


def test_a_log_of_a_newer_program_is_refused_and_left_alone(path: Path) -> None:
    open_sqlite_log(path).close()
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"pragma user_version = {NEWEST + 1}")
    with pytest.raises(LogTooNew, match="update this program"):
        open_sqlite_log(path)
    assert schema_version(path) == NEWEST + 1


@pytest.mark.parametrize("content", [b"not a database at all, but long enough to be looked at " * 40, b"x"])
def test_a_file_that_is_no_log_is_refused_and_left_alone(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(LogUnreadable, match="is not a log"):
        open_sqlite_log(path)
    assert path.read_bytes() == content


def test_an_append_to_a_damaged_log_is_refused_by_name(path: Path) -> None:
    with open_sqlite_log(path) as log:
        log.append(append("patient/RJ-0001", 0, 500))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2] + b"\x5a" * (len(whole) // 2))
    with open_sqlite_log(path) as log, pytest.raises(LogUnreadable, match="imni verify"):
        log.append(append("patient/RJ-0001", 500))


def test_a_log_that_cannot_be_opened_just_now_is_not_called_damaged(path: Path) -> None:
    path.mkdir()
    with pytest.raises(LogUnavailable, match="look to the disk"):
        open_sqlite_log(path)


def test_a_log_without_a_folder_says_which_is_missing(tmp_path: Path) -> None:
    with pytest.raises(LogUnavailable, match=r"make .*nowhere"):
        open_sqlite_log(tmp_path / "nowhere" / "log.sqlite")
    assert not (tmp_path / "nowhere").exists()


def test_somebody_elses_database_is_refused_and_left_alone(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("create table event(something text)")
    with pytest.raises(LogUnreadable, match="is not a log"):
        open_sqlite_log(path)
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("select name from sqlite_master").fetchall() == [("event",)]


def test_a_log_has_the_schema_its_migrations_make(path: Path) -> None:
    open_sqlite_log(path).close()
    with closing(sqlite3.connect(path)) as database:
        found = dict(database.execute("select name, sql from sqlite_master where sql is not null").fetchall())
    assert found == dict(schema_of(NEWEST))


def test_every_commit_is_on_the_disk_before_it_is_acknowledged(path: Path) -> None:
    with open_sqlite_log(path) as log, log.transaction() as database:
        settings = [database.execute(f"pragma {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    assert settings == ["wal", 2]


_OPENS_WITH_LITTLE_ROOM = """
import resource, sys
from pathlib import Path
from store.event_log import LogUnavailable
from store.sqlite_event_log import open_sqlite_log

resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    open_sqlite_log(Path(sys.argv[1])).close()
except LogUnavailable:
    sys.exit(3)
"""


@pytest.mark.parametrize("room", [5_000, 10_000, 20_000, 30_000, 40_000, 200_000])
def test_a_log_for_which_there_was_no_room_is_made_once_there_is(path: Path, room: int) -> None:
    command = [sys.executable, "-c", _OPENS_WITH_LITTLE_ROOM, str(path), str(room)]
    ended = subprocess.run(command, cwd=Path(__file__).parents[2], check=False).returncode
    assert ended == (0 if room == 200_000 else 3)
    assert schema_version(path) == (0 if ended else NEWEST)
    with open_sqlite_log(path) as log:
        log.append(append("patient/RJ-0001", 0))
    assert verify_file(path).ok
