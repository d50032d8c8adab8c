"""The command that reports: `report`, as one HTML file and as PDF, of all patients together or by arm."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deployments.command_line.installation import day, entry_of, instant, opened, require_past
from deployments.command_line.options import At, By, Cutoff, Json, KnownAt, Role
from deployments.command_line.printing import print_json, say
from domain.rejections import Incomplete, NoSuchEntry, NotPermitted

if TYPE_CHECKING:
    from flows.make_report import Wanted

_LANGUAGES = ("en", "zh")
_SHORTEST_REASON = 3


def report(
    folder: Annotated[Path, typer.Option("-o", "--output", help="The folder the two files are written to.")],
    cutoff: Cutoff = None,
    known_at: KnownAt = None,
    closed: Annotated[
        bool, typer.Option("--closed/--open", help="By arm, for who may see it; or of all patients together.")
    ] = False,
    reason: Annotated[str, typer.Option("--reason", help="Why results by arm are needed; it is recorded.")] = "",
    language: Annotated[str, typer.Option("--language", help="Headings: en or zh.")] = "en",
    at: At = None,
    by: By = "operator",
    role: Role = "coordinator",
    as_json: Json = False,
) -> None:
    """Write the trial's report as HTML and PDF: the same log position gives the same bytes."""
    from flows.make_report import make_report, written

    wanted = _wanted(cutoff, known_at, closed, reason, language)
    _require_folder(folder)
    with opened() as trial_log:
        require_past(trial_log, wanted.known_at)
        made = make_report(trial_log, wanted, entry_of(trial_log, by, role, at, "imni report"))
    files = written(made, folder)
    if as_json:
        analyses = [
            {"id": e.id, "endpoint": e.report.endpoint, "population": e.report.population} for e in made.analyses
        ]
        print_json({"files": [str(file) for file in files], "position": made.position, "analyses": analyses})
        return
    for file in files:
        say(str(file))
    say(f"Log position {made.position}; analyses {', '.join(each.id for each in made.analyses)}")
    if made.in_english:
        say("The PDF is in English: this machine has no font with Chinese letters. The HTML file is in Chinese")


def _wanted(cutoff: str | None, known_at: str | None, closed: bool, reason: str, language: str) -> Wanted:
    from flows.make_report import Wanted

    if language not in _LANGUAGES:
        raise NoSuchEntry("--language", repr(language), "no such language", f"Use {' or '.join(_LANGUAGES)}")
    if closed and len(reason.strip()) < _SHORTEST_REASON:
        raise Incomplete("--reason", "missing", "why are results by arm needed? It is recorded", "Add --reason")
    return Wanted(
        by_arm=closed,
        reason=reason.strip(),
        cutoff=day(cutoff, "--cutoff") if cutoff else None,
        known_at=instant(known_at, "--known-at") if known_at else None,
        language=language,
    )


def _require_folder(folder: Path) -> None:
    """Make the folder before anything is recorded. Raises `NotPermitted`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        way_out = "Name a folder that you may write"
        raise NotPermitted("--output", str(folder), f"cannot be made ({problem.strerror})", way_out) from None
