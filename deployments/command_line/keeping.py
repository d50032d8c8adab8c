"""Commands that keep the log honest: `verify`, `seal` and `rebuild`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from deployments.command_line.installation import opened
from deployments.command_line.options import Json
from deployments.command_line.printing import FINDINGS, print_json, print_table, say
from deployments.command_line.progress import counting


def verify(
    full: Annotated[bool, typer.Option(help="Read every event again, also those verified before.")] = False,
    key: Annotated[
        Path | None, typer.Option(help="The public key (PEM) the seals must bear; else those of the home.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check that the log is whole and still the one that was sealed. Exit status 1 on any finding."""
    from flows.settings import read_settings
    from flows.verified import verified

    settings = read_settings()
    if settings.log_path and not settings.log_path.exists():
        with opened():
            pass
    found = verified(settings, full=full, key=key)
    told = {"ok": found.ok, **asdict(found)}
    if as_json:
        print_json(told)
    elif found.ok:
        seals = f"{found.seals} seal{'' if found.seals == 1 else 's'}"
        say(f"The log is whole: {found.events} events, last position {found.last_position}, {seals}")
        say(f"root {found.root}")
    else:
        rows = [(finding.position, finding.problem) for finding in found.findings]
        findings = f"{len(rows)} finding{'s' if len(rows) > 1 else ''}"
        print_table(f"{findings} in {found.events} events", ("position", "problem"), rows)
    if not found.ok:
        raise typer.Exit(FINDINGS)


def seal(as_json: Json = False) -> None:
    """Seal what was recorded since the last seal, and copy every seal that was not copied yet."""
    from flows.clock import SystemClock
    from flows.resources import open_resources
    from flows.seal_log import seal_now
    from flows.settings import read_settings
    from store.sealed_copies import seal_json

    given = open_resources(read_settings(), SystemClock())
    with given.trial_log.log:
        made = seal_now(given)
    if as_json:
        print_json(seal_json(made) if made else None)
    elif made is None:
        say("Everything was sealed already")
    else:
        say(f"Sealed: {made.size - made.previous_size} new events, {made.size} in all")
        say(f"root {made.root.hex()}, key {made.key_id}")
        say(f"Copies of the seals: {given.settings.seal_folder}")


def rebuild(
    name: Annotated[str | None, typer.Argument(help="One projection; all when left out.")] = None, as_json: Json = False
) -> None:
    """Rebuild projections from nothing and compare them with the live ones. Exit status 1 when one had drifted."""
    from store.projections.rebuilding import rebuild as rebuild_projections

    with opened() as trial_log, counting("patients", quiet=as_json) as progress:
        rebuilt = rebuild_projections(trial_log, name, progress)
    if as_json:
        print_json([asdict(each) for each in rebuilt])
    else:
        rows = [
            (r.name, r.events, f"{r.seconds:.2f}", "equal" if r.equal else "DRIFTED", r.digest[:16]) for r in rebuilt
        ]
        print_table("Projections", ("name", "events", "seconds", "live one", "digest"), rows)
    if not all(each.equal for each in rebuilt):
        raise typer.Exit(FINDINGS)
