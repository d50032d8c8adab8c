"""Importing a take-over file: whole patients or nothing of them, good rows kept, bad rows set apart with the reason.

TakeOverRefused    the file itself cannot be used, or its reject file cannot be written
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from domain.rejections import Rejection
from domain.take_over.columns import REQUIRED, Problem, Values
from domain.take_over.facts import StatedFact, facts_of
from domain.take_over.on_record import News, news
from domain.take_over.row import read_row
from flows.take_over_file import Row, TakeOverFile, TakeOverRefused, fingerprint, read_file, write_rejects
from store.transact import Entry, TrialLog

__all__ = ["ImportResult", "TakeOverRefused", "import_file"]

Progress = Callable[[int, int], None]
Fate = Literal["added", "extended", "unchanged"]
Problems = tuple[Problem, ...]


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

    `entry_for` gives the author of a row's entries from its reference: the file's fingerprint and the row's number.
    """
    file = read_file(path)
    rejects = reject_path or path.with_name(f"{path.stem}.rejects.csv")
    _require_place(rejects, path)
    importing = _Importing(trial_log, path, file, entry_for, dry_run)
    for done, row in enumerate(file.rows, start=1):
        importing.take(row)
        progress(done, len(file.rows))
    written = bool(importing.rejected) and not dry_run
    if written:
        write_rejects(rejects, file.columns, importing.rejected)
    return importing.result(str(rejects) if written else None)


def _require_place(rejects: Path, path: Path) -> None:
    if not rejects.parent.is_dir():
        raise TakeOverRefused(f"{rejects}: no such folder; give a reject file in a folder there is")
    if rejects.resolve() == path.resolve():
        raise TakeOverRefused(f"{rejects}: the reject file would replace the file to import; give it another name")


class _Importing:
    """The rows of one file on their way into the log."""

    def __init__(
        self, trial_log: TrialLog, path: Path, file: TakeOverFile, entry_for: Callable[[str], Entry], dry_run: bool
    ) -> None:
        self._trial_log, self._file, self._entry_for = trial_log, file, entry_for
        self._name, self._fingerprint = path.name, fingerprint(path)
        self._record = trial_log.foresee if dry_run else trial_log.transact_all
        self._dry_run = dry_run
        self._lines = _lines_of_patients(file)
        self._fates: Counter[Fate] = Counter()
        self._events = 0
        self.rejected: list[tuple[Row, Problems]] = []

    def take(self, row: Row) -> None:
        """Record a row, or set it apart with every problem it has."""
        entry = self._entry_for(f"{self._fingerprint}:{row.number}")
        today = entry.at.astimezone(self._trial_log.edition().site_zone).date()
        problems: Problems = self._file.ragged(row)
        if not problems:
            values, problems = read_row(self._file.by_column(row), today)
            problems = (*problems, *self._twice(row, values)) or self._told(values, entry, today)
        if problems:
            self.rejected.append((row, problems))

    def _twice(self, row: Row, values: Values) -> Iterator[Problem]:
        others = [line for line in self._lines.get(values.get(REQUIRED, ""), ()) if line != row.number]
        if others:
            rows = ", ".join(str(line) for line in others)
            yield Problem(REQUIRED, values[REQUIRED], f"stands in row {rows} too; put a patient's facts in one row")

    def _told(self, values: Values, entry: Entry, today: date) -> Problems:
        """Record what a row says beside what is on record. The problems of a row of which nothing was recorded."""
        patient = self._trial_log.patient(values[REQUIRED])
        told, problems = news(facts_of(values), patient, today)
        if problems:
            return problems
        try:
            count = len(self._record(patient.patient_id, [command for _, command in told], entry))
        except Rejection as refusal:
            alone = tuple(self._refused(patient.patient_id, told, entry))
            return alone or (Problem(refusal.field, refusal.value, f"{refusal.rule}. {refusal.way_out}"),)
        self._events += count
        self._fates["unchanged" if not count else "extended" if patient.history else "added"] += 1
        return ()

    def _refused(self, patient_id: str, told: Sequence[News], entry: Entry) -> Iterator[Problem]:
        """Every fact that the record of a known patient refuses, by its columns."""
        for fact, command in told:
            try:
                self._trial_log.foresee(patient_id, [command], entry)
            except Rejection as refusal:
                yield _problem(refusal, fact)

    def result(self, reject_file: str | None) -> ImportResult:
        """What became of the file."""
        return ImportResult(
            rows=len(self._file.rows),
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


def _lines_of_patients(file: TakeOverFile) -> dict[str, list[int]]:
    lines: dict[str, list[int]] = {}
    for row in file.rows:
        if not file.ragged(row):
            lines.setdefault(file.by_column(row)[REQUIRED].strip(), []).append(row.number)
    return lines


def _problem(refusal: Rejection, fact: StatedFact) -> Problem:
    """A refusal in the words of the file: its columns instead of fields, and the cells instead of 'as given'."""
    fields = [field for field in refusal.field.split(", ") if field in fact.columns] or list(fact.columns)
    column = ", ".join(dict.fromkeys(fact.columns[field] for field in fields))
    value = ", ".join(str(getattr(fact.command, field)) for field in fields)
    return Problem(column, value, f"{refusal.rule}. {refusal.way_out}")
