"""Commands that add to the log: `init`, `record`, `import`."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from deployments.command_line.envelopes import envelope
from deployments.command_line.given_data import command_from
from deployments.command_line.installation import entry_of, instant, opened
from deployments.command_line.options import At, By, DryRun, Json, On, Rejects, Role
from deployments.command_line.printing import FINDINGS, print_json, print_table, say
from domain.decide import PATIENT_COMMANDS, TRIAL_COMMANDS, PatientCommand, TrialCommand
from domain.decisions.command import Command
from domain.rejections import Implausible, Incomplete, NoSuchEntry
from events.conduct import QueryOpened
from events.recorded import Source
from flows.settings import read_settings
from store.transact import Entry, TrialLog

if TYPE_CHECKING:
    from flows.take_over import ImportResult


_COMMANDS = {wire: kind for wire, kind in {**PATIENT_COMMANDS, **TRIAL_COMMANDS}.items() if not kind.at_vault}
"""What `imni record` takes: an argument stands in the shell's history, so nothing of a patient's identity does."""


def init(
    simulated: Annotated[
        bool, typer.Option("--simulated", help="Make a home for a simulated trial, marked so for ever.")
    ] = False,
    at: Annotated[
        str | None, typer.Option("--at", help="Recording instant of the opening; simulated homes only.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make a home: its folder, its log, its allocation list."""
    if at is not None and not simulated:
        raise Implausible("--at", at, "is for simulated homes only", "Add --simulated, or leave --at out")
    with opened(simulated=simulated, at=instant(at, "--at") if at else None) as trial_log:
        told = {
            "home": str(read_settings().home),
            "simulated": trial_log.names.simulated,
            "events": trial_log.log.last_position(),
        }
        print_json(told) if as_json else say(
            f"{'Simulated trial' if told['simulated'] else 'Trial'} at {told['home']}: {told['events']} events"
        )


def record(
    command: Annotated[str | None, typer.Argument(help="Name of the command, as `--list` shows it.")] = None,
    patient: Annotated[str | None, typer.Option("--patient", help="Pseudonymous id of the patient.")] = None,
    data: Annotated[str, typer.Option("--data", help="JSON, @FILE, or - for standard input.")] = "{}",
    on: On = None,
    at: At = None,
    by: By = "operator",
    role: Role = "coordinator",
    listing: Annotated[bool, typer.Option("--list", help="Print every command with its JSON schema.")] = False,
    as_json: Json = False,
) -> None:
    """Record a command, the same ones the forms take."""
    if listing:
        print_json([_described(kind) for kind in _COMMANDS.values()])
        return
    if command is None:
        raise Incomplete("COMMAND", "missing", "which command?", "`imni record --list` prints them all")
    kind = _command_class(command)
    with opened() as trial_log:
        entry = entry_of(trial_log, by, role, at, f"imni record {command}")
        today = entry.at.astimezone(trial_log.edition().site_zone).date()
        written = _carry_out(trial_log, command_from(kind, data, on, today), patient, entry)
        print_json(written) if as_json else _say_what_was_written(written)


def import_patients(
    file: Annotated[Path, typer.Argument(help="CSV file; its columns are in docs/import.md.")],
    dry_run: DryRun = False,
    rejects: Rejects = None,
    by: By = "operator",
    role: Role = "data-manager",
    as_json: Json = False,
) -> None:
    """Take over patients from another system."""
    from deployments.command_line.progress import counting
    from flows.take_over import import_file

    with opened() as trial_log, counting("patients", quiet=as_json) as progress:
        author = entry_of(trial_log, by, role, None, file.name)
        result = import_file(
            trial_log,
            file,
            partial(_from_import, author),
            dry_run=dry_run,
            reject_path=rejects,
            progress=progress,
        )
    if as_json:
        print_json(result.summary())
    else:
        _say_import(result)
    if result.problems:
        raise typer.Exit(FINDINGS)


def _from_import(author: Entry, reference: str) -> Entry:
    return replace(author, source=Source(kind="import", reference=reference))


def _say_import(result: ImportResult) -> None:
    told = {name: value for name, value in result.summary().items() if name != "problems"}
    print_table("Import", ("", ""), [(name.replace("_", " "), value) for name, value in told.items()])
    for problem in result.problems:
        say(str(problem))


def _described(kind: type[Command]) -> dict[str, Any]:
    return {
        "command": kind.wire,
        "about": "patient" if kind.wire in PATIENT_COMMANDS else "trial",
        "title": kind.title,
        "description": (kind.__doc__ or "").strip(),
        "schema": kind.model_json_schema(),
    }


def _command_class(name: str) -> type[Command]:
    from difflib import get_close_matches

    if name not in _COMMANDS:
        near = get_close_matches(name, _COMMANDS, n=1)
        hint = f"Did you mean {near[0]}? " if near else ""
        raise NoSuchEntry("COMMAND", repr(name), "no such command", f"{hint}`imni record --list` prints them all")
    return _COMMANDS[name]


def _carry_out(trial_log: TrialLog, command: Command, patient: str | None, entry: Entry) -> list[dict[str, Any]]:
    if command.wire in PATIENT_COMMANDS and patient is not None:
        try:
            stream = trial_log.names.patient(patient)
        except ValueError as problem:
            raise Implausible("--patient", repr(patient), str(problem), "Use the pseudonymous id") from None
        written = trial_log.transact(patient, cast("PatientCommand", command), entry)
    elif command.wire in TRIAL_COMMANDS:
        stream = trial_log.names.trial
        written = trial_log.transact_trial(cast("TrialCommand", command), entry)
    else:
        raise Incomplete("--patient", "missing", f"{command.wire} is about a patient", "Add --patient ID")
    ids = {recorded.event_id for recorded in written}
    return [envelope(stored) for stored in trial_log.log.read_stream(stream) if stored.event_id in ids]


def _say_what_was_written(written: list[dict[str, Any]]) -> None:
    if not written:
        say("Already on record: nothing was added")
    for recorded in written:
        say(f"{recorded['position']:>8}  {recorded['type']}  {recorded['occurred_on']}  {recorded['event_id']}")
        if recorded["type"] == QueryOpened.type:
            say(f"          asks: {recorded['data']['question']}")
