"""One bit of the file turned over, anywhere: it is found, or it changed nothing that anybody reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from events.recorded import StoredEvent
from store.event_log import EventLogError
from store.integrity import verify_file
from store.sqlite_event_log import open_sqlite_log
from tests.store.chance import seeded
from tests.store.envelopes import append

_STREAMS = [f"patient/RJ-{number:04d}" for number in range(8)]


def _content(path: Path) -> tuple[list[StoredEvent], ...]:
    """Everything a reader is given, by position and by stream."""
    with open_sqlite_log(path) as log:
        return (list(log.read_all()), *(log.read_stream(stream) for stream in _STREAMS))


@pytest.fixture
def whole(path: Path) -> bytes:
    """The bytes of a closed log of eight patients."""
    with open_sqlite_log(path) as log:
        for version in range(0, 20, 5):
            log.append(*(append(stream, version, 5) for stream in _STREAMS))
    return path.read_bytes()


def _flipped(whole: bytes, bit: int) -> bytes:
    changed = bytearray(whole)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def test_a_flipped_bit_is_found_or_changes_nothing(whole: bytes, path: Path, tmp_path: Path) -> None:
    chance = seeded()
    content = _content(path)
    found = 0
    for number in range(250):
        copy = tmp_path / f"flipped-{number}.sqlite"
        bit = chance.randrange(len(whole) * 8)
        copy.write_bytes(_flipped(whole, bit))
        if not verify_file(copy).ok:
            found += 1
            continue
        try:
            assert _content(copy) == content, f"bit {bit}"
        except EventLogError:
            continue
    assert found > 100


def test_a_flipped_bit_in_a_payload_is_found_at_its_position(whole: bytes, path: Path) -> None:
    with open_sqlite_log(path) as log:
        events = list(log.read_all())
    for event in events[::20]:
        at = whole.index(event.digest)
        path.write_bytes(_flipped(whole, at * 8 + 3))
        assert verify_file(path).findings[0].position == event.position
