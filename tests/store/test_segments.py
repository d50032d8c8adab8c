"""Segments: what is read from them is what the log says; what is not the file that was written is not believed."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from domain.merkle import merkle_root
from events.recorded import History
from store.event_log import LogUnreadable
from store.histories import everyone, histories
from store.projections.rebuilding import rebuild
from store.segments.segments import Segments
from store.transact import TrialLog
from tests.facts import contact, death, enrolled
from tests.store.chance import seeded
from tests.store.trial_logs import keep, opened

PATIENTS = [f"RJ-{number:04d}" for number in range(40)]


@pytest.fixture
def trial_log(tmp_path: Path) -> Iterator[TrialLog]:
    """A log of 40 patients, whose events lie between each other's. Two of them are many in these tests."""
    with (trial_log := opened(home := tmp_path / "home")).log as log:
        for events in (enrolled()[:5], enrolled()[5:], [contact("2021-05"), death("2022-01")]):
            for patient_id in PATIENTS:
                keep(trial_log, patient_id, *events)
        yield replace(trial_log, segments=Segments(home / "segments", log, worth_from=2))


@pytest.fixture
def segments(trial_log: TrialLog) -> Segments:
    """Its segments: of events 1 to 200, and 201 to 401."""
    assert trial_log.segments is not None
    for size in (200, 401):
        trial_log.segments.write(size, _root(trial_log, size))
    return trial_log.segments


def _root(trial_log: TrialLog, size: int) -> bytes:
    return merkle_root([row[12] for row in trial_log.log.rows()][:size])


def _files(trial_log: TrialLog) -> list[Path]:
    log = Path(trial_log.log.url.removeprefix("sqlite:///"))
    return sorted((log.parent / "segments").iterdir())


def _histories(trial_log: TrialLog) -> dict[str, History]:
    return dict(histories(trial_log, everyone(trial_log), trial_log.log.last_position()))


def _from_the_log(trial_log: TrialLog) -> dict[str, History]:
    return _histories(replace(trial_log, segments=None))


def test_a_segment_is_typed_and_says_which_part_of_which_log_it_is(trial_log: TrialLog, segments: Segments) -> None:
    assert segments.last_position() == 401
    first, second = _files(trial_log)
    assert second.name == "0000000201-0000000401.parquet"
    told = json.loads(pq.read_schema(second).metadata[b"imni-segment"])
    assert told == {
        "log_id": trial_log.log.log_id, "first": 201, "last": 401, "root": _root(trial_log, 401).hex(),
    }  # fmt: skip
    table = pq.read_table(first).sort_by("position").to_pylist()
    rows = list(trial_log.log.rows())[:200]
    assert [row["digest"] for row in table] == [row[12] for row in rows]
    assert table[0]["recorded_at"] == datetime(2026, 11, 30, 4, tzinfo=UTC)


def test_read_from_segments_and_the_log_after_them_it_is_what_the_log_says(
    trial_log: TrialLog, segments: Segments
) -> None:
    with segments.opened() as opened_segments:
        begun = opened_segments.streams([f"patient/{each}" for each in PATIENTS])
    assert sum(map(len, begun.values())) == 401 - 3
    assert _histories(trial_log) == _from_the_log(trial_log)
    assert all(each.equal for each in rebuild(trial_log))


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (lambda path: path.unlink(), "No such file"),
    "empty": (lambda path: path.write_bytes(b""), "not the file that was written"),
    "cut off": (lambda path: path.write_bytes(path.read_bytes()[:-9]), "not the file that was written"),
    "another's": (
        lambda path: pq.write_table(pq.read_table(path).slice(1), path),
        "not the file that was written",
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("number", [0, 1])
def test_a_segment_that_is_not_what_was_written_is_ignored_with_a_word(
    trial_log: TrialLog, segments: Segments, damage: str, number: int, caplog: pytest.LogCaptureFixture
) -> None:
    before = rebuild(trial_log)
    harm, word = DAMAGES[damage]
    harm(_files(trial_log)[number])
    with caplog.at_level(logging.WARNING, "imni.segments"):
        assert _histories(trial_log) == _from_the_log(trial_log)
    assert word in caplog.text
    assert f"event {(1, 201)[number]} on" in caplog.text
    assert [each.digest for each in rebuild(trial_log)] == [each.digest for each in before]


def test_no_flipped_bit_is_believed(trial_log: TrialLog, segments: Segments) -> None:
    chance, told = seeded(), _from_the_log(trial_log)
    path = _files(trial_log)[0]
    whole = path.read_bytes()
    for _ in range(20):
        flipped = bytearray(whole)
        flipped[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
        path.write_bytes(flipped)
        assert _histories(trial_log) == told


def test_a_damaged_segment_is_written_again_and_those_after_it(trial_log: TrialLog, segments: Segments) -> None:
    first, second = _files(trial_log)
    first.write_bytes(b"damaged")
    segments.write(300, _root(trial_log, 300))
    assert segments.last_position() == 300
    assert [path.name for path in _files(trial_log)] == ["0000000001-0000000300.parquet"]
    assert not second.exists()
    assert _histories(trial_log) == _from_the_log(trial_log)


def test_events_that_do_not_add_up_to_the_seal_make_no_segment(trial_log: TrialLog) -> None:
    assert trial_log.segments is not None
    with pytest.raises(LogUnreadable, match="events up to 200 do not add up to their seal"):
        trial_log.segments.write(200, _root(trial_log, 199))
    with closing(sqlite3.connect(trial_log.log.url.removeprefix("sqlite:///"))) as database:
        database.execute("drop trigger event_no_update")
        database.execute("update event set visibility = 'allocation' where position = 77")
        database.commit()
    with pytest.raises(LogUnreadable, match="event 77: its digest does not match"):
        trial_log.segments.write(200, _root(trial_log, 200))
    assert trial_log.segments.last_position() == 0
    assert _files(trial_log) == []
