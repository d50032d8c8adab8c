"""The file of a take-over: read into rows, and the rows that were not taken written where they can be mended.

TakeOverRefused    the file itself cannot be used
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from domain.take_over.columns import COLUMNS, REQUIRED, Problem

REMARKS = ("row", "problem")
"""The columns a reject file has besides those of the file it comes from; they are not read again."""


class TakeOverRefused(Exception):
    """A file that cannot be used: says what is wrong and the way out."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it stands; `number` is the line of the file it ends on, the heading being line 1."""

    number: int
    cells: Sequence[str]


@dataclass(frozen=True, slots=True)
class TakeOverFile:
    """The columns of a file and its rows; rows without any text are left out."""

    columns: Sequence[str]
    rows: Sequence[Row]

    def by_column(self, row: Row) -> Mapping[str, str]:
        """The cells of a row that belong to a column."""
        return dict(zip(self.columns, row.cells, strict=False))

    def ragged(self, row: Row) -> tuple[Problem, ...]:
        """The problem of a row that has not one cell a column."""
        have, need = len(row.cells), len(self.columns)
        if have == need:
            return ()
        counted = f"the row has {have} cells, the heading {need}"
        if have < need:
            return (Problem(self.columns[have], "", f"is missing: {counted}; mend the commas"),)
        beyond = ",".join(row.cells[need - 1 :])
        way_out = "put quotes around a cell with a comma in it, or mend the commas"
        return (Problem(self.columns[-1], beyond, f"is more than one cell: {counted}; {way_out}"),)


def read_file(
    path: Path, known: Collection[str] = tuple(COLUMNS), required: str = REQUIRED, called: str | None = None
) -> TakeOverFile:
    """Read a file in which each row has a patient; its columns are among `known`. Raises `TakeOverRefused`.

    A refusal names the file as it is `called`, which is by its name unless that may not be said.
    """
    called = called or path.name
    lines = csv.reader(io.StringIO(_text(path, called), newline=""), strict=True)
    try:
        heading = [cell.strip() for cell in next(lines, [])]
        _require_columns(called, heading, known, required)
        columns = [column for column in heading if column not in REMARKS]
        return TakeOverFile(columns, list(_rows(heading, lines)))
    except csv.Error as problem:
        raise TakeOverRefused(f"{called} line {lines.line_num}: is not CSV ({problem}); mend the quotes") from None


def fingerprint(path: Path, called: str | None = None) -> str:
    """What a file is called in the log: by what is in it, since its name may be that of a patient.

    The first 16 digits of its SHA-256, as `sha256sum` shows it. Raises `TakeOverRefused`, which names it as `called`.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:16]
    except OSError as problem:
        raise _unreadable(called or path.name, problem) from None


def write_rejects(path: Path, columns: Sequence[str], rejected: Iterable[tuple[Row, Sequence[Problem]]]) -> None:
    """The rows that were not taken, as they stood, behind their line and reason. Raises `TakeOverRefused`."""
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([*REMARKS, *columns])
            for row, problems in rejected:
                writer.writerow([row.number, " | ".join(str(problem) for problem in problems), *row.cells])
    except OSError as problem:
        raise TakeOverRefused(
            f"{path}: the reject file cannot be written ({problem.strerror}). The good rows were imported; "
            "import again with another --rejects to see the others"
        ) from None


def _text(path: Path, called: str) -> str:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return file.read()
    except OSError as problem:
        raise _unreadable(called, problem) from None
    except UnicodeDecodeError as problem:
        raise TakeOverRefused(f"{called}: is not UTF-8 text ({problem}); save it as CSV UTF-8") from None


def _unreadable(called: str, problem: OSError) -> TakeOverRefused:
    said = "no such file" if isinstance(problem, FileNotFoundError) else f"cannot be read ({problem.strerror})"
    return TakeOverRefused(f"{called}: {said}; give the path of a CSV file")


def _require_columns(name: str, heading: Sequence[str], known: Collection[str], required: str) -> None:
    if not _is_heading(heading, known):  # then a patient may stand there, whom a refusal does not quote
        raise TakeOverRefused(f"{name}: has no heading; the first line names the columns: {', '.join(known)}")
    if any(mark in heading[0] for mark in (";", "\t")):
        raise TakeOverRefused(f"{name}: the heading is {heading[0]!r}; save it with commas between the cells")
    for column in heading:
        if column not in known and column not in REMARKS:
            raise TakeOverRefused(f"{name} row 1: column {column!r} is not known; {_nearest(column, known)}")
        if heading.count(column) > 1:
            raise TakeOverRefused(f"{name} row 1: column {column!r} stands twice; leave one of them out")
    if required not in heading:
        raise TakeOverRefused(f"{name} row 1: has no column {required}; the columns are in docs/import.md")


def _is_heading(cells: Sequence[str], known: Collection[str]) -> bool:
    words = {word.strip().lower() for cell in cells for word in re.split(r"[;\t]", cell)}
    return not words.isdisjoint(known)


def _nearest(column: str, known: Collection[str]) -> str:
    near = get_close_matches(column.lower(), list(known), n=1)
    return f"did you mean {near[0]}?" if near else f"the columns are {', '.join(known)}"


def _rows(heading: Sequence[str], lines: Any) -> Iterator[Row]:
    remarks = {place for place, column in enumerate(heading) if column in REMARKS}
    for cells in lines:
        kept = [cell for place, cell in enumerate(cells) if place not in remarks]
        if any(cell.strip() for cell in kept):
            yield Row(lines.line_num, kept)
