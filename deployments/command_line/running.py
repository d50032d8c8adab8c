"""Commands that run the engine: `up`, `ready` and `demo`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deployments.command_line.options import Json
from deployments.command_line.printing import FINDINGS, print_json, print_table, say
from flows.settings import read_settings

if TYPE_CHECKING:
    from deployments.demonstration import Demonstrated


def up() -> None:
    """Run the engine: Prefect with its interface, the operators' forms, the schedules and the reactor, until Ctrl-C."""
    from deployments.serve import serve

    serve()


def ready(as_json: Json = False) -> None:
    """Ask a running engine whether it does its work: exit status 0 when it does, 1 when it does not."""
    from deployments.readiness import asked

    answer = asked(read_settings())
    if as_json:
        print_json(answer)
    else:
        parts = [(name, "✓" if part["ok"] else "✗", part["found"]) for name, part in answer.items() if name != "ready"]
        print_table("Ready" if answer["ready"] else "Not ready", ("part", "", "found"), parts)
    if not answer["ready"]:
        raise typer.Exit(FINDINGS)


def demo(
    patients: Annotated[int, typer.Option("--patients", min=4, help="How many patients to randomise.")] = 214,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the simulation.")] = 20201210,
    as_json: Json = False,
) -> None:
    """Run a whole simulated trial through the real engine in a home of its own, and check it."""
    from deployments.demonstration import demonstrate

    ended = demonstrate(patients, seed, quiet=as_json)
    if as_json:
        print_json(_as_json(ended))
    else:
        _tell(ended)
    if not ended.fine:
        raise typer.Exit(FINDINGS)


def _as_json(ended: Demonstrated) -> dict[str, Any]:
    return {
        "ok": ended.fine,
        "trial": ended.enrolled,
        "seconds": round(ended.seconds, 1),
        "home": str(ended.home),
        "report": str(ended.report),
        "checks": [asdict(check) for check in ended.checks],
        "analyses": [report.model_dump(mode="json") for report in ended.analysed],
    }


def _tell(ended: Demonstrated) -> None:
    from flows.reports.survival_words import hazard_ratio, survival_at_horizon

    rows = [
        (report.endpoint, arm, estimate.n, estimate.events, survival_at_horizon(estimate))
        for report in ended.analysed
        for arm, estimate in report.arms.items()
    ]
    print_table(ended.enrolled, ("endpoint", "arm", "patients", "events", "at 5 years (95 % CI)"), rows)
    ratios = [(report.endpoint, hazard_ratio(report.cox)) for report in ended.analysed]
    print_table("OMIT against IMNI", ("endpoint", ""), ratios)
    checks = [("✓" if check.ok else "✗", check.claim, check.found) for check in ended.checks]
    print_table("Checks", ("", "claim", "found"), checks)
    say(f"Report with the curves: {ended.report}")
    say(f"{ended.seconds:.0f} s in all. To look around in the browser:  IMNI_HOME={ended.home} imni up")
