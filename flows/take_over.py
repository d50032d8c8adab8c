"""Importing a take-over file: whole patients or nothing of them, good rows kept, bad rows set apart with the reason.

TakeOverRefused    the file itself cannot be used: nothing of it was imported
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from domain.decide import PatientCommand
from domain.rejections import Rejection
from domain.take_over.columns import COLUMNS, REQUIRED, Problem, read_cells
from domain.take_over.commands import commands_of
from store.transact import Entry, TrialLog

Progress = Callable[[int, int], None]
Fate = Literal["added", "extended", "unchanged"]


class TakeOverRefused(Exception):
    """A file that is no take-over file: says what is wrong and the way out."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the file; `number` is its line as an editor shows it, the heading being line 1."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong with one cell of one row."""

    file: str
    row: int
    problem: Problem

    def __str__(self) -> str:
        return f"{self.file} row {self.row}, column {self.problem}"


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What became of a file: patients by fate, events recorded (or that would be), and every problem."""

    rows: int
    patients_added: int
    patients_extended: int
    patients_unchanged: int
    rejected: int
    events: int
    dry_run: bool
    reject_file: str | None
    problems: tuple[RowProblem, ...]

    def summary(self) -> dict[str, Any]:
        """The result as JSON shows it."""
        problems = [
            {"row": p.row, "column": p.problem.column, "value": p.problem.value, "problem": p.problem.problem}
            for p in self.problems
        ]
        names = [name for name in self.__slots__ if name != "problems"]
        return {**{name: getattr(self, name) for name in names}, "problems": problems}


def import_file(  # noqa: PLR0913 - each is a choice of the caller's
    trial_log: TrialLog,
    path: Path,
    entry_for: Callable[[str], Entry],
    *,
    dry_run: bool = False,
    reject_path: Path | None = None,
    progress: Progress = lambda done, total: None,
) -> ImportResult:
    """Import a file. Raises `TakeOverRefused` when it cannot be read as one; then nothing was imported.

    `entry_for` gives the author of a row's entries from its reference, `file.csv:17`.
    """
    heading, rows = read_file(path)
    importing = _Importing(trial_log, path.name, entry_for, dry_run)
    for done, row in enumerate(rows, start=1):
        importing.take(row)
        progress(done, len(rows))
    rejects = None
    if importing.rejected and not dry_run:
        rejects = reject_path or path.with_name(f"{path.stem}.rejects.csv")
        _write_rejects(rejects, heading, importing.rejected)
    return importing.result(len(rows), str(rejects) if rejects else None)


def read_file(path: Path) -> tuple[Sequence[str], list[Row]]:
    """The heading and the rows of a file. Raises `TakeOverRefused`."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise TakeOverRefused(f"{path}: no such file; give the path of a CSV file") from None
    except (UnicodeDecodeError, OSError) as problem:
        raise TakeOverRefused(f"{path.name}: cannot be read as UTF-8 text ({problem}); save it as CSV UTF-8") from None
    lines = csv.reader(text.splitlines(keepends=True), strict=True)
    try:
        heading = [cell.strip() for cell in next(lines, [])]
        _require_columns(path.name, heading)
        return heading, list(_rows(path.name, heading, lines))
    except csv.Error as problem:
        raise TakeOverRefused(f"{path.name} line {lines.line_num}: is not CSV ({problem}); mend the quotes") from None


def _require_columns(name: str, heading: Sequence[str]) -> None:
    if REQUIRED not in heading:
        raise TakeOverRefused(f"{name}: has no column {REQUIRED}; the columns are in docs/import.md")
    for column in heading:
        if column not in COLUMNS:
            near = get_close_matches(column, COLUMNS, n=1)
            way_out = f"did you mean {near[0]}?" if near else f"the columns are {', '.join(COLUMNS)}"
            raise TakeOverRefused(f"{name}: column {column!r} is not known; {way_out}")
        if heading.count(column) > 1:
            raise TakeOverRefused(f"{name}: column {column!r} stands twice; leave one of them out")


def _rows(name: str, heading: Sequence[str], lines: Any) -> Iterator[Row]:
    for cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(heading):
            raise TakeOverRefused(
                f"{name} line {lines.line_num}: has {len(cells)} cells, the heading {len(heading)}; mend the commas"
            )
        yield Row(lines.line_num, dict(zip(heading, cells, strict=True)))


class _Importing:
    """The rows of one file on their way into the log."""

    def __init__(self, trial_log: TrialLog, name: str, entry_for: Callable[[str], Entry], dry_run: bool) -> None:
        self._trial_log, self._name, self._entry_for, self._dry_run = trial_log, name, entry_for, dry_run
        self._seen: dict[str, int] = {}
        self._fates: dict[Fate, int] = {"added": 0, "extended": 0, "unchanged": 0}
        self._events = 0
        self.rejected: list[tuple[Row, tuple[Problem, ...]]] = []

    def take(self, row: Row) -> None:
        """Record a row, or set it apart with every problem it has."""
        values, problems = read_cells(row.cells)
        commands, more = commands_of(values) if not problems else ((), ())
        problems = (*problems, *more) or self._twice(row, str(values[REQUIRED]))
        if not problems:
            problems = self._record(row, str(values[REQUIRED]), commands)
        if problems:
            self.rejected.append((row, problems))

    def _twice(self, row: Row, patient_id: str) -> tuple[Problem, ...]:
        earlier = self._seen.setdefault(patient_id, row.number)
        if earlier == row.number:
            return ()
        return (Problem(REQUIRED, patient_id, f"stands in row {earlier} already; put a patient's facts in one row"),)

    def _record(self, row: Row, patient_id: str, commands: Sequence[PatientCommand]) -> tuple[Problem, ...]:
        entry = self._entry_for(f"{self._name}:{row.number}")
        known = bool(self._trial_log.log.version(self._trial_log.names.patient(patient_id)))
        try:
            if self._dry_run:
                count = len(self._trial_log.foresee(patient_id, commands, entry))
            else:
                count = len(self._trial_log.transact_all(patient_id, commands, entry))
        except Rejection as refusal:
            return (Problem(refusal.field, refusal.value, f"{refusal.rule}. {refusal.way_out}"),)
        self._events += count
        self._fates["unchanged" if not count else "extended" if known else "added"] += 1
        return ()

    def result(self, rows: int, reject_file: str | None) -> ImportResult:
        """What became of the file."""
        return ImportResult(
            rows=rows,
            patients_added=self._fates["added"],
            patients_extended=self._fates["extended"],
            patients_unchanged=self._fates["unchanged"],
            rejected=len(self.rejected),
            events=self._events,
            dry_run=self._dry_run,
            reject_file=reject_file,
            problems=tuple(
                RowProblem(self._name, row.number, problem) for row, found in self.rejected for problem in found
            ),
        )


def _write_rejects(path: Path, heading: Sequence[str], rejected: Sequence[tuple[Row, tuple[Problem, ...]]]) -> None:
    """The rows that were not taken, as they stood, with the reason: mend them, drop the last columns, import again."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*heading, "row", "problem"])
        for row, problems in rejected:
            writer.writerow([*row.cells.values(), row.number, "; ".join(str(problem) for problem in problems)])
