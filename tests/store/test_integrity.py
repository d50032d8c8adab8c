"""`verify`: whoever gets round the guards and changes the log is found out, and the first bad position is named."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from domain.merkle import EMPTY_ROOT, merkle_root
from store.event_log import Append
from store.integrity import Finding, Verified, verify_file
from store.migrations.upgrade import NEWEST
from store.rows import COLUMNS, digest_of
from store.sqlite_event_log import SqliteEventLog, open_sqlite_log
from tests.store.envelopes import append, minutes_later, new_event

_GUARDS = "event_no_update", "event_no_delete", "event_guard"


@pytest.fixture
def tampered(sqlite_log: SqliteEventLog, path: Path) -> Iterator[sqlite3.Connection]:
    """A log of twelve events of two patients, its guards taken off."""
    for version in range(6):
        for patient in ("RJ-0001", "RJ-0002"):
            sqlite_log.append(append(f"patient/{patient}", version, at=minutes_later(sqlite_log.last_position())))
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        for name in _GUARDS:
            database.execute(f"drop trigger {name}")
        yield database


def _put_guards_back(path: Path) -> None:
    """As somebody does who does not want to be noticed."""
    with open_sqlite_log(path.with_name("untouched.sqlite")):
        pass
    with closing(sqlite3.connect(path.with_name("untouched.sqlite"))) as untouched:
        sql = dict(untouched.execute("select name, sql from sqlite_master where type = 'trigger'").fetchall())
    with closing(sqlite3.connect(path)) as database:
        for name in _GUARDS:
            database.execute(sql[name])


def _found(path: Path) -> Verified:
    _put_guards_back(path)
    return verify_file(path)


def _digest_anew(database: sqlite3.Connection, position: int) -> None:
    row = database.execute(f"select {COLUMNS} from event where position = ?", (position,)).fetchone()
    database.execute("update event set digest = ? where position = ?", (digest_of(row), position))


def test_an_untouched_log_is_whole(tampered: sqlite3.Connection, path: Path) -> None:
    found = _found(path)
    assert (found.events, found.last_position, found.findings, found.seals) == (12, 12, (), 0)
    with closing(sqlite3.connect(path)) as database:
        digests = [row[0] for row in database.execute("select digest from event order by position")]
    assert found.root == merkle_root(digests).hex()


def test_an_empty_log_is_whole(sqlite_log: SqliteEventLog, path: Path) -> None:
    assert verify_file(path) == Verified(0, 0, (), EMPTY_ROOT.hex())


COLUMN_CHANGES = {
    "stream": "'patient/RJ-0003'",
    "version": "version + 100",
    "event_id": "randomblob(16)",
    "type": "'contact-made.v2'",
    "occurred_on": "'2026-01-02'",
    "recorded_at": "recorded_at + 1",
    "visibility": "'identifying'",
    "causation_id": "randomblob(16)",
    "correlation_id": "randomblob(16)",
    "provenance": "cast(replace(cast(provenance as text), 'li.wei', 'wang') as blob)",
    "data": "cast(replace(cast(data as text), '\"0\"', '\"1\"') as blob)",
    "digest": "randomblob(32)",
}


@pytest.mark.parametrize("column", COLUMN_CHANGES)
@pytest.mark.parametrize("position", [1, 7, 12])
def test_a_change_of_any_column_is_named(tampered: sqlite3.Connection, path: Path, column: str, position: int) -> None:
    tampered.execute(f"update event set {column} = {COLUMN_CHANGES[column]} where position = ?", (position,))
    found = _found(path)
    assert found.findings[0] == Finding(
        position, "its digest does not match: the event was changed after it was recorded"
    )
    # An event moved to another stream is missed in its own.
    assert len(found.findings) == (2 if column == "stream" and position < 11 else 1)


def test_every_column_has_its_change() -> None:
    assert ["position", *COLUMN_CHANGES] == COLUMNS.split(", ")


def test_a_deleted_event_is_named_and_so_is_what_no_longer_follows(tampered: sqlite3.Connection, path: Path) -> None:
    tampered.execute("delete from event where position = 5")
    found = _found(path)
    assert (found.events, found.last_position) == (11, 12)
    assert found.findings == (
        Finding(5, "event 5 is missing"),
        Finding(7, "patient/RJ-0001 goes on with version 3 where 2 was due"),
    )


def test_a_range_of_deleted_events_is_one_finding(tampered: sqlite3.Connection, path: Path) -> None:
    tampered.execute("delete from event where position between 3 and 6")
    assert _found(path).findings[0] == Finding(3, "events 3 to 6 are missing")


def test_the_first_event_deleted(tampered: sqlite3.Connection, path: Path) -> None:
    tampered.execute("delete from event where position = 1")
    assert _found(path).findings[0] == Finding(1, "event 1 is missing")


def test_a_tail_cut_off_is_seen_when_a_consumer_had_read_it(tampered: sqlite3.Connection, path: Path) -> None:
    tampered.execute("insert into checkpoint(consumer, position) values ('reactor', 12), ('projection/patients', 10)")
    tampered.execute("delete from event where position > 10")
    found = _found(path)
    assert found.findings == (Finding(None, "reactor has read up to 12: the end of the log was cut off"),)
    assert found.last_position == 10


@pytest.mark.parametrize(("one", "other"), [(4, 5), (4, 6), (1, 12)])
def test_swapped_events_are_named(tampered: sqlite3.Connection, path: Path, one: int, other: int) -> None:
    for old, new in ((one, -1), (other, one), (-1, other)):
        tampered.execute("update event set position = ? where position = ?", (new, old))
    found = _found(path)
    assert found.findings[0].position is not None
    assert one <= found.findings[0].position <= min(one + 2, other)


def test_a_closed_up_gap_is_seen_in_the_versions(tampered: sqlite3.Connection, path: Path) -> None:
    tampered.execute("delete from event where position = 5")
    for position in range(6, 13):
        tampered.execute("update event set position = position - 1 where position = ?", (position,))
    assert _found(path).findings == (Finding(6, "patient/RJ-0001 goes on with version 3 where 2 was due"),)


def test_a_renumbered_event_leaves_a_hole(tampered: sqlite3.Connection, path: Path) -> None:
    tampered.execute("update event set position = 90 where position = 12")
    assert _found(path).findings[0] == Finding(12, "events 12 to 89 are missing")


def test_an_event_below_the_first_position(tampered: sqlite3.Connection, path: Path) -> None:
    tampered.execute("update event set position = 0 where position = 1")
    assert _found(path).findings[0] == Finding(0, "positions count from 1")


def test_a_backdated_event_is_seen_even_with_a_new_digest(tampered: sqlite3.Connection, path: Path) -> None:
    tampered.execute("update event set recorded_at = recorded_at - 120000000 where position = 8")
    _digest_anew(tampered, 8)
    assert _found(path).findings == (Finding(8, "it was recorded before the event ahead of it"),)


def test_a_date_that_contradicts_the_payload_is_seen_even_with_a_new_digest(
    tampered: sqlite3.Connection, path: Path
) -> None:
    tampered.execute("update event set occurred_on = '2020-01-01' where position = 8")
    _digest_anew(tampered, 8)
    expected = "it is filed under 2020-01-01, but says it occurred on 2026-01-01"
    assert _found(path).findings == (Finding(8, expected),)


def test_the_date_is_found_wherever_the_payload_has_it(sqlite_log: SqliteEventLog, path: Path) -> None:
    sqlite_log.append(Append("patient/RJ-0001", 0, [new_event(data=b'{"note":"a","occurred_on":"2026-01"}')]))
    assert verify_file(path).ok


@pytest.mark.parametrize("data", ["x'7b'", "x'5b5d'", "x'7b7d'", "x'ff'", "x''"])
def test_a_payload_that_cannot_be_read_is_named(tampered: sqlite3.Connection, path: Path, data: str) -> None:
    tampered.execute(f"update event set data = {data} where position = 8")
    _digest_anew(tampered, 8)
    (finding,) = _found(path).findings
    assert finding.position == 8
    assert finding.problem.startswith("it cannot be read")


@pytest.mark.parametrize(
    "change", ["provenance = x'7b7d'", "event_id = zeroblob(16), recorded_at = 1 << 62", "occurred_on = '2026-13-01'"]
)
def test_an_envelope_that_cannot_be_read_is_named(tampered: sqlite3.Connection, path: Path, change: str) -> None:
    tampered.execute(f"update event set {change} where position = 8")
    _digest_anew(tampered, 8)
    assert _found(path).findings[0].position == 8


def test_an_event_id_used_twice_is_seen_in_a_table_without_its_index(tampered: sqlite3.Connection, path: Path) -> None:
    tampered.execute("create table other as select * from event")
    for what in ("view audit", "table patient_key", "trigger seal_guard", "table event"):
        tampered.execute(f"drop {what}")
    tampered.execute("alter table other rename to event")
    tampered.execute("update event set event_id = (select event_id from event where position = 2) where position = 9")
    _digest_anew(tampered, 9)
    found = verify_file(path)
    assert found.findings[0] == Finding(9, "it carries the event id of event 2")
    problems = [finding.problem for finding in found.findings]
    assert any(problem.startswith("event was altered") for problem in problems)


_OF_OTHER_TABLES = (
    "log_meta_guard",
    "log_meta_no_update",
    "checkpoint_forward",
    "patient_key_guard",
    "patient_key_destroyed_only",
    "patient_key_no_delete",
    "patient_forgotten",
)


@pytest.mark.parametrize("guard", [*_GUARDS, *_OF_OTHER_TABLES])
def test_a_guard_taken_off_is_a_finding(sqlite_log: SqliteEventLog, path: Path, guard: str) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"drop trigger {guard}")
    missing = f"{guard} is missing: what keeps the log append-only was removed"
    assert verify_file(path).findings == (Finding(None, missing),)


def test_a_guard_that_guards_nothing_is_a_finding(tampered: sqlite3.Connection, path: Path) -> None:
    tampered.execute("create trigger event_no_update before update on event begin select 1; end")
    problems = [finding.problem for finding in verify_file(path).findings]
    assert any(problem.startswith("event_no_update was altered") for problem in problems)


def test_a_trigger_nobody_knows_is_a_finding(sqlite_log: SqliteEventLog, path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("create trigger quiet after insert on event begin update checkpoint set position = 0; end")
    assert verify_file(path).findings == (Finding(None, "quiet is a trigger this program never made"),)


def test_a_real_log_passed_off_as_simulated_is_found_out(sqlite_log: SqliteEventLog, path: Path) -> None:
    sqlite_log.append(append("patient/RJ-0001", 0), append("trial", 0))
    with closing(sqlite3.connect(path)) as database, database:
        sql = database.execute("select sql from sqlite_master where name = 'log_meta_no_update'").fetchone()[0]
        database.execute("drop trigger log_meta_no_update")
        database.execute("update log_meta set value = 'True' where key = 'simulated'")
        database.execute(sql)
    assert [finding.position for finding in verify_file(path).findings] == [1, 2]


def test_a_simulated_log_may_go_back_in_time_between_streams_only(path: Path) -> None:
    anna, berta = "simulated-patient/RJ-0001", "simulated-patient/RJ-0002"
    with open_sqlite_log(path, simulated=True) as log:
        log.append(append(anna, 0, at=minutes_later(60)))
        log.append(append(berta, 0, at=minutes_later(0)), append("simulated-trial", 0))
        log.append(append(anna, 1, at=minutes_later(60)))
        assert verify_file(path).ok


@pytest.mark.parametrize("content", [b"", b"x", b"no database " * 1000, b"SQLite format 3\0" + b"\0" * 4080])
def test_what_is_no_log_is_a_finding(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    found = verify_file(path)
    assert not found.ok
    assert found.findings[0].position is None
    assert path.read_bytes() == content


def test_a_missing_file_and_a_folder_are_findings_and_nothing_is_made(path: Path, tmp_path: Path) -> None:
    assert not verify_file(path).ok
    assert not verify_file(tmp_path).ok
    assert not path.exists()


def test_a_log_of_a_newer_program_is_a_finding(sqlite_log: SqliteEventLog, path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("pragma user_version = 99")
    assert verify_file(path).findings == (Finding(None, f"the schema is 99: this program knows 1 to {NEWEST}"),)


def test_a_truncated_file_is_a_finding(path: Path) -> None:
    with open_sqlite_log(path) as log:
        log.append(append("patient/RJ-0001", 0, 500))
    whole = path.read_bytes()
    for kept in range(0, len(whole), 4096 * 5):
        path.write_bytes(whole[:kept])
        assert not verify_file(path).ok, kept


def test_verifying_writes_nothing_and_works_on_a_medium_that_cannot_be_written(path: Path, tmp_path: Path) -> None:
    with open_sqlite_log(path) as log:
        log.append(append("patient/RJ-0001", 0, 5))
    archive = tmp_path / "archive"
    archive.mkdir()
    copy = archive / "log.sqlite"
    shutil.copyfile(path, copy)
    before = copy.read_bytes()
    copy.chmod(0o444)
    archive.chmod(0o555)
    try:
        found = verify_file(copy)
        assert (found.ok, found.events) == (True, 5)
    finally:
        archive.chmod(0o755)
    assert copy.read_bytes() == before


def test_a_log_is_verified_while_it_is_open_and_has_not_been_cleaned_up(sqlite_log: SqliteEventLog, path: Path) -> None:
    sqlite_log.append(append("patient/RJ-0001", 0, 5))
    found = verify_file(path)
    assert (found.ok, found.events) == (True, 5)
