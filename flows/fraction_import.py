"""Fractions in a batch: from a CSV file, or from the treatment records of the linear accelerator.

Good fractions are kept, bad ones set apart with the reason. A fraction on record already changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from domain.decisions.radiotherapy import RecordFraction
from domain.rejections import Rejection
from domain.take_over.columns import Problem
from flows.gateways.treatment_records import read_treatment_record
from flows.take_over_file import Row, TakeOverRefused, read_file, write_rejects
from store.transact import Entry, TrialLog

PATIENT = "patient_id"
COLUMNS = (PATIENT, "occurred_on", "phase", "number", "dose_cgy", "cbct", "shift_mm", "shift_corrected")


@dataclass(frozen=True, slots=True)
class FractionResult:
    """What became of a batch: fractions new, known already and rejected, with the reason of each."""

    rows: int
    recorded: int
    unchanged: int
    rejected: int
    dry_run: bool
    reject_file: str | None
    problems: tuple[str, ...]


def import_fractions(
    trial_log: TrialLog,
    paths: Sequence[Path],
    entry_for: Callable[[str], Entry],
    *,
    dry_run: bool = False,
    reject_path: Path | None = None,
) -> FractionResult:
    """Import one CSV file, or any number of DICOM treatment records. Raises `TakeOverRefused`; then nothing is kept.

    `entry_for` gives the author of a fraction's entry from its reference, `fractions.csv:17`.
    """
    rows = [row for path in paths for row in _rows(path)]
    rejects = reject_path or paths[0].with_name(f"{paths[0].stem}.rejects.csv")
    if rejects.resolve() in {path.resolve() for path in paths}:
        raise TakeOverRefused(f"{rejects}: the reject file would replace a file to import; give it another name")
    counts = [_import(trial_log, row, entry_for(row.reference), dry_run) for row in rows]
    bad = [(row, said) for row, said in zip(rows, counts, strict=True) if isinstance(said, Problem)]
    written = bool(bad) and not dry_run
    if written:
        write_rejects(rejects, COLUMNS, [(_as_row(number, row), [said]) for number, (row, said) in enumerate(bad, 2)])
    recorded = sum(said for said in counts if isinstance(said, int))
    return FractionResult(
        rows=len(rows),
        recorded=recorded,
        unchanged=len(rows) - len(bad) - recorded,
        rejected=len(bad),
        dry_run=dry_run,
        reject_file=str(rejects) if written else None,
        problems=tuple(f"{row.reference}, column {said}" for row, said in bad),
    )


@dataclass(frozen=True, slots=True)
class _Fraction:
    """One row of the batch, and where it stands."""

    reference: str
    cells: Mapping[str, str]
    ragged: tuple[Problem, ...] = ()


def _rows(path: Path) -> Iterable[_Fraction]:
    if path.suffix.lower() != ".csv":
        return [_Fraction(path.name, cells) for cells in read_treatment_record(path)]
    file = read_file(path, COLUMNS, PATIENT)
    return [_Fraction(f"{path.name}:{row.number}", file.by_column(row), file.ragged(row)) for row in file.rows]


def _import(trial_log: TrialLog, row: _Fraction, entry: Entry, dry_run: bool) -> int | Problem:
    """How many events the row makes, 0 or 1; or what is wrong with it."""
    if row.ragged:
        return row.ragged[0]
    said = {name: text for name, cell in row.cells.items() if name != PATIENT and (text := cell.strip())}
    patient_id = row.cells[PATIENT].strip()
    record = trial_log.foresee if dry_run else trial_log.transact_all
    try:
        return len(record(patient_id, [RecordFraction.model_validate(said)], entry))
    except ValidationError as refusal:
        first = refusal.errors()[0]
        field = str(first["loc"][0])
        return Problem(field, said.get(field, ""), str(first["msg"]))
    except Rejection as refusal:
        return Problem(refusal.field, refusal.value, f"{refusal.rule}. {refusal.way_out}")


def _as_row(number: int, row: _Fraction) -> Row:
    return Row(number, [row.cells.get(column, "") for column in COLUMNS])
