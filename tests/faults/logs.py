"""The logs the faults are injected into, on either database."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count as counting
from pathlib import Path
from random import Random

from flows.home import open_home
from flows.settings import read_settings
from store.integrity import verify_log
from store.open_log import SQLITE, open_log
from store.transact import TrialLog
from tests.faults.books import Books
from tests.faults.fault import Fault, Outcome
from tests.faults.servers import shared_server
from tests.store.trial_logs import NOW

_IN_FLIGHT_SECONDS = 0.3


def sqlite_url(path: Path) -> str:
    """The URL of a log in a file."""
    return f"{SQLITE}{path}"


@dataclass(frozen=True)
class Home:
    """An installation that may be opened by several processes."""

    folder: Path
    url: str

    def opened(self) -> TrialLog:
        """Its log, made when it is missing."""
        return open_home(read_settings(home=self.folder, database_url=self.url), NOW - timedelta(days=1))


@dataclass(frozen=True)
class Place:
    """Where new logs are made: a folder, or a server."""

    folder: Path
    on_postgres: bool
    _numbers: Iterator[int] = field(default_factory=counting)

    def log(self) -> str:
        """The URL of a log that does not exist yet."""
        return shared_server().new_log() if self.on_postgres else self._file()

    def home(self) -> Home:
        """An installation that does not exist yet, not even its tables."""
        url = shared_server().empty_database() if self.on_postgres else self._file()
        return Home(self.folder / f"home-{next(self._numbers)}", url)

    def _file(self) -> str:
        return sqlite_url(self.folder / f"log-{next(self._numbers)}.sqlite")


def on_both(  # one argument a field of a fault
    name: str,
    what: str,
    method: str,
    must_hold: str,
    *,
    full: int,
    quick: int,
    inject: Callable[[int, Random, Place], Outcome],
) -> tuple[Fault, Fault]:
    """The same fault, injected into logs on SQLite and into logs on PostgreSQL."""

    def sqlite(count: int, chance: Random, folder: Path) -> Outcome:
        return inject(count, chance, Place(folder, on_postgres=False))

    def postgres(count: int, chance: Random, folder: Path) -> Outcome:
        return inject(count, chance, Place(folder, on_postgres=True))

    return (
        Fault(f"{name}_sqlite", f"{what}, SQLite", method, must_hold, full, quick, sqlite),
        Fault(f"{name}_postgres", f"{what}, PostgreSQL", method, must_hold, full, (quick + 1) // 2, postgres),
    )


def closing_books(url: str, books: Books) -> None:
    """Read everything once more from the beginning, and ask `imni verify`."""
    if not url.startswith(SQLITE):
        # The server may still be at work on the last call of a writer that is dead.
        time.sleep(_IN_FLIGHT_SECONDS)
    again = Books(books.acknowledged)
    with open_log(url) as log:
        books.read_on(log)
        again.read_on(log)
    if again.stored != books.stored:
        books.mistakes.append("what was read before is no longer what is stored")
    books.mistakes.extend(f"verify: {finding.problem}" for finding in verify_log(url).findings)
