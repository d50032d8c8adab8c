"""The options that commands of the command line share, each written once."""

from pathlib import Path
from typing import Annotated

import typer

By = Annotated[str, typer.Option("--by", help="Who makes the entry.")]
Role = Annotated[str, typer.Option("--role", help="In which role.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Simulated = Annotated[bool, typer.Option("--simulated", help="A home for a simulated trial, marked so for ever.")]
At = Annotated[str | None, typer.Option("--at", help="Recording instant; simulated homes only.")]
On = Annotated[str | None, typer.Option("--on", help="Clinical date; today when left out.")]
KnownAt = Annotated[str | None, typer.Option("--known-at", help="As recorded by this instant.")]
Cutoff = Annotated[str | None, typer.Option("--cutoff", help="Ignore what happened after this day.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Check everything, write nothing.")]
Rejects = Annotated[Path | None, typer.Option("--rejects", help="Where rows that cannot be taken go.")]
TableFile = Annotated[Path | None, typer.Option("--table", help="Analyse a plain CSV table instead of the log.")]
