"""Entries in a batch: visits or fractions from a CSV file, fractions also from the records of the linear accelerator.

Good rows are kept, bad ones set apart with the reason. What is on record already changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from domain.rejections import Rejection
from domain.take_over.columns import Problem
from flows.batch_rows import PATIENT, Batch, BatchCommand, BatchRow, command_of, rows_of
from flows.take_over_file import TakeOverRefused, write_rejects
from store.event_log import EventLogError
from store.transact import Entry, TrialLog


@dataclass(frozen=True, slots=True)
class SetApart:
    """A row that was not taken, with everything that is wrong with it; `known` when its patient is on record."""

    row: BatchRow
    problems: tuple[Problem, ...]
    known: bool


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What became of a batch: entries new and known already, and the rows that were not taken."""

    batch: Batch
    rows: int
    recorded: int
    apart: tuple[SetApart, ...]
    dry_run: bool
    reject_file: str | None = None

    @property
    def rejected(self) -> int:
        """How many rows were not taken."""
        return len(self.apart)

    @property
    def unchanged(self) -> int:
        """How many rows said what was on record already."""
        return self.rows - self.recorded - self.rejected

    @property
    def problems(self) -> tuple[str, ...]:
        """Everything that is wrong, in a line each, for whoever gave the file."""
        return tuple(f"{one.row.called}:{one.row.number}, column {said}" for one in self.apart for said in one.problems)

    def summary(self) -> dict[str, object]:
        """The result as JSON shows it."""
        names = ("rows", "recorded", "unchanged", "rejected", "dry_run", "reject_file", "problems")
        return {name: getattr(self, name) for name in names}


def import_batch(  # noqa: PLR0913 - the last are options
    trial_log: TrialLog,
    batch: Batch,
    paths: Sequence[Path],
    entry_for: Callable[[str], Entry],
    *,
    dry_run: bool = False,
    reject_path: Path | None = None,
    called: str | None = None,
) -> BatchResult:
    """Import CSV files, or what else the batch can read. Raises `TakeOverRefused`; then nothing is kept.

    `entry_for` gives the author of a row's entry from its reference, the file's fingerprint and the row's number.
    Refusals name a file as it is `called`, else by its name.
    """
    rejects = reject_path or paths[0].with_name(f"{paths[0].stem}.rejects.csv")
    if rejects.resolve() in {path.resolve() for path in paths}:
        raise TakeOverRefused(f"{rejects}: the reject file would replace a file to import; give it another name")
    rows = [row for path in paths for row in rows_of(batch, path, called or path.name)]
    importing = BatchImport(trial_log, batch, entry_for, dry_run)
    for row in rows:
        importing.take(row)
    return importing.result(rejects)


@dataclass
class _Foreseen:
    """What the rows of one patient before this one would have recorded."""

    commands: list[BatchCommand] = field(default_factory=list[BatchCommand])
    events: int = 0


class BatchImport:
    """Rows on their way into the log, one after the other; in a dry run each sees what those before it would record."""

    def __init__(
        self, trial_log: TrialLog, batch: Batch, entry_for: Callable[[str], Entry], dry_run: bool = False
    ) -> None:
        self._trial_log, self._batch, self._entry_for, self._dry_run = trial_log, batch, entry_for, dry_run
        self._foreseen: dict[str, _Foreseen] = {}
        self._apart: list[SetApart] = []
        self._rows = self._recorded = 0

    def take(self, row: BatchRow) -> None:
        """Record a row, or set it apart with every problem it has. Raises `EventLogError` when the log fails."""
        self._rows += 1
        said = command_of(self._batch, row)
        if isinstance(said, BatchCommand):
            said = self._told(row.patient_id, said, self._entry_for(row.reference))
        if isinstance(said, bool):
            self._recorded += said  # one fact, not counting the queries it opens
        else:
            self._apart.append(SetApart(row, tuple(said), self._is_known(row)))

    def result(self, rejects: Path) -> BatchResult:
        """What became of the rows; those set apart are written into the reject file, except in a dry run."""
        written = bool(self._apart) and not self._dry_run
        if written:
            apart = [(one.row.in_file(self._batch), one.problems) for one in self._apart]
            write_rejects(rejects, self._batch.heading, apart)
        return BatchResult(
            batch=self._batch,
            rows=self._rows,
            recorded=self._recorded,
            apart=tuple(self._apart),
            dry_run=self._dry_run,
            reject_file=str(rejects) if written else None,
        )

    def _told(self, patient_id: str, command: BatchCommand, entry: Entry) -> bool | Sequence[Problem]:
        """Whether the row added anything, or what the record has against it."""
        try:
            if self._dry_run:
                return self._would_add(patient_id, command, entry)
            return bool(self._trial_log.transact_all(patient_id, [command], entry))
        except Rejection as refusal:
            return [Problem(refusal.field, refusal.value, f"{refusal.rule}. {refusal.way_out}")]
        except EventLogError:
            raise
        except Exception as problem:  # a fault of ours costs this row, not the rows after it
            said = f"the program failed on this row ({type(problem).__name__}); enter it in its form, and tell us"
            return [Problem(PATIENT, patient_id, said)]

    def _would_add(self, patient_id: str, command: BatchCommand, entry: Entry) -> bool:
        before = self._foreseen.setdefault(patient_id, _Foreseen())
        commands = [*before.commands, command]
        events = len(self._trial_log.foresee(patient_id, commands, entry))
        if events == before.events:
            return False
        self._foreseen[patient_id] = _Foreseen(commands, events)
        return True

    def _is_known(self, row: BatchRow) -> bool:
        try:
            return bool(self._trial_log.patient(row.patient_id).history)
        except ValueError:
            return False
