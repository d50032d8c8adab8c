"""The disk says EIO: injected by strace into a writer's calls: `python -m tests.faults.disk_errors --count 200`."""

from __future__ import annotations

from pathlib import Path
from random import Random

from store.open_log import open_log
from tests.faults.battery import alone
from tests.faults.books import Books, outcome_of, sixteens
from tests.faults.fault import Fault, Outcome
from tests.faults.logs import closing_books, sqlite_url
from tests.faults.stubborn_writer import GAVE_UP, REFUSED, STREAM, is_whole
from tests.faults.system_calls import strace_is_missing, under_strace

_APPENDS = 25
_CALLS = {"pwrite64": 300, "fdatasync": 30, "pread64": 60, "ftruncate": 4}
"""What fails, and about how often a writer of so many calls asks for it."""
_PROBLEMS = ("EIO", "ENOSPC")


def _injection(chance: Random) -> tuple[str, bool]:
    """What fails, from which time on, and whether it goes on failing."""
    call = chance.choice(list(_CALLS))
    problem = chance.choice(_PROBLEMS) if call == "pwrite64" else "EIO"
    first = chance.randint(1, _CALLS[call])
    until = chance.choice(["", "+", f"..{first + chance.randint(1, 9)}"])
    return f"inject={call}:error={problem}:when={first}{until}", until == "+"


def _fail(folder: Path, number: int, chance: Random) -> tuple[Books, bool]:
    """The books of a log whose writer met one failing call, and whether the writer noticed at all."""
    path = folder / f"log-{number}.sqlite"
    injection, for_good = _injection(chance)
    # Only the log's own files fail: the program is loaded from the disk with the same calls.
    files = [word for end in ("", "-wal", "-shm", "-journal") for word in ("-P", f"{path}{end}")]
    options = [*files, "-e", f"trace={','.join(_CALLS)}", "-e", injection, "-o", str(folder / "injected")]
    seed = str(chance.getrandbits(32))
    run = under_strace(options, "tests.faults.stubborn_writer", str(path), str(_APPENDS), seed)
    said = [bytes.fromhex(line.decode()) for line in run.stdout.splitlines()]
    books = Books()
    books.acknowledge(sixteens(b"".join(words for words in said if not words.startswith(REFUSED))))
    with open_log(sqlite_url(path)) as log:
        books.read_on(log)
    closing_books(sqlite_url(path), books)
    allowed = {0, GAVE_UP} if for_good else {0}
    if run.returncode not in allowed:
        books.mistakes.append(f"{injection}: {run.stderr.decode()[-300:] or f'ended with {run.returncode}'}")
    books.mistakes += [f"{injection}: called a damaged log: {alarm}" for alarm in _false_alarms(injection, said)]
    books.mistakes += [] if is_whole(books.version(STREAM)) else [f"{injection}: a call is stored in part"]
    return books, "INJECTED" in (folder / "injected").read_text()


def _false_alarms(injection: str, said: list[bytes]) -> list[str]:
    """Refusals that send people to their backups; what cannot be read at all SQLite itself calls malformed."""
    refused = [words.decode() for words in said if words.startswith(REFUSED)]
    return [] if "pread64" in injection else [words for words in refused if "backup" in words]


def _inject(count: int, chance: Random, folder: Path) -> Outcome:
    every: list[Books] = []
    met = 0
    while met < count:
        books, injected = _fail(folder, len(every), chance)
        every.append(books)
        met += injected
        if len(every) > 10 * count:
            books.mistakes.append("strace injects nothing here")
            break
    return outcome_of(every, met)


FAULTS = (
    Fault(
        name="disk_errors_sqlite",
        what="the disk fails, SQLite",
        method="strace lets a random pwrite64, fdatasync, pread64 or ftruncate say EIO or ENOSPC: "
        "once, a few times running, or from then on",
        must_hold="refused with a clear word and never half written; the same writer goes on when the disk does",
        full=200,
        quick=2,
        inject=_inject,
        missing=strace_is_missing,
    ),
)

if __name__ == "__main__":
    alone(__file__)
