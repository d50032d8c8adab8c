"""Commands about analyses on record: `imni analysis list`, `imni analysis verify`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from deployments.command_line.installation import opened
from deployments.command_line.options import Json
from deployments.command_line.printing import FINDINGS, print_json, print_table, say

if TYPE_CHECKING:
    from events.conduct import AnalysisPerformed
    from events.recorded import Recorded
    from flows.analyses import Again

analysis = typer.Typer(help="The analyses on record: which there are, and whether they can be done again.")

_COLUMNS = ("id", "endpoint", "population", "cutoff", "known at", "position", "n", "events", "recorded at (UTC)")


@analysis.command("list")
def list_analyses(as_json: Json = False) -> None:
    """Print every analysis on record, oldest first."""
    from flows.analyses import on_record

    with opened() as trial_log:
        told = [_told(entry) for entry in on_record(trial_log)]
    if as_json:
        print_json(told)
        return
    shown = ("id", "endpoint", "population", "cutoff", "known_at", "position", "n", "events")
    rows = [(*(each[name] for name in shown), each["recorded_at"][:19].replace("T", " ")) for each in told]
    print_table("Analyses on record", _COLUMNS, rows)


@analysis.command("verify")
def verify_analysis(
    name: Annotated[str, typer.Argument(metavar="ID", help="As a report or the list gives it, or the entry's id.")],
    as_json: Json = False,
) -> None:
    """Do an analysis on record again and compare: exit status 0 the same result, 1 another one."""
    from flows.analyses import perform_again

    with opened() as trial_log:
        found = perform_again(trial_log, name)
    if as_json:
        print_json([_compared(again) for again in found])
    else:
        for again in found:
            say(_in_words(again))
    if not all(again.same for again in found):
        raise typer.Exit(FINDINGS)


def _told(entry: Recorded[AnalysisPerformed]) -> dict[str, Any]:
    from domain.analysis_record import analysis_id

    facts = entry.event.model_dump(mode="json", exclude={"occurred_on"})
    told = {"id": analysis_id(entry.event), **facts, "recorded_at": entry.recorded_at.isoformat()}
    return {**told, "recorded_by": entry.provenance.actor.id, "event_id": str(entry.event_id)}


def _compared(again: Again) -> dict[str, Any]:
    now = {"digest": again.digest, "code_version": again.code_version}
    return {"same": again.same, "recorded": _told(again.record), "now": now}


def _in_words(again: Again) -> str:
    told = again.record.event
    asked = f"{told.endpoint}, {told.population}, log position {told.position}"
    asked += f", cutoff {told.cutoff}" if told.cutoff else ""
    asked += f", known at {told.known_at.isoformat()}" if told.known_at else ""
    if again.same:
        return f"{again.id} ({asked}): the same result, digest {again.digest}"
    programs = f"program {told.code_version} then, {again.code_version} now"
    return f"{again.id} ({asked}): ANOTHER result: digest {told.digest} on record, {again.digest} now; {programs}"
