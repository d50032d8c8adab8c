"""A copy that is cut off, damaged or changed is refused with the place, and nothing of it is written."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest

from store.backup import back_up, export_events
from store.event_log import BackupUnreadable, EventLog, LogUnreadable
from store.open_log import open_log
from store.restore import restore
from store.sqlite_event_log import SqliteEventLog
from tests.faults.victims import Say, Victim
from tests.store.chance import seeded
from tests.store.copies import FreshUrl, fill, fill_at_once, held, root_at
from tests.store.envelopes import NOW

Lines = list[bytes]


@pytest.fixture
def exported(log: EventLog, tmp_path: Path) -> Path:
    """The export of a log of ten events."""
    fill(log, 10)
    export_events(log, path := tmp_path / "events.jsonl")
    return path


def _refused(path: Path, url: str, problem: str) -> None:
    with pytest.raises(BackupUnreadable, match=problem):
        restore(path, url)
    assert held(url) == []


def _edited(lines: Lines, number: int, **fields: object) -> Lines:
    """The lines with some fields of one changed."""
    told = json.loads(lines[number - 1]) | fields
    return [*lines[: number - 1], json.dumps(told).encode() + b"\n", *lines[number:]]


CHANGES: dict[str, tuple[Callable[[Lines], Lines], str]] = {
    "a payload is changed": (lambda lines: _edited(lines, 4, data="{}"), "line 4, event 3: its digest does not match"),
    "an instant is changed": (lambda lines: _edited(lines, 9, recorded_at=1), "line 9, event 8: its digest"),
    "a digest is changed": (lambda lines: _edited(lines, 5, digest="00" * 32), "line 5, event 4: its digest"),
    "an event is renumbered": (lambda lines: _edited(lines, 5, position=5), "line 5, event 4: event 4 is missing"),
    "an event is left out": (lambda lines: [*lines[:5], *lines[6:]], "line 6, event 5: event 5 is missing"),
    "two events are swapped": (lambda ls: [*ls[:3], ls[4], ls[3], *ls[5:]], "line 4, event 3: event 3 is missing"),
    "an event is there twice": (lambda lines: [*lines[:5], *lines[4:]], "line 6, event 4: it comes after event 4"),
    "it is cut off between events": (lambda lines: lines[:7], "ends after event 6, its first line says 10"),
    "it is cut off within one": (lambda lines: [*lines[:7], lines[7][:50]], "line 8: Expecting property name"),
    "a field is missing": (lambda lines: [*lines[:2], b"{}\n", *lines[3:]], "line 3: its fields are not position"),
    "a field is no text": (lambda lines: _edited(lines, 3, data=17), "line 3: 'int' object"),
    "a position is no number": (lambda lines: _edited(lines, 3, position="2"), "line 3: its position is no number"),
    "the root is another": (lambda lines: _edited(lines, 1, root="00" * 32), "its first line says 0000"),
    "it says too few events": (lambda lines: _edited(lines, 1, events=9), "after event 10, its first line says 9"),
    "it says another kind": (lambda lines: _edited(lines, 1, kind="simulated"), "line 2, event 1: patient/RJ-0 does"),
    "it is of a newer program": (lambda lines: _edited(lines, 1, version=2), "format 2, .* update this program"),
    "its first line is missing": (lambda lines: lines[1:], "line 1: format: Field required; it is no copy"),
    "it is empty": (lambda lines: [], "line 1: it: Invalid JSON"),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_export_is_refused_with_the_place(exported: Path, fresh_url: FreshUrl, change: str) -> None:
    edit, problem = CHANGES[change]
    exported.write_bytes(b"".join(edit(exported.read_bytes().splitlines(keepends=True))))
    _refused(exported, fresh_url(), problem)


def test_what_is_no_copy_is_refused_by_name(tmp_path: Path, fresh_url: FreshUrl) -> None:
    (picture := tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    _refused(picture, fresh_url(), "line 1: it: Invalid JSON")
    (archive := tmp_path / "archive.zip").write_bytes(b"PK\x03\x04 but no archive")
    _refused(archive, fresh_url(), "byte 19, its end, it was cut off")
    _refused(tmp_path / "missing.zip", fresh_url(), "missing.zip cannot be read: No such file")
    _refused(tmp_path, fresh_url(), "Is a directory")


@pytest.fixture
def backup(log: EventLog, tmp_path: Path) -> Path:
    """The backup of a log of 300 events."""
    fill(log, 300)
    back_up(log, path := tmp_path / "backup.zip", NOW)
    return path


def test_a_backup_with_any_bit_flipped_is_refused(backup: Path, tmp_path: Path, fresh_url: FreshUrl) -> None:
    chance, whole, url = seeded(), backup.read_bytes(), fresh_url()
    damaged = tmp_path / "damaged.zip"
    places = {0, 1, 2, len(whole) - 1, len(whole) - 80, *(chance.randrange(len(whole)) for _ in range(150))}
    for place in places:
        flipped = bytearray(whole)
        flipped[place] ^= 1 << chance.randrange(8)
        damaged.write_bytes(flipped)
        with pytest.raises(BackupUnreadable) as refusal:
            restore(damaged, url)
        assert "take another copy" in str(refusal.value) or "update this program" in str(refusal.value)
    assert held(url) == []


def test_a_flip_in_the_middle_of_the_events_is_named(backup: Path, fresh_url: FreshUrl) -> None:
    flipped = bytearray(backup.read_bytes())
    flipped[len(flipped) // 2] ^= 4
    backup.write_bytes(flipped)
    _refused(backup, fresh_url(), r"line \d+")


def test_a_backup_cut_off_anywhere_is_refused(backup: Path, tmp_path: Path, fresh_url: FreshUrl) -> None:
    chance, whole, url = seeded(), backup.read_bytes(), fresh_url()
    for length in (0, 1, 2, len(whole) - 1, *(chance.randrange(len(whole)) for _ in range(40))):
        (cut := tmp_path / "cut.zip").write_bytes(whole[:length])
        with pytest.raises(BackupUnreadable):
            restore(cut, url)
    assert held(url) == []


def test_no_copy_is_made_of_an_event_that_could_not_be_restored(sqlite_log: SqliteEventLog, tmp_path: Path) -> None:
    fill(sqlite_log, 10)
    with sqlite_log.transaction() as database:
        database.execute("drop trigger event_no_update")
        database.execute("update event set visibility = 'allocation' where position = 6")
    with pytest.raises(LogUnreadable, match=r"event 6: its digest does not match.*No copy is made"):
        back_up(sqlite_log, tmp_path / "a.zip", NOW)
    assert not list(tmp_path.glob("*.zip"))


def _restore_and_stop_at(say: Say, path: Path, url: str, stop_at: int) -> None:
    def progress(done: int, total: int | None) -> None:
        say(str(done).encode())
        if done >= stop_at:
            Event().wait(60)

    restore(path, url, progress)


@pytest.mark.parametrize("stop_at", [1000, 4000, 6000])
def test_killed_in_the_middle_of_a_restore_it_can_be_restored_again(
    log: EventLog, tmp_path: Path, fresh_url: FreshUrl, stop_at: int
) -> None:
    fill_at_once(log, 6000)
    back_up(log, path := tmp_path / "a.zip", NOW)
    victim = Victim(_restore_and_stop_at, path, url := fresh_url(), stop_at)
    while victim.said[-1:] != [str(stop_at).encode()]:
        victim.listen(0.05)
    victim.kill()
    assert victim.was_killed
    assert held(url) == []
    restore(path, url)
    assert held(url) == list(log.rows())
    with open_log(url) as restored:
        assert root_at(restored, 6000) == root_at(log, 6000)
