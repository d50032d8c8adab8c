"""Commands for auditors: `prove` and `check-proof`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from deployments.command_line.installation import opened
from deployments.command_line.options import Json
from deployments.command_line.printing import FINDINGS, print_json, say


def prove(
    event_id: Annotated[UUID, typer.Argument(help="The event's id, from `imni history PATIENT --json`.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The file to write; else it is printed.")
    ] = None,
) -> None:
    """Prove that an event stands in the log as it was sealed: a file that can be checked without the database."""
    from flows.sealing_keys import public_keys
    from flows.settings import read_settings
    from store.proof import prove as prove_event
    from store.whole_files import written_whole

    with opened() as trial_log:
        proof = prove_event(trial_log.log, event_id, public_keys(read_settings()))
    text = json.dumps(proof, ensure_ascii=False, indent=1) + "\n"
    if output is None:
        typer.echo(text, nl=False)
        return
    with written_whole(output, replace=False) as file:
        file.write(text.encode())
    say(f"The proof of event {proof['event']['position']} is in {output}")


def check(
    file: Annotated[Path, typer.Argument(help="What `imni prove` wrote.")],
    key: Annotated[
        Path | None, typer.Option(help="The public key (PEM) you hold; else the one in the proof, which proves less.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check a proof, without any database. Exit status 1 when it cannot be believed."""
    from flows.sealing_keys import read_public_key
    from store.proof import NotAProof, check_proof
    from store.seal import key_id

    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise NotAProof(f"{file} cannot be read: {problem}") from None
    public = read_public_key(key) if key else None
    found = check_proof(text, {key_id(public): public} if public else None)
    told = {
        "ok": not found.problems,
        "position": found.position,
        "event_id": found.event["event_id"],
        "type": found.event["type"],
        "sealed_at": found.seal.sealed_at.isoformat(),
        "size": found.seal.size,
        "root": found.seal.root.hex(),
        "key_id": found.seal.key_id,
        "problems": list(found.problems),
    }
    if as_json:
        print_json(told)
    else:
        _say(told)
    if found.problems:
        raise typer.Exit(FINDINGS)


def _say(told: Mapping[str, object]) -> None:
    which = f"event {told['position']} ({told['type']}, {told['event_id']})"
    if told["ok"]:
        say(f"Proved: {which} stands in the log of {told['size']} events sealed at {told['sealed_at']}")
        say(f"root {told['root']}, key {told['key_id']}")
        return
    say(f"NOT proved: {which}")
    for problem in told["problems"] if isinstance(told["problems"], list) else ():
        say(f"  {problem}")
