"""Commands about treatment: `import-fractions`."""

from __future__ import annotations

from dataclasses import asdict, replace
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
    from flows.fraction_import import import_fractions

    with opened() as trial_log:
        author = entry_of(trial_log, by, role, None, files[0].name)
        result = import_fractions(
            trial_log,
            files,
            lambda reference: replace(author, source=Source(kind="import", reference=reference)),
            dry_run=dry_run,
            reject_path=rejects,
        )
    told = asdict(result)
    if as_json:
        print_json(told)
    else:
        counts = [(name.replace("_", " "), value) for name, value in told.items() if name != "problems"]
        print_table("Fractions", ("", ""), counts)
        for problem in result.problems:
            say(problem)
    if result.problems:
        raise typer.Exit(FINDINGS)
