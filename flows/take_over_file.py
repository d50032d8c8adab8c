"""The file of a take-over: read into rows, and the rows that were not taken written where they can be mended.

TakeOverRefused    the file itself cannot be used
"""

from __future__ import annotations

import csv
import io
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


def read_file(path: Path, known: Collection[str] = tuple(COLUMNS), required: str = REQUIRED) -> TakeOverFile:
    """Read a file in which each row has a patient; its columns are among `known`. Raises `TakeOverRefused`."""
    lines = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    try:
        heading = [cell.strip() for cell in next(lines, [])]
        _require_columns(path.name, heading, known, required)
        columns = [column for column in heading if column not in REMARKS]
        return TakeOverFile(columns, list(_rows(heading, lines)))
    except csv.Error as problem:
        raise TakeOverRefused(f"{path.name} line {lines.line_num}: is not CSV ({problem}); mend the quotes") from None


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


def _text(path: Path) -> str:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return file.read()
    except FileNotFoundError:
        raise TakeOverRefused(f"{path}: no such file; give the path of a CSV file") from None
    except OSError as problem:
        raise TakeOverRefused(f"{path}: cannot be read ({problem.strerror}); give the path of a CSV file") from None
    except UnicodeDecodeError as problem:
        raise TakeOverRefused(f"{path.name}: is not UTF-8 text ({problem}); save it as CSV UTF-8") from None


def _require_columns(name: str, heading: Sequence[str], known: Collection[str], required: str) -> None:
    if not any(heading):
        raise TakeOverRefused(f"{name}: has no heading; the first line names the columns, see docs/import.md")
    if any(mark in heading[0] for mark in (";", "\t")):
        raise TakeOverRefused(f"{name}: the heading is {heading[0]!r}; save it with commas between the cells")
    for column in heading:
        if column not in known and column not in REMARKS:
            raise TakeOverRefused(f"{name} row 1: column {column!r} is not known; {_nearest(column, known)}")
        if heading.count(column) > 1:
            raise TakeOverRefused(f"{name} row 1: column {column!r} stands twice; leave one of them out")
    if required not in heading:
        raise TakeOverRefused(f"{name} row 1: has no column {required}; the columns are in docs/import.md")


def _nearest(column: str, known: Collection[str]) -> str:
    near = get_close_matches(column.lower(), list(known), n=1)
    return f"did you mean {near[0]}?" if near else f"the columns are {', '.join(known)}"


def _rows(heading: Sequence[str], lines: Any) -> Iterator[Row]:
    remarks = {place for place, column in enumerate(heading) if column in REMARKS}
    for cells in lines:
        kept = [cell for place, cell in enumerate(cells) if place not in remarks]
        if any(cell.strip() for cell in kept):
            yield Row(lines.line_num, kept)
