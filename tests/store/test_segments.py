"""Segments: what is read from them is what the log says; what is not the file that was written is not believed."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from sqlalchemy import text

from events.recorded import History
from flows.home import open_home
from flows.settings import read_settings
from store.event_log import LogUnreadable
from store.histories import everyone, histories
from store.projections.database import transaction
from store.projections.rebuilding import rebuild
from store.rows import digest_of
from store.seal import SealingKey
from store.sealing import seal, seal_at
from store.segments.segments import Segments
from store.transact import TrialLog
from tests.facts import contact, death, enrolled
from tests.store.chance import seeded
from tests.store.trial_logs import NOW, keep, opened

PATIENTS = [f"RJ-{number:04d}" for number in range(40)]
KEY = SealingKey(bytes(32))
FIRST_SEAL, SECOND_SEAL = 203, 443
FIRST, SECOND = "0000000001-0000000203.parquet", "0000000204-0000000443.parquet"


@pytest.fixture
def trial_log(tmp_path: Path) -> Iterator[TrialLog]:
    """A log of 40 patients, whose events lie between each other's: sealed twice, with some after the last seal.

    A hundred events are enough for a segment in these tests, and two patients are many.
    """
    with (trial_log := opened(home := tmp_path / "home")).log as log:
        for events in (enrolled()[:5], enrolled()[5:], [contact("2021-05"), death("2022-01")]):
            seal(log, KEY, NOW)
            for patient_id in PATIENTS:
                keep(trial_log, patient_id, *events)
        yield replace(trial_log, segments=Segments(home / "segments", log, fewest_events=100, worth_from=2))


@pytest.fixture
def segments(trial_log: TrialLog) -> Segments:
    """Its segments, up to the two seals."""
    assert trial_log.segments is not None
    assert [path.name for path in trial_log.segments.write_due()] == [FIRST, SECOND]
    return trial_log.segments


def _files(trial_log: TrialLog) -> list[Path]:
    log = Path(trial_log.log.url.removeprefix("sqlite:///"))
    return sorted((log.parent / "segments").iterdir())


def _histories(trial_log: TrialLog) -> dict[str, History]:
    return dict(histories(trial_log, everyone(trial_log), trial_log.log.last_position()))


def _from_the_log(trial_log: TrialLog) -> dict[str, History]:
    return _histories(replace(trial_log, segments=None))


def test_a_segment_is_typed_and_says_which_part_of_which_log_it_is(trial_log: TrialLog, segments: Segments) -> None:
    assert segments.last_position() == SECOND_SEAL
    assert segments.write_due() == []
    first, second = _files(trial_log)
    told = json.loads(pq.read_schema(second).metadata[b"imni-segment"])
    found = seal_at(trial_log.log, SECOND_SEAL)
    assert found is not None
    log_id, first_event = trial_log.log.log_id, FIRST_SEAL + 1
    assert told == {"log_id": log_id, "first": first_event, "last": SECOND_SEAL, "root": found.root.hex()}
    table = pq.read_table(first).sort_by("position").to_pylist()
    rows = list(trial_log.log.rows())[:FIRST_SEAL]
    assert [row["digest"] for row in table] == [row[12] for row in rows]
    assert table[0]["recorded_at"] == datetime(2026, 11, 30, 4, tzinfo=UTC)


def test_read_from_segments_and_the_log_after_them_it_is_what_the_log_says(
    trial_log: TrialLog, segments: Segments
) -> None:
    with segments.opened() as opened_segments:
        begun = opened_segments.streams([f"patient/{each}" for each in PATIENTS])
    assert sum(map(len, begun.values())) == SECOND_SEAL - 3
    assert _histories(trial_log) == _from_the_log(trial_log)
    assert all(each.equal for each in rebuild(trial_log))


def test_segments_serve_a_log_on_either_database(url: str, tmp_path: Path) -> None:
    settings = read_settings(home=tmp_path / "home", database_url=url)
    with (trial_log := open_home(settings, NOW - timedelta(days=1))).log as log:
        for patient_id in PATIENTS:
            keep(trial_log, patient_id, *enrolled())
        seal(log, KEY, NOW)
        keep(trial_log, PATIENTS[0], death("2022-01"))
        segments = Segments(settings.segments, log, fewest_events=100, worth_from=2)
        assert len(segments.write_due()) == 1
        fast = replace(trial_log, segments=segments)
        assert _histories(fast) == _from_the_log(fast)
        assert all(each.equal for each in rebuild(fast))


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
    assert f"event {(1, FIRST_SEAL + 1)[number]} on" in caplog.text
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


def test_a_segment_whose_root_no_seal_has_is_ignored(
    trial_log: TrialLog, segments: Segments, caplog: pytest.LogCaptureFixture
) -> None:
    with transaction(trial_log.log.url) as session:
        session.connection().execute(text("update segment set root = 'ab' where first = 1"))
    assert _histories(trial_log) == _from_the_log(trial_log)
    assert "no seal has its root" in caplog.text


def test_a_damaged_segment_is_written_again_and_those_after_it(trial_log: TrialLog, segments: Segments) -> None:
    first, second = _files(trial_log)
    first.write_bytes(b"damaged")
    assert segments.last_position() == 0
    assert segments.write_due() == [first, second]
    assert segments.last_position() == SECOND_SEAL
    assert _histories(trial_log) == _from_the_log(trial_log)


def test_a_file_that_is_not_on_the_register_is_removed(trial_log: TrialLog, segments: Segments) -> None:
    first, second = _files(trial_log)
    second.unlink()
    (second.parent / "0000000001-0000000002.parquet").write_bytes(first.read_bytes())
    assert segments.write_due() == [second]
    assert _files(trial_log) == [first, second]


def test_events_that_are_not_the_sealed_ones_make_no_segment(trial_log: TrialLog) -> None:
    assert trial_log.segments is not None
    with closing(sqlite3.connect(trial_log.log.url.removeprefix("sqlite:///"))) as database:
        database.execute("drop trigger event_no_update")
        database.execute("update event set visibility = 'allocation' where position = 77")
        database.commit()
        with pytest.raises(LogUnreadable, match="event 77: its digest does not match"):
            trial_log.segments.write_due()
        row = next(islice(trial_log.log.rows(76), 1))
        database.execute("update event set digest = ? where position = 77", (digest_of(row),))
        database.commit()
    with pytest.raises(LogUnreadable, match="events up to 203 do not add up to their seal"):
        trial_log.segments.write_due()
    assert trial_log.segments.last_position() == 0
    assert _files(trial_log) == []
