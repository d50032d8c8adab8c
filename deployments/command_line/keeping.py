"""Commands that keep the log honest: `verify` and `rebuild`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from deployments.command_line.installation import opened
from deployments.command_line.options import Json
from deployments.command_line.printing import FINDINGS, print_json, print_table, say
from deployments.command_line.progress import counting


def verify(as_json: Json = False) -> None:
    """Check that the log is whole: positions, versions, digests, dates. Exit status 1 on any finding."""
    from flows.settings import read_settings
    from store.integrity import verify_log

    settings = read_settings()
    if settings.log_path and not settings.log_path.exists():
        with opened():
            pass
    found = verify_log(settings.log_url)
    told = {**asdict(found), "ok": found.ok}
    if as_json:
        print_json(told)
    elif found.ok:
        say(f"The log is whole: {found.events} events, last position {found.last_position}")
    else:
        rows = [(finding.position, finding.problem) for finding in found.findings]
        print_table(f"{len(rows)} findings in {found.events} events", ("position", "problem"), rows)
    if not found.ok:
        raise typer.Exit(FINDINGS)


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
