"""Rows of a batch: which columns visits and fractions have, and what a row says or has wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from domain.decisions.follow_up import RecordVisit
from domain.decisions.radiotherapy import RecordFraction
from domain.refusal_words import sentence_of
from domain.take_over.columns import Problem
from events.streams import PATIENT_ID, PATIENT_ID_RULE
from flows.gateways.treatment_records import read_treatment_record
from flows.take_over_file import Row, TakeOverRefused, fingerprint, read_file

PATIENT = "patient_id"
_SEVERAL = re.compile(r"[\s;+]+")
"""What may stand between several values in one cell."""
_MOST_BYTES = 10_000_000
"""Larger is no file of visits or fractions, and reading it would keep everything else waiting."""

BatchCommand = RecordFraction | RecordVisit


@dataclass(frozen=True, slots=True)
class Batch:
    """What a row of a batch is: its command, the columns beside the patient, those of several values in one cell.

    `read` reads the rows of a file that is not CSV, where such files exist.
    """

    name: str
    command: type[BatchCommand]
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
class BatchRow:
    """One row of a batch, and where it stands. `file` is the fingerprint of its file, `called` what people call it.

    `typed` is what people wrote themselves; a machine may say more of a patient than they would.
    """

    file: str
    called: str
    number: int
    cells: Mapping[str, str]
    ragged: tuple[Problem, ...] = ()
    typed: bool = True

    @property
    def reference(self) -> str:
        """Where it stands, as the log says it."""
        return f"{self.file}:{self.number}"

    @property
    def patient_id(self) -> str:
        """Whose row it is, as it says itself."""
        return self.cells.get(PATIENT, "").strip()

    def in_file(self, batch: Batch) -> Row:
        """The row as a file of the batch has it."""
        return Row(self.number, [self.cells.get(column, "") for column in batch.heading])


def rows_of(batch: Batch, path: Path, called: str) -> Iterator[BatchRow]:
    """The rows of a CSV file, or of what else the batch can read. Raises `TakeOverRefused`."""
    file = fingerprint(path, called)
    if path.stat().st_size > _MOST_BYTES:
        raise TakeOverRefused(f"{called}: has more than {_MOST_BYTES // 10**6} MB; give it in several files")
    if batch.read and path.suffix.lower() != ".csv":
        try:
            for number, cells in enumerate(batch.read(path), 1):
                yield BatchRow(file, called, number, cells, typed=False)
        except TakeOverRefused as refusal:
            raise TakeOverRefused(f"{called}: {refusal}") from None
        return
    given = read_file(path, batch.heading, PATIENT, called)
    for row in given.rows:
        yield BatchRow(file, called, row.number, given.by_column(row), given.ragged(row))


def command_of(batch: Batch, row: BatchRow) -> BatchCommand | Sequence[Problem]:
    """What a row says, or everything that is wrong with it."""
    if row.ragged:
        return row.ragged
    told = {name: text for name, cell in row.cells.items() if name != PATIENT and (text := cell.strip())}
    said = {name: _SEVERAL.split(text) if name in batch.several else text for name, text in told.items()}
    problems: list[Problem] = []
    if PATIENT_ID.fullmatch(row.patient_id) is None:
        problems.append(Problem(PATIENT, row.patient_id, f"is not a patient id; use {PATIENT_ID_RULE}"))
    try:
        command = batch.command.model_validate(said)
    except ValidationError as refusal:
        return [*problems, *(_problem(batch, error, told) for error in refusal.errors())]
    return problems or command


def _problem(batch: Batch, error: ErrorDetails, told: Mapping[str, str]) -> Problem:
    column = str(error["loc"][0])
    return Problem(column, told.get(column, ""), sentence_of(error, batch.command))
