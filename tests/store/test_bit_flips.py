"""A bit turned over in a payload is found where it is; `tests.faults.bit_flips` turns over any bit of the file."""

from __future__ import annotations

from pathlib import Path

from store.integrity import verify_file
from store.sqlite_event_log import open_sqlite_log
from tests.faults.bit_flips import closed_log, flipped


def test_aflipped_bit_in_a_payload_is_found_at_its_position(path: Path) -> None:
    whole = closed_log(path)
    with open_sqlite_log(path) as log:
        events = list(log.read_all())
    for event in events[::20]:
        at = whole.index(event.digest)
        path.write_bytes(flipped(whole, at * 8 + 3))
        assert verify_file(path).findings[0].position == event.position
