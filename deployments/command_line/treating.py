"""Commands that enter many facts at once: `import-fractions`, `import-visits`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from deployments.command_line.installation import entry_of, opened
from deployments.command_line.options import By, DryRun, Json, Rejects, Role
from deployments.command_line.printing import FINDINGS, print_json, print_table, say
from events.recorded import Source


def import_fraction_files(
    files: Annotated[list[Path], typer.Argument(help="A CSV file of fractions, or DICOM RT Beams Treatment Records.")],
    dry_run: DryRun = False,
    rejects: Rejects = None,
    by: By = "operator",
    role: Role = "data-manager",
    as_json: Json = False,
) -> None:
    """Record delivered fractions in a batch."""
    _import("fractions", files, dry_run, rejects, (by, role), as_json)


def import_visit_files(
    files: Annotated[list[Path], typer.Argument(help="A CSV file of visits.")],
    dry_run: DryRun = False,
    rejects: Rejects = None,
    by: By = "operator",
    role: Role = "data-manager",
    as_json: Json = False,
) -> None:
    """Record visits in a batch."""
    _import("visits", files, dry_run, rejects, (by, role), as_json)


def _import(
    name: str, files: Sequence[Path], dry_run: bool, rejects: Path | None, author: tuple[str, str], as_json: bool
) -> None:
    from flows.batch_import import import_batch
    from flows.batch_rows import BATCHES

    with opened() as trial_log:
        entry = entry_of(trial_log, *author, None, files[0].name)
        result = import_batch(
            trial_log,
            BATCHES[name],
            files,
            lambda reference: replace(entry, source=Source(kind="import", reference=reference)),
            dry_run=dry_run,
            reject_path=rejects,
        )
    told = result.summary()
    if as_json:
        print_json(told)
    else:
        counts = [(key.replace("_", " "), value) for key, value in told.items() if key != "problems"]
        print_table(name.capitalize(), ("", ""), counts)
        for problem in result.problems:
            say(problem)
    if result.problems:
        raise typer.Exit(FINDINGS)
