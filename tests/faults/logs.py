"""The logs the faults are injected into."""

from __future__ import annotations

from pathlib import Path

from store.integrity import verify_file
from store.open_log import SQLITE, open_log
from tests.faults.books import Books


def sqlite_url(path: Path) -> str:
    """The URL of a log in a file."""
    return f"{SQLITE}{path}"


def closing_books(url: str, books: Books) -> None:
    """Read everything once more from the beginning, and ask `imni verify`."""
    again = Books(books.acknowledged)
    with open_log(url) as log:
        again.read_on(log)
    if again.stored != books.stored:
        books.mistakes.append("what was read before is no longer what is stored")
    if url.startswith(SQLITE):
        found = verify_file(Path(url.removeprefix(SQLITE))).findings
        books.mistakes.extend(f"verify: {finding.problem}" for finding in found)
