"""Seals: what was sealed can neither be changed nor cut off unnoticed, by whoever may write to the database."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from store.event_log import EventLog
from store.integrity import Verified, verify_file, verify_log
from store.rows import COLUMNS, digest_of
from store.seal import Seal, SealingKey, key_id
from store.seal_checks import Witness
from store.sealed_copies import CopyUnreadable, export_seals, sealed_copies
from store.sealing import seal, seal_at, sealed_size, seals_of
from store.sqlite_event_log import SqliteEventLog, open_sqlite_log
from store.table_checks import Known
from tests.store.envelopes import NOW, append, minutes_later
from tests.store.processes import together

KEY, OTHER_KEY = SealingKey(bytes(32)), SealingKey(b"\1" * 32)
ANNA, BERTA = "patient/RJ-0001", "patient/RJ-0002"


def _sealed(log: EventLog) -> list[Seal]:
    """Twelve events of two patients, sealed after the 5th and the 9th."""
    found: list[Seal | None] = []
    for version in range(6):
        log.append(append(ANNA, version, at=minutes_later(version)), append(BERTA, version, at=minutes_later(version)))
        if version in {2, 4}:
            found.append(seal(log, KEY, minutes_later(version)))
    return [each for each in found if each]


def _verified(url: str, folder: Path | None = None, key: SealingKey = KEY) -> Verified:
    keys = {key_id(key.public): key.public}
    return verify_log(url, Known(lambda log_id: Witness(keys, tuple(sealed_copies(folder, log_id)) if folder else ())))


def test_a_seal_binds_all_events_so_far_and_bears_the_key(log: EventLog, url: str) -> None:
    first, second = _sealed(log)
    assert (first.previous_size, first.size, second.previous_size, second.size) == (0, 6, 6, 10)
    assert seals_of(log) == [first, second]
    assert seal_at(log, 6) == first
    assert seal_at(log, 7) is None
    assert sealed_size(log) == 10
    assert all(each.is_signed_by(KEY.public) and not each.is_signed_by(OTHER_KEY.public) for each in (first, second))
    assert first.statement().decode().splitlines()[:3] == ["imni-seal-v1", log.log_id, "6"]
    found = _verified(url)
    assert (found.ok, found.events, found.seals) == (True, 12, 2)


def test_what_is_sealed_already_is_not_sealed_again(log: EventLog) -> None:
    assert seal(log, KEY, NOW) is None
    log.append(append(ANNA, 0))
    assert seal(log, KEY, NOW)
    assert seal(log, KEY, NOW) is None
    assert len(seals_of(log)) == 1


def test_a_clock_set_back_makes_no_seal_older_than_the_last(log: EventLog) -> None:
    for version, minutes in enumerate((10, 5, 20)):
        log.append(append(ANNA, version))
        seal(log, KEY, minutes_later(minutes))
    assert [each.sealed_at - NOW for each in seals_of(log)] == [timedelta(minutes=m) for m in (10, 10, 20)]


def _write_and_seal(url: str, count: int) -> None:
    from store.open_log import open_log

    with open_log(url) as log:
        for number in range(count):
            log.append(append(f"patient/{id(log)}-{number}-{append(ANNA, 0).events[0].event_id}", 0))
            seal(log, KEY, NOW)


def test_processes_that_write_and_seal_at_once_make_one_chain(log: EventLog, url: str) -> None:
    together(4, _write_and_seal, url, 10)
    seal(log, KEY, NOW)
    found = seals_of(log)
    assert [each.previous_size for each in found] == [0, *(each.size for each in found[:-1])]
    assert found[-1].size == 40
    assert _verified(url).ok


@pytest.mark.parametrize(
    "attack",
    [
        "update seal set root = zeroblob(32)",
        "delete from seal where size = 10",
        "insert or replace into seal select 10, 6, zeroblob(32), peaks, sealed_at, key_id, signature from seal "
        "where size = 10",
        "insert into seal select 11, 6, root, peaks, sealed_at, key_id, signature from seal where size = 10",
        "insert into seal select 13, 10, root, peaks, sealed_at, key_id, signature from seal where size = 10",
        "insert or replace into checkpoint(consumer, position) values ('reactor', 3)",
        "insert or replace into checkpoint(consumer, position, epoch) values ('reactor', 3, 9)",
    ],
)
def test_no_seal_and_no_checkpoint_is_changed(sqlite_log: SqliteEventLog, path: Path, attack: str) -> None:
    _sealed(sqlite_log)
    sqlite_log.checkpoints().advance("reactor", 0, 0, 7)
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        before = list(database.iterdump())
        with pytest.raises(sqlite3.IntegrityError):
            database.execute(attack)
        assert list(database.iterdump()) == before


@pytest.fixture
def copies(sqlite_log: SqliteEventLog, tmp_path: Path) -> Path:
    """Copies of the seals of a log, outside it."""
    _sealed(sqlite_log)
    assert export_seals(sqlite_log, tmp_path / "seals") == 2
    assert export_seals(sqlite_log, tmp_path / "seals") == 0
    return tmp_path / "seals"


@pytest.fixture
def opened_up(sqlite_log: SqliteEventLog, copies: Path, path: Path) -> Iterator[sqlite3.Connection]:
    """The log's file, its guards taken off, by somebody who knows how to put them back."""
    sqlite_log.close()
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        guards = database.execute("select name, sql from sqlite_master where type = 'trigger'").fetchall()
        for name, _ in guards:
            database.execute(f"drop trigger {name}")
        yield database


def _rehash(database: sqlite3.Connection) -> None:
    """Make every digest that of its row, as if it had been recorded so."""
    for row in database.execute(f"select {COLUMNS} from event").fetchall():
        database.execute("update event set digest = ? where position = ?", (digest_of(row), row[0]))


def _edit(database: sqlite3.Connection) -> None:
    database.execute(
        "update event set data = cast(replace(cast(data as text), 'note', 'nota') as blob) where position = 7"
    )
    _rehash(database)


def _delete(database: sqlite3.Connection) -> None:
    """Take an event out, and close the hole in positions and versions."""
    database.execute("delete from event where position = 7")
    database.execute("update event set position = position - 1 where position > 7")
    database.execute(f"update event set version = version - 1 where stream = '{ANNA}' and version > 3")
    _rehash(database)


def _swap(database: sqlite3.Connection) -> None:
    """Exchange two events of one patient, each complete with its own digest."""
    database.execute("update event set position = -9 where position = 7")
    database.execute("update event set position = 7 where position = 9")
    database.execute("update event set position = 9 where position = -9")
    for position, version in ((7, 1003), (9, 1004), (7, 3), (9, 4)):
        database.execute("update event set version = ? where position = ?", (version, position))
    _rehash(database)


def _truncate(database: sqlite3.Connection) -> None:
    database.execute("delete from event where position > 6")
    database.execute("delete from seal where size > 6")


def _backdate(database: sqlite3.Connection) -> None:
    database.execute("update event set recorded_at = recorded_at - 1 where position between 7 and 12")
    _rehash(database)


def _renumber(database: sqlite3.Connection) -> None:
    """Put a patient's event into another's stream."""
    database.execute(
        f"update event set stream = 'patient/RJ-0003', version = version - 3 where stream = '{ANNA}' and version >= 3"
    )
    _rehash(database)


def _reseal(database: sqlite3.Connection) -> None:
    """Change an event and seal again, with a key of one's own."""
    _edit(database)
    database.execute("update seal set key_id = ? where size = 10", (OTHER_KEY.id,))


TAMPERINGS: dict[str, Callable[[sqlite3.Connection], None]] = {
    "edited": _edit,
    "deleted": _delete,
    "swapped": _swap,
    "cut off": _truncate,
    "backdated": _backdate,
    "moved to another patient": _renumber,
    "sealed anew": _reseal,
}


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_whoever_writes_to_the_database_and_hashes_anew_is_found_out(
    opened_up: sqlite3.Connection, path: Path, copies: Path, tampering: str
) -> None:
    """The first event that is no longer what was sealed is named, by the copies outside."""
    TAMPERINGS[tampering](opened_up)
    found = [finding for finding in _verified(f"sqlite:///{path}", copies).findings if finding.position]
    assert found[0].position == 7
    assert "sealed on 2026-01-01" in found[0].problem


@pytest.mark.parametrize("tampering", [name for name in TAMPERINGS if name != "cut off"])
def test_without_copies_the_seals_in_the_log_name_the_range(
    opened_up: sqlite3.Connection, path: Path, tampering: str
) -> None:
    TAMPERINGS[tampering](opened_up)
    found = [finding for finding in _verified(f"sqlite:///{path}").findings if finding.position]
    assert found[0].position == 7
    assert found[0].problem.startswith("events 7 to 10: ")


def test_the_log_of_yesterday_put_back_is_found_out(sqlite_log: SqliteEventLog, path: Path, copies: Path) -> None:
    sqlite_log.close()
    yesterday = path.with_name("yesterday.sqlite")
    shutil.copy(path, yesterday)
    with open_sqlite_log(path) as log:
        log.append(append(ANNA, 6, at=minutes_later(99)))
        seal(log, KEY, minutes_later(99))
        export_seals(log, copies)
    shutil.copy(yesterday, path)
    for beside in path.parent.glob(f"{path.name}-*"):
        beside.unlink()
    (first, *_) = _verified(f"sqlite:///{path}", copies).findings
    assert first.position == 13
    assert "cut off: 13 events were sealed" in first.problem


def test_a_forged_signature_and_an_unknown_key_are_findings(sqlite_log: SqliteEventLog, path: Path) -> None:
    _sealed(sqlite_log)
    url = f"sqlite:///{path}"
    assert "none of the public keys known here" in _verified(url, key=OTHER_KEY).findings[0].problem
    with sqlite_log.transaction() as database:
        database.execute("drop trigger seal_no_update")
        database.execute("update seal set sealed_at = sealed_at + 1 where size = 6")
    first = _verified(url).findings[0]
    assert (first.position, "no valid signature" in first.problem) == (1, True)


def test_a_copy_that_was_altered_is_found_out_too(sqlite_log: SqliteEventLog, path: Path, copies: Path) -> None:
    file = copies / "seal-0000000010.json"
    told = json.loads(file.read_text())
    told["digests"][0] = "00" * 32
    file.write_text(json.dumps(told))
    problems = [(finding.position, finding.problem) for finding in _verified(sqlite_log.url, copies).findings]
    assert (7, "events 7 to 10: the exported seal was altered") in problems
    file.write_text("{}")
    with pytest.raises(CopyUnreadable, match=r"seal-0000000010\.json"):
        list(sealed_copies(copies, sqlite_log.log_id))


def test_a_long_log_is_read_on_from_where_it_was_found_whole(sqlite_log: SqliteEventLog, path: Path) -> None:
    """Only from a seal that is still the one seen then; and what came after is checked as ever."""
    _, second = _sealed(sqlite_log)
    with sqlite_log.transaction() as database:
        database.execute("drop trigger event_no_update")
        database.execute("update event set data = x'7b7d' where position in (2, 12)")

    def positions(verified: Seal | None) -> list[int]:
        findings = verify_file(path, Known(verified=verified)).findings
        return [finding.position for finding in findings if finding.position]

    assert positions(None) == [2, 12]
    assert positions(second) == [12]
    assert positions(replace(second, root=bytes(32))) == [2, 12]
    assert verify_file(path, Known(verified=second)).events == 12


_SEALS_FOR_EVER = """
import sys
from store.open_log import open_log
from store.sealing import seal
from tests.store.envelopes import NOW, append
from tests.store.test_seals import KEY

with open_log(sys.argv[1]) as log:
    number = log.last_position()
    print("ready", flush=True)
    while True:
        log.append(append(f"patient/{number}", 0))
        seal(log, KEY, NOW)
        number += 1
"""


def test_killed_while_it_seals_the_chain_of_seals_goes_on(log: EventLog, url: str) -> None:
    for wait in (0.02, 0.05, 0.1):
        program = [sys.executable, "-c", _SEALS_FOR_EVER, url]
        with subprocess.Popen(program, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(wait)
            process.kill()
        assert _verified(url).ok
    seal(log, KEY, NOW)
    assert sealed_size(log) == log.last_position() > 0


def test_signatures_can_be_checked_with_nothing_of_ours(log: EventLog, tmp_path: Path) -> None:
    """An exported seal, and RFC 9162 in ten lines."""
    from base64 import b64decode, b64encode
    from hashlib import sha256

    _sealed(log)
    export_seals(log, tmp_path)
    files = [json.loads(file.read_text()) for file in sorted(tmp_path.glob("seal-*.json"))]
    leaves = [bytes.fromhex(digest) for file in files for digest in file["digests"]]

    def root(some: list[Any]) -> bytes:
        if len(some) == 1:
            return some[0]
        split = 1 << (len(some) - 1).bit_length() - 1
        return sha256(b"\1" + root(some[:split]) + root(some[split:])).digest()

    for file in files:
        assert root(leaves[: file["size"]]).hex() == file["root"]
        text = ("imni-seal-v1", file["log_id"], str(file["size"]), b64encode(bytes.fromhex(file["root"])).decode())
        KEY.public.verify(b64decode(file["signature"]), ("\n".join((*text, file["sealed_at"])) + "\n").encode())
