"""The power fails, and the disk is rebuilt from a recording: `python -m tests.faults.power_loss --count 20000`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from store.event_log import EventLogError
from store.integrity import verify_file
from store.sqlite_event_log import open_sqlite_log
from tests.faults.battery import alone
from tests.faults.books import Books, outcome_of, sixteens
from tests.faults.fault import Fault, Outcome, added_up
from tests.faults.recorded_disk import KINDS, Disk
from tests.faults.recorded_writer import ACKNOWLEDGED
from tests.faults.system_calls import Call, recorded, strace_is_missing

_WRITER = "tests.faults.recorded_writer"
_IMAGES_AN_APPEND = 100
_FEWEST_APPENDS, _MOST_APPENDS = 12, 200
_SHARE_WITHOUT_SYNC = 0.1


@dataclass(frozen=True, slots=True)
class Image:
    """The files as found after the power failed, and what had been acknowledged by then."""

    files: dict[str, bytes]
    acknowledged: frozenset[bytes]


def record(folder: Path, synchronous: str, appends: int, chance: Random) -> list[Call]:
    """What a writer asks of the disk."""
    arguments = (str(folder / "log.sqlite"), synchronous, str(appends), str(chance.getrandbits(32)))
    return list(recorded(folder.with_suffix(".calls"), _WRITER, *arguments))


def images(folder: Path, calls: list[Call], count: int, chance: Random) -> Iterator[Image]:
    """So many images, spread evenly over the moments at which something in the folder changed."""
    ahead, disk, said = Disk(folder), Disk(folder), set[bytes]()
    at, moments = 0, sum(ahead.take(call) for call in calls)
    for call in calls:
        if call.name == "write" and call.data.startswith(ACKNOWLEDGED):
            said.update(sixteens(call.data.removeprefix(ACKNOWLEDGED)))
        if disk.take(call):
            at += 1
            for _ in range(count * at // moments - count * (at - 1) // moments):
                yield Image(disk.image(chance.choice(KINDS), chance), frozenset(said))


def look_at(image: Image, path: Path) -> Books:
    """Put an image where a log is opened, open it, and read."""
    for left in path.parent.glob("*"):
        left.unlink()
    for name, content in image.files.items():
        path.with_name(name).write_bytes(content)
    books = Books(set(image.acknowledged))
    try:
        with open_sqlite_log(path) as log:
            books.read_on(log)
        books.mistakes += [f"verify: {finding.problem}" for finding in verify_file(path).findings]
    except EventLogError as problem:
        books.mistakes.append(f"cannot be opened: {problem}")
    return books


def _lose_power(folder: Path, synchronous: str, count: int, chance: Random) -> Outcome:
    writing, found = folder / synchronous, folder / f"{synchronous}-found"
    writing.mkdir()
    found.mkdir()
    appends = min(_MOST_APPENDS, max(_FEWEST_APPENDS, count // _IMAGES_AN_APPEND))
    calls = record(writing, synchronous, appends, chance)
    every = [outcome_of([look_at(image, found / "log.sqlite")], 1) for image in images(writing, calls, count, chance)]
    bad = sum(not each.fine for each in every)
    return added_up(every, f"{bad:,} of {len(every):,}")


def _inject(count: int, chance: Random, folder: Path) -> Outcome:
    held = _lose_power(folder, "full", count, chance)
    teeth = _lose_power(folder, "off", max(50, round(count * _SHARE_WITHOUT_SYNC)), chance)
    return replace(
        held,
        wrong=held.wrong + teeth.fine,
        first_wrong=held.first_wrong or ("nothing is found with synchronous=OFF either" if teeth.fine else ""),
        seen=f"with synchronous=OFF, which must fail, {teeth.seen} images are bad",
    )


FAULTS = (
    Fault(
        name="power_loss_sqlite",
        what="the power fails, SQLite",
        method="a writer's calls recorded by strace; the disk rebuilt at random moments: what was synced, and nothing, "
        "all, the beginning or random 512-byte sectors of the rest",
        must_hold="the log opens; acknowledged ⊆ stored, no gap, every digest, nothing for `imni verify` to find",
        full=20_000,
        quick=120,
        inject=_inject,
        missing=strace_is_missing,
    ),
)

if __name__ == "__main__":
    alone(__file__)
