"""The disk is full, or a file may not grow: `python -m tests.faults.disk_full --count 50`."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from store.open_log import open_log
from tests.faults.battery import alone
from tests.faults.books import Books, outcome_of, sixteens
from tests.faults.fault import Fault, Outcome
from tests.faults.logs import closing_books, sqlite_url
from tests.faults.stubborn_writer import REFUSED, STREAM, is_whole, persevere
from tests.faults.victims import Say, Victim

_SMALL = 16 * 2**20
_TIGHT = 60_000
_SHORTEST, _LONGEST_STEP = 300_000, 40_000
_APPENDS = 60
DONE, GIVEN_UP = b"done", b"given up"


@contextmanager
def small_disk(folder: Path) -> Generator[Path]:
    """A disk of sixteen megabytes."""
    disk = folder / "disk"
    disk.mkdir()
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={_SMALL}", "tmpfs", str(disk)], check=True, capture_output=True
    )
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True, capture_output=True)
        disk.rmdir()


def no_small_disk() -> str | None:
    if shutil.which("mount") is None or os.geteuid() != 0:
        return "only root may mount a small disk (fault short_writes needs no root)"
    with tempfile.TemporaryDirectory() as folder:
        try:
            with small_disk(Path(folder)):
                return None
        except subprocess.CalledProcessError as problem:
            return f"no small disk can be mounted here: {problem.stderr.decode().strip()}"


def _books(url: str, said: list[bytes], *, done: bool) -> Books:
    """What the writer was acknowledged, against what is stored."""
    books = Books()
    books.acknowledge(sixteens(b"".join(words for words in said if not words.startswith(REFUSED))))
    with open_log(url) as log:
        books.read_on(log)
    closing_books(url, books)
    books.mistakes += [] if done else ["the writer did not get on although there was room again"]
    books.mistakes += [] if is_whole(books.version(STREAM)) else ["a call is stored in part"]
    return books


class TightDisk:
    """A disk that is filled up again and again; whoever is refused is given room."""

    def __init__(self, disk: Path, chance: Random) -> None:
        self._disk, self._filler, self._chance = disk, disk / "filler", chance
        self.said: list[bytes] = []

    def say(self, words: bytes) -> None:
        """Note what the writer says; now and then fill the disk up to a little room."""
        self.said.append(words)
        if not words.startswith(REFUSED) and self._chance.random() < 0.4:
            self.fill()

    def fill(self) -> None:
        """Leave room for a few events at most."""
        free = shutil.disk_usage(self._disk).free
        with self._filler.open("ab") as filler:
            filler.write(bytes(max(0, free - self._chance.randint(1, _TIGHT))))

    def relieve(self) -> None:
        """Give the room back."""
        self._filler.unlink(missing_ok=True)


def _fill_the_disk(count: int, chance: Random, folder: Path) -> Outcome:
    every: list[Books] = []
    refusals = 0
    while refusals < count:
        with small_disk(folder) as disk:
            tight, url = TightDisk(disk, chance), sqlite_url(disk / "log.sqlite")
            done = persevere(tight.say, url, _APPENDS, chance, tight.relieve)
            tight.relieve()
            every.append(_books(url, tight.said, done=done))
        refusals += sum(words.startswith(REFUSED) for words in tight.said)
    return outcome_of(every, refusals, f"writers: {len(every)}, none of them started again")


def _write_within_limits(say: Say, url: str, seed: int) -> None:
    """Append while the system cuts every file off at a size, in the middle of a write; raised after each refusal."""
    chance = Random(seed)
    size, most = chance.randint(0, _SHORTEST), resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, most))

    def relieve() -> None:
        nonlocal size
        size += chance.randint(1, _LONGEST_STEP)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, most))

    say(DONE if persevere(say, url, _APPENDS, chance, relieve) else GIVEN_UP)


def _shorten_writes(count: int, chance: Random, folder: Path) -> Outcome:
    every: list[Books] = []
    refusals = 0
    while refusals < count:
        url = sqlite_url(folder / f"log-{len(every)}.sqlite")
        said = Victim(_write_within_limits, url, chance.getrandbits(32)).outlive()
        every.append(_books(url, said[:-1], done=said[-1:] == [DONE]))
        refusals += sum(words.startswith(REFUSED) for words in said)
    return outcome_of(every, refusals, f"writers: {len(every)}, none of them started again")


FAULTS = (
    Fault(
        name="disk_full_sqlite",
        what="the disk is full, SQLite",
        method="a small tmpfs filled up to the last bytes while a writer works, freed after each refusal",
        must_hold="refused with a clear word, nothing half written, the same writer goes on when there is room",
        full=50,
        quick=3,
        inject=_fill_the_disk,
        missing=no_small_disk,
    ),
    Fault(
        name="short_writes_sqlite",
        what="a file may not grow: writes end in the middle, SQLite",
        method="the system's limit on the size of a file at a random byte, raised by a random step after each refusal",
        must_hold="refused with a clear word, nothing half written, the same writer goes on",
        full=200,
        quick=5,
        inject=_shorten_writes,
    ),
)

if __name__ == "__main__":
    alone(__file__)
