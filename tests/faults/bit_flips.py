"""One bit of a log file turned over, anywhere: `python -m tests.faults.bit_flips --count 10000`."""

from __future__ import annotations

from pathlib import Path
from random import Random

from events.recorded import StoredEvent
from store.event_log import EventLogError
from store.integrity import verify_file
from store.sqlite_event_log import open_sqlite_log
from tests.faults.battery import alone
from tests.faults.fault import Fault, Outcome
from tests.store.envelopes import append

_STREAMS = [f"patient/RJ-{number:04d}" for number in range(8)]
_EVENTS_EACH = 20


def content(path: Path) -> tuple[list[StoredEvent], ...]:
    """Everything a reader is given, by position and by stream."""
    with open_sqlite_log(path) as log:
        return (list(log.read_all()), *(log.read_stream(stream) for stream in _STREAMS))


def closed_log(path: Path) -> bytes:
    """The bytes of a closed log of eight patients."""
    with open_sqlite_log(path) as log:
        for version in range(0, _EVENTS_EACH, 5):
            log.append(*(append(stream, version, 5) for stream in _STREAMS))
    return path.read_bytes()


def flipped(whole: bytes, bit: int) -> bytes:
    """The same with one bit turned over."""
    changed = bytearray(whole)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def _fresh(path: Path, whole: bytes) -> None:
    for left in path.parent.glob(f"{path.name}*"):
        left.unlink()
    path.write_bytes(whole)


def _reads_as(path: Path, before: tuple[list[StoredEvent], ...]) -> bool:
    """Whether every reader is given what was recorded, or is refused."""
    try:
        return content(path) == before
    except EventLogError:
        return True


def _inject(count: int, chance: Random, folder: Path) -> Outcome:
    path = folder / "log.sqlite"
    whole = closed_log(path)
    before = content(path)
    found, silent = 0, list[int]()
    for _ in range(count):
        bit = chance.randrange(len(whole) * 8)
        _fresh(path, flipped(whole, bit))
        if not verify_file(path).ok:
            found += 1
        elif not _reads_as(path, before):
            silent.append(bit)
    missed = f"bit {silent[0]} changed what is read and nothing said so" if silent else ""
    seen = f"{found:,} named, {count - found - len(silent):,} where nothing is kept"
    return Outcome(count, unnamed=len(silent), wrong=0 if found else 1, first_wrong=missed, seen=seen)


FAULTS = (
    Fault(
        name="bit_flips",
        what="one bit of the file turned over",
        method="a random bit of a closed log of 160 events",
        must_hold="`imni verify` names it, or every reader gets what was recorded, or is refused",
        full=10_000,
        quick=100,
        inject=_inject,
    ),
)

if __name__ == "__main__":
    alone(__file__)
