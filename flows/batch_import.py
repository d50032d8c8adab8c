"""Entries in a batch: visits or fractions from a CSV file, fractions also from the records of the linear accelerator.

Good rows are kept, bad ones set apart with the reason. What is on record already changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from domain.decisions.follow_up import RecordVisit
from domain.decisions.radiotherapy import RecordFraction
from domain.rejections import Rejection
from domain.take_over.columns import Problem
from flows.gateways.treatment_records import read_treatment_record
from flows.take_over_file import Row, TakeOverRefused, read_file, write_rejects
from store.transact import Entry, TrialLog

PATIENT = "patient_id"
_SEVERAL = re.compile(r"[\s;+]+")
"""What may stand between several values in one cell."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What a row of a batch is: its command, the columns beside the patient, those of several values in one cell.

    `read` reads the rows of a file that is not CSV, where such files exist.
    """

    name: str
    command: type[RecordFraction | RecordVisit]
    columns: tuple[str, ...]
    several: frozenset[str] = frozenset()
    read: Callable[[Path], Iterable[Mapping[str, str]]] | None = None

    @property
    def heading(self) -> tuple[str, ...]:
        """The columns of the file."""
        return (PATIENT, *self.columns)


FRACTIONS = Batch(
    "fractions",
    RecordFraction,
    ("occurred_on", "phase", "number", "dose_cgy", "cbct", "shift_mm", "shift_corrected"),
    read=read_treatment_record,
)
VISITS = Batch(
    "visits", RecordVisit, ("occurred_on", "visit", "disease_status", "assessments"), frozenset({"assessments"})
)
BATCHES: Mapping[str, Batch] = {batch.name: batch for batch in (FRACTIONS, VISITS)}


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What became of a batch: entries new, known already and rejected, with the reason of each."""

    rows: int
    recorded: int
    unchanged: int
    rejected: int
    dry_run: bool
    reject_file: str | None
    problems: tuple[str, ...]


def import_batch(  # noqa: PLR0913 - the two last are options
    trial_log: TrialLog,
    batch: Batch,
    paths: Sequence[Path],
    entry_for: Callable[[str], Entry],
    *,
    dry_run: bool = False,
    reject_path: Path | None = None,
) -> BatchResult:
    """Import CSV files, or what else the batch can read. Raises `TakeOverRefused`; then nothing is kept.

    `entry_for` gives the author of a row's entry from its reference, `visits.csv:17`.
    """
    rows = [row for path in paths for row in _rows(batch, path)]
    rejects = reject_path or paths[0].with_name(f"{paths[0].stem}.rejects.csv")
    if rejects.resolve() in {path.resolve() for path in paths}:
        raise TakeOverRefused(f"{rejects}: the reject file would replace a file to import; give it another name")
    counts = [_import(trial_log, batch, row, entry_for(row.reference), dry_run) for row in rows]
    bad = [(row, said) for row, said in zip(rows, counts, strict=True) if isinstance(said, Problem)]
    written = bool(bad) and not dry_run
    if written:
        apart = [(_as_row(batch, number, row), [said]) for number, (row, said) in enumerate(bad, 2)]
        write_rejects(rejects, batch.heading, apart)
    recorded = sum(said for said in counts if isinstance(said, int))
    return BatchResult(
        rows=len(rows),
        recorded=recorded,
        unchanged=len(rows) - len(bad) - recorded,
        rejected=len(bad),
        dry_run=dry_run,
        reject_file=str(rejects) if written else None,
        problems=tuple(f"{row.reference}, column {said}" for row, said in bad),
    )


@dataclass(frozen=True, slots=True)
class _BatchRow:
    """One row of the batch, and where it stands."""

    reference: str
    cells: Mapping[str, str]
    ragged: tuple[Problem, ...] = ()


def _rows(batch: Batch, path: Path) -> Iterable[_BatchRow]:
    if batch.read and path.suffix.lower() != ".csv":
        return [_BatchRow(path.name, cells) for cells in batch.read(path)]
    file = read_file(path, batch.heading, PATIENT)
    return [_BatchRow(f"{path.name}:{row.number}", file.by_column(row), file.ragged(row)) for row in file.rows]


def _import(trial_log: TrialLog, batch: Batch, row: _BatchRow, entry: Entry, dry_run: bool) -> int | Problem:
    """How many facts the row adds, 0 or 1, not counting queries it opens; or what is wrong with it."""
    if row.ragged:
        return row.ragged[0]
    told = {name: text for name, cell in row.cells.items() if name != PATIENT and (text := cell.strip())}
    said = {name: _SEVERAL.split(text) if name in batch.several else text for name, text in told.items()}
    patient_id = row.cells[PATIENT].strip()
    record = trial_log.foresee if dry_run else trial_log.transact_all
    try:
        return int(bool(record(patient_id, [batch.command.model_validate(said)], entry)))
    except ValidationError as refusal:
        first = refusal.errors()[0]
        field = str(first["loc"][0])
        return Problem(field, told.get(field, ""), str(first["msg"]))
    except Rejection as refusal:
        return Problem(refusal.field, refusal.value, f"{refusal.rule}. {refusal.way_out}")


def _as_row(batch: Batch, number: int, row: _BatchRow) -> Row:
    return Row(number, [row.cells.get(column, "") for column in batch.heading])
